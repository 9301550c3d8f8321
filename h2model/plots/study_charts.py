"""Charts of studies: the marginal abatement cost curve, and the sensitivity of a result."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from h2model.errors import Fault, InputError
from h2model.plots.chart import Chart, Panel, Style, Trace
from h2model.plots.words import words

FIRST, SECOND = "#0072B2", "#56B4E9"


def abatement_curve(cube: xr.Dataset, axis: str, where: Mapping[str, object]) -> Chart:
    """Return the marginal abatement cost along an axis of caps; `where` selects labels of other dimensions."""
    if axis not in cube.dims:
        known = ", ".join(str(dim) for dim in cube.dims)
        raise InputError([Fault(f"axis={axis!r}", "the study does not have this axis", f"choose one of {known}")])
    price = _one_dimensional(cube["co2_price"], axis, where)
    caps = cube[axis].values.astype(float)
    unit = cube[axis].attrs.get("units", "")
    traces = (Trace("CO2 price", caps[::-1], price[::-1], FIRST, Style.LINE),)
    title = "Marginal abatement cost along the cap"
    return Chart(title, (Panel(f"CO2 price, {cube['co2_price'].attrs['units']}", traces),), f"{words(axis)}, {unit}")


def tornado(effects: xr.Dataset) -> Chart:
    """Return the Morris effect, or the Sobol indices, of each axis with 95 % confidence, the largest on top."""
    title = f"Sensitivity of {words(effects.attrs['of'])}"
    if "mean_absolute_effect" in effects:
        unit = effects.attrs.get("units", "")
        bars = _bars(effects, "mean_absolute_effect", FIRST)
        return Chart(title, (Panel(f"mean absolute effect, {unit}", (bars,)),))
    if "total_order" not in effects:
        raise InputError(
            [Fault("tornado", "the data are not sensitivity indices", "take what h2model.sensitivity returns")]
        )
    ordered = effects.sortby("total_order")
    traces = (_bars(ordered, "total_order", SECOND), _bars(ordered, "first_order", FIRST))
    return Chart(title, (Panel("share of the variance", traces),))


def _bars(effects: xr.Dataset, name: str, colour: str) -> Trace:
    ordered = effects.sortby(name) if name == "mean_absolute_effect" else effects
    if ordered[name].dims != ("axis",):
        problem = f"the indices are over {', '.join(map(str, ordered[name].dims))}"
        raise InputError([Fault("tornado", problem, "choose one label of each other dimension with .sel(…)")])
    names = [words(axis) for axis in ordered["axis"].values]
    error = ordered[f"{name}_confidence"].values
    return Trace(words(name), names, ordered[name].values, colour, Style.HORIZONTAL_BAR, error=error)


def _one_dimensional(array: xr.DataArray, axis: str, where: Mapping[str, object]) -> np.ndarray:
    """Return the values along an axis; `where` must select a label of every other dimension with several labels."""
    faults = []
    for dim, label in where.items():
        if dim not in array.dims:
            known = ", ".join(map(str, array.dims))
            faults.append(Fault(f"where={{{dim!r}: …}}", "the CO2 price lacks this dimension", f"use some of {known}"))
        elif label not in array[dim].values.tolist():
            known = ", ".join(map(str, array[dim].values.tolist()))
            faults.append(Fault(f"where={{{dim!r}: {label!r}}}", "this label does not exist", f"choose one of {known}"))
    if faults:
        raise InputError(faults)
    selected = array.sel(dict(where))
    others = [str(dim) for dim in selected.dims if dim != axis]
    several = [dim for dim in others if selected.sizes[dim] > 1]
    if several:
        remedy = f"name one label, such as where={{{several[0]!r}: {selected[several[0]].values[0].item()!r}}}"
        raise InputError([Fault("where", f"the CO2 price also differs by {', '.join(several)}", remedy)])
    return selected.isel(dict.fromkeys(others, 0)).transpose(axis).values
