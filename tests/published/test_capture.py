"""Published answer of EnergyModelsBase: gas power with CO2 capture under a falling cap.

Source: EnergyModelsX/EnergyModelsBase.jl @ fe585fff7e800b7b9a0a3da706361b817f48e6bb, test/test_general.jl; MIT,
(c) SINTEF.

Its year has four steps of two hours, and costs and caps of that year; here they stand for 8,760 hours, and all that it
counts by the year is counted as often. The CO2 store starts empty in every period, so that what it may hold is what may
be stored in a year. It is a plant that stores for good, after another one through which CO2 comes to it or is vented,
and which uses the power. Unserved power costs a penalty, and surplus power may be dumped.
"""

from __future__ import annotations

import pytest
from case_writer import HOURS, CaseWriter, over_year
from year_answers import agree

import h2model

CASE = "03_emx_base_gas_ccs"
PERIODS, YEARS = (2030, 2032, 2034, 2036), 2
CAPS = dict(zip(PERIODS, (160, 140, 120, 100), strict=True))
DEMAND, LENGTH = [20, 30, 40, 30], 2
TIMES = HOURS / (len(DEMAND) * LENGTH)
GAS_CONTENT, COAL_CONTENT = 0.2, 0.35
CAUGHT = 0.9 * GAS_CONTENT * 2
STORED = (21.720767, 30.409074, 39.097381, 47.785688)


def case() -> CaseWriter:
    """The tables."""
    case = CaseWriter("EUR2025")
    case.carrier("power", "MWh", disposal_cost=(0, "EUR2025/MWh"))
    for fuel, price, content in (("gas", 30, GAS_CONTENT), ("coal", 9, COAL_CONTENT)):
        case.carrier(fuel, "MWh", carbon_content=(content, "t/MWh"))
        case.trade(f"{fuel}_source", fuel)
        case.asset(f"{fuel}_source", "price", price, "EUR2025/MWh")
    case.carrier("co2", "t", carbon_content=(1, "t/t"))
    case.carrier("co2 at the store", "t", carbon_content=(1, "t/t"), disposal_cost=(0, "EUR2025/t"))
    case.plant("gas_ccs", "power", {"gas": 2}, {"power": 1})
    case.technology("gas_ccs", "output", CAUGHT, "t/MWh", carrier="co2")
    case.plant("coal_power", "power", {"coal": 2.5}, {"power": 1})
    for plant, fixed, variable in (("gas_ccs", 5, 5.5), ("coal_power", 10, 6)):
        case.stands(plant, 25, "MW")
        case.technology(plant, "variable_om_cost", variable, "EUR2025/MWh")
        case.technology(plant, "fixed_om_cost", fixed * TIMES, "EUR2025/MW/year")
    case.plant("to_the_store", "co2", {"co2": 1}, {"co2 at the store": 1}, ratio_unit="t/t")
    case.technology("to_the_store", "input", 0.02, "MWh/t", carrier="power")
    case.stands("to_the_store", 1000, "t/hour")
    case.plant("store", "co2 at the store", {"co2 at the store": 1}, ratio_unit="t/t")
    case.technology("store", "stored_share", 1, "1")
    case.stands("store", 60, "t/hour")
    case.technology("store", "variable_om_cost", 9.1, "EUR2025/t")
    case.technology("store", "maximum_annual_activity", 600 * TIMES, "t/year")
    case.demand("town", "power")
    case.asset("town", "rate", 1, "MW", profile="demand")
    case.asset("town", "unserved_cost", 1e6, "EUR2025/MWh")
    return case


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    policies = {
        "emission_cap": {"cap": {"limit": {period: f"{cap * TIMES} t/year" for period, cap in CAPS.items()}}},
        "carbon_price": {"price": {"price": dict.fromkeys(PERIODS, "10 EUR2025/t")}},
    }
    path = case().write(
        tmp_path_factory.mktemp("capture"),
        steps=over_year([LENGTH] * len(DEMAND)) | {"demand": DEMAND},
        periods=list(PERIODS), last_period_years=YEARS, policies=policies,
    )  # fmt: skip
    return h2model.solve(h2model.load_case(path))


def test_objective_equals_the_published_one(results):
    agree(CASE, "objective (cost)", results.attrs["objective"] / TIMES)


def test_stored_and_vented_carbon_equal_the_published_amounts(results):
    stored = results["carbon_stored"].sum(("region", "origin")).values / TIMES
    assert stored == pytest.approx(STORED, rel=1e-6)
    assert float(results["disposal"].sum()) == pytest.approx(0, abs=1e-6)
    assert results["emissions"].sum(("region", "origin")).values / TIMES == pytest.approx(list(CAPS.values()))
