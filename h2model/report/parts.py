"""Parts of a report: cards with key figures, and tables."""

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
    """A key result: pairs of a label, such as a period, and a number."""

    title: str
    unit: str
    values: tuple[tuple[str, str], ...]
    note: str = ""

    @classmethod
    def by_period(cls, title: str, unit: str, values: xr.DataArray, note: str = "") -> Card:
        """Return the card of values over the dimension `period`."""
        pairs = zip(values["period"].values.tolist(), values.values.tolist(), strict=True)
        return cls(title, unit, tuple((str(period), table_number(value, "0")) for period, value in pairs), note)


@dataclass(frozen=True)
class Grid:
    """A table of texts; its first `names` columns are row labels."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    names: int = 1
    note: str = ""


def grid(title: str, table: pd.DataFrame) -> Grid:
    """Return a table with readable names and numbers of three digits; columns named "share" are in percent."""
    levels = table.index.nlevels
    names = [words(name or "") for name in table.index.names]
    rows = []
    for labels, row in table.iterrows():
        cells = [
            value if isinstance(value, str) else percent(value) if column == "share" else table_number(value)
            for column, value in row.items()
        ]
        rows.append((*map(words, labels if levels > 1 else [labels]), *cells))
    return Grid(title, (*names, *map(str, table.columns)), tuple(rows), levels)


def sources(data: xr.Dataset) -> Grid:
    """Return the numbers of the case tables that apply to these inputs, with their sources."""
    table = sources_of(data).fillna("")
    known = {str(name) for kind in ("plant", "store", "link") for name in data[f"{kind}_technology"].values}
    known |= {str(name) for name in (*data["asset"].values, *data["asset_technology"].values, *data["carrier"].values)}
    known |= {str(name) for kind in ("trade", "demand", "region") for name in data[kind].values} | {"", "case"}
    used = table[table["subject"].isin(known)]
    value = used["value"] + np.where(used["profile"] != "", " × profile " + used["profile"], "")
    parameters = used["parameter"] + used["carrier"].map(lambda name: f" ({name})" if name else "")
    columns = (used["subject"].map(words), parameters.map(words), used["unit"], used["source"], used["period"], value)
    rows = []
    # Consecutive values of one parameter with the same source share a row.
    for (subject, parameter, unit, source), same in groupby(zip(*columns, strict=True), key=itemgetter(0, 1, 2, 3)):
        values = ", ".join(f"{number} in {period}" if period else number for *_, period, number in same)
        rows.append((subject, parameter, values, unit, source))
    note = f"{len(used):,} numbers" if len(used) != 1 else "1 number"
    return Grid(
        "Assumptions and their sources", ("subject", "parameter", "value", "unit", "source"), tuple(rows), 2, note
    )
