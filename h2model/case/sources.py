"""Sources of all numbers of the tables, and hashes of the files that were read.

Both are attributes of the data, as JSON because netCDF attributes cannot contain tables, and are kept in `inputs.nc`.
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
    """Return every row of the tables with a source, as JSON."""
    records = []
    for row in (row for table in (*tables.values(), scalars) for row in table if row["source"]):
        subject = next((row[name] for name in _SUBJECTS if row[name]), "")
        carrier = row["carrier"] if row["carrier"] != subject else ""
        records.append([subject, row["parameter"], carrier, *(row[name] for name in COLUMNS[3:-1]), row.where])
    return json.dumps(records, ensure_ascii=False, separators=(",", ":"))


def files_text(folder: Path, names: Iterable[str]) -> str:
    """Return the SHA-256 of files of a case by name, as JSON."""
    hashes = {name: read_once(_hash, folder / name, faults=Faults()) for name in sorted(set(names))}
    return json.dumps(hashes, ensure_ascii=False)


def sources_of(data: xr.Dataset) -> pd.DataFrame:
    """Return every number of the tables with its source, one per row; empty for data of older versions."""
    return pd.DataFrame(json.loads(str(data.attrs.get(SOURCES, "[]"))), columns=list(COLUMNS))


def _hash(path: Path, faults: Faults) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
