"""Charts of studies: the abatement cost curve, and what a result hangs on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from h2model.errors import Fault, InputError
from h2model.plots.chart import Chart, Panel, Style, Trace
from h2model.plots.words import words

FIRST, SECOND = "#0072B2", "#56B4E9"


def abatement_curve(cube: xr.Dataset, axis: str, where: Mapping[str, object]) -> Chart:
    """What the last tonne costs along an axis of caps: the marginal abatement cost curve."""
    if axis not in cube.dims:
        known = ", ".join(str(dim) for dim in cube.dims)
        raise InputError([Fault(f"axis={axis!r}", "the study has no such axis", f"choose one of {known}")])
    price = _one_dimensional(cube["co2_price"], axis, where)
    caps = cube[axis].values.astype(float)
    unit = cube[axis].attrs.get("units", "")
    traces = (Trace("CO2 price", caps[::-1], price[::-1], FIRST, Style.LINE),)
    title = "What the last tonne costs along the cap"
    return Chart(title, (Panel(f"CO2 price, {cube['co2_price'].attrs['units']}", traces),), f"{words(axis)}, {unit}")


def tornado(effects: xr.Dataset) -> Chart:
    """Morris effects, or Sobol indices, of each axis with 95 % confidence, the largest on top."""
    title = f"What moves {words(effects.attrs['of'])}"
    if "mean_absolute_effect" in effects:
        unit = effects.attrs.get("units", "")
        bars = _across(effects, "mean_absolute_effect", FIRST)
        return Chart(title, (Panel(f"mean absolute effect, {unit}", (bars,)),))
    if "total_order" not in effects:
        raise InputError([Fault("tornado", "these are no indices", "take what h2model.sensitivity returns")])
    ordered = effects.sortby("total_order")
    traces = (_across(ordered, "total_order", SECOND), _across(ordered, "first_order", FIRST))
    return Chart(title, (Panel("share of the variance", traces),))


def _across(effects: xr.Dataset, name: str, colour: str) -> Trace:
    ordered = effects.sortby(name) if name == "mean_absolute_effect" else effects
    if ordered[name].dims != ("axis",):
        problem = f"the indices are over {', '.join(map(str, ordered[name].dims))}"
        raise InputError([Fault("tornado", problem, "choose one label of each other dimension with .sel(…)")])
    names = [words(axis) for axis in ordered["axis"].values]
    error = ordered[f"{name}_confidence"].values
    return Trace(words(name), names, ordered[name].values, colour, Style.ACROSS, error=error)


def _selected(array: xr.DataArray, where: Mapping[str, object]) -> xr.DataArray:
    faults = []
    for dim, label in where.items():
        if dim not in array.dims:
            known = ", ".join(map(str, array.dims))
            faults.append(Fault(f"where={{{dim!r}: …}}", "the CO2 price has no such dimension", f"use some of {known}"))
        elif label not in array[dim].values.tolist():
            known = ", ".join(map(str, array[dim].values.tolist()))
            faults.append(Fault(f"where={{{dim!r}: {label!r}}}", "there is no such label", f"choose one of {known}"))
    if faults:
        raise InputError(faults)
    return array.sel(dict(where))


def _one_dimensional(array: xr.DataArray, axis: str, where: Mapping[str, object]) -> np.ndarray:
    chosen = _selected(array, where)
    left = [str(dim) for dim in chosen.dims if dim != axis]
    several = [dim for dim in left if chosen.sizes[dim] > 1]
    if several:
        remedy = f"name one label, such as where={{{several[0]!r}: {chosen[several[0]].values[0].item()!r}}}"
        raise InputError([Fault("where", f"the CO2 price also differs by {', '.join(several)}", remedy)])
    return chosen.isel(dict.fromkeys(left, 0)).transpose(axis).values
