"""Where each value of the data comes from, so that a check on the data can name the row of the table."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from h2model.case.declare import Parameter

UNKNOWN_ROW = -1


@dataclass
class Origin:
    """A place that gave a value: where it stands and what it says there."""

    where: str
    text: str


@dataclass
class Provenance:
    """For every parameter, the row (or override) behind each cell."""

    origins: list[Origin] = field(default_factory=list)
    _cells: dict[str, tuple[Parameter, dict[str, dict[str, int]], np.ndarray]] = field(default_factory=dict)
    _definitions: dict[str, str] = field(default_factory=dict)
    _places: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def note(self, where: str, text: str) -> int:
        """Remember a place; returns its number."""
        self.origins.append(Origin(where, text))
        return len(self.origins) - 1

    def keep(self, parameter: Parameter, labels: dict[str, list], numbers: np.ndarray) -> None:
        """Remember the place of every cell of a parameter; `labels` by dimension, in the order of the axes."""
        positions = {dim: {str(label): i for i, label in enumerate(names)} for dim, names in labels.items()}
        self._cells[parameter.name] = (parameter, positions, numbers)

    def keep_place(self, parameter: str, name: str, carrier: str, where: str) -> None:
        """Remember the place of something that is no declared parameter, such as a part-load curve."""
        self._places.setdefault((parameter, name, carrier), where)

    def define(self, name: str, where: str) -> None:
        """Remember where an asset, trade or demand is defined."""
        self._definitions[name] = where

    def where(self, parameter: str, name: str = "", **labels: object) -> str:
        """The place of a value, such as "technologies.csv, row 17"; the name of the table for a default.

        `name` is the plant, store, link, trade, demand, asset or carrier; `labels` are carrier=, origin=, period=.
        A label that is left out means any; the first row that is found counts.
        """
        if parameter not in self._cells:
            return self._places.get((parameter, name, str(labels.get("carrier", ""))), self.defined(name))
        return self.row(parameter, name, **labels) or self._cells[parameter][0].table

    def row(self, parameter: str, name: str = "", **labels: object) -> str:
        """Like `where`, but empty when the value is a default."""
        if parameter not in self._cells:
            return ""
        declared, positions, numbers = self._cells[parameter]
        wanted = {**labels, declared.dims[0]: name} if declared.dims and name else labels
        selected = numbers
        for axis, (dim, position) in enumerate(positions.items()):
            if dim in wanted:
                place = position.get(str(wanted[dim]))
                selected = selected.take([] if place is None else [place], axis=axis)
        rows = selected[selected != UNKNOWN_ROW]
        return self.origins[int(rows.flat[0])].where if rows.size else ""

    def defined(self, name: str) -> str:
        """Where an asset, trade or demand is defined, such as "plants.csv, row 3"."""
        return self._definitions.get(name, "case.yaml")
