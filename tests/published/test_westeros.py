"""MESSAGEix "Westeros electrified": vintages, existing capacity, growth, early retirement, a bound on CO2, a tax.

Source: iiasa/message_ix @ a6bbca8fe4d18da598be9002940557c90061042e, Apache-2.0,
tutorial/westeros/westeros_baseline.ipynb.
Its years 700, 710, 720 are our 2000, 2010, 2020, since a period is a calendar year here. The energy of a year is in
GW × a year; money is USD.

**Investment.** MESSAGE counts W_v × inv × D/(D + B) for a new capacity of 1 per year over the ten years of its period
v, where W_v is the worth of a yearly payment in period v, D that in all periods in which the vintage lives, and B
stands for the years of its life beyond the horizon (the first of which MESSAGE counts at the end of the horizon, one
year early). We pay an equal annuity in each year of life within the horizon, which is worth D × annuity. Both are the
same for the annuity W_v × inv / (D + B) per ten units of capacity (or per unit of a bulb, which lives one year and is
renewed each year). With an interest rate of 0 the overnight cost is the annuity × lifetime: `overnight_cost` below.
"""

from __future__ import annotations

import numpy as np
import pytest
from case_writer import HOURS, CaseWriter
from year_answers import agree

import h2model

CASE = "06_message_westeros"
PERIODS, LENGTH, RATE = (2000, 2010, 2020), 10, 0.05
END = PERIODS[-1] + LENGTH
DEMAND = {2000: 55, 2010: 82, 2020: 104}
# Lifetime (a), capacity factor, investment (USD/kW), fixed cost (USD/kW/a), variable cost (USD/kWa).
TECHNOLOGIES = {
    "coal_ppl": (20, 1, 500, 30, 30),
    "wind_ppl": (20, 0.36, 1500, 10, 0),
    "grid": (30, 1, 800, 16, 0),
    "bulb": (1, 1, 5, 0, 0),
}
REFERENCE = {"coal_ppl": "secondary", "wind_ppl": "secondary", "grid": "final", "bulb": "light"}
INPUT = {"coal_ppl": {"coal": 1}, "grid": {"secondary": 1.1111111111111112}, "bulb": {"final": 1}}
BUILT_PER_YEAR_BEFORE = {"coal_ppl": 1.8264840182648403, "wind_ppl": 3.3823778116015566, "grid": 3.0441400304414}
ACTIVITY_BEFORE = {"coal_ppl": 18.264840182648403, "wind_ppl": 12.176560121765602}
CO2_PER_KILOWATT_YEAR = 7.4
TAX = {2000: 11.571898211161821, 2010: 18.849402817776983, 2020: 30.70369096784051}


def worth(period: int) -> float:
    """Worth in 2000 of a payment at the end of each year of a period."""
    return sum((1 + RATE) ** -(period - PERIODS[0] + k) for k in range(1, LENGTH + 1))


def overnight_cost(investment: float, lifetime: int, period: int) -> float:
    """The overnight cost that stands for MESSAGE's investment, with an interest rate of 0 (see above)."""
    alive = [y for y in PERIODS if period <= y < period + lifetime]
    beyond = max(0, period + lifetime - END)
    after = sum((1 + RATE) ** -(END - PERIODS[0] + j) for j in range(beyond))
    annuity = worth(period) * investment / (sum(map(worth, alive)) + after) / min(lifetime, LENGTH)
    return annuity * lifetime


def existing(name: str, period: int) -> float:
    """Capacity (GW) of the ten years before 2000 that lives in a period without early retirement."""
    return LENGTH * BUILT_PER_YEAR_BEFORE[name] if period - (PERIODS[0] - LENGTH) < TECHNOLOGIES[name][0] else 0.0


