"""Steps from a table of the case: representative days, time slices, or the few hours of an example.

Each row of the table is a step with its length in `hours` and its `weight`, the number of times it occurs in the year.
The steps of a `sequence` follow each other in a cycle; sequences are independent. Every further column is a profile
with its mean over each step. Together the steps represent the 8,760 hours of a year.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from h2model.case.faults import Faults, listed
from h2model.case.profiles import Profiles
from h2model.case.tables import parse_numbers, read_records
from h2model.case.time import step_starts
from h2model.constants import HOURS_PER_YEAR

OWN_COLUMNS = ("hours", "weight", "sequence")
NEEDED = ("hours", "weight")
_FREE_COLUMNS = ("step", "description", "note", "source")
_FIRST_MOMENT = np.datetime64("2025-01-01T00", "ns")
_ROUNDING = 1e-6
"""Allowed deviation from a year, as a share, because weights such as 365/12 are rounded."""


@dataclass(frozen=True)
class Steps:
    """Steps of a scenario: length in hours, weight, number of the sequence, all over (time), and their profiles."""

    hours: np.ndarray
    weight: np.ndarray
    sequence: np.ndarray
    profiles: Profiles

    @classmethod
    def equal(cls, hours: np.ndarray, profiles: Profiles) -> Steps:
        """Return consecutive steps of these lengths, which cover a whole year."""
        return cls(hours, np.ones(len(hours)), np.zeros(len(hours), dtype=int), profiles)

    @property
    def timestamps(self) -> np.ndarray:
        """The start of each step."""
        stamps = self.profiles.timestamps
        return stamps[step_starts(self.hours)] if self.profiles.hourly else stamps


def read_step_table(folder: Path, file: str, faults: Faults) -> Steps | None:
    """Return the steps in a file below the folder of a case; None, with faults, if they cannot be used."""
    before = len(faults)
    columns, lines = _read_columns(folder / file, file, faults)
    if len(faults) > before:
        return None
    numbers = {
        name: parse_numbers(cells) for name, cells in columns.items() if name not in ("sequence", *_FREE_COLUMNS)
    }
    for name, values in numbers.items():
        for position in np.flatnonzero(~np.isfinite(values)).tolist():
            where = f"{file}, row {lines[position]}: column '{name}'"
            cell = columns[name][position]
            problem = f"'{cell}' is not a finite number" if cell else "the cell is empty"
            faults.add(where, problem, "give every step a number")
    if len(faults) > before:
        return None
    hours, weight = (numbers.pop(name) for name in NEEDED)
    _check_year(hours, weight, file, lines, faults)
    names = columns.get("sequence", ("",) * len(lines))
    sequence, _ = pd.factorize(np.array(names, dtype=object))
    # Sequences are numbered in order, so a change to a number that is not new returns to an earlier sequence.
    returns = (np.diff(sequence) != 0) & (sequence[1:] <= np.maximum.accumulate(sequence)[:-1])
    for position in (np.flatnonzero(returns) + 1).tolist():
        problem = f"the sequence '{names[position]}' continues here after other sequences"
        faults.add(f"{file}, row {lines[position]}", problem, "put its steps together")
    if len(faults) > before:
        return None
    begins = np.cumsum(hours) - hours
    profiles = Profiles(
        timestamps=_FIRST_MOMENT + (begins * 3600).round().astype("timedelta64[s]"),
        series=numbers, file_of=dict.fromkeys(numbers, file), share=hours * weight / HOURS_PER_YEAR,
    )  # fmt: skip
    return Steps(hours, weight, sequence, profiles)


def _read_columns(path: Path, file: str, faults: Faults) -> tuple[dict[str, tuple[str, ...]], list[int]]:
    """The cells of each column and the line of each row; both empty, with faults, if the table cannot be used."""
    if not path.is_file():
        faults.add("scenario: time.steps", f"cannot find '{file}'", "correct the path below the case folder")
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
        faults.add(where, f"the columns are {', '.join(header)}", "give every column its own name")
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


def _check_year(hours: np.ndarray, weight: np.ndarray, file: str, lines: Sequence[int], faults: Faults) -> None:
    """Refuse lengths and weights that are not positive or do not add up to the hours of a year."""
    before = len(faults)
    for name, values in (("hours", hours), ("weight", weight)):
        for position in np.flatnonzero(~(values > 0)).tolist():
            where = f"{file}, row {lines[position]}: column '{name}'"
            faults.add(where, f"{values[position]:g} is not above zero", "correct it, or remove the step")
    total = float((hours * weight).sum())
    if len(faults) == before and abs(total / HOURS_PER_YEAR - 1) > _ROUNDING:
        faults.add(
            f"{file}: column 'weight'",
            f"the steps represent {total:,.10g} hours (Σ hours × weight), and a year has {HOURS_PER_YEAR:,}",
            f"multiply every weight by {HOURS_PER_YEAR / total:.10g}, or correct the wrong ones",
        )
