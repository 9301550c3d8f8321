"""Read the tables of a case folder as text with line numbers, so that every fault names its row."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from h2model.case.faults import Faults, did_you_mean, listed
from h2model.case.reading import read_once

FREE_COLUMNS = ("description", "note", "source")
STEPS = "steps.csv"
"""The usual name of a table of steps, which is not a misspelt stores.csv."""


@dataclass(frozen=True)
class Row:
    """One row of a table: its position, and the text of its cells."""

    table: str
    where: str
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        """Return the text of a cell; empty if the table does not have the column."""
        return self.cells.get(column, "")


@dataclass(frozen=True)
class Layout:
    """The columns of a table: required ones, those whose cells must be filled, and optional ones."""

    columns: tuple[str, ...]
    filled: tuple[str, ...]
    optional: tuple[str, ...] = ()
    required: bool = False


LAYOUTS = {
    "regions.csv": Layout(("region",), ("region",), ("latitude", "longitude"), required=True),
    "carriers.csv": Layout(
        ("carrier", "parameter", "value", "unit", "source"),
        ("carrier", "parameter", "value"),
        ("origin", "period"),
        required=True,
    ),
    "technologies.csv": Layout(
        ("technology", "parameter", "carrier", "period", "value", "unit", "source"),
        ("parameter",),
        ("profile",),
        required=True,
    ),
    "plants.csv": Layout(
        ("plant", "technology", "region"), ("plant", "technology", "region"), ("mode_of", "retrofit_of")
    ),
    "stores.csv": Layout(
        ("store", "technology", "region"),
        ("store", "technology", "region"),
        ("charger", "discharger", "retrofit_of"),
    ),
    "links.csv": Layout(
        ("link", "technology", "from_region", "to_region", "two_way"),
        ("link", "technology", "from_region", "to_region", "two_way"),
        ("retrofit_of",),
    ),
    "trades.csv": Layout(
        ("trade", "region", "carrier", "direction"), ("trade", "region", "carrier", "direction"), ("market",)
    ),
    "demands.csv": Layout(("demand", "region", "carrier"), ("demand", "region", "carrier")),
    "assets.csv": Layout(
        ("asset", "parameter", "value", "unit", "source"),
        ("asset", "parameter", "value"),
        ("carrier", "period", "profile"),
    ),
    "part_load.csv": Layout(
        ("technology", "carrier", "load", "value", "unit", "source"),
        ("technology", "carrier", "load", "value", "unit", "source"),
    ),
}


def read_tables(folder: Path, faults: Faults) -> tuple[dict[str, list[Row]], bool]:
    """Return every table of the case folder, and whether all could be read.

    A table may be one file (technologies.csv), several files in a folder of its name (technologies/power.csv, …), or
    both. An optional table without a file has no rows.
    """
    complete = not _misnamed(folder, faults)
    tables = {}
    for name, layout in LAYOUTS.items():
        parts = [path for path in (folder / name, *sorted((folder / Path(name).stem).glob("*.csv"))) if path.is_file()]
        if layout.required and not parts:
            faults.add(name, "the table is missing", f"add {name} with columns {', '.join(layout.columns)}")
            complete = False
        names = [path.relative_to(folder).as_posix() for path in parts]
        read = [
            read_once(_read_table, path, part, name, faults=faults) for path, part in zip(parts, names, strict=True)
        ]
        complete = complete and None not in read
        tables[name] = [row for rows in read for row in rows or ()]
    return tables, complete


def _misnamed(folder: Path, faults: Faults) -> bool:
    """Whether files or folders have a name that resembles the name of a table; each is a fault."""
    before = len(faults)
    stems = [Path(name).stem for name in LAYOUTS]
    for path in sorted(folder.glob("*.csv")):
        near = get_close_matches(path.name, LAYOUTS, n=1, cutoff=0.8)
        if path.name not in (*LAYOUTS, STEPS) and near:
            faults.add(path.name, "is not a table of a case", f"rename it to {near[0]}")
    for path in sorted(part for stem in stems for part in (folder / stem).glob("*") if not part.name.startswith(".")):
        if not (path.is_file() and path.suffix in (".csv", ".md")):
            where = path.relative_to(folder).as_posix()
            faults.add(where, "is not part of a table and would be ignored", "end its name in .csv, or move it away")
    for path in sorted({part.parent for part in folder.glob("*/*.csv")}):
        near = get_close_matches(path.name, stems, n=1, cutoff=0.8)
        if path.name not in stems and near:
            faults.add(f"{path.name}/", "is not the folder of a table", f"rename it to {near[0]}")
    return len(faults) > before


def _read_table(path: Path, name: str, table: str, faults: Faults) -> tuple[Row, ...] | None:
    """The rows of one file of a table, which faults call `name`; None if the file cannot be read."""
    layout = LAYOUTS[table]
    records = read_records(path, name, faults)
    if not records or not _check_header(name, records[0][1], layout, faults):
        return None
    header = records[0][1]
    rows = []
    for line, cells in records[1:]:
        where = f"{name}, row {line}"
        if len(cells) != len(header):
            faults.add(
                where,
                f"has {len(cells)} cells where the header has {len(header)}",
                "give every column one cell, and put a text with commas in quotation marks",
            )
            continue
        row = Row(table, where, dict(zip(header, cells, strict=True)))
        blank = [column for column in layout.filled if not row[column]]
        for column in blank:
            faults.add(where, f"the cell '{column}' is empty", f"fill in '{column}'")
        if not blank:
            rows.append(row)
    return tuple(rows)


def read_records(path: Path, name: str, faults: Faults) -> list[tuple[int, list[str]]]:
    """Return line number and stripped cells of every non-empty line of a CSV file; nothing if it cannot be read."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        faults.add(name, f"is not UTF-8 text (byte {error.start + 1})", "save it as CSV with UTF-8 encoding")
        return []
    records, line = [], 1
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                records.append((line, stripped))
            line = reader.line_num + 1
    except csv.Error as error:
        faults.add(f"{name}, row {line}", f"cannot be read as CSV: {error}", "check the quotation marks of the row")
        return []
    if not records:
        faults.add(name, "is empty", "give it a header row, or remove the file if the case does not need it")
    return records


