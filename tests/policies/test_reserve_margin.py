"""A reserve margin of firm capacity over the production of a carrier: power from turbines, wind and fuel cells.

In the first half of the year 60 MW are needed, in the second 100 MW. Wind is free and blows all the time, but is no
firm capacity; the fuel cell follows a part-load curve.
"""

from __future__ import annotations

import pytest
from equation_rows import assert_row
from oracle import assert_same_as_pyomo
from small_case import solve_small_case, write_small_case

import h2model

TABLES = {
    "regions": "coast,59,9,one place\ninland,60,9,the other place",
    "carriers": "power,unit,,MWh,\ngas,unit,,MWh,\npower,disposal_cost,,0,EUR2025/MWh",
    "technologies": """
        ,interest_rate,,,0,,1/year
        turbine,reference,gas,,,,
        turbine,input,gas,,1,,MWh/MWh
        turbine,output,power,,0.5,,MWh/MWh
        turbine,overnight_cost,,,250,,EUR2025/kW
        turbine,lifetime,,,25,,year
        wind,reference,power,,,,
        wind,output,power,,1,,MWh/MWh
        wind,existing_capacity,,,120,,MW
        wind,maximum_new_capacity,,,0,,MW
        cell,reference,gas,,,,
        cell,input,gas,,1,,MWh/MWh
        cell,existing_capacity,,,10,,MW
        cell,maximum_new_capacity,,,0,,MW
        mixed,reference,gas,,,,
        mixed,input,gas,,1,,MWh/MWh
        mixed,existing_capacity,,,5,,MW
        mixed,maximum_new_capacity,,,0,,MW
        recipe,reference,gas,,,,
        recipe,output,power,,0.4,,MWh/MWh
    """,
    "part_load": "cell,power,0.5,0.6,MWh/MWh\ncell,power,1,0.5,MWh/MWh",
    "plants": "plant,technology,region,mode_of\nturbine,turbine,coast,\nwind,wind,coast,\ncell,cell,coast,\n"
    "inland_turbine,turbine,inland,\nmixed,mixed,coast,\nrecipe,recipe,coast,mixed",
    "trades": "gas_coast,coast,gas,import\ngas_inland,inland,gas,import",
    "demands": "town,coast,power",
    "assets": """
        gas_coast,price,,,20,,EUR2025/MWh
        gas_inland,price,,,20,,EUR2025/MWh
        inland_turbine,maximum_new_capacity,,,0,,MW
        town,rate,,,1,load,MW
    """,
}
PROFILES = {"load": [60.0] * 4380 + [100.0] * 4380}
RULE = {"carrier": "power", "firm_share": {"turbine": 1.0, "wind": 0.1}, "margin": {2030: 0.2}, "regions": ["coast"]}
OF_ALL = {"carrier": "power", "firm_share": {"turbine": 0.9}, "margin": {2030: 0.5}}
POLICIES = {"reserve_margin": {"coast": RULE, "all": OF_ALL}}
# Name of the row → (coefficients, lower, upper), as Pyomo writes it: (1 + margin) × made − firm ≤ 0.
ROWS = {
    "reserve_margin[coast,2030,1]": (
        {
            "capacity[turbine,2030]": -0.5,
            "capacity[wind,2030]": -0.1,
            "decided_activity[turbine,2030,1]": 1.2 * 0.5,
            "decided_activity[wind,2030,1]": 1.2,
            "decided_activity[recipe,2030,1]": 1.2 * 0.4,
            "part_load_output[cell,power,2030,1]": 1.2,
        },
        None,
        0,
    ),
    "reserve_margin[all,2030,0]": (
        {
            "capacity[turbine,2030]": -0.45,
            "capacity[inland_turbine,2030]": -0.45,
            "decided_activity[turbine,2030,0]": 1.5 * 0.5,
            "decided_activity[inland_turbine,2030,0]": 1.5 * 0.5,
            "decided_activity[wind,2030,0]": 1.5,
            "decided_activity[recipe,2030,0]": 1.5 * 0.4,
            "part_load_output[cell,power,2030,0]": 1.5,
        },
        None,
        0,
    ),
}


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    path = write_small_case(tmp_path_factory.mktemp("margin"), TABLES, PROFILES, policies=POLICIES)
    return assert_same_as_pyomo(h2model.build(h2model.load_case(path)))


@pytest.mark.parametrize("name", ROWS)
def test_row(name, program):
    assert_row(program, name, ROWS[name])


def test_turbines_are_built_only_to_be_firm(tmp_path):
    """120 MW of wind serve everything, with a tenth firm: 1.2 × 100 MW − 12 MW of power, twice that of gas."""
    _, results = solve_small_case(tmp_path, TABLES, PROFILES, policies={"reserve_margin": {"coast": RULE}})
    assert float(results["capacity"].sel(asset="turbine", period=2030)) == pytest.approx((1.2 * 100 - 12) / 0.5)
    assert results["firm_capacity"].values == pytest.approx([120])
    assert float(results["activity"].sel(plant="turbine").sum()) == pytest.approx(0, abs=1e-6)


FAULTS = {
    "unknown names": (
        {"carrier": "powr", "firm_share": {"turbin": 1.0}, "margin": {2031: 0.1}},
        [
            "policies.reserve_margin.rule.carrier: carrier powr is unknown → did you mean power?",
            "rule.firm_share: plant of the technology turbin is unknown → did you mean turbine?",
            "rule.margin.2031: 2031 is not a period of the scenario → use one of 2030",
        ],
    ),
    "no fixed ratio": (
        {"carrier": "power", "firm_share": {"cell": 1.0}, "margin": {2030: 0.1}},
        ["rule.firm_share: cell does not make power by a fixed ratio, so its firm capacity is undefined"],
    ),
    "a mode": (
        {"carrier": "power", "firm_share": {"recipe": 1.0}, "margin": {2030: 0.1}},
        ["rule.firm_share: recipe is a mode, which has no capacity → name the technology of the plant"],
    ),
    "a share above one": (
        {"carrier": "power", "firm_share": {"turbine": 1.2}, "margin": {2030: -0.1}},
        ["firm_share.turbine", "less than or equal to 1", "margin.2030", "greater than or equal to 0"],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_reported(name, report):
    settings, words = FAULTS[name]
    text = report(TABLES, {"reserve_margin": {"rule": settings}}, PROFILES)
    for word in words:
        assert word in text