def solved(folder, **policies):
    """Results of the case under further policies."""
    case = CaseWriter("USD2000", RATE, cost_moment="end")
    case.carrier("coal", "MWh", carbon_content=(CO2_PER_KILOWATT_YEAR * 1000 / HOURS, "t/MWh"))
    for carrier in ("secondary", "final", "light"):
        case.carrier(carrier, "MWh", disposal_cost=(0, "USD2000/MWh"))
    case.trade("coal_mine", "coal")
    case.asset("coal_mine", "price", 0, "USD2000/MWh")
    for name, (lifetime, factor, investment, fixed, variable) in TECHNOLOGIES.items():
        case.plant(name, REFERENCE[name], INPUT.get(name), {REFERENCE[name]: 1})
        case.technology(name, "lifetime", lifetime, "year")
        case.technology(name, "interest_rate", 0, "1/year")
        case.technology(name, "availability", factor, "1")
        case.technology(name, "fixed_om_cost", fixed, "USD2000/kW/year")
        case.technology(name, "variable_om_cost", variable, "USD2000/(kW*year)")
        case.technology(name, "early_retirement", "yes")
        for period in PERIODS:
            case.technology(
                name, "overnight_cost", overnight_cost(investment, lifetime, period), "USD2000/kW", period=period
            )
            if name in BUILT_PER_YEAR_BEFORE:
                case.technology(name, "existing_capacity", existing(name, period), "GW", period=period)
    case.demand("town", "light")
    for period, demand in DEMAND.items():
        case.asset("town", "rate", demand, "GW", period=period)
    growth = {
        name: {
            "technologies": [name], "of": "activity", "rate": dict.fromkeys(PERIODS, 0.1),
            "before": f"{before * HOURS!r} GWh/year",
        }
        for name, before in ACTIVITY_BEFORE.items()
    }  # fmt: skip
    path = case.write(
        folder, periods=list(PERIODS), time={"resolution": f"{HOURS}h"}, policies={"growth_limit": growth} | policies
    )
    return h2model.solve(h2model.load_case(path))


def emissions(results) -> np.ndarray:
    """Million tonnes of CO2 per year in each period."""
    return results["emissions"].sum(("region", "origin")).values / 1e6


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return solved(tmp_path_factory.mktemp("westeros"))


def test_objective_equals_the_published_one(base):
    agree(CASE, "objective", base.attrs["objective"] / 1e6)


@pytest.mark.parametrize(("published", "period"), [(700, 2000), (710, 2010), (720, 2020)])
def test_new_coal_power_equals_the_published_capacity(base, published, period):
    per_year = float(base["new_capacity"].sel(asset="coal_ppl", period=period)) / 1000 / LENGTH
    agree(CASE, f"coal_ppl new {published}", per_year)


def test_new_capacities_and_emissions_equal_the_published_ones(base):
    """In GW a year, of bulbs (which live one year) their number."""
    new = base["new_capacity"] / 1000 / LENGTH
    assert new.sel(asset="wind_ppl").values == pytest.approx([0.433405, 0, 0], abs=1e-6)
    assert new.sel(asset="grid").values == pytest.approx([2.455860, 2.7, 5.244140], rel=1e-6)
    assert base["capacity"].sel(asset="bulb").values / 1000 == pytest.approx([55, 82, 104])
    assert emissions(base) == pytest.approx([350.569757, 662.676302, 855.111111], rel=1e-6)


def test_the_cumulative_bound_holds(tmp_path):
    """At most 500 Mt a year on average, over 30 years."""
    results = solved(tmp_path, emission_budget={"bound": {"total": "15000 Mt"}})
    agree(CASE, "objective", results.attrs["objective"] / 1e6, "cumulative CO2 bound 500")
    assert emissions(results) == pytest.approx([350.569757, 568.509836, 580.920407], rel=1e-6)
    # Million USD per Mt a year on average, which are 30 Mt in all.
    assert results["dual_emission_budget"].values * 30 == pytest.approx([-268.0653918423], rel=1e-6)


def test_the_tax_gives_the_published_objective(tmp_path):
    tax = {"tax": {"price": {period: f"{price!r} USD2000/t" for period, price in TAX.items()}}}
    results = solved(tmp_path, carbon_price=tax)
    agree(CASE, "objective", results.attrs["objective"] / 1e6, "CO2 tax")
