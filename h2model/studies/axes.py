"""Axes: from what a study file says to the changes that each run makes to its scenario."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import xarray as xr

from h2model.case import Faults, Scenario, did_you_mean, parse_yaml
from h2model.case.operations import OVERRIDE_GROUPS
from h2model.studies.definition import Axis, Listed, Pareto, Study
from h2model.studies.ranges import Range, split_quantity

GROUPS = (*OVERRIDE_GROUPS, "policies")
#: Names in the cube that are not those of results.
RESERVED = ("run", "run_of_plant", "status", "reason", "co2_price", "cost_of_step", "month", "axis", "other_axis")


@dataclass(frozen=True)
class Direction:
    """An axis with its name as a dimension, and with the addresses that it changes written out.

    `unit` is that of its values; None if they are words, such as names of weather years.
    """

    name: str
    operation: str
    addresses: tuple[str, ...]
    unit: str | None
    place: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Direction:
        """What `to_dict` made."""
        return cls(**{**stored, "addresses": tuple(stored["addresses"])})

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for a file."""
        return asdict(self)

    def coordinate(self, cells: Sequence[str]) -> np.ndarray:
        """The cells of a manifest as numbers, or as words where they are no numbers."""
        if self.unit is None:
            return np.array(cells, dtype=str)
        return np.array([split_quantity(cell)[0] for cell in cells])


def directions(study: Study, data: xr.Dataset, taken: Collection[str] = ()) -> tuple[Direction, ...]:
    """The axes of a study on a case; raises InputError for names that collide, and for values that mix units.

    `taken` are the names that results have for dimensions, coordinates and variables.
    """
    faults = Faults()
    found = [_direction(key, axis, study, data, faults) for key, axis in study.axes.items()]
    names, remedy = [direction.name for direction in found], "choose a name of yours, and put the address under 'of'"
    for key, name in zip(study.axes, names, strict=True):
        if names.count(name) > 1:
            faults.add(f"axis {key}", f"'{name}' is the name of more than one axis", remedy)
        elif name in RESERVED or name in taken:
            faults.add(f"axis {key}", f"'{name}' is taken by the results", remedy)
        elif not re.fullmatch(r"[A-Za-z_]\w*", name) and "." not in name:  # an address is told of elsewhere
            faults.add(f"axis {key}", f"'{name}' is no name", "use letters, digits and _, such as power_price")
    _refuse_shared(found, faults)
    faults.raise_if_any()
    return tuple(found)


def _direction(key: str, axis: Axis, study: Study, data: xr.Dataset, faults: Faults) -> Direction:
    name, values = _name(key, axis), axis.values
    if isinstance(study.design, Listed):
        values = tuple(run[name] for run in study.design.runs if name in run)
    unit = _unit(key, axis, values, faults)
    if unit is None and axis.operation != "set":
        faults.add(f"axis {key}", f"has words to {axis.operation}", "give numbers")
    if unit is None and isinstance(study.design, Pareto):
        faults.add(f"axis {key}", "has words for values", "a front needs numbers, in the order from loose to strict")
    return Direction(name, axis.operation, _addresses(key, axis, data, faults), unit, axis.place)


def _refuse_shared(axes: Iterable[Direction], faults: Faults) -> None:
    """What two axes change in the same place would be told of one of them, or of neither."""
    first: dict[str, Direction] = {}
    for axis in axes:
        for address in axis.addresses:
            other = first.setdefault(address, axis)
            if other is not axis and other.place == axis.place:
                problem = f"{address} is changed by the axis {other.name}, too"
                faults.add(f"axis {axis.name}", problem, "change it along one axis, or each period or region apart")


def changes_of(
    row: Mapping[str, str], axes: Iterable[Direction], base: Scenario, content: Mapping[str, Any]
) -> dict[str, Any]:
    """What one run changes in the base scenario, by address, for `read_scenario`.

    Changes of data come after all that the scenario itself makes. `content` is the scenario as plain values.
    """
    last: dict[str, list] = {address: [*overrides] for address, overrides in base.last_overrides.items()}
    changes: dict[str, Any] = {}
    for axis in axes:
        for address in axis.addresses:
            if is_data(address):
                last.setdefault(address, []).append({axis.operation: _value(row[axis.name]), **axis.place})
            else:
                given = changes.get(address, _at(content, address))
                changes[address] = _changed(given, axis.operation, row[axis.name])
    return changes | ({"last_overrides": last} if last else {})


def is_data(address: str) -> bool:
    """Whether an address is one of the data, and not a setting of the scenario."""
    return address.partition(".")[0] in OVERRIDE_GROUPS


def _value(cell: str) -> Any:
    """The cell of a manifest as a number, where it is one."""
    return parse_yaml(cell, "manifest") if cell else cell


def _changed(given: Any, operation: str, cell: str) -> Any:
    """A setting of the scenario, set, scaled or added to."""
    if operation == "set":
        return _value(cell)
    number, unit = split_quantity(given)
    amount = split_quantity(cell)[0]
    changed = number * amount if operation == "scale" else number + amount
    return f"{changed!r} {unit}" if unit else changed


