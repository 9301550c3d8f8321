"""The results Dataset: the solution with the labels of the inputs, and the facts of the run as attributes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum

import numpy as np
import xarray as xr

#: Inputs that turn hourly and yearly values into sums; results carry them to be complete without the inputs.
WEIGHTS = ("hours", "weight", "years_represented", "discount_factor")


def assemble(solution: xr.Dataset, inputs: xr.Dataset, facts: Mapping[str, object]) -> xr.Dataset:
    """Join the solution and what a reader needs to understand it.

    Parameters
    ----------
    solution
        Variables, named expressions and duals (`dual_<equation>`) as the engine returns them.
    inputs
        The checked case: its coordinates (technology, region, unit of every asset, timestamps) and the weights of
        time steps and periods become coordinates of the results; its currency stands for "money" in units.
    facts
        What to tell about the run; becomes the attributes.

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
    results = xr.Dataset({**variables, **prices(variables)}).set_coords([*solution.coords, *described])
    for variable in results.variables.values():
        if "units" in variable.attrs:
            variable.attrs["units"] = re.sub(r"\bmoney\b", inputs.attrs["currency"], variable.attrs["units"])
    results.attrs = {name: _attribute(value) for name, value in facts.items()}
    return results


def prices(given: Mapping[str, xr.Variable]) -> dict[str, xr.Variable]:
    """What one more unit of a carrier costs when it is used: the duals of the balances, undiscounted, per amount.

    `price_of_carrier` over the carriers and regions balanced in every step, `price_over_window` over those balanced
    per day or year. A dual counts all years that a period stands for, at their worth in the base year.
    """
    years = given["years_represented"] * given["discount_factor"]
    found = {}
    if "dual_balance" in given:
        found["price_of_carrier"] = given["dual_balance"] / (years * given["hours"] * given["weight"])
    if "dual_balance_over_window" in given:
        found["price_over_window"] = given["dual_balance_over_window"] / years
    for price in found.values():
        price.attrs = {"units": "money/carrier_unit", "long_name": "price of the carrier, undiscounted"}
    return found


def cost_parts(results: xr.Dataset) -> tuple[str, ...]:
    """Names of the parts of the objective, in the order of the model."""
    return tuple(str(name) for name in np.atleast_1d(results.attrs["cost_parts"]))


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
