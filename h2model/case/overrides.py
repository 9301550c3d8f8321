"""Overrides: changes to the data by address, from a scenario or a study.

technologies.<technology>.<parameter>, carriers.<carrier>.<parameter>, assets.<asset>.<parameter> and case.<scalar>.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from h2model.case.assets import Assets, Entity
from h2model.case.cells import Cells
from h2model.case.declare import ASSET_DIMS, Parameter
from h2model.case.faults import Faults, did_you_mean, listed
from h2model.case.operations import Override
from h2model.case.provenance import UNKNOWN_ROW, Provenance
from h2model.case.scenario import Scenario
from h2model.case.units import UnitError, Units

_DIMS_OF_GROUP = {
    "technologies": ASSET_DIMS,
    "assets": (*ASSET_DIMS, "trade", "demand"),
    "carriers": ("carrier",),
    "case": ("",),
}


@dataclass(frozen=True)
class Change:
    """One override with the parts of its address."""

    address: str
    group: str
    subject: str
    parameter: Parameter
    override: Override

    @property
    def where(self) -> str:
        """The name of the override in faults."""
        return f"override {self.address}"

    def concerns(self, entity: Entity, with_carrier_labels: bool) -> bool:
        """Return whether the override changes values of an entity; labels of carriers are chosen separately."""
        override = self.override
        name = entity.technology if self.group == "technologies" else entity.name
        in_region = not override.region or entity.is_in(override.region)
        of_carrier = not override.carrier or with_carrier_labels or entity.carrier == override.carrier
        return name == self.subject and in_region and of_carrier


def split_address(address: str) -> tuple[str, str, str]:
    """Return group, subject and parameter of an override address; the subject may contain dots.

    >>> split_address("technologies.electrolyser.overnight_cost")
    ('technologies', 'electrolyser', 'overnight_cost')
    """
    group, _, rest = address.partition(".")
    if group == "case":
        return group, "case", rest
    subject, _, parameter = rest.rpartition(".")
    return group, subject, parameter


def read_changes(scenario: Scenario, parameters: dict[str, Parameter], assets: Assets, faults: Faults) -> list[Change]:
    """Return the overrides of a scenario, with every name checked."""
    subjects = {
        "technologies": assets.technologies,
        "assets": [entity.name for entity in assets.named()],
        "carriers": [carrier.name for carrier in assets.carriers],
        "case": ["case"],
    }
    changes = []
    for address, overrides in (*scenario.overrides.items(), *scenario.last_overrides.items()):
        group, subject, name = split_address(address)
        where = f"override {address}"
        known = {n: p for n, p in parameters.items() if (p.dims or ("",))[0] in _DIMS_OF_GROUP[group]}
        if name not in known:
            faults.add(where, f"the parameter '{name}' is unknown here", did_you_mean(name, known))
        if subject not in subjects[group]:
            owner = {"technologies": "technology", "assets": "asset", "carriers": "carrier"}[group]
            faults.add(where, f"the {owner} '{subject}' is unknown", did_you_mean(subject, subjects[group]))
        if name in known and subject in subjects[group]:
            changes += [Change(address, group, subject, known[name], override) for override in overrides]
    return changes


def apply_changes(
    cells: Cells, changes: Iterable[Change], units: Units, provenance: Provenance, faults: Faults
) -> None:
    """Change the cells, one override after the other in the order of the scenario."""
    for change in changes:
        before = len(faults)
        has_labels = "carrier" in cells.labels
        positions = [i for i, entity in enumerate(cells.entities) if change.concerns(entity, has_labels)]
        labels = _labels(cells, change, positions, faults)
        if len(faults) > before:
            continue
        index = cells.index(positions, **labels)
        if not cells.value[index].size:
            remedy = "correct the address or its region, carrier and period; the technology must be used by an asset"
            faults.add(change.where, "changes nothing", remedy)
            continue
        numbers = _numbers(cells, change, positions, units, faults)
        if numbers is None:
            continue
        override = change.override
        note = provenance.note(change.where, f"{override.operation} {override.amount}")
        if not cells.change(index, override.operation, numbers, note):
            faults.add(change.where, f"the tables have no value to {override.operation}", "use set instead")


def _labels(cells: Cells, change: Change, positions: Sequence[int], faults: Faults) -> dict[str, list | None]:
    """The labels that an override changes; a blank carrier or origin means the one with values."""
    override = change.override
    wanted_labels = {"carrier": override.carrier, "origin": override.origin, "period": override.period}
    if wanted_labels["origin"] and "origin" not in cells.labels:
        faults.add(change.where, f"{cells.parameter.name} has no origin", "leave 'origin' out")
    if wanted_labels["period"] and "period" not in cells.labels:
        faults.add(change.where, f"{cells.parameter.name} has no period", "leave 'period' out")
    selected: dict[str, list | None] = {}
    for axis, (dim, labels) in enumerate(cells.labels.items(), start=1):
        wanted = wanted_labels[dim]
        if wanted:
            wanted = list(wanted) if isinstance(wanted, tuple) else [wanted]
            for label in [label for label in wanted if label not in labels]:
                faults.add(
                    change.where, f"the {dim} {label} is not in the case", did_you_mean(str(label), map(str, labels))
                )
            selected[dim] = [label for label in wanted if label in labels]
        elif dim in ("carrier", "origin"):
            rows = np.moveaxis(cells.row[list(positions)], axis, 0).reshape(len(labels), -1)
            with_value = [label for label, row in zip(labels, rows, strict=True) if np.any(row != UNKNOWN_ROW)]
            if len(with_value) > 1 and override.operation != "scale":
                faults.add(
                    change.where,
                    f"{cells.parameter.name} has values for {listed(with_value)}",
                    f"say which {dim} is meant, such as {{{override.operation}: …, {dim}: {with_value[0]}}}",
                )
            selected[dim] = with_value
    return selected


def _numbers(
    cells: Cells, change: Change, positions: Sequence[int], units: Units, faults: Faults
) -> list[float] | None:
    """The value of an override for each entity, in the declared unit."""
    parameter, override = cells.parameter, change.override
    if parameter.choices:
        if override.operation != "set" or override.amount not in parameter.choices:
            faults.add(
                change.where,
                f"{parameter.name} cannot be changed by {override.operation}: {override.amount}",
                f"set it to one of: {listed(parameter.choices)}",
            )
            return None
        return [float(parameter.choices.index(override.amount))] * len(positions)
    if override.operation == "scale":
        return [float(override.amount)] * len(positions)
    try:
        return [
            units.convert_text(
                override.amount, parameter.unit, entity.carrier, override.carrier or "", entity.holds_amount
            )
            for entity in (cells.entities[position] for position in positions)
        ]
    except UnitError as fault:
        faults.add(change.where, f"{parameter.name}: {fault.problem}", fault.remedy)
        return None
