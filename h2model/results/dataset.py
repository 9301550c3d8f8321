"""The results Dataset: the solution with the labels of the inputs, and the facts of the run as attributes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum

import xarray as xr

from h2model.case.coordinates import unit_of_labels
from h2model.results.prices import prices

#: Inputs that turn hourly and yearly values into sums; results carry them to be complete without the inputs.
WEIGHTS = ("hours", "weight", "years_represented", "discount_factor")
NO_MEANINGS: Mapping[str, str] = {}


def assemble(
    solution: xr.Dataset, inputs: xr.Dataset, facts: Mapping[str, object], meanings: Mapping[str, str] = NO_MEANINGS
) -> xr.Dataset:
    """Merge the solution with the labels, units and facts that a reader needs.

    Parameters
    ----------
    solution
        Variables, named expressions and duals (`dual_<equation>`) as the engine returns them.
    inputs
        The checked case: its coordinates (technology, region, unit of every asset, timestamps) and the weights of
        time steps and periods become coordinates of the results; its currency stands for "money" in units.
    facts
        Facts of the run; they become the attributes.
    meanings
        Meaning of the dual by equation; becomes the attribute `meaning` of `dual_<equation>`.

    Raises
    ------
    ValueError
        If a dimension of the solution has other labels than the inputs.
    """
    for dim, labels in solution.indexes.items():
        if dim in inputs.indexes and not labels.equals(inputs.indexes[dim]):
            raise ValueError(f"the labels of dimension {dim!r} differ between solution and inputs")
    # In one step, and of variables: their labels have just been compared.
    described = {name: inputs.variables[name] for name in (*inputs.coords, *WEIGHTS)}
    variables = {**solution.drop_vars(described, errors="ignore").variables, **described}
    for equation, meaning in meanings.items():
        if f"dual_{equation}" in solution:
            variables[f"dual_{equation}"].attrs["meaning"] = meaning
    results = xr.Dataset({**variables, **prices(variables)}).set_coords([*solution.coords, *described])
    for name, variable in results.variables.items():
        if "units" in variable.attrs:
            variable.attrs["units"] = re.sub(r"\bmoney\b", inputs.attrs["currency"], variable.attrs["units"])
        elif variable.dtype.kind in "if":
            variable.attrs["units"] = unit_of_labels(str(name))
    results.attrs = {name: _attribute(value) for name, value in facts.items()}
    return results


def _attribute(value: object) -> object:
    # netCDF attributes are numbers, texts, or lists of one of them.
    if value is None:
        return "not given"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return [_attribute(item) for item in value]
    return value
