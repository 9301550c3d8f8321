"""Axes of a study on its case: names of dimensions, the addresses that each axis changes, and the units of values."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from fnmatch import fnmatchcase

import xarray as xr

from h2model.case import Faults
from h2model.case.operations import OVERRIDE_GROUPS
from h2model.model import PARAMETERS
from h2model.studies.changes import ResolvedAxis
from h2model.studies.definition import Axis, Study
from h2model.studies.designs import Listed, Pareto
from h2model.studies.ranges import Range, split_quantity

GROUPS = (*OVERRIDE_GROUPS, "policies")
#: Names that the cube uses for itself.
RESERVED = ("run", "status", "reason", "co2_price", "cost_of_step", "month", "axis", "other_axis")


def resolve_axes(study: Study, data: xr.Dataset, taken: Collection[str] = ()) -> tuple[ResolvedAxis, ...]:
    """Resolve the axes of a study on a case; `taken` are names of dimensions, coordinates and variables of results.

    Raises InputError if names are invalid or used twice, if an axis mixes units, if a pattern matches nothing, or if
    two axes change the same address.
    """
    faults, axes = Faults(), []
    for key, axis in study.axes.items():
        name = _dimension_name(key, axis)
        listed = isinstance(study.design, Listed)
        values = tuple(run[name] for run in study.design.runs if name in run) if listed else axis.values
        unit = _unit(key, axis, values, faults)
        if unit is None and axis.operation != "set":
            faults.add(f"axis {key}", f"cannot {axis.operation} by words", "use numbers")
        if unit is None and isinstance(study.design, Pareto):
            faults.add(f"axis {key}", "has words as values", "a front needs numbers, in the order from loose to strict")
        axes.append(ResolvedAxis(name, axis.operation, _addresses(key, axis, data, faults), unit, axis.selection))
    _check_names(tuple(study.axes), [axis.name for axis in axes], taken, faults)
    _refuse_shared_addresses(axes, faults)
    faults.raise_if_any()
    return tuple(axes)


def _dimension_name(key: str, axis: Axis) -> str:
    """Return the name of a dimension: the key, or for an address all but its first word.

    >>> _dimension_name("technologies.electrolyser.overnight_cost", Axis(scale=(1.0,)))
    'electrolyser_overnight_cost'
    """
    if axis.of:
        return key
    group, _, rest = key.partition(".")
    return re.sub(r"\W", "_", rest if group in GROUPS else key)


def _check_names(keys: Sequence[str], names: Sequence[str], taken: Collection[str], faults: Faults) -> None:
    remedy = "choose another name, and list the address under 'of'"
    for key, name in zip(keys, names, strict=True):
        if names.count(name) > 1:
            faults.add(f"axis {key}", f"'{name}' is the name of more than one axis", remedy)
        elif name in RESERVED or name in taken:
            faults.add(f"axis {key}", f"'{name}' is a name of the results", remedy)
        elif not re.fullmatch(r"[A-Za-z_]\w*", name) and "." not in name:  # `_addresses` reports names with dots
            faults.add(f"axis {key}", f"'{name}' is an invalid name", "use letters, digits and _, such as power_price")


def _refuse_shared_addresses(axes: Iterable[ResolvedAxis], faults: Faults) -> None:
    """Refuse two axes that change the same values: their effects could not be separated."""
    first: dict[str, ResolvedAxis] = {}
    for axis in axes:
        for address in axis.addresses:
            other = first.setdefault(address, axis)
            if other is not axis and other.selection == axis.selection:
                problem = f"{address} is also changed by the axis {other.name}"
                faults.add(f"axis {axis.name}", problem, "use one axis, or separate periods or regions")


def _addresses(key: str, axis: Axis, data: xr.Dataset, faults: Faults) -> tuple[str, ...]:
    """Return the addresses that an axis changes, in the order of the case, each once."""
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
    """Return the technologies, carriers or assets (`group`) of a case that have a parameter."""
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
