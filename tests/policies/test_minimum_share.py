"""A minimum share of named technologies in the production of a carrier: hydrogen by electrolysis and reforming.

40 MW of hydrogen are needed on the coast. The electrolyser follows a part-load curve, the reformer a fixed ratio.
Money is EUR, a year has 8,760 hours in two steps.
"""

from __future__ import annotations

import pytest
from equation_rows import assert_row
from oracle import assert_same_as_pyomo
from small_case import solve_small_case, write_small_case

import h2model

TABLES = {
    "regions": "coast,59,9,one place\ninland,60,9,the other place",
    "carriers": "power,unit,,MWh,\nhydrogen,unit,,MWh,",
    "technologies": """
        electrolyser,reference,power,,,,
        electrolyser,input,power,,1,,MWh/MWh
        electrolyser,maximum_new_capacity,,,0,,MW
        electrolyser,existing_capacity,,,100,,MW
        reformer,reference,hydrogen,,,,
        reformer,output,hydrogen,,1,,MWh/MWh
        reformer,variable_om_cost,,,40,,EUR2025/MWh
        reformer,maximum_new_capacity,,,0,,MW
        reformer,existing_capacity,,,60,,MW
        membrane,reference,power,,,,
        membrane,input,power,,1,,MWh/MWh
        membrane,output,hydrogen,,0.75,,MWh/MWh
        membrane,maximum_new_capacity,,,0,,MW
        membrane,existing_capacity,,,60,,MW
        turbine,reference,power,,,,
        turbine,output,power,,1,,MWh/MWh
        turbine,maximum_new_capacity,,,0,,MW
    """,
    "part_load": "electrolyser,hydrogen,0.5,0.7,MWh/MWh\nelectrolyser,hydrogen,1,0.6,MWh/MWh",
    "plants": """
        electrolyser,electrolyser,coast
        reformer_coast,reformer,coast
        reformer_inland,reformer,inland
        membrane,membrane,inland
        turbine,turbine,coast
    """,
    "trades": "power_coast,coast,power,import\npower_inland,inland,power,import",
    "demands": "works_coast,coast,hydrogen\nworks_inland,inland,hydrogen",
    "assets": """
        power_coast,price,,,70,,EUR2025/MWh
        power_inland,price,,,75,,EUR2025/MWh
        works_coast,rate,,,40,,MW
        works_inland,rate,,,20,,MW
    """,
}
ELECTROLYSIS = {"carrier": "hydrogen", "technologies": ["electrolyser", "membrane"], "share": {2030: 0.4}}
POLICIES = {
    "minimum_share": {
        "coast": {
            "carrier": "hydrogen", "technologies": ["electrolyser"], "share": {2030: 0.6}, "regions": ["coast"],
        },
        "all": ELECTROLYSIS,
    }
}  # fmt: skip


def everywhere(**coefficients: float) -> dict[str, float]:
    """The same coefficients in both steps of 4,380 hours."""
    names = {
        "curve": "part_load_output[electrolyser,hydrogen,2030,{}]",
        "membrane": "decided_activity[membrane,2030,{}]",
        "reformer_coast": "decided_activity[reformer_coast,2030,{}]",
        "reformer_inland": "decided_activity[reformer_inland,2030,{}]",
    }
    return {names[key].format(step): 4380 * value for key, value in coefficients.items() for step in (0, 1)}


# Name of the row → (coefficients, lower, upper), as Pyomo writes it: share × all − named ≤ 0.
ROWS = {
    "production_share[coast,2030]": (everywhere(curve=0.6 - 1, reformer_coast=0.6), None, 0),
    "production_share[all,2030]": (
        everywhere(curve=0.4 - 1, membrane=0.75 * (0.4 - 1), reformer_coast=0.4, reformer_inland=0.4),
        None,
        0,
    ),
}


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    path = write_small_case(tmp_path_factory.mktemp("share"), TABLES, policies=POLICIES)
    return assert_same_as_pyomo(h2model.build(h2model.load_case(path)))


@pytest.mark.parametrize("name", ROWS)
def test_row(name, program):
    assert_row(program, name, ROWS[name])


def test_the_share_is_made_and_no_more(tmp_path):
    """A membrane makes hydrogen at 75 / 0.75 = 100, the electrolyser at half load and below at 70 / 0.7 = 100."""
    _, results = solve_small_case(tmp_path, TABLES, policies={"minimum_share": {"all": ELECTROLYSIS}})
    assert results["named_production"].item() == pytest.approx(0.4 * 60 * 8760)
    assert results["total_production"].item() == pytest.approx(60 * 8760)
    assert results.attrs["objective"] == pytest.approx((0.4 * 100 + 0.6 * 40) * 60 * 8760)


def test_production_in_other_regions_does_not_count(tmp_path):
    _, results = solve_small_case(
        tmp_path, TABLES, policies={"minimum_share": {"coast": POLICIES["minimum_share"]["coast"]}}
    )
    made = (results["activity"] * results["hours"]).sum("time").squeeze()
    assert results["named_production"].item() == pytest.approx(0.6 * 40 * 8760)
    assert made.sel(plant="reformer_inland").item() == pytest.approx(20 * 8760)


def test_a_share_of_1_can_be_required(tmp_path):
    policies = {"minimum_share": {"all": ELECTROLYSIS | {"share": {2030: 1.0}}}}
    data, results = solve_small_case(tmp_path, TABLES, policies=policies)
    assert_same_as_pyomo(h2model.build(data))
    assert results["activity"].sel(plant=["reformer_coast", "reformer_inland"]).sum().item() == pytest.approx(
        0, abs=1e-6
    )


FAULTS = {
    "unknown names": (
        {
            "carrier": "hydrogne",
            "technologies": ["electroliser"],
            "share": {2031: 0.5},
            "regions": ["cost"],
        },
        [
            "policies.minimum_share.rule.carrier: carrier hydrogne is unknown → did you mean hydrogen?",
            "technologies: plant of the technology electroliser is unknown → did you mean electrolyser?",
            "policies.minimum_share.rule.regions: region cost is unknown → did you mean coast?",
            "policies.minimum_share.rule.share.2031: 2031 is not a period of the scenario",
        ],
    ),
    "more than all": (ELECTROLYSIS | {"share": {2030: 1.5}}, ["policies.minimum_share.rule.share.2030"]),
    "not there": (
        ELECTROLYSIS | {"regions": ["coast"]},
        ["technologies: these regions have no plant of membrane, so it has no effect"],
    ),
    "makes something else": (
        ELECTROLYSIS | {"technologies": ["electrolyser", "turbine"]},
        ["technologies: no plant of turbine makes hydrogen, so it has no effect → remove it, or name"],
    ),
    "all are named": (
        ELECTROLYSIS | {"technologies": ["electrolyser", "membrane", "reformer"]},
        ["technologies: all plants that make hydrogen in these regions are named, so any share is met"],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_reported(name, report):
    settings, words = FAULTS[name]
    text = report(TABLES, {"minimum_share": {"rule": settings}})
    for word in words:
        assert word in text
