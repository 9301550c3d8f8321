"""A works with everything that lets segments and hours differ: for two days, each hour of which is 182.5 of a year."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr
from plants import ONE_REGION, fixed_plant
from small_case import write_small_case

import h2model
from h2model.case import CASE_PARAMETERS
from h2model.model import PARAMETERS

DECLARED = {parameter.name: parameter for parameter in (*CASE_PARAMETERS, *PARAMETERS)}
HOURS = 48
HOUR = np.arange(HOURS)
PROFILES = {
    "wind": 0.5 + 0.4 * np.sin(HOUR / 7),
    "load": 1 + 0.3 * np.sin((HOUR - 8) / 24 * 2 * np.pi),
    "spread": 40 + 25 * np.sin((HOUR - 6) / 12 * 2 * np.pi),
    "warmth": 10 + 12 * np.sin((HOUR - 10) / 24 * 2 * np.pi),
    "rain": 1 + 0.8 * np.cos(HOUR / 11),
    "rule": 0.6 + 0.4 * np.cos(HOUR / 5),
}
TABLES = {
    "regions": ONE_REGION,
    "carriers": """
        power,unit,,MWh,
        heat,unit,,MWh,
        heat,disposal_cost,,0,EUR2025/MWh
        waste_heat,unit,,MWh,
    """,
    "technologies": fixed_plant("slow", "power", 22, inputs="ramp_rate,,,0.1,,1/hour")
    + fixed_plant("block", "power", 12, inputs="minimum_load,,,0.5,,1\nstartup_cost,,,150,,EUR2025/MW")
    + fixed_plant("wind", "power", inputs="availability,,,1,wind,1")
    + fixed_plant("boiler", "heat", 60)
    + fixed_plant(
        "mill_plant", "heat", 15, inputs="steady_run,,,day,,\nminimum_run_rate,,,1,,1\navailability,,,0.5,rule,1"
    )
    + """
        pump,reference,heat,,,,
        pump,output,heat,,1,,MWh/MWh
        pump,maximum_new_capacity,,,0,,MW
        pump,carnot_share,,,0.5,,1
        pump,source_temperature,,,1,warmth,degC
        pump,sink_temperature,,,90,,degC
        pump,work_share,power,,1,,1
        pump,source_share,waste_heat,,1,,1
        tank,reference,heat,,,,
        tank,charge_efficiency,,,0.95,,1
        tank,discharge_efficiency,,,0.95,,1
        tank,self_discharge,,,0.03,,1/hour
        tank,minimum_level,,,0.3,rule,1
        tank,charge_rate,,,0.25,,1/hour
        tank,maximum_new_capacity,,,0,,MWh
        lake,reference,power,,,,
        lake,charge_efficiency,,,1,,1
        lake,discharge_efficiency,,,1,,1
        lake,charge_rate,,,0,,1/hour
        lake,minimum_level,,,0.5,rule,1
        lake,maximum_new_capacity,,,0,,MWh
        turbine,reference,power,,,,
        turbine,maximum_new_capacity,,,0,,MW
    """,
    "plants": "\n".join(f"{p},{p},here" for p in ("slow", "block", "wind", "boiler", "mill_plant", "pump")),
    "stores": "tank,tank,here,,\nlake,lake,here,,turbine",
    "trades": "buy,here,power,import\nsell,here,power,export\nwaste,here,waste_heat,import",
    "demands": "works,here,power\ntown,here,heat",
    "assets": """
        slow,existing_capacity,,,10,,MW
        block,existing_capacity,,,6,,MW
        wind,existing_capacity,,,8,,MW
        boiler,existing_capacity,,,20,,MW
        mill_plant,existing_capacity,,,2,,MW
        pump,existing_capacity,,,6,,MW
        tank,existing_capacity,,,40,,MWh
        lake,existing_capacity,,,100,,MWh
        lake:turbine,existing_capacity,,,5,,MW
        lake,inflow,,,1.5,rain,MW
        buy,price,,,1,spread,EUR2025/MWh
        buy,maximum_rate,,,12,,MW
        sell,price,,,0.8,spread,EUR2025/MWh
        sell,maximum_rate,,,12,,MW
        waste,price,,,2,,EUR2025/MWh
        works,rate,,,15,load,MW
        works,shiftable_share,,,0.3,,1
        works,shift_cost,,,1,,EUR2025/MWh
        works,unserved_cost,,,3000,,EUR2025/MWh
        town,rate,,,8,load,MW
        town,unserved_cost,,,3000,,EUR2025/MWh
    """,
}


def two_days(data: xr.Dataset) -> xr.Dataset:
    """The first two days of a year of hours, each hour standing for 182.5 of the year."""
    data = data.isel(time=slice(0, HOURS))
    return data.assign(weight=data["weight"] * 8760 / HOURS)


def works(folder: Path) -> xr.Dataset:
    """The checked hours of two days at the works."""
    return two_days(h2model.load_case(write_small_case(folder, TABLES, PROFILES, time={"resolution": "1h"})))


def varied(data: xr.Dataset, seed: int) -> xr.Dataset:
    """The case with other weather, prices and demands in every hour, leaking stores and slower plants."""
    rng = np.random.default_rng(seed)

    def noise(low: float, high: float, *dims: str) -> xr.DataArray:
        return xr.DataArray(rng.uniform(low, high, [data.sizes[dim] for dim in dims]), dims=dims)

    carbon = data["carbon_content"].sum("origin").sel(carrier=data["store_carrier"].values).values
    may_leak = (carbon == 0) & (data["charge_rate"] > 0)
    changed = {
        "availability": data["availability"].where(data["plant_technology"] != "wind", noise(0, 1, "time")),
        # One swing for all that is traded, so that nothing can be bought to be sold at once.
        "price": data["price"] * noise(0.5, 1.5, "time"),
        "rate": data["rate"] * noise(0.7, 1.3, "demand", "time"),
        "inflow": data["inflow"] * noise(0, 2, "store", "time"),
        "minimum_level": data["minimum_level"] * noise(0, 1, "time"),
        "source_temperature": data["source_temperature"] + noise(-8, 8, "time"),
        "self_discharge": data["self_discharge"] + noise(0, 0.1, "store").where(may_leak, 0.0),
        "ramp_rate": data["ramp_rate"] * float(rng.uniform(0.2, 1.5)),
        "cap_limit": data.get("cap_limit", xr.DataArray(0.0)) * float(rng.uniform(0.5, 1.5)),
    }
    return data.assign({name: values.transpose(*data[name].dims) for name, values in changed.items() if name in data})


def random_lengths(rng: np.random.Generator) -> np.ndarray:
    """Two days, each cut at random."""
    lengths = []
    for _ in range(HOURS // 24):
        cuts = np.sort(rng.choice(np.arange(1, 24), rng.integers(0, 12), replace=False))
        lengths.extend(np.diff([0, *cuts, 24]))
    return np.array(lengths)
