"""Growth limits of capacity or activity: cheap wind and expensive imports of power.

100 MW are needed. 2030 stands for 5 years, 2045 comes 10 years after 2035. A year has two steps of 4,380 hours.
"""

from __future__ import annotations

import pytest
from equation_rows import assert_row
from oracle import assert_same_as_pyomo
from small_case import solve_small_case, write_small_case

import h2model

TABLES = {
    "regions": "here,59,9,the only region",
    "carriers": "power,unit,,MWh,\nwood,unit,,t,",
    "technologies": """
        ,interest_rate,,,0,,1/year
        wind,reference,power,,,,
        wind,output,power,,1,,MWh/MWh
        wind,overnight_cost,,,400,,EUR2025/kW
        wind,lifetime,,,40,,year
        sawmill,reference,wood,,,,
        sawmill,output,wood,,1,,t/t
        sawmill,overnight_cost,,,400,,EUR2025/(t/year)
        sawmill,lifetime,,,40,,year
    """,
    "plants": "wind,wind,here\nsawmill,sawmill,here",
    "trades": "buy,here,power,import",
    "demands": "town,here,power\nhouses,here,wood",
    "assets": "town,rate,,,100,,MW\nhouses,rate,,,10,,t/hour\nbuy,price,,,500,,EUR2025/MWh",
}
PERIODS = {"periods": [2030, 2035, 2045]}
ALL = dict.fromkeys(PERIODS["periods"], 0.1)
CAPACITY = {"technologies": ["wind"], "rate": ALL, "before": "0.02 GW", "seed": "3 MW"}
ACTIVITY = {"technologies": ["wind"], "rate": {2030: 0.1, 2045: 0.05}, "of": "activity", "before": "100 GWh/year"}
POLICIES = {"growth_limit": {"capacity": CAPACITY, "activity": ACTIVITY}}
# Name of the row → (coefficients, lower, upper).
ROWS = {
    "growth_limit[capacity,2030]": ({"capacity[wind,2030]": 1}, None, 1.1**5 * 20 + 3),
    "growth_limit[capacity,2045]": ({"capacity[wind,2045]": 1, "capacity[wind,2035]": -(1.1**10)}, None, 3),
    "growth_limit[activity,2030]": (
        {"decided_activity[wind,2030,0]": 4380, "decided_activity[wind,2030,1]": 4380},
        None,
        1.1**5 * 100_000,
    ),
    "growth_limit[activity,2045]": (
        {
            "decided_activity[wind,2045,0]": 4380,
            "decided_activity[wind,2045,1]": 4380,
            "decided_activity[wind,2035,0]": -4380 * 1.05**10,
            "decided_activity[wind,2035,1]": -4380 * 1.05**10,
        },
        None,
        0,
    ),
}


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    path = write_small_case(tmp_path_factory.mktemp("growth"), TABLES, policies=POLICIES, **PERIODS)
    return assert_same_as_pyomo(h2model.build(h2model.load_case(path)))


@pytest.mark.parametrize("name", ROWS)
def test_row(name, program):
    assert_row(program, name, ROWS[name])


def test_a_period_that_is_left_out_is_not_limited(program):
    names = [program.row_name(i) for i in range(len(program.row_lower))]
    assert "growth_limit[activity,2035]" not in names


def test_capacity_grows_at_most_at_its_rate(tmp_path):
    """Wind is far cheaper than imports: 20 MW become 32.2 and 3, then 56.7 and 3, and then what is needed."""
    _, results = solve_small_case(tmp_path, TABLES, policies={"growth_limit": {"wind": CAPACITY}}, **PERIODS)
    first = 20 * 1.1**5 + 3
    assert results["capacity"].sel(asset="wind").values == pytest.approx([first, first * 1.1**5 + 3, 100])
    assert results["growing"].values[0] == pytest.approx([first, first * 1.1**5 + 3, 100])


def test_activity_grows_at_most_at_its_rate(tmp_path):
    limit = {"technologies": ["wind"], "rate": ALL, "of": "activity", "before": "100 GWh/year"}
    _, results = solve_small_case(tmp_path, TABLES, policies={"growth_limit": {"wind": limit}}, **PERIODS)
    made = (results["activity"].sel(plant="wind") * results["hours"] * results["weight"]).sum("time")
    assert made.values == pytest.approx([100_000 * 1.1**5, 100_000 * 1.1**10, 100_000 * 1.1**20])


FAULTS = {
    "unknown names": (
        {"technologies": ["wnd"], "rate": {2031: 0.1}},
        [
            "policies.growth_limit.limit.technologies: asset of the technology wnd is unknown → did you mean wind?",
            "policies.growth_limit.limit.rate.2031: 2031 is not a period of the scenario → use one of 2030, 2035, 2045",
        ],
    ),
    "nothing before": (
        {"technologies": ["wind"], "rate": {2030: 0.1}},
        ["limit.before: 2030 is the first period, and the amount before it is not given → add before, or leave this"],
    ),
    "two units": (
        {"technologies": ["wind", "sawmill"], "of": "activity", "rate": {2035: 0.1}},
        ["technologies: they are counted in different units: wind in MWh, sawmill in t → write an entry for each unit"],
    ),
    "a rate for a volume": (
        {"technologies": ["wind"], "of": "activity", "rate": {2030: 0.1}, "before": "10 EUR2025", "seed": "much"},
        ["limit.before: ", "write a number and a unit that converts to MWh/year", "limit.seed: "],
    ),
    "a shrinking market": (
        {"technologies": ["wind"], "rate": {2035: -0.1}},
        ["rate.2035", "greater than or equal to 0"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_reported(name, report):
    settings, words = FAULTS[name]
    text = report(TABLES, {"growth_limit": {"limit": settings}}, **PERIODS)
    for word in words:
        assert word in text
