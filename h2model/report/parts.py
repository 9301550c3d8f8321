"""What a report is put together from: figures that stand out, and tables."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import numpy as np
import pandas as pd
import xarray as xr

from h2model.case import sources_of
from h2model.numbers import percent, table_number
from h2model.plots.words import words


@dataclass(frozen=True)
class Card:
    """A few figures that stand out, with what each is for (a period, say)."""

    title: str
    unit: str
    values: tuple[tuple[str, str], ...]
    note: str = ""


@dataclass(frozen=True)
class Grid:
    """A table for people: texts in rows and columns, `names` of them on the left."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    names: int = 1
    note: str = ""


def grid(title: str, table: pd.DataFrame) -> Grid:
    """A table with names for people and numbers in three or four digits."""
    levels = table.index.nlevels
    names = [words(name or "") for name in table.index.names]
    rows = []
    for labels, row in table.iterrows():
        left = [words(label) for label in (labels if levels > 1 else [labels])]
        rows.append((*left, *(_cell(column, value) for column, value in row.items())))
    return Grid(title, (*names, *map(str, table.columns)), tuple(rows), levels)


def sources(data: xr.Dataset) -> Grid:
    """Every number of the tables that gives a source, of what occurs in the inputs."""
    table = sources_of(data).fillna("")
    known = {str(name) for kind in ("plant", "store", "link") for name in data[f"{kind}_technology"].values}
    known |= {str(name) for name in (*data["asset"].values, *data["asset_technology"].values, *data["carrier"].values)}
    known |= {str(name) for kind in ("trade", "demand", "region") for name in data[kind].values} | {"", "case"}
    used = table[table["subject"].isin(known)]
    value = used["value"] + np.where(used["profile"] != "", " × profile " + used["profile"], "")
    what = used["parameter"] + used["carrier"].map(lambda name: f" ({name})" if name else "")
    columns = (used["subject"].map(words), what.map(words), used["unit"], used["source"], used["period"], value)
    rows = []
    # Values of a parameter that follow each other and have one source share a row.
    for (subject, parameter, unit, source), same in groupby(zip(*columns, strict=True), key=itemgetter(0, 1, 2, 3)):
        values = ", ".join(f"{number} in {period}" if period else number for *_, period, number in same)
        rows.append((subject, parameter, values, unit, source))
    note = f"{len(used):,} numbers" if len(used) != 1 else "1 number"
    return Grid("Assumptions and their sources", ("of", "what", "value", "unit", "source"), tuple(rows), 2, note)


def _cell(column: object, value: object) -> str:
    if isinstance(value, str):
        return value
    return percent(value) if column == "share" else table_number(value)
