"""Build rates: a limit per year on the new capacity of several technologies together.

100 MW of power are needed, expensive imports cover the rest. 2030 stands for 5 years, 2045 comes 10 years after 2035.
"""

from __future__ import annotations

import pytest
from equation_rows import assert_row
from oracle import assert_same_as_pyomo
from small_case import solve_small_case, write_small_case

import h2model

BUILDABLE = """
    {name},reference,{carrier},,,,
    {name},overnight_cost,,,{cost},,EUR2025/kW
    {name},lifetime,,,40,,year
"""
TABLES = {
    "regions": "coast,59,9,one place\ninland,60,9,the other place",
    "carriers": "power,unit,,MWh,\nco2,unit,,t,\nco2,disposal_cost,,0,EUR2025/t",
    "technologies": ",interest_rate,,,0,,1/year\n"
    + "".join(BUILDABLE.format(name=name, carrier="power", cost=cost) for name, cost in (("wind", 400), ("sun", 800)))
    + BUILDABLE.format(name="cable", carrier="power", cost=4)
    + """
    wind,output,power,,1,,MWh/MWh
    sun,output,power,,1,,MWh/MWh
    cable,loss,,,0,,1
    old,reference,power,,,,
    old,output,power,,1,,MWh/MWh
    old,existing_capacity,,,1,,MW
    old,maximum_new_capacity,,,0,,MW
    co2_pipe,reference,co2,,,,
    co2_pipe,loss,,,0,,1
    co2_pipe,overnight_cost,,,1,,MEUR2025/(t/h)
    co2_pipe,lifetime,,,40,,year
    """,
    "plants": "wind_coast,wind,coast\nwind_inland,wind,inland\nsun_inland,sun,inland\nold,old,inland",
    "links": "cable,cable,coast,inland,yes\npipe,co2_pipe,inland,coast,no",
    "trades": "buy,inland,power,import",
    "demands": "town,inland,power",
    "assets": "town,rate,,,100,,MW\nbuy,price,,,500,,EUR2025/MWh",
}
PERIODS = {"periods": [2030, 2035, 2045]}
POLICIES = {
    "build_rate": {
        "renewables": {"technologies": ["wind", "sun"], "limit": {2030: "5 MW/year", 2045: "3 MW/year"}},
        "inland": {"technologies": ["wind"], "limit": {2035: "0.001 GW/year"}, "regions": ["inland"]},
        "pipes": {"technologies": ["co2_pipe"], "limit": {2035: "2 (t/h)/year"}, "regions": ["coast"]},
    }
}
# Name of the row → (coefficients, lower, upper).
ROWS = {
    # The first period stands for the 5 years until 2035.
    "build_rate[renewables,2030]": (
        {"new_capacity[wind_coast,2030]": 1, "new_capacity[wind_inland,2030]": 1, "new_capacity[sun_inland,2030]": 1},
        None,
        5 * 5,
    ),
    "build_rate[renewables,2045]": (
        {"new_capacity[wind_coast,2045]": 1, "new_capacity[wind_inland,2045]": 1, "new_capacity[sun_inland,2045]": 1},
        None,
        3 * 10,
    ),
    "build_rate[inland,2035]": ({"new_capacity[wind_inland,2035]": 1}, None, 1 * 5),
    # A pipe stands at both of its ends.
    "build_rate[pipes,2035]": ({"new_capacity[pipe,2035]": 1}, None, 2 * 5),
}


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    path = write_small_case(tmp_path_factory.mktemp("rate"), TABLES, policies=POLICIES, **PERIODS)
    return assert_same_as_pyomo(h2model.build(h2model.load_case(path)))


@pytest.mark.parametrize("name", ROWS)
def test_row(name, program):
    assert_row(program, name, ROWS[name])


def test_new_capacity_stays_within_the_rate(tmp_path):
    """Wind is far cheaper than imports: as much is built as may be, until there is enough."""
    policies = {
        "build_rate": {
            "wind": {"technologies": ["wind", "sun"], "limit": dict.fromkeys(PERIODS["periods"], "5 MW/year")}
        }
    }
    _, results = solve_small_case(tmp_path, TABLES, policies=policies, **PERIODS)
    new = results["new_capacity"].sel(asset=["wind_coast", "wind_inland", "sun_inland"]).sum("asset")
    # 25 MW by 2030, 25 in the 5 years until 2035, and 50 in the 10 until 2045; 1 MW stands.
    assert new.values == pytest.approx([25, 25, 49])


FAULTS = {
    "unknown names": (
        {"technologies": ["wnd"], "limit": {2031: "1 MW/year"}, "regions": ["cost"]},
        [
            "policies.build_rate.rate.technologies: asset of the technology wnd is unknown → did you mean wind?",
            "policies.build_rate.rate.regions: region cost is unknown → did you mean coast?",
            "policies.build_rate.rate.limit.2031: 2031 is not a period of the scenario → use one of 2030, 2035, 2045",
        ],
    ),
    "not there": (
        {"technologies": ["sun"], "limit": {2030: "1 MW/year"}, "regions": ["coast"]},
        ["technologies: these regions have no asset of sun, so it has no effect → remove it"],
    ),
    "two units": (
        {"technologies": ["wind", "co2_pipe"], "limit": {2030: "1 MW/year"}},
        ["technologies: they are counted in different units: wind in MW, co2_pipe in t/h → write an entry for each"],
    ),
    "capacity instead of a rate": (
        {"technologies": ["wind"], "limit": {2030: "100 MW"}},
        ["limit.2030", "write a number and a unit that converts to MW/year"],
    ),
    "cannot be built": (
        {"technologies": ["wind", "old"], "limit": {2030: "1 MW/year"}},
        ["technologies: old cannot be built (maximum_new_capacity 0), so the limit has no effect on it → remove it"],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_reported(name, report):
    settings, words = FAULTS[name]
    text = report(TABLES, {"build_rate": {"rate": settings}}, **PERIODS)
    for word in words:
        assert word in text
