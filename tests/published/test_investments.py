"""EnergyModelsInvestments: a must-run capacity over four periods, paid when it is built, with average discounting.

Source: EnergyModelsX/EnergyModelsInvestments.jl @ d6b8f7647a364f869794da93019f85a0b3a01285, test/test_invest.jl; MIT
licence, (c) SINTEF. A deficit of one unit over a year costs 10,000, a surplus nothing; capacity never expires.
"""

from __future__ import annotations

import pytest
from case_writer import CaseWriter
from year_answers import agree

import h2model

YEARS = {2020: 10, 2030: 30, 2040: 30, 2050: 40}
"""Beginning of each period of ten years, and the demand in it."""


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    case = CaseWriter("USD2020", discount_rate=0.05, cost_moment="continuous", investment_moment="at building")
    case.carrier("product", "MWh", disposal_cost=(0, "USD2020/MWh"))
    case.plant("source", "product", output={"product": 1})
    case.technology("source", "overnight_cost", 1000, "USD2020/MW")
    # It never expires: longer than any horizon. What is paid at building does not depend on it.
    case.technology("source", "lifetime", 1000, "year")
    case.technology("source", "minimum_run_rate", 1, "1")
    case.technology("source", "early_retirement", "yes")
    case.technology("source", "maximum_new_capacity", 10, "MW")
    case.technology("source", "maximum_capacity", 30, "MW")
    case.demand("sink", "product")
    case.asset("sink", "unserved_cost", 1e4, "USD2020/(MW*year)")
    for period, demand in YEARS.items():
        case.asset("sink", "rate", demand, "MW", period=period)
    path = case.write(tmp_path_factory.mktemp("investments"), periods=list(YEARS), time={"resolution": "8760h"})
    return h2model.solve(h2model.load_case(path))


def test_objective_equals_the_published_one(results):
    agree("04_emx_invest_continuous", "objective (cost)", results.attrs["objective"])


def test_capacities_equal_the_published_ones(results):
    source = results.sel(asset="source")
    assert source["capacity"].values == pytest.approx([10, 20, 30, 30])
    assert source["new_capacity"].values == pytest.approx([10, 10, 10, 0])


def test_investment_is_reported_at_its_present_worth(results):
    """In all years of a period together, investment is worth the overnight cost at the beginning of the period."""
    paid = results["investment_cost"].sel(asset="source") * results["years_represented"] * results["discount_factor"]
    assert paid.values == pytest.approx([1e4 * 1.05 ** -(10 * k) for k in range(3)] + [0])
