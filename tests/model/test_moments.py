"""When costs and investments are paid: discounting within the year, salvage by annuities, and payment at building."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import assert_same_as_pyomo
from plants import ONE_REGION
from small_case import solve_small_case, write_small_case

import h2model
from h2model.accounts.audit import audit
from h2model.case import MOMENTS, annuity_factor, discount_factor, worth_in_year

TABLES = {
    "regions": ONE_REGION,
    "carriers": "power,unit,,MWh,",
    "technologies": """
        ,interest_rate,,,0.05,,1/year
        engine,reference,power,,,,
        engine,output,power,,1,,MWh/MWh
        engine,overnight_cost,,,300,,EUR2025/kW
        engine,fixed_om_cost,,,20,,EUR2025/kW/year
        engine,lifetime,,,25,,year
    """,
    "plants": "engine,engine,here",
    "demands": "town,here,power",
    "assets": "town,rate,,,1,,MW",
}
PERIODS = {"periods": [2030, 2040]}
RATE = 0.05


def cost_of(folder, paid: dict[str, str], **scenario) -> float:
    """Least cost of 1 MW over 2030 to 2049 at a rate of 5 %, after its audit."""
    changes = {f"case.{name}": value for name, value in paid.items()} | {"case.discount_rate": RATE}
    data, results = solve_small_case(folder, TABLES, overrides=changes, **(PERIODS | scenario))
    found = audit(results, data)
    assert found.passed, found.verdict()
    return results.attrs["objective"]


def years_paid(moment: str, count: int) -> float:
    """Worth of one unit of money in each of some years."""
    if moment == "continuous":
        return (1 - 1.05**-count) / np.log(1.05)
    return sum(1.05 ** -(k + {"start": 0, "middle": 0.5, "end": 1}[moment]) for k in range(count))


@pytest.mark.parametrize("moment", MOMENTS)
def test_all_costs_are_paid_at_one_moment(tmp_path, moment):
    """20 EUR/kW and the annuity in each of 20 years, for 1 MW."""
    annuity = 300 * 0.05 / (1 - 1.05**-25)
    by_hand = 1000 * (20 + annuity) * years_paid(moment, 20)
    assert cost_of(tmp_path, {"cost_moment": moment}) == pytest.approx(by_hand, rel=1e-9)


def test_annuities_at_the_end_of_years_are_the_overnight_cost_less_salvage(tmp_path):
    """Operation in the middle of the year, the sinking fund of OSeMOSYS: 20 of 25 years lie in the horizon."""
    consumed = 1 - ((1.05**20 - 1) / (1.05**25 - 1))
    by_hand = 1000 * (300 * (1 - consumed * 1.05**-20) + 20 * years_paid("middle", 20))
    paid = {"cost_moment": "middle", "investment_moment": "end"}
    assert cost_of(tmp_path, paid) == pytest.approx(by_hand, rel=1e-9)


def test_cost_paid_at_building_has_no_salvage_value(tmp_path):
    """The whole overnight cost on the first day of 2030, and no salvage value; operation evenly through the year."""
    paid = {"cost_moment": "continuous", "investment_moment": "at building"}
    by_hand = 1000 * (300 + 20 * years_paid("continuous", 20))
    assert cost_of(tmp_path, paid) == pytest.approx(by_hand, rel=1e-9)


def test_cost_paid_at_building_is_reported_in_its_period(tmp_path):
    """0.5 MW more in 2040: each period shows, for each of its years, a tenth of what is worth the overnight cost."""
    tables = TABLES | {"assets": "town,rate,,2030,1,,MW\ntown,rate,,2040,1.5,,MW"}
    changes = {"case.investment_moment": "at building"}
    data, results = solve_small_case(tmp_path, tables, overrides=changes, **PERIODS)
    # Without discounting a tenth of the overnight cost in each year.
    assert results["investment_cost"].sel(asset="engine").values == pytest.approx([30_000, 15_000])
    assert_same_as_pyomo(h2model.build(data))


def test_decided_capacity_is_built(tmp_path):
    """2 MW in 2040, when 1 MW of 2030 would do."""
    tables = TABLES | {
        "assets": "town,rate,,,1,,MW\nengine,minimum_new_capacity,,2030,0,,MW\nengine,minimum_new_capacity,,2040,2,,MW"
    }
    _, results = solve_small_case(tmp_path, tables, **PERIODS)
    assert results["new_capacity"].sel(asset="engine").values == pytest.approx([1, 2])


def test_payment_at_building_needs_no_interest_rate(tmp_path):
    technologies = "\n".join(TABLES["technologies"].splitlines()[2:])
    tables = TABLES | {"technologies": technologies}
    with pytest.raises(h2model.InputError, match="engine may be built in 2030 but has no interest_rate"):
        h2model.load_case(write_small_case(tmp_path, tables))
    h2model.load_case(write_small_case(tmp_path, tables, overrides={"case.investment_moment": "at building"}))


def test_the_case_sets_when_costs_are_paid(tmp_path):
    """In case.yaml as a plain word, in a scenario as an override; the rest is a fault."""
    path = write_small_case(tmp_path, TABLES)
    case = tmp_path / "case.yaml"
    case.write_text(case.read_text() + "cost_moment: middle\ninvestment_moment: at building\n")
    data = h2model.load_case(path)
    assert (data["cost_moment"].item(), data["investment_moment"].item()) == ("middle", "at building")
    case.write_text(case.read_text().replace("cost_moment: middle", "cost_moment: noon"))
    with pytest.raises(h2model.InputError, match="cost_moment is 'noon' → use one of: start, middle, end, continuous"):
        h2model.load_case(path)


@given(rate=st.floats(0, 0.5), life=st.integers(1, 60), years=st.integers(1, 60))
def test_a_sinking_fund_is_a_row_of_annuities(rate, life, years):
    """C × (1 − v (1+r)^-n) of OSeMOSYS = annuities at the end of each of the first n years of life."""
    years = min(years, life)
    annuities = annuity_factor(rate, life) * sum((1 + rate) ** -k for k in range(1, years + 1))
    left = 1 - (((1 + rate) ** years - 1) / ((1 + rate) ** life - 1) if rate > 1e-9 else years / life)
    assert annuities == pytest.approx(1 - left * (1 + rate) ** -years, rel=1e-6, abs=1e-6)


@given(rate=st.floats(0, 0.5), moment=st.sampled_from(MOMENTS), years=st.integers(1, 30), start=st.integers(0, 30))
def test_one_factor_holds_for_a_period(rate, moment, years, start):
    """The factor of a period is the mean over its years of the worth at the moment of each."""
    within = 1 / worth_in_year(moment, rate)
    factor = discount_factor([2030 + start], [years], rate, 2030, moment)[0]
    assert factor * within == pytest.approx(np.mean([(1 + rate) ** -(start + k) for k in range(years)]), rel=1e-12)
    assert worth_in_year("end", rate) <= worth_in_year("middle", rate) <= worth_in_year("continuous", rate) <= 1
