"""What every number of the tables rests on: the rows with their sources, and which state of the files was read.

Both stand in attributes of the data as JSON, for netCDF attributes hold no tables, and go with it into `inputs.nc`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd
import xarray as xr

from h2model.case.faults import Faults
from h2model.case.reading import read_once
from h2model.case.tables import Row

SOURCES, FILES = "sources", "input_files"
COLUMNS = ("subject", "parameter", "carrier", "origin", "period", "value", "profile", "unit", "source", "where")
_SUBJECTS = ("technology", "asset", "carrier", "region")


def sources_text(tables: Mapping[str, Iterable[Row]], scalars: Iterable[Row]) -> str:
    """Every row of the tables that gives a source, as JSON: the subject, what is said of it, and why."""
    rows = [row for table in (*tables.values(), scalars) for row in table if row["source"]]
    return json.dumps([_cells(row) for row in rows], ensure_ascii=False, separators=(",", ":"))


def files_text(folder: Path, names: Iterable[str]) -> str:
    """SHA-256 of files of a case by name, as JSON."""
    hashes = {name: read_once(_hash, folder / name, faults=Faults()) for name in sorted(set(names))}
    return json.dumps(hashes, ensure_ascii=False)


def sources_of(data: xr.Dataset) -> pd.DataFrame:
    """Every number of the tables that gives a source, one a row; empty in data of older versions."""
    return pd.DataFrame(json.loads(str(data.attrs.get(SOURCES, "[]"))), columns=list(COLUMNS))


def _cells(row: Row) -> list[str]:
    subject = next((row[name] for name in _SUBJECTS if row[name]), "")
    carrier = row["carrier"] if row["carrier"] != subject else ""
    return [subject, row["parameter"], carrier, *(row[name] for name in COLUMNS[3:-1]), row.where]


def _hash(path: Path, faults: Faults) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