def _check_header(name: str, header: list[str], layout: Layout, faults: Faults) -> bool:
    """Refuse unknown, missing and repeated columns; True if the rows can be read."""
    before = len(faults)
    allowed = (*layout.columns, *layout.optional, *FREE_COLUMNS)
    where = f"{name}, row 1"
    if len(header) == 1 and ";" in header[0]:
        faults.add(where, "the columns are separated by semicolons", "separate them by commas")
        return False
    missing = [column for column in layout.columns if column not in header]
    if len(missing) == len(layout.columns):
        faults.add(where, "is not a header row", f"begin the table with the columns {', '.join(layout.columns)}")
        return False
    for column in dict.fromkeys(header):
        if header.count(column) > 1:
            faults.add(where, f"the column '{column}' is listed {header.count(column)} times", "keep one")
        if column not in allowed:
            faults.add(where, f"the column '{column}' is unknown", did_you_mean(column, missing or allowed))
    if missing:
        faults.add(where, f"columns are missing: {listed(missing)}", f"the table needs {', '.join(layout.columns)}")
    return len(faults) == before


def parse_number(text: str) -> float:
    """Return the number in a cell; ValueError with a reason otherwise. "inf" is a number, "nan" is not.

    >>> parse_number("1e3")
    1000.0
    """
    try:
        number = float(text) if "_" not in text else math.nan
    except ValueError:
        hint = "; write a decimal point, not a comma" if "," in text else ""
        raise ValueError(f"'{text}' is not a number{hint}") from None
    if math.isnan(number):
        raise ValueError(f"'{text}' is not a number")
    return number


def parse_numbers(cells: Sequence[str]) -> np.ndarray:
    """Return the numbers in the cells of a column; NaN for each cell that is not a number.

    >>> parse_numbers(["1e3", "inf", "many", ""]).tolist()
    [1000.0, inf, nan, nan]
    """
    values = np.full(len(cells), np.nan)
    for position, cell in enumerate(cells):
        with suppress(ValueError):
            values[position] = parse_number(cell)
    return values