def _at(content: Any, address: str) -> Any:
    """What stands at an address of a scenario; None if nothing does."""
    for part in address.split("."):
        if not isinstance(content, Mapping):
            return None
        content = next((inner for key, inner in content.items() if str(key) == part), None)
    return content


def check_settings(axes: Iterable[Direction], content: Mapping[str, Any], faults: Faults) -> None:
    """Refuse what cannot be done to a setting of the scenario: it has no parts, and a number may be missing."""
    for axis in axes:
        for address in filter(lambda address: not is_data(address), axis.addresses):
            where, root = f"axis {axis.name}", address.partition(".")[0]
            if root not in Scenario.model_fields:
                known = [*Scenario.model_fields, *OVERRIDE_GROUPS]
                faults.add(where, f"'{root}' in {address} is unknown", did_you_mean(root, known))
                continue
            for part in axis.place:
                remedy = f"leave '{part}' out, and name the one you mean in the address"
                faults.add(where, f"{address} is a setting and has no {part}", remedy)
            if axis.operation != "set":
                _check_number(axis, address, content, faults)


def _check_number(axis: Direction, address: str, content: Mapping[str, Any], faults: Faults) -> None:
    """Scale and add need a number in the scenario, and add one in the same unit."""
    where = f"axis {axis.name}"
    try:
        unit = split_quantity(_at(content, address))[1]
    except ValueError:
        problem = f"the scenario has no number at {address} to {axis.operation}"
        faults.add(where, problem, "use set, with values and their unit")
        return
    if axis.operation == "add" and axis.unit != unit:
        faults.add(where, f"adds '{axis.unit}' to {address}, which is in '{unit}'", f"give values in {unit}")


def _name(key: str, axis: Axis) -> str:
    """The name of a dimension: the one given, or the address without its first word.

    >>> _name("technologies.electrolyser.overnight_cost", Axis(scale=(1.0,)))
    'electrolyser_overnight_cost'
    """
    if axis.of:
        return key
    group, _, rest = key.partition(".")
    return re.sub(r"\W", "_", rest if group in GROUPS else key)


def _addresses(key: str, axis: Axis, data: xr.Dataset, faults: Faults) -> tuple[str, ...]:
    if axis.of and "." in key:
        faults.add(f"axis {key}", "has an address as its name, and others under 'of'", "choose a name without dots")
    found: list[str] = []
    for address in axis.of or (key,):
        matches = _expand(address, data) if "*" in address else [address]
        if not matches:
            faults.add(f"axis {key}", f"nothing in the case matches {address}", "correct the address")
        found += [match for match in matches if match not in found]
    if not axis.of and "." not in key:
        remedy = "write an address such as technologies.<technology>.<parameter>, or addresses under 'of'"
        faults.add(f"axis {key}", "is no address", remedy)
    return tuple(found)


def _expand(address: str, data: xr.Dataset) -> list[str]:
    """The addresses that a pattern stands for, in the order of the case."""
    group, _, rest = address.partition(".")
    subject, _, parameter = rest.rpartition(".")
    return [f"{group}.{name}.{parameter}" for name in _subjects(group, parameter, data) if fnmatchcase(name, subject)]


def _subjects(group: str, parameter: str, data: xr.Dataset) -> list[str]:
    """The names in a case that have a parameter: technologies, carriers, or assets."""
    from h2model.model import PARAMETERS  # takes half a second, which only those who make a campaign should wait

    kind = next((known.dims[0] for known in PARAMETERS if known.name == parameter and known.dims), None)
    if kind is None or (group == "carriers") != (kind == "carrier") or group not in OVERRIDE_GROUPS:
        return []
    has_no_technologies = group == "technologies" and f"{kind}_technology" not in data.coords
    if has_no_technologies:
        return []
    names = data[f"{kind}_technology"] if group == "technologies" else data[kind]
    return list(dict.fromkeys(names.values.tolist()))


def _unit(key: str, axis: Axis, values: Sequence[float | str] | Range, faults: Faults) -> str | None:
    """The one unit of all values of an axis; None for words."""
    if isinstance(values, Range):
        return values.unit
    measures = all(address.partition(".")[0] in GROUPS for address in axis.of or (key,))
    if not measures and not all(isinstance(value, int | float) for value in values):
        return None  # such as resolutions or weather years: words, though they may begin with a number
    try:
        units = dict.fromkeys(split_quantity(value)[1] for value in values)
    except ValueError:
        return None
    if len(units) > 1:
        listed = ", ".join(f"'{unit}'" if unit else "none" for unit in units)
        remedy = f"give all values in '{next(iter(filter(None, units)))}'"
        faults.add(f"axis {key}", f"changes its unit from value to value: {listed}", remedy)
    return next(iter(units), "")


def unknown_axis(name: str, axes: Iterable[Direction]) -> str:
    """The remedy for a name that is no axis."""
    return did_you_mean(name, [axis.name for axis in axes])
