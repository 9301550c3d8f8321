"""Axes of a study on its case: names of dimensions, changed addresses, and units of values."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase

import xarray as xr

from h2model.case import Faults
from h2model.case.operations import OVERRIDE_GROUPS
from h2model.model import PARAMETERS
from h2model.studies.changes import ResolvedAxis
from h2model.studies.definition import Axis, Study
from h2model.studies.designs import Design, Listed, Pareto
from h2model.studies.ranges import Range, split_quantity

GROUPS = (*OVERRIDE_GROUPS, "policies")
#: Names that the cube uses for itself.
RESERVED = ("run", "status", "reason", "co2_price", "cost_of_step", "month", "axis", "other_axis")


def resolve_axes(study: Study, data: xr.Dataset, taken: Collection[str] = ()) -> tuple[ResolvedAxis, ...]:
    """Resolve the axes of a study on a case; `taken` are names of dimensions, coordinates and variables of results.

    Raises InputError if names are invalid or used twice, if an axis mixes units, if a pattern matches nothing, or if
    two axes change the same address.
    """
    faults = Faults()
    axes = [_resolved(key, axis, study.design, data, faults) for key, axis in study.axes.items()]
    names, remedy = [axis.name for axis in axes], "choose another name, and list the address under 'of'"
    for key, name in zip(study.axes, names, strict=True):
        if names.count(name) > 1:
            faults.add(f"axis {key}", f"'{name}' is the name of more than one axis", remedy)
        elif name in RESERVED or name in taken:
            faults.add(f"axis {key}", f"'{name}' is a name of the results", remedy)
        elif not re.fullmatch(r"[A-Za-z_]\w*", name) and "." not in name:  # `_addresses` reports names with dots
            faults.add(f"axis {key}", f"'{name}' is an invalid name", "use letters, digits and _, such as power_price")
    first: dict[str, ResolvedAxis] = {}
    for axis in axes:
        for address in axis.addresses:
            other = first.setdefault(address, axis)
            if other is not axis and other.selection == axis.selection:
                # The effects of the two axes could not be separated.
                problem = f"{address} is also changed by the axis {other.name}"
                faults.add(f"axis {axis.name}", problem, "use one axis, or separate periods or regions")
    faults.raise_if_any()
    return tuple(axes)


def _resolved(key: str, axis: Axis, design: Design, data: xr.Dataset, faults: Faults) -> ResolvedAxis:
    name, values = _dimension_name(key, axis), axis.values
    if isinstance(design, Listed):
        values = tuple(run[name] for run in design.runs if name in run)
    unit = _unit(key, axis, values, faults)
    if unit is None and axis.operation != "set":
        faults.add(f"axis {key}", f"cannot {axis.operation} by words", "use numbers")
    if unit is None and isinstance(design, Pareto):
        faults.add(f"axis {key}", "has words as values", "a front needs numbers, in the order from loose to strict")
    return ResolvedAxis(name, axis.operation, _addresses(key, axis, data, faults), unit, axis.selection)


def _dimension_name(key: str, axis: Axis) -> str:
    """Return the name of a dimension: the key, or for an address all but its first word.

    >>> _dimension_name("technologies.electrolyser.overnight_cost", Axis(scale=(1.0,)))
    'electrolyser_overnight_cost'
    """
    if axis.of:
        return key
    group, _, rest = key.partition(".")
    return re.sub(r"\W", "_", rest if group in GROUPS else key)


def _addresses(key: str, axis: Axis, data: xr.Dataset, faults: Faults) -> tuple[str, ...]:
    """Return the addresses changed by an axis, in the order of the case, each once."""
    if axis.of and "." in key:
        faults.add(f"axis {key}", "is an address, but other addresses are under 'of'", "choose a name without dots")
    addresses: list[str] = []
    for address in axis.of or (key,):
        matches = [address]
        if "*" in address:
            group, _, rest = address.partition(".")
            pattern, _, parameter = rest.rpartition(".")
            names = [name for name in _names_with(group, parameter, data) if fnmatchcase(name, pattern)]
            matches = [f"{group}.{name}.{parameter}" for name in names]
        if not matches:
            faults.add(f"axis {key}", f"{address} matches nothing in the case", "correct the address")
        addresses += [match for match in matches if match not in addresses]
    if not axis.of and "." not in key:
        remedy = "use an address such as technologies.<technology>.<parameter>, or list addresses under 'of'"
        faults.add(f"axis {key}", "is not an address", remedy)
    return tuple(addresses)


def _names_with(group: str, parameter: str, data: xr.Dataset) -> list[str]:
    """Return the names with a parameter in a group of a case: technologies, carriers or assets."""
    kind = next((known.dims[0] for known in PARAMETERS if known.name == parameter and known.dims), None)
    if kind is None or (group == "carriers") != (kind == "carrier") or group not in OVERRIDE_GROUPS:
        return []
    if group != "technologies":
        names = data[kind]
    elif f"{kind}_technology" in data.coords:
        names = data[f"{kind}_technology"]
    else:
        return []
    return list(dict.fromkeys(names.values.tolist()))


def _unit(key: str, axis: Axis, values: Sequence[float | str] | Range, faults: Faults) -> str | None:
    """Return the one unit of all values of an axis; None for words."""
    if isinstance(values, Range):
        return values.unit
    are_quantities = all(address.partition(".")[0] in GROUPS for address in axis.of or (key,))
    if not are_quantities and not all(isinstance(value, int | float) for value in values):
        return None  # resolutions and weather years are words, though they may begin with a number
    try:
        units = dict.fromkeys(split_quantity(value)[1] for value in values)
    except ValueError:
        return None
    if len(units) > 1:
        listed = ", ".join(f"'{unit}'" if unit else "none" for unit in units)
        remedy = f"use '{next(iter(filter(None, units)))}' for all values"
        faults.add(f"axis {key}", f"mixes units: {listed}", remedy)
    return next(iter(units), "")
