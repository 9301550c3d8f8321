"""Carbon as tables: the ledger by entry and origin, and the causes of emissions and of storage."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from h2model.accounts.derived import read_run_data
from h2model.accounts.ledger import Contents, each_carbon_flow
from h2model.accounts.members import FlowLabels
from h2model.constants import TONNES_PER_KILOTONNE
from h2model.tables.arguments import require_regions

#: Rows below this, in kt per year, are left out: a kilogram, so that all tonnes add up.
LEAST = 1e-6
NET, STORED = "net emissions", "stored for good"


def emissions_table(run: xr.Dataset, regions: str | Sequence[str] | None = None) -> pd.DataFrame:
    """Return the ledger of carbon in kt of CO2 per year, by entry and origin, with net emissions and stored carbon.

    "released", "taken from the air", "carried to other regions" and "leaves without being a removal" (carbon from the
    air in exports and products) add up to "net emissions"; the sum excludes "stored for good". For some `regions`,
    or all.
    """
    rows = _entries(run, regions).groupby(level=["entry", "origin"], sort=False).sum()
    named = {entry: rows.xs(entry, level="entry", drop_level=False) for entry in rows.index.unique("entry")}
    counted = [table for entry, table in named.items() if entry != STORED]
    net = pd.concat(counted).groupby(level="origin", sort=False).sum() if counted else rows.droplevel("entry")
    net = pd.concat({NET: net}, names=["entry"])
    total = pd.DataFrame([net.sum()], index=pd.MultiIndex.from_tuples([(NET, "all")], names=net.index.names))
    table = pd.concat([*counted, net, total, *([named[STORED]] if STORED in named else [])])
    return _labelled(table, always=(NET, "all"))


def emission_sources(run: xr.Dataset, regions: str | Sequence[str] | None = None) -> pd.DataFrame:
    """Return the causes of net emissions in kt of CO2 per year, by technology, region and origin.

    Plants are named by technology, venting by carrier, and removals from the air by import.
    """
    rows = _entries(run, regions)
    rows = rows[rows.index.get_level_values("entry") != STORED]
    return _labelled(rows.groupby(level=["technology", "region", "origin"], sort=False).sum())


def storage_sources(run: xr.Dataset, regions: str | Sequence[str] | None = None) -> pd.DataFrame:
    """Return permanently stored carbon in kt of CO2 per year, by technology, region and origin."""
    rows = _entries(run, regions)
    rows = rows[rows.index.get_level_values("entry") == STORED]
    return _labelled(rows.groupby(level=["technology", "region", "origin"], sort=False).sum())


def _entries(run: xr.Dataset, regions: str | Sequence[str] | None) -> pd.DataFrame:
    """Return every entry of the ledger, with the sign with which it counts for net emissions."""
    regions = require_regions(run, regions)
    data = read_run_data(run)
    labels, contents = FlowLabels(run), Contents(data)
    # Imported carbon from the air counts as a removal. It is added back if it leaves the regions without being stored.
    counts = {
        "released": ("released", np.ones(len(contents.from_air))),
        "imported": ("taken from the air", -1.0 * contents.from_air),
        "moved": ("carried to other regions", np.ones(len(contents.from_air))),
        "exported": ("leaves without being a removal", 1.0 * contents.no_removal),
        "stored": (STORED, np.ones(len(contents.from_air))),
    }
    rows: dict[tuple[str, ...], np.ndarray] = {}
    origins = data.names("origin")
    for flow in each_carbon_flow(data):
        region = labels.regions[flow.region]
        if regions is not None and region not in regions:
            continue
        entry, sign = counts[flow.entry]
        technology = f"venting of {flow.name}" if flow.kind == "disposal" else labels.technology(flow.kind, flow.name)
        for origin, tonnes in zip(origins, sign[:, None] * flow.tonnes, strict=True):
            if tonnes.any():
                key = entry, technology, region, origin
                rows[key] = rows.get(key, 0.0) + tonnes / TONNES_PER_KILOTONNE
    index = pd.MultiIndex.from_tuples(list(rows), names=["entry", "technology", "region", "origin"])
    columns = pd.Index(run["period"].values.tolist(), name="period")
    return pd.DataFrame(np.array(list(rows.values())).reshape(len(index), len(columns)), index, columns)


def _labelled(table: pd.DataFrame, always: tuple[str, str] | None = None) -> pd.DataFrame:
    """Return the table with its unit and without small rows, except the row `always`."""
    table = table[(table.abs() >= LEAST).any(axis="columns") | (table.index == always)]
    table.attrs["unit"] = "kt/year"
    return table
