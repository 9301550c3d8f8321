"""Cases of a few rows, for answers that can be worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

import h2model

COLUMNS = {
    "regions.csv": "region,latitude,longitude,description,source",
    "carriers.csv": "carrier,parameter,origin,value,unit,source",
    "technologies.csv": "technology,parameter,carrier,period,value,profile,unit,source",
    "assets.csv": "asset,parameter,carrier,period,value,profile,unit,source",
    "part_load.csv": "technology,carrier,load,value,unit,source",
    "plants.csv": "plant,technology,region",
    "stores.csv": "store,technology,region,charger,discharger",
    "links.csv": "link,technology,from_region,to_region,two_way",
    "trades.csv": "trade,region,carrier,direction",
    "demands.csv": "demand,region,carrier",
}
BY_SOURCE = ("regions.csv", "carriers.csv", "technologies.csv", "assets.csv", "part_load.csv")


def write_small_case(
    folder: Path, tables: Mapping[str, str], profiles: Mapping[str, Sequence[float]] | None = None, **scenario
) -> Path:
    """Write a case from rows (one a line, without header and source); returns the path of its scenario.

    A table with further columns begins with its own header.
    """
    for name, header in COLUMNS.items():
        rows = [line.strip() for line in tables.get(name.removesuffix(".csv"), "").splitlines() if line.strip()]
        if rows and rows[0].startswith(header):
            header, *rows = rows
        ending = ",by hand" if name in BY_SOURCE else ""
        (folder / name).write_text("\n".join([header, *(row + ending for row in rows)]) + "\n")
    case = {"name": folder.name, "currency": "EUR2025", "profiles": []}
    case["discount_rate"] = {"value": 0, "unit": "1/year", "source": "by hand"}
    hours = {"time": pd.date_range("2030-01-01", periods=8760, freq="h")}
    repeated = {name: np.resize(values, 8760) for name, values in (profiles or {}).items()}
    case["profiles"] = ["hourly.csv"]
    pd.DataFrame(hours | repeated | ({} if repeated else {"flat": 1.0})).to_csv(folder / "hourly.csv", index=False)
    (folder / "case.yaml").write_text(yaml.safe_dump(case))
    settings = {"case": folder.name, "periods": [2030], "time": {"resolution": "4380h"}} | scenario
    (folder / "scenarios").mkdir(exist_ok=True)
    path = folder / "scenarios" / "by_hand.yaml"
    path.write_text(yaml.safe_dump(settings))
    return path


def solve_small_case(folder: Path, tables: Mapping[str, str], profiles=None, **scenario):
    """Inputs and results of such a case."""
    data = h2model.load_case(write_small_case(folder, tables, profiles, **scenario))
    return data, h2model.solve(data)
