"""A budget over all years: it is spent where avoiding emissions costs most.

10 MW of heat from gas at 30 EUR/MWh and 0.2 t/MWh, or clean at 60 in 2030 and 40 in 2040. 2030 stands for 10 years,
2040 for 5. Money is EUR, a year has 8,760 hours, nothing is discounted.
"""

from __future__ import annotations

import pytest
from equation_rows import assert_row
from oracle import assert_same_as_pyomo
from small_case import solve_small_case, write_small_case

import h2model

HEAT = 10 * 8760
GAS_ONLY = 0.2 * HEAT
"""Tonnes in a year without the budget."""

TABLES = {
    "regions": "here,59,9,the only region",
    "carriers": "heat,unit,,MWh,\ngas,unit,,MWh,\ngas,carbon_content,fossil,0.2,t/MWh",
    "technologies": """
        boiler,reference,heat,,,,
        boiler,input,gas,,1,,MWh/MWh
        boiler,output,heat,,1,,MWh/MWh
        boiler,maximum_new_capacity,,,0,,MW
        boiler,existing_capacity,,,10,,MW
        clean,reference,heat,,,,
        clean,output,heat,,1,,MWh/MWh
        clean,variable_om_cost,,2030,60,,EUR2025/MWh
        clean,variable_om_cost,,2040,40,,EUR2025/MWh
        clean,maximum_new_capacity,,,0,,MW
        clean,existing_capacity,,,10,,MW
    """,
    "plants": "boiler,boiler,here\nclean,clean,here",
    "trades": "gas,here,gas,import",
    "demands": "town,here,heat",
    "assets": """
        gas,price,,,30,,EUR2025/MWh
        gas,upstream_emissions,,,0.05,,t/MWh
        town,rate,,,10,,MW
    """,
}
PERIODS = {"periods": [2030, 2040], "last_period_years": 5}
POLICIES = {
    "emission_budget": {"fossil": {"total": "200 kt", "scope": "fossil"}, "all": {"total": "-3 Mt", "upstream": True}}
}
# Name of the row → (coefficients, lower, upper). Two steps of 4,380 hours.
ROWS = {
    "emission_budget[fossil]": (
        {
            f"emissions[here,{origin},{period}]": years
            for period, years in ((2030, 10), (2040, 5))
            for origin in ("fossil", "mineral", "pooled")
        },
        None,
        200_000,
    ),
    "emission_budget[all]": (
        {
            f"emissions[here,{origin},{period}]": years
            for period, years in ((2030, 10), (2040, 5))
            for origin in ("fossil", "biogenic", "atmospheric", "mineral", "pooled")
        }
        | {f"trade_flow[gas,2030,{step}]": 10 * 4380 * 0.05 for step in (0, 1)}
        | {f"trade_flow[gas,2040,{step}]": 5 * 4380 * 0.05 for step in (0, 1)},
        None,
        -3_000_000,
    ),
}


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    path = write_small_case(tmp_path_factory.mktemp("budget"), TABLES, policies=POLICIES, **PERIODS)
    return assert_same_as_pyomo(h2model.build(h2model.load_case(path)))


@pytest.mark.parametrize("name", ROWS)
def test_row(name, program):
    assert_row(program, name, ROWS[name])


def test_the_budget_is_kept_where_it_costs_least(tmp_path):
    budget = {"emission_budget": {"all": {"total": "200 kt"}}}
    _, results = solve_small_case(tmp_path, TABLES, policies=budget, **PERIODS)
    emitted = results["emissions"].sum(("region", "origin"))
    # 2030 goes on with gas; 2040 must make do with what is left for its 5 years.
    assert emitted.values == pytest.approx([GAS_ONLY, (200_000 - 10 * GAS_ONLY) / 5])
    assert results["dual_emission_budget"].item() == pytest.approx(-(40 - 30) / 0.2)
    avoided = (10 + 5) * GAS_ONLY - 200_000
    assert results.attrs["objective"] == pytest.approx(15 * 30 * HEAT + avoided * 50)


FAULTS = {
    "a rate": ({"total": "20 Mt/year"}, ["policies.emission_budget.all.total", "converts to t"]),
    "infinite": ({"total": "inf"}, ["policies.emission_budget.all.total", "inf is not finite"]),
    "nothing": ({}, ["policies.emission_budget.all", "'total' is missing"]),
    "no such region": (
        {"total": "20 Mt", "regions": ["hare"]},
        ["policies.emission_budget.all.regions: region hare is unknown → did you mean here?"],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_reported(name, report):
    settings, words = FAULTS[name]
    text = report(TABLES, {"emission_budget": {"all": settings}}, **PERIODS)
    for word in words:
        assert word in text
