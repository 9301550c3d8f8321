"""Steps that a case brings itself: representative days, time slices, or the few hours of an example.

Each row of the table is a step: so many `hours` long, standing in the year as often as its `weight` says. Steps of one
`sequence` follow each other, and the first of them follows the last; sequences know nothing of each other. Every
further column is a profile, with its mean over each step. Together the steps stand for the 8,760 hours of a year.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from h2model.case.faults import Faults, listed
from h2model.case.profiles import Profiles
from h2model.case.tables import parse_number, read_records
from h2model.case.time import step_starts
from h2model.constants import HOURS_PER_YEAR

OWN_COLUMNS = ("hours", "weight", "sequence")
NEEDED = ("hours", "weight")
_FREE_COLUMNS = ("step", "description", "note", "source")
_FIRST_MOMENT = np.datetime64("2025-01-01T00", "ns")
_ROUNDING = 1e-6
"""Share of a year by which the steps may miss it, since weights such as 365/12 are written with some digits."""


@dataclass(frozen=True)
class Steps:
    """Steps of a scenario: length in hours, weight, number of the sequence, all over (time); and their profiles."""

    hours: np.ndarray
    weight: np.ndarray
    sequence: np.ndarray
    profiles: Profiles

    @classmethod
    def equal(cls, hours: np.ndarray, profiles: Profiles) -> Steps:
        """A whole year of steps of so many hours, one after the other."""
        return cls(hours, np.ones(len(hours)), np.zeros(len(hours), dtype=int), profiles)

    @property
    def timestamps(self) -> np.ndarray:
        """When each step begins."""
        stamps = self.profiles.timestamps
        return stamps[step_starts(self.hours)] if self.profiles.hourly else stamps


def read_step_table(folder: Path, file: str, faults: Faults) -> Steps | None:
    """Read the steps of a case from a file below its folder; None, with faults, when they cannot be used."""
    before = len(faults)
    columns, lines = _read_columns(folder / file, file, faults)
    if len(faults) > before:
        return None
    numbers = {
        name: _numbers(cells, lines, f"{file}, row {{line}}: column '{name}'", faults)
        for name, cells in columns.items()
        if name != "sequence" and name not in _FREE_COLUMNS
    }
    if len(faults) > before:
        return None
    hours, weight = (numbers.pop(name) for name in NEEDED)
    _check_year(hours, weight, file, lines, faults)
    sequence = _sequence_numbers(columns.get("sequence", ("",) * len(lines)), lines, file, faults)
    if len(faults) > before:
        return None
    begins = np.cumsum(hours) - hours
    profiles = Profiles(
        timestamps=_FIRST_MOMENT + (begins * 3600).round().astype("timedelta64[s]"),
        series=numbers, file_of=dict.fromkeys(numbers, file), share=hours * weight / HOURS_PER_YEAR,
    )  # fmt: skip
    return Steps(hours, weight, sequence, profiles)


def _read_columns(path: Path, file: str, faults: Faults) -> tuple[dict[str, tuple[str, ...]], list[int]]:
    """The cells of each column, and the line of each row; faults of the whole table."""
    if not path.is_file():
        faults.add("scenario: time.steps", f"there is no file '{file}'", "correct the path below the case folder")
        return {}, []
    records = read_records(path, file, faults)
    if not records:
        return {}, []
    header, rows = records[0][1], records[1:]
    where = f"{file}, row 1"
    missing = [name for name in NEEDED if name not in header]
    if missing:
        faults.add(where, f"columns are missing: {listed(missing)}", f"each step needs its {' and its '.join(NEEDED)}")
    if not all(header) or len(set(header)) < len(header):
        faults.add(where, f"the columns are {', '.join(header)}", "give every column a name of its own")
    for line, cells in rows:
        if len(cells) != len(header):
            faults.add(
                f"{file}, row {line}", f"has {len(cells)} cells where the header has {len(header)}", "complete the row"
            )
    if not rows:
        faults.add(file, "has no steps", "give one row for each step")
    if missing or not rows or any(len(cells) != len(header) for _, cells in rows):
        return {}, []
    return dict(zip(header, zip(*(cells for _, cells in rows), strict=True), strict=True)), [line for line, _ in rows]


def _numbers(cells: Sequence[str], lines: Sequence[int], where: str, faults: Faults) -> np.ndarray:
    """A column as finite numbers; each cell that is none is reported."""
    values = np.full(len(cells), np.nan)
    for position, (cell, line) in enumerate(zip(cells, lines, strict=True)):
        with suppress(ValueError):
            values[position] = parse_number(cell)
        if not np.isfinite(values[position]):
            problem = f"'{cell}' is no finite number" if cell else "the cell is empty"
            faults.add(where.format(line=line), problem, "give every step a number")
    return values


def _check_year(hours: np.ndarray, weight: np.ndarray, file: str, lines: Sequence[int], faults: Faults) -> None:
    """Steps have a length and a weight, and stand for all hours of the year together."""
    before = len(faults)
    for name, values in (("hours", hours), ("weight", weight)):
        for position in np.flatnonzero(~(values > 0)).tolist():
            where = f"{file}, row {lines[position]}: column '{name}'"
            faults.add(where, f"{values[position]:g} is not above zero", "correct it, or remove the step")
    total = float((hours * weight).sum())
    if len(faults) == before and abs(total / HOURS_PER_YEAR - 1) > _ROUNDING:
        faults.add(
            f"{file}: column 'weight'",
            f"the steps stand for {total:,.10g} hours in all (Σ hours × weight), a year has {HOURS_PER_YEAR:,}",
            f"multiply every weight by {HOURS_PER_YEAR / total:.10g}, or correct those that are wrong",
        )


def _sequence_numbers(names: Sequence[str], lines: Sequence[int], file: str, faults: Faults) -> np.ndarray:
    """Number of the sequence to which each step belongs, in order; the steps of one stand together."""
    numbers: dict[str, int] = {}
    previous = None
    for name, line in zip(names, lines, strict=True):
        if name in numbers and name != previous:
            faults.add(
                f"{file}, row {line}", f"the sequence '{name}' goes on here after others", "put its steps together"
            )
        numbers.setdefault(name, len(numbers))
        previous = name
    return np.array([numbers[name] for name in names])
