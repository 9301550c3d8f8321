"""A budget of scarce carriers: one volume a year for wood and straw in two regions.

Each place makes 10 MW of heat, from wood or straw at 20 EUR/MWh, or from power at 50. Money is EUR, a year has 8,760
hours in two steps.
"""

from __future__ import annotations

import pytest
from equation_rows import assert_row
from oracle import assert_same_as_pyomo
from small_case import solve_small_case, write_small_case

import h2model

HEAT = 10 * 8760
TABLES = {
    "regions": "coast,59,9,one place\ninland,60,9,the other place",
    "carriers": """
        heat,unit,,MWh,
        wood,unit,,MWh,
        wood,lower_heating_value,,5,MWh/t
        straw,unit,,MWh,
        peel,unit,,t,
        power,unit,,MWh,
    """,
    "technologies": "".join(
        f"""
        {fuel}_boiler,reference,heat,,,,
        {fuel}_boiler,input,{fuel},,1,,MWh/MWh
        {fuel}_boiler,output,heat,,1,,MWh/MWh
        {fuel}_boiler,maximum_new_capacity,,,0,,MW
        {fuel}_boiler,existing_capacity,,,10,,MW
        """
        for fuel in ("wood", "straw", "power")
    ),
    "plants": """
        wood_coast,wood_boiler,coast
        power_coast,power_boiler,coast
        straw_inland,straw_boiler,inland
        power_inland,power_boiler,inland
    """,
    "trades": """
        wood_in,coast,wood,import
        wood_out,coast,wood,export
        straw_in,inland,straw,import
        peel_in,inland,peel,import
        power_coast_in,coast,power,import
        power_inland_in,inland,power,import
    """,
    "demands": "heat_coast,coast,heat\nheat_inland,inland,heat",
    "assets": """
        wood_in,price,,,20,,EUR2025/MWh
        wood_out,price,,,1,,EUR2025/MWh
        straw_in,price,,,20,,EUR2025/MWh
        peel_in,price,,,1,,EUR2025/t
        power_coast_in,price,,,50,,EUR2025/MWh
        power_inland_in,price,,,50,,EUR2025/MWh
        heat_coast,rate,,,10,,MW
        heat_inland,rate,,,10,,MW
    """,
}
POLICIES = {
    "resource_budget": {
        "biomass": {"carriers": ["wood", "straw"], "volume": {2030: "0.1 TWh/year"}},
        "coast": {"carriers": ["wood"], "volume": {2030: "2 kt/year"}, "regions": ["coast"]},
    }
}
# Name of the row → (coefficients, lower, upper). What is sold does not count back.
ROWS = {
    "resource_budget[biomass,2030]": (
        {f"trade_flow[{trade},2030,{step}]": 4380 for trade in ("wood_in", "straw_in") for step in (0, 1)},
        None,
        100_000,
    ),
    # Tonnes of a single carrier become MWh by its heating value of 5 MWh/t.
    "resource_budget[coast,2030]": ({f"trade_flow[wood_in,2030,{step}]": 4380 for step in (0, 1)}, None, 10_000),
}


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    path = write_small_case(tmp_path_factory.mktemp("budget"), TABLES, policies=POLICIES)
    return assert_same_as_pyomo(h2model.build(h2model.load_case(path)))


@pytest.mark.parametrize("name", ROWS)
def test_row(name, program):
    assert_row(program, name, ROWS[name])


def test_carriers_and_regions_share_the_budget(tmp_path):
    policies = {"resource_budget": {"biomass": POLICIES["resource_budget"]["biomass"]}}
    _, results = solve_small_case(tmp_path, TABLES, policies=policies)
    biomass = results["traded"].sel(trade=["wood_in", "straw_in"]).sum()
    assert biomass.item() == pytest.approx(100_000)
    assert results["dual_resource_budget"].item() == pytest.approx(20 - 50)
    assert results.attrs["objective"] == pytest.approx(20 * 100_000 + 50 * (2 * HEAT - 100_000))


FAULTS = {
    "unknown names": (
        {"carriers": ["wod"], "volume": {2031: "1 TWh/year"}, "regions": ["cost"]},
        [
            "policies.resource_budget.biomass.carriers: carrier wod is unknown → did you mean wood?",
            "policies.resource_budget.biomass.regions: region cost is unknown → did you mean coast?",
            "policies.resource_budget.biomass.volume.2031: 2031 is not a period of the scenario",
        ],
    ),
    "not imported there": (
        {"carriers": ["wood"], "volume": {2030: "1 TWh/year"}, "regions": ["inland"]},
        ["carriers: nothing imports wood in these regions, so it has no effect → remove it, or name regions"],
    ),
    "two units": (
        {"carriers": ["wood", "peel"], "volume": {2030: "1 TWh/year"}},
        ["carriers: they have different units: wood in MWh, peel in t → write an entry for the carriers in MWh"],
    ),
    "tonnes of two carriers": (
        {"carriers": ["wood", "straw"], "volume": {2030: "1 kt/year"}},
        ["volume.2030", "it mixes tonnes and MWh", "write a number and a unit that converts to MWh/year"],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_reported(name, report):
    settings, words = FAULTS[name]
    text = report(TABLES, {"resource_budget": {"biomass": settings}})
    for word in words:
        assert word in text
