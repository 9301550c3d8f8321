"""Axes on their case, and the changes of each run to the base scenario along them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from h2model.case import Faults, Scenario, did_you_mean, parse_yaml
from h2model.case.operations import OVERRIDE_GROUPS
from h2model.studies.ranges import split_quantity


@dataclass(frozen=True)
class ResolvedAxis:
    """An axis with the name of its dimension and all its addresses.

    `unit` is the unit of its values, None if they are words such as names of weather years. `selection` limits the
    change to a region, carrier, origin or period.
    """

    name: str
    operation: str
    addresses: tuple[str, ...]
    unit: str | None
    selection: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> ResolvedAxis:
        """Return an axis written by `to_record`."""
        return cls(
            record["name"], record["operation"], tuple(record["addresses"]), record["unit"], dict(record["place"])
        )

    def to_record(self) -> dict[str, Any]:
        """Return plain values for campaign.json. The file format calls `selection` "place"."""
        return {
            "name": self.name, "operation": self.operation, "addresses": self.addresses, "unit": self.unit,
            "place": self.selection,
        }  # fmt: skip

    def coordinate(self, cells: Sequence[str]) -> np.ndarray:
        """Return cells of the manifest as numbers, or as text if the axis has words."""
        if self.unit is None:
            return np.array(cells, dtype=str)
        return np.array([split_quantity(cell)[0] for cell in cells])


def changes_of(
    row: Mapping[str, str], axes: Iterable[ResolvedAxis], base: Scenario, content: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the changes of one run to the base scenario, by address, for `read_scenario`.

    Changes of data are applied after all overrides of the scenario. `content` is the scenario as plain values.
    """
    last: dict[str, list] = {address: [*overrides] for address, overrides in base.last_overrides.items()}
    changes: dict[str, Any] = {}
    for axis in axes:
        cell = row[axis.name]
        for address in axis.addresses:
            if is_data(address):
                last.setdefault(address, []).append({axis.operation: _value(cell), **axis.selection})
            elif axis.operation == "set":
                changes[address] = _value(cell)
            else:
                number, unit = split_quantity(changes.get(address, setting_at(content, address)))
                amount = split_quantity(cell)[0]
                changed = number * amount if axis.operation == "scale" else number + amount
                changes[address] = f"{changed!r} {unit}" if unit else changed
    return changes | ({"last_overrides": last} if last else {})


def is_data(address: str) -> bool:
    """Return whether an address belongs to the data of the case, and not to the settings of the scenario."""
    return address.partition(".")[0] in OVERRIDE_GROUPS


def setting_at(content: Any, address: str) -> Any:
    """Return the setting at an address of a scenario; None if it is not set."""
    for part in address.split("."):
        if not isinstance(content, Mapping):
            return None
        content = next((inner for key, inner in content.items() if str(key) == part), None)
    return content


def check_settings(axes: Iterable[ResolvedAxis], content: Mapping[str, Any], faults: Faults) -> None:
    """Refuse a selection for a setting, and an axis with scale or add for a setting without a number."""
    for axis in axes:
        for address in filter(lambda address: not is_data(address), axis.addresses):
            where, root = f"axis {axis.name}", address.partition(".")[0]
            if root not in Scenario.model_fields:
                known = [*Scenario.model_fields, *OVERRIDE_GROUPS]
                faults.add(where, f"'{root}' in {address} is unknown", did_you_mean(root, known))
                continue
            for part in axis.selection:
                remedy = f"remove '{part}', and include it in the address if the setting has one for each {part}"
                faults.add(where, f"{address} is a setting and cannot be limited to a {part}", remedy)
            if axis.operation == "set":
                continue
            try:
                unit = split_quantity(setting_at(content, address))[1]
            except ValueError:
                problem = f"the scenario has no number at {address} to {axis.operation}"
                faults.add(where, problem, "use 'set' with values and their unit")
                continue
            if axis.operation == "add" and axis.unit != unit:
                faults.add(where, f"adds '{axis.unit}' to {address}, which is in '{unit}'", f"use values in {unit}")


def _value(cell: str) -> Any:
    """Return the cell of a manifest as a number if it is one."""
    return parse_yaml(cell, "manifest") if cell else cell
