"""A tiny case for tests: two regions with every kind of asset, written to a folder, and easily changed in one place.

    folder = write_tiny_case(tmp_path, {"plants.csv": swap("wind_park,wind,north", "wind_park,wnid,north")})
    data = load_case(tiny_scenario(folder), PARAMETERS)

An edit is a function of the file's text. `TINY_FILES` holds the texts; profiles are written beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import numpy as np

from h2model.case import Scenario

Edit = Callable[[str], str]

TINY_FILES = {
    "case.yaml": """\
name: tiny
title: Two regions for tests
currency: EUR2025
exchange:
  NOK2024: {value: 0.08, source: test}
profiles: [profiles/*.csv]
discount_rate: {value: 0.05, unit: 1/year, source: test}
base_year: 2030
""",
    "regions.csv": """\
region,latitude,longitude,description,source
north,59.1,9.6,where things are made,test
south,58.0,8.0,where power is bought,test
""",
    "carriers.csv": """\
carrier,parameter,origin,value,unit,source
electricity,unit,,MWh,,
hydrogen,unit,,MWh,,
hydrogen,lower_heating_value,,33.33,MWh/t,test
natural_gas,unit,,MWh,,
natural_gas,carbon_content,fossil,0.2,t/MWh,test
biomass,unit,,MWh,,
biomass,balance,,year,,
biomass,carbon_content,biogenic,0.35,t/MWh,test
steam,unit,,MWh,,
steam,balance,,hour,,
steam,disposal_cost,,0,EUR2025/MWh,test
ammonia,unit,,t,,
ammonia,balance,,year,,
ammonia,lower_heating_value,,5.17,MWh/t,test
co2,unit,,t,,
co2,carbon_content,pooled,1,t/t,test
""",
    "technologies.csv": """\
technology,parameter,carrier,period,value,profile,unit,source
,interest_rate,,,0.07,,1/year,test
wind,reference,electricity,,,,,
wind,output,electricity,,1,,MWh/MWh,test
wind,availability,,,1,wind,1,test
wind,overnight_cost,,2030,1200,,EUR2025/kW,test
wind,overnight_cost,,2040,1000,,EUR2025/kW,test
wind,fixed_om_cost,,,30,,EUR2025/kW/year,test
wind,lifetime,,,25,,year,test
electrolyser,reference,electricity,,,,,
electrolyser,input,electricity,,1,,MWh/MWh,test
electrolyser,overnight_cost,electricity,,800,,EUR2025/kW,test
electrolyser,fixed_om_share,,,0.02,,1/year,test
electrolyser,lifetime,,,20,,year,test
gas_boiler,reference,steam,,,,,
gas_boiler,output,steam,,1,,MWh/MWh,test
gas_boiler,input,natural_gas,,1.1,,MWh/MWh,test
gas_boiler,overnight_cost,,,60,,EUR2025/kW,test
gas_boiler,variable_om_cost,,,1,,EUR2025/MWh,test
gas_boiler,lifetime,,,25,,year,test
biomass_capture,reference,steam,,,,,
biomass_capture,output,steam,,1,,MWh/MWh,test
biomass_capture,input,biomass,,1.25,,MWh/MWh,test
biomass_capture,output,co2,,0.39,,t/MWh,test
biomass_capture,overnight_cost,,,12000,,NOK2024/kW,test
biomass_capture,lifetime,,,25,,year,test
ammonia_loop,reference,ammonia,,,,,
ammonia_loop,output,ammonia,,1,,t/t,test
ammonia_loop,input,hydrogen,,0.18,,t/t,test
ammonia_loop,input,electricity,,0.4,,MWh/t,test
ammonia_loop,overnight_cost,,,900,,EUR2025/(t/year),test
ammonia_loop,lifetime,,,30,,year,test
battery,reference,electricity,,,,,
battery,charge_efficiency,,,95,,%,test
battery,discharge_efficiency,,,0.95,,1,test
battery,self_discharge,,,0.0001,,1/hour,test
battery,overnight_cost,,,150,,EUR2025/kWh,test
battery,lifetime,,,20,,year,test
inverter,reference,electricity,,,,,
inverter,overnight_cost,,,80,,EUR2025/kW,test
inverter,lifetime,,,20,,year,test
hydrogen_tank,reference,hydrogen,,,,,
hydrogen_tank,charge_efficiency,,,0.99,,1,test
hydrogen_tank,discharge_efficiency,,,1,,1,test
hydrogen_tank,minimum_level,,,0.05,,1,test
hydrogen_tank,discharge_rate,,,0.25,,1/hour,test
hydrogen_tank,overnight_cost,,,500,,EUR2025/kg,test
hydrogen_tank,lifetime,,,25,,year,test
hydrogen_compressor,reference,hydrogen,,,,,
hydrogen_compressor,overnight_cost,,,40,,EUR2025/kW,test
hydrogen_compressor,lifetime,,,15,,year,test
co2_tank,reference,co2,,,,,
co2_tank,charge_efficiency,,,1,,1,test
co2_tank,discharge_efficiency,,,1,,1,test
co2_tank,overnight_cost,,,1000,,EUR2025/t,test
co2_tank,lifetime,,,30,,year,test
cable,reference,electricity,,,,,
cable,loss,,,0.03,,1,test
cable,overnight_cost,,,300,,EUR2025/kW,test
cable,lifetime,,,40,,year,test
co2_pipe,reference,co2,,,,,
co2_pipe,loss,,,0,,1,test
co2_pipe,energy_use,electricity,,0.01,,MWh/t,test
co2_pipe,transport_cost,,,2,,EUR2025/t,test
co2_pipe,overnight_cost,,,50,,EUR2025/(t/year),test
co2_pipe,lifetime,,,40,,year,test
""",
    "plants.csv": """\
plant,technology,region
wind_park,wind,north
electrolyser_plant,electrolyser,north
boiler,gas_boiler,north
wood_boiler,biomass_capture,north
loop,ammonia_loop,north
""",
    "stores.csv": """\
store,technology,region,charger,discharger
big_battery,battery,north,inverter,inverter
tank,hydrogen_tank,north,hydrogen_compressor,
buffer,co2_tank,south,,
""",
    "links.csv": """\
link,technology,from_region,to_region,two_way
line,cable,south,north,yes
pipe,co2_pipe,north,south,no
""",
    "trades.csv": """\
trade,region,carrier,direction
power_import,south,electricity,import
power_export,south,electricity,export
gas_import,north,natural_gas,import
biomass_import,north,biomass,import
co2_export,south,co2,export
""",
    "demands.csv": """\
demand,region,carrier
steam_demand,north,steam
ammonia_demand,north,ammonia
household_power,south,electricity
""",
    "assets.csv": """\
asset,parameter,carrier,period,value,profile,unit,source
boiler,existing_capacity,,2030,40,,MW,test
boiler,existing_capacity,,2040,0,,MW,test
line,existing_capacity,,,50,,MW,test
line,maximum_new_capacity,,,100,,MW,test
buffer,initial_level,,,10,,t,test
big_battery,maximum_capacity,,,1,,GWh,test
power_import,price,,,50,price,EUR2025/MWh,test
power_import,maximum_rate,,,200,,MW,test
power_export,price,,,45,price,EUR2025/MWh,test
gas_import,price,,2030,30,,EUR2025/MWh,test
gas_import,price,,2040,35,,EUR2025/MWh,test
gas_import,upstream_emissions,,,20,,kg/MWh,test
biomass_import,price,,,25,,EUR2025/MWh,test
biomass_import,maximum_volume,,,0.3,,TWh/year,test
co2_export,price,,,-40,,EUR2025/t,test
co2_export,export_stored_share,,,1,,1,test
steam_demand,rate,,,20,steam,MW,test
steam_demand,unserved_cost,,,5000,,EUR2025/MWh,test
ammonia_demand,annual_volume,,2030,50,,kt/year,test
ammonia_demand,annual_volume,,2040,80,,kt/year,test
household_power,rate,,,10,,MW,test
""",
    "part_load.csv": """\
technology,carrier,load,value,unit,source
electrolyser,hydrogen,0.25,0.70,MWh/MWh,test
electrolyser,hydrogen,1.0,0.64,MWh/MWh,test
""",
}


@cache
def tiny_profiles() -> str:
    """Profiles wind, price and steam for the 8,760 hours of 2019, as CSV text; round numbers that repeat daily."""
    hours = np.arange(8760)
    stamps = np.datetime64("2019-01-01T00") + hours * np.timedelta64(1, "h")
    wind = 0.4 + 0.4 * np.cos(2 * np.pi * hours / 8760)
    price = 1.0 + 0.5 * (hours % 24 >= 12)
    steam = np.where(hours % 24 < 6, 0.5, 1.0)
    rows = zip(stamps.astype(str), wind.round(4).tolist(), price.tolist(), steam.tolist(), strict=True)
    return "time,wind,price,steam\n" + "".join(f"{t.replace('T', ' ')}:00,{w},{p},{s}\n" for t, w, p, s in rows)


def write_tiny_case(folder: Path, edits: Mapping[str, Edit | str | None] | None = None) -> Path:
    """Write the case to `folder`/tiny and return that folder.

    `edits` by file name change the text of a file (a function), replace or add a file (a text), or leave it out (None).
    """
    case = folder / "tiny"
    (case / "profiles").mkdir(parents=True, exist_ok=True)
    files: dict[str, str | None] = {**TINY_FILES, "profiles/hourly.csv": tiny_profiles()}
    for name, edit in (edits or {}).items():
        files[name] = edit(files[name] or "") if callable(edit) else edit
    for name, text in files.items():
        if text is not None:
            (case / name).parent.mkdir(parents=True, exist_ok=True)
            (case / name).write_text(text, encoding="utf-8")
    return case


def tiny_scenario(folder: Path, **settings) -> Scenario:
    """A scenario on the case in `folder`: 2030 and 2040 in five steps of 1,752 hours, unless settings differ."""
    plain = {"case": "tiny", "name": "test", "periods": [2030, 2040], "time": {"resolution": "1752h"}}
    return Scenario.model_validate({**plain, "case_folder": folder, **settings})


def swap(old: str, new: str) -> Edit:
    """An edit that replaces a piece of text, which must be there once."""

    def edit(text: str) -> str:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the table"
        return text.replace(old, new)

    return edit


def append(*lines: str) -> Edit:
    """An edit that adds lines at the end."""
    return lambda text: text + "".join(f"{line}\n" for line in lines)


def without(start: str) -> Edit:
    """An edit that drops the lines that begin with a text, of which there must be some."""

    def edit(text: str) -> str:
        kept = [line for line in text.splitlines(keepends=True) if not line.startswith(start)]
        assert len(kept) < len(text.splitlines()), f"no line starts with {start!r}"
        return "".join(kept)

    return edit
