"""Each check of the model has an input that trips it; the report names file, row, fault and remedy."""

from __future__ import annotations

import shutil

import pytest

import h2model

# File, text to replace, new text, words that the report must hold.
FAULTS = {
    "nothing to pay": (
        "technologies.csv",
        "wood_boiler_capture,overnight_cost,steam,,2000,,EUR2025/kW,made up\n",
        "",
        ["wood_boiler_coast may be built in 2030 but has no overnight_cost", "add a row overnight_cost"],
    ),
    "no lifetime": (
        "technologies.csv",
        "inverter,lifetime,,,15,,year,made up\n",
        "",
        ["battery_inland:inverter may be built in 2030 but has no lifetime"],
    ),
    "share of nothing": (
        "technologies.csv",
        "boiler,fixed_om_cost,steam,,1,,EUR2025/kW/year,made up",
        "boiler,fixed_om_share,,,2,,%/year,made up",
        ["technologies.csv, row ", "boiler_coast has existing capacity and a fixed_om_share, but no overnight_cost"],
    ),
    "existing capacity above the maximum": (
        "assets.csv",
        "gas_pipe,existing_capacity,gas,,30,,MW,made up",
        "gas_pipe,existing_capacity,gas,,30,,MW,made up\ngas_pipe,maximum_capacity,gas,,10,,MW,made up",
        [
            "assets.csv, row 6",
            "gas_pipe has more existing_capacity than maximum_capacity",
            "let existing capacity retire",
        ],
    ),
    "minimum above maximum": (
        "assets.csv",
        "gas_pipe,existing_capacity,gas,,30,,MW,made up",
        "gas_pipe,minimum_capacity,gas,,30,,MW,made up\ngas_pipe,maximum_capacity,gas,,10,,MW,made up",
        ["gas_pipe has a minimum_capacity above its maximum_capacity", "lower minimum_capacity"],
    ),
    "more new capacity decided than allowed": (
        "technologies.csv",
        "tank,minimum_new_capacity,,,1,,MWh,made up",
        "tank,minimum_new_capacity,,,1,,MWh,made up\ntank,maximum_new_capacity,,,0.5,,MWh,made up",
        ["tank_coast has a minimum_new_capacity above its maximum_new_capacity in 2030", "lower minimum_new_capacity"],
    ),
    "missing efficiency": (
        "technologies.csv",
        "ammonia_loop,output,ammonia,,0.17,,t/MWh,made up\n",
        "",
        ["ammonia_loop_coast has no output: its efficiency is missing", "add an output row"],
    ),
    "carbon from nowhere": (
        "technologies.csv",
        "wood_boiler_capture,output,co2,,0.42,,t/MWh,made up",
        "wood_boiler_capture,output,co2,,0.5,,t/MWh,made up",
        [
            "the outputs of wood_boiler_coast hold more carbon than its inputs",
            "0.5 t out, 0.468 t in",
            "technologies.csv, row",
        ],
    ),
    "carbon of another origin": (
        "technologies.csv",
        "plastic_works,input,gas,,16,,MWh/t,made up",
        "plastic_works,input,wood,,16,,MWh/t,made up",
        ["the outputs of plastic_works_coast hold more carbon than its inputs", "or of one origin"],
    ),
    "leaking store": (
        "stores.csv",
        "tank_coast,tank,coast,,",
        "tank_coast,tank,coast,,\nco2_tank,tank_for_co2,coast,,",
        ["co2_tank loses co2, and its carbon would vanish", "set its efficiencies to 1"],
    ),
    "curve with carbon": (
        "part_load.csv",
        "electrolyser,hydrogen,0.25,0.70,MWh/MWh,made up",
        "waste_boiler_capture,plastic,1,0.01,t/MWh,made up\nelectrolyser,hydrogen,0.25,0.70,MWh/MWh,made up",
        ["waste_boiler_inland has a part-load curve for plastic, which holds carbon"],
    ),
    "silent about carbon": (
        "assets.csv",
        "town_gas,released_share,,,1,,1,made up\n",
        "",
        ["gas holds carbon, but demand town_gas has no released_share", "released_share: 1 if it is burnt"],
    ),
    "rate and volume": (
        "assets.csv",
        "steam_inland,rate,,,10,,MW,made up",
        "steam_inland,rate,,,10,,MW,made up\nsteam_inland,annual_volume,,,10,,GWh/year,made up",
        ["demand steam_inland has both a rate and an annual_volume"],
    ),
    "a demand for nothing": (
        "assets.csv",
        "steam_inland,rate,,,10,,MW,made up\n",
        "",
        ["demand steam_inland has neither a rate nor an annual_volume", "add a row rate or annual_volume"],
    ),
    "buying to sell at once": (
        "assets.csv",
        "power_out,price,,,40,price,EUR2025/MWh,made up",
        "power_out,price,,,50,price,EUR2025/MWh,made up",
        ["power_out earns up to", "more than power_in costs", "buying electricity to sell it at once is profitable"],
    ),
    "upstream emissions of an export": (
        "assets.csv",
        "gas_in,upstream_emissions",
        "power_out,upstream_emissions,,,1,,kg/MWh,made up\ngas_in,upstream_emissions",
        ["upstream_emissions has no effect on power_out, which is an export", "remove the row"],
    ),
    "storage of an import": (
        "assets.csv",
        "co2_ship,export_stored_share",
        "gas_in,export_stored_share,,,1,,1,made up\nco2_ship,export_stored_share",
        ["export_stored_share has no effect on gas_in, which is an import"],
    ),
    "released share of power": (
        "assets.csv",
        "town_gas,released_share",
        "town_power,released_share,,,1,,1,made up\ntown_gas,released_share",
        ["released_share has no effect on town_power: electricity holds no carbon"],
    ),
    "a boiler that stores its CO2": (
        "technologies.csv",
        "boiler,input,gas",
        "boiler,stored_share,,,1,,1,made up\nboiler,input,gas",
        ["boiler_coast has a stored_share, but has an output", "another, without outputs, store it"],
    ),
    "a cap on no region": (
        "scenarios/all.yaml",
        "regions: [coast]",
        "regions: []",
        ["policies.emission_cap.coast_fossil.regions"],
    ),
    "steps over midnight": (
        "scenarios/all.yaml",
        "resolution: 12h",
        "resolution: 73h",
        ["some steps cross the end of a day, but gas is balanced per day", "choose steps that fit into a day"],
    ),
    "cap for a year that is none": (
        "scenarios/all.yaml",
        "2040: -20 kt/year}",
        "2045: -20 kt/year}",
        ["policies.emission_cap.all.limit.2045", "2045 is not a period of the scenario", "use one of 2030, 2040"],
    ),
    "cap without unit": (
        "scenarios/all.yaml",
        "2040: -20 kt/year}",
        "2040: -20 kt}",
        ["policies.emission_cap.all.limit.2040", "write a number and a unit that converts to t/year"],
    ),
    "cap on a region that is none": (
        "scenarios/all.yaml",
        "regions: [coast]",
        "regions: [cost]",
        ["coast_fossil", "region cost is unknown", "did you mean coast?"],
    ),
    "unknown key of a cap": (
        "scenarios/all.yaml",
        "upstream: true",
        "upstrem: true",
        ["policies.emission_cap.all", "upstrem"],
    ),
    "unknown policy": ("scenarios/all.yaml", "carbon_price:", "carbon_prize:", ["carbon_prize", "carbon_price"]),
    "price in money of no year": (
        "scenarios/all.yaml",
        "2030: 100 EUR2025/t",
        "2030: 100 EUR/t",
        ["policies.carbon_price.tax.price.2030", "EUR"],
    ),
}
TANK_FOR_CO2 = """tank_for_co2,reference,co2,,,,,made up
tank_for_co2,charge_efficiency,,,0.99,,1,made up
tank_for_co2,discharge_efficiency,,,1,,1,made up
tank_for_co2,maximum_new_capacity,,,0,,t,made up
"""


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_reported(name, everything_folder, tmp_path):
    file, old, new, words = FAULTS[name]
    folder = tmp_path / "everything"
    shutil.copytree(everything_folder, folder)
    with (folder / "technologies.csv").open("a") as table:
        table.write(TANK_FOR_CO2)
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new))
    with pytest.raises(h2model.InputError) as caught:
        h2model.load_case(folder / "scenarios" / "all.yaml")
    for word in words:
        assert word in str(caught.value)


def test_the_unchanged_case_has_no_fault(everything_folder):
    assert h2model.load_case(everything_folder / "scenarios" / "all.yaml").sizes["time"] == 730
