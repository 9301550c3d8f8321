"""Published answer of FINE: a minimal hydrogen system of two places and four long steps.

Source: FZJ-IEK3-VSA/FINE @ fabdad48060373ee4eae8c895f97e0e925cfaf56, test/conftest.py; MIT, (c) FZJ-IEK-3.
Its market pays a revenue for what is bought: the price is the difference, and negative in one step.
"""

from __future__ import annotations

import pytest
from case_writer import HOURS, CaseWriter, over_year
from year_answers import agree

import h2model

CASE = "01_fine_minimal_h2"
SITE, WORKS = "ElectrolyzerLocation", "IndustryLocation"
PRICES = [0.05, 0 - 0.01, 0.1, 0.051]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    case = CaseWriter("EUR2025", regions=(SITE, WORKS))
    case.carrier("electricity", "MWh")
    case.carrier("hydrogen", "MWh")
    case.trade("market", "electricity")
    case.asset("market", "price", 1, "EUR2025/kWh", profile="price")
    case.asset("market", "maximum_rate", 1e6, "kW")
    for region in (SITE, WORKS):
        electrolysers, tank = f"electrolysers_{region}", f"tank_{region}"
        case.plant(electrolysers, "electricity", {"electricity": 1}, {"hydrogen": 0.7}, region=region)
        case.invest(electrolysers, 500, "EUR2025/kW", 10, 0.08)
        case.technology(electrolysers, "fixed_om_cost", 12.5, "EUR2025/kW/year")
        case.store(tank, "hydrogen", region=region)
        case.invest(tank, 0.5, "EUR2025/kWh", 30, 0.08)
        case.asset(tank, "minimum_level", 0.33, "1")
        for flow in ("charge_rate", "discharge_rate"):
            case.technology(tank, flow, 1, "1/hour")
    case.link("pipeline", "hydrogen", SITE, WORKS)
    case.invest("pipeline", 0.177, "EUR2025/kW", 40, 0.08)
    case.demand("works", "hydrogen", WORKS)
    case.asset("works", "rate", 6000, "kW")
    steps = over_year([HOURS / 4] * 4) | {"price": PRICES}
    path = case.write(tmp_path_factory.mktemp("fine"), steps, periods=[2030], last_period_years=1)
    return h2model.solve(h2model.load_case(path))


def test_objective_equals_the_published_one(results):
    agree(CASE, "objective", results.attrs["objective"])


def test_capacities_equal_the_published_ones(results):
    """In kW and kWh."""
    built = 1000 * results["capacity"].squeeze("period").to_series()
    agree(CASE, "electrolyser capacity E", built[f"electrolysers_{SITE}"])
    agree(CASE, "tank capacity sum", built[[f"tank_{SITE}", f"tank_{WORKS}"]].sum())
    agree(CASE, "pipeline capacity", built["pipeline"])
    assert built[f"electrolysers_{WORKS}"] == pytest.approx(0, abs=1e-3)
    assert 1000 * float(results["traded"].sum()) == pytest.approx(75085714.2857)
