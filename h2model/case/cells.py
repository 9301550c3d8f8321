"""The values of one parameter as arrays: filled from entries, changed by overrides, checked, aggregated to steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from h2model.case.assets import Entity
from h2model.case.declare import ORIGINS, Parameter
from h2model.case.entries import ONE_TECHNOLOGY, Entry
from h2model.case.faults import Faults, did_you_mean, listed
from h2model.case.profiles import Profiles
from h2model.case.provenance import UNKNOWN_ROW, Provenance
from h2model.case.units import UnitError, Units

NO_PROFILE = -1
LARGEST = 1e13
"""Solvers refuse coefficients of 1e15 and treat costs of 1e20 as infinite; hours and years multiply the values."""
FOR_NO_LIMIT = "; write inf for no limit"


@dataclass
class Cells:
    """One parameter before time: value × profile + offset for every entity and label.

    The first axis runs over the entities, the others over the labels of carrier, origin and period in declared order.
    `row` is the number of the origin in the provenance.
    """

    parameter: Parameter
    entities: Sequence[Entity]
    labels: dict[str, tuple]
    value: np.ndarray
    offset: np.ndarray
    profile: np.ndarray
    row: np.ndarray

    @classmethod
    def empty(cls, parameter: Parameter, entities: Sequence[Entity], labels: Mapping[str, tuple]) -> Cells:
        """Return cells with the default value; NaN without one."""
        axes = {dim: labels[dim] for dim in parameter.label_dims}
        shape = (len(entities), *(len(names) for names in axes.values()))
        default = parameter.default
        if isinstance(default, str):
            default = parameter.choices.index(default)
        number = float(default) if isinstance(default, int | float) else np.nan
        return cls(
            parameter, entities, axes,
            value=np.full(shape, number), offset=np.zeros(shape),
            profile=np.full(shape, NO_PROFILE), row=np.full(shape, UNKNOWN_ROW),
        )  # fmt: skip

    def index(self, positions: Sequence[int], **labels: Iterable) -> tuple[np.ndarray, ...]:
        """Return the index of the cells of some entities and labels; a dimension without labels is taken whole."""
        axes = [np.asarray(positions, dtype=int)]
        for dim, names in self.labels.items():
            wanted = labels.get(dim)
            axes.append(np.arange(len(names)) if wanted is None else np.array([names.index(w) for w in wanted]))
        return np.ix_(*axes)

    def as_column(self, numbers: Sequence[float]) -> np.ndarray:
        """Return one number per entity, shaped to broadcast over all labels."""
        return np.reshape(np.asarray(numbers, dtype=float), (-1, *(1 for _ in self.labels)))

    def change(self, index: tuple[np.ndarray, ...], operation: str, numbers: Sequence[float], row: int) -> bool:
        """Set cells to one number per entity, or scale or add to them; `row` is the number of the origin.

        Only values of tables are scaled or added to: a default of 0 or infinity would not change. Returns False if
        there are none, and changes nothing.
        """
        column = self.as_column(numbers)
        if operation == "set":
            self.value[index], self.offset[index], self.row[index] = column, 0.0, row
            return True
        has_value = self.row[index] != UNKNOWN_ROW
        changed, calculate = (
            ([self.value, self.offset], np.multiply) if operation == "scale" else ([self.offset], np.add)
        )
        for array in changed:
            before = array[index]
            array[index] = calculate(before, column, out=before.copy(), where=has_value)
        self.row[index] = np.where(has_value, row, self.row[index])
        return bool(has_value.any())


def labels_of(carriers: Iterable[Entity], periods: Sequence[int]) -> dict[str, tuple]:
    """Return the labels of the dimensions after the first one."""
    return {"carrier": tuple(c.name for c in carriers), "origin": ORIGINS, "period": tuple(periods)}


def fill(
    cells: Cells,
    entries: Sequence[Entry],
    units: Units,
    profiles: Sequence[str],
    provenance: Provenance,
    faults: Faults,
) -> None:
    """Write entries into cells, the more specific after the less specific.

    A value of an asset overrides that of its technology, which overrides that of all technologies. Among these, a value
    of a period overrides one without period.
    """
    first: dict[tuple, Entry] = {}
    for entry in entries:
        if entry.key in first:
            problem = f"gives {entry.parameter.name} a second time, after {first[entry.key].where}"
            faults.add(entry.where, problem, "keep one of the two rows")
        first.setdefault(entry.key, entry)
    for entry in sorted(first.values(), key=lambda e: (e.level, e.period is not None)):
        owners = [cells.entities[position] for position in entry.positions]
        factors, errors = _factors(entry, owners, units)
        if errors:
            faults.add(entry.where, f"{cells.parameter.name}: {errors[0].problem}", errors[0].remedy)
        if entry.period is not None and entry.period not in cells.labels["period"]:
            continue
        index = cells.index(entry.positions, **entry.labels)
        cells.value[index] = cells.as_column(factors) * entry.number
        cells.profile[index] = profiles.index(entry.profile) if entry.profile else NO_PROFILE
        cells.row[index] = provenance.note(entry.where, entry.text)


def _factors(entry: Entry, owners: Iterable[Entity], units: Units) -> tuple[list[float], list[UnitError]]:
    """The conversion factor of an entry for each of its owners, NaN if it fails, and the reasons of all failures."""
    factors, errors = [], []
    for owner in owners:
        try:
            factors.append(convert(entry.unit, entry.parameter, owner, entry.carrier, units))
        except UnitError as error:
            factors.append(np.nan)
            errors.append(error)
    return factors, errors


def check_idle(entries: Iterable[Entry], reference: Mapping[str, str], units: Units, faults: Faults) -> None:
    """Check the units of technologies that no asset uses yet, so that their first use brings no new faults."""
    for entry in entries:
        if entry.positions or entry.level != ONE_TECHNOLOGY:
            continue
        if entry.subject not in reference:
            problem = f"the technology '{entry.subject}' has no reference row and no asset uses it"
            faults.add(entry.where, problem, f"{did_you_mean(entry.subject, reference)}; or add its reference row")
            continue
        kinds = {"asset": ("plant", "store"), "store": ("store",)}.get(entry.parameter.dims[0], ("plant",))
        users = [Entity(entry.subject, kind, entry.subject, carrier=reference[entry.subject]) for kind in kinds]
        _, errors = _factors(entry, users, units)
        if len(errors) == len(users):
            faults.add(entry.where, f"{entry.parameter.name}: {errors[0].problem}", errors[0].remedy)


def convert(unit: str, parameter: Parameter, entity: Entity, carrier: str, units: Units) -> float:
    """Return the factor from a unit to the declared one; 1 for words, and if the carrier itself has a fault."""
    reference = entity.carrier
    wanted = {reference} if "{amount}" in parameter.unit or "{capacity}" in parameter.unit else set()
    wanted |= {carrier or reference} if "{carrier" in parameter.unit else set()
    if parameter.choices or wanted - set(units.carrier_units):
        return 1.0
    return units.factor(unit, parameter.unit, own=reference, row=carrier, storage=entity.holds_amount)


def check_periods(cells: Cells, entries: Sequence[Entry], faults: Faults) -> set[int]:
    """Refuse values that are given for some periods of the scenario only; nothing is interpolated.

    Returns the positions of the entities with such a fault, so that they are not also reported as missing.
    """
    reported: set[int] = set()
    seen: set[tuple] = set()
    for entry in entries:
        if entry.period is None:
            continue
        rows = cells.row[cells.index(entry.positions, **(entry.labels | {"period": None}))]
        of_period = np.moveaxis(rows, 1 + list(cells.labels).index("period"), 1)
        blank = np.all(of_period == UNKNOWN_ROW, axis=tuple(range(2, of_period.ndim)))
        incomplete = np.flatnonzero(blank.any(axis=1))
        reported |= {entry.positions[number] for number in incomplete}
        series = entry.key[:-1]
        if not len(incomplete) or series in seen:
            continue
        seen.add(series)
        without = [
            period for period, is_blank in zip(cells.labels["period"], blank[incomplete[0]], strict=True) if is_blank
        ]
        periods = sorted({other.period for other in entries if other.key[:-1] == series})
        what = f"{cells.parameter.name} of {entry.subject or 'every technology'}"
        what += f" ({entry.carrier})" if entry.carrier else ""
        faults.add(
            entry.where,
            f"{what} is given for {listed(periods)}, but not for {listed(without)}",
            "add a row for each period of the scenario, or one with an empty period; nothing is interpolated",
        )
    return reported


def check_bounds(
    cells: Cells, profiles: Profiles, names: Sequence[str], provenance: Provenance, faults: Faults
) -> None:
    """Refuse values outside the declared bounds, over all hours of their profiles; one fault per row."""
    parameter = cells.parameter
    if parameter.choices:
        return
    # The last element means "no profile"; NO_PROFILE = -1 selects it.
    ends = []
    for extreme in profiles.extremes:
        reached = np.append(extreme, 1.0)[cells.profile]
        ends.append(cells.value * reached + cells.offset)
    lowest, highest = np.minimum(*ends), np.maximum(*ends)
    below = lowest < parameter.lower
    # Only a limit can be infinite; its default is infinite, too.
    endless = (np.isinf(lowest) | np.isinf(highest)) & (parameter.default != np.inf)
    huge = np.isfinite(lowest) & np.isfinite(highest) & (np.maximum(np.abs(lowest), np.abs(highest)) > LARGEST)
    seen = set()
    for cell in map(tuple, np.argwhere(below | endless | huge | (highest > parameter.upper))):
        number = int(cells.row[cell])
        if number in seen:
            continue
        seen.add(number)
        origin, profile = provenance.origins[number], cells.profile[cell]
        reach = f"{lowest[cell] if below[cell] else highest[cell]:g}"
        at = "" if profile == NO_PROFILE else f", which reaches {reach} with profile '{names[profile]}'"
        if endless[cell]:
            bound = "it must be finite"
        elif below[cell]:
            bound = f"below the lower bound, {parameter.lower:g}"
        elif huge[cell]:
            bound = f"above the largest number that solvers accept, {LARGEST:g}" + FOR_NO_LIMIT * (
                parameter.default == np.inf
            )
        else:
            bound = f"above the upper bound, {parameter.upper:g}"
        faults.add(
            origin.where,
            f"{parameter.name} of {cells.entities[cell[0]].name} is {origin.text}{at}: {bound}",
            f"correct the value or its unit; {parameter.name}: {parameter.description}",
        )


def to_steps(cells: Cells, profiles: Profiles, names: Sequence[str], hours: np.ndarray) -> np.ndarray:
    """Return the cells of a parameter that varies in time as an array with a last axis over the steps.

    If the profile counts negatively, a minimum over a step becomes a maximum, and a maximum a minimum.
    """
    rule = cells.parameter.aggregation
    flipped = {"min": "max", "max": "min"}.get(rule, rule)
    count = len(hours)
    result = np.empty((*cells.value.shape, count))
    constant = cells.value + cells.offset
    result[...] = (constant[..., None] * hours) if rule == "sum" else constant[..., None]
    for number in np.unique(cells.profile[cells.profile != NO_PROFILE]):
        for sign in (False, True):
            with_profile = (cells.profile == number) & ((cells.value < 0) == sign)
            if not with_profile.any():
                continue
            steps = profiles.in_steps(names[number], hours, flipped if sign else rule)
            offset = cells.offset[with_profile][:, None] * (hours if rule == "sum" else 1.0)
            result[with_profile] = cells.value[with_profile][:, None] * steps + offset
    return result
