"""The origin of each value of the data, so that a check on the data can name the row of the table."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from h2model.case.declare import Parameter
from h2model.case.scenario import Scenario

UNKNOWN_ROW = -1


@dataclass
class Origin:
    """A row or override with a value: its position, and its text."""

    where: str
    text: str


@dataclass
class Provenance:
    """The row or override behind each cell of every parameter, and the scenario for which they were read."""

    origins: list[Origin] = field(default_factory=list)
    scenario: Scenario | None = None
    _cells: dict[str, tuple[Parameter, dict[str, dict[str, int]], np.ndarray]] = field(default_factory=dict)
    _definitions: dict[str, str] = field(default_factory=dict)
    _others: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def note(self, where: str, text: str) -> int:
        """Remember a row or override; return its number."""
        self.origins.append(Origin(where, text))
        return len(self.origins) - 1

    def keep(self, parameter: Parameter, labels: dict[str, list], numbers: np.ndarray) -> None:
        """Remember the origin of every cell of a parameter; `labels` by dimension, in the order of the axes."""
        positions = {dim: {str(label): i for i, label in enumerate(names)} for dim, names in labels.items()}
        self._cells[parameter.name] = (parameter, positions, numbers)

    def keep_place(self, parameter: str, name: str, carrier: str, where: str) -> None:
        """Remember the origin of a value without declared parameter, such as a part-load curve."""
        self._others.setdefault((parameter, name, carrier), where)

    def define(self, name: str, where: str) -> None:
        """Remember where an asset, trade or demand is defined."""
        self._definitions[name] = where

    def where(self, parameter: str, name: str = "", **labels: object) -> str:
        """Return the position of a value, such as "technologies.csv, row 17"; the name of the table for a default.

        `name` is the plant, store, link, trade, demand, asset or carrier; `labels` are carrier=, origin=, period=.
        A label that is left out matches all; the first matching row is returned.
        """
        if parameter not in self._cells:
            return self._others.get((parameter, name, str(labels.get("carrier", ""))), self.defined(name))
        return self.row(parameter, name, **labels) or self._cells[parameter][0].table

    def row(self, parameter: str, name: str = "", **labels: object) -> str:
        """Return the position of a value as `where` does, or "" for a default."""
        if parameter not in self._cells:
            return ""
        declared, positions, numbers = self._cells[parameter]
        wanted = {**labels, declared.dims[0]: name} if declared.dims and name else labels
        selected = numbers
        for axis, (dim, position) in enumerate(positions.items()):
            if dim in wanted:
                index = position.get(str(wanted[dim]))
                selected = selected.take([] if index is None else [index], axis=axis)
        rows = selected[selected != UNKNOWN_ROW]
        return self.origins[int(rows.flat[0])].where if rows.size else ""

    def defined(self, name: str) -> str:
        """Return the row that defines an asset, trade or demand, such as "plants.csv, row 3"."""
        return self._definitions.get(name, "case.yaml")
