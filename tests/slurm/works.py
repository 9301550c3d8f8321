"""A small works whose runs take milliseconds or, with hourly steps, more memory than their limit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import yaml
from small_case import write_small_case

HOURS = np.arange(8760)
PRICE = 40 + 20 * np.sin(HOURS / 24) + 10 * np.cos(HOURS / 7)
WIND = np.clip(0.4 + 0.4 * np.sin(HOURS / 50) + 0.2 * np.cos(HOURS / 11), 0, 1)
TABLES = {
    "regions": "here,59,9,the only region",
    "carriers": "electricity,unit,,MWh,",
    "technologies": """
        wind,reference,electricity,,,,
        wind,output,electricity,,1,,MWh/MWh
        wind,availability,,,1,wind,1
        wind,overnight_cost,,,1200,,EUR2025/kW
        wind,lifetime,,,25,,year
        wind,interest_rate,,,0.05,,1/year
        wind,maximum_new_capacity,,,100,,MW
        battery,reference,electricity,,,,
        battery,charge_efficiency,,,0.95,,1
        battery,discharge_efficiency,,,0.95,,1
        battery,overnight_cost,,,200,,EUR2025/kWh
        battery,lifetime,,,15,,year
        battery,interest_rate,,,0.05,,1/year
        battery,maximum_new_capacity,,,1000,,MWh
    """,
    "plants": "wind,wind,here",
    "stores": "battery,battery,here,,",
    "trades": "buy,here,electricity,import\nsell,here,electricity,export",
    "demands": "town,here,electricity",
    "assets": """
        buy,price,,,1,price,EUR2025/MWh
        buy,maximum_rate,,,100,,MW
        sell,price,,,0.5,price,EUR2025/MWh
        sell,maximum_rate,,,50,,MW
        town,rate,,,30,,MW
    """,
}
#: More than wind and the market can ever deliver.
TOO_MUCH = 400


def write_works(root: Path, periods: int = 1, **scenario) -> Path:
    """Write the case `works` below a working directory; return its folder of studies."""
    folder = root / "inputs" / "works"
    folder.mkdir(parents=True)
    years = [2030 + 2 * number for number in range(periods)]
    settings = {"periods": years, "time": {"resolution": "876h"}} | scenario
    write_small_case(folder, TABLES, {"price": PRICE, "wind": WIND}, **settings)
    (folder / "studies").mkdir()
    return folder / "studies"


def write_study(studies: Path, name: str, **content) -> str:
    """Write a study of this case; return its name."""
    (studies / f"{name}.yaml").write_text(yaml.safe_dump({"scenario": "by_hand", **content}))
    return name
