"""Explanations: the cause is named, with the amount that can be worked out by hand; and those planted in Grenland."""

from __future__ import annotations

import pytest
from small_case import write_small_case
from variants import VARIANTS, planted

import h2model
from h2model.engine.elastic import Elastic
from h2model.errors import UnfinishedError
from h2model.frame.concern import Relax
from h2model.model import CONCERNS, EQUATIONS, prepare
from h2model.policies import POLICIES

TABLES = {
    "regions": "here,59,9,the only region",
    "carriers": """
        electricity,unit,,MWh,
        coal,unit,,t,
        coal,carbon_content,fossil,2.5,t/t
    """,
    "technologies": """
        works,reference,electricity,,,,
        works,output,electricity,,1,,MWh/MWh
        works,input,coal,,0.4,,t/MWh
        works,maximum_new_capacity,,,0,,MW
    """,
    "plants": "works,works,here",
    "trades": "coal_in,here,coal,import",
    "demands": "town,here,electricity",
}
YEAR = 8760


def assets(existing: float = 100, rate: float = 80, coal: float = 400_000, more: str = "") -> str:
    return f"""
        works,existing_capacity,,,{existing},,MW
        town,rate,,,{rate},,MW
        coal_in,price,,,50,,EUR2025/t
        coal_in,maximum_volume,,,{coal},,t/year
        {more}
    """


def explained(folder, scenario=None, **changes):
    path = write_small_case(folder, {**TABLES, "assets": assets(**changes)}, **(scenario or {}))
    return h2model.explain(path)


def cap(limit: str) -> dict:
    return {"policies": {"emission_cap": {"all": {"limit": {2030: limit}}}}}


def test_a_scenario_with_a_plan_says_so(tmp_path):
    found = explained(tmp_path)
    assert found.outcome == "feasible"
    assert str(found) == "by_hand has a plan: all policies, limits and demands can be met."
    assert found.conflict == ()


def test_a_cap_that_cannot_be_met_and_the_best_reachable(tmp_path):
    # 80 MW × 8,760 h × 0.4 t × 2.5 t CO2 = 700.8 kt
    found = explained(tmp_path, cap("500 kt/year"))
    assert found.outcome == "infeasible"
    (broken,) = found.broken.itertuples()
    assert (broken.equation, broken.labels) == ("emission_cap", ("all", 2030))
    assert broken.amount == pytest.approx(200_800, rel=1e-6)
    assert found.sentences["Limits to relax"] == (
        "the cap 'all' of 2030: 500 kt/year cannot be met; the best reachable is 700.8 kt/year",
    )
    assert "unserved_demand" in set(found.in_the_way["equation"])
    remedies = {row.equation: row for row in found.remedies.itertuples()}
    assert remedies["unserved_demand"].amount == pytest.approx(200.8 / 700.8 * 80 * YEAR, rel=1e-6)
    assert any(line.startswith("emission_cap: all, 2030") for line in found.conflict)
    assert any(line.startswith("balance: electricity, here, 2030") for line in found.conflict)


def test_what_was_not_found_out_in_time_is_told(tmp_path, monkeypatch):
    least, asked = Elastic.least, []

    def short_of_time(self, factors):
        asked.append(factors)
        if len(asked) == 2:
            raise UnfinishedError("Time limit reached.")
        return least(self, factors)

    monkeypatch.setattr(Elastic, "least", short_of_time)
    found = explained(tmp_path, cap("500 kt/year"))
    (untried,) = found.sentences["Not tested in time"]
    assert untried == "the demand town in 2030"
    assert set(found.remedies["equation"]) == {"emission_cap"}
    assert untried in str(found)


def test_a_capacity_that_does_not_suffice(tmp_path):
    found = explained(tmp_path, existing=60)
    (broken,) = found.broken.itertuples()
    assert (broken.equation, broken.labels) == ("capacity_stock", ("works", 2030))
    assert broken.most == pytest.approx(20, rel=1e-6)
    assert "the existing_capacity of works in 2030 is 60 MW and would have to be at least 80 MW" in str(found)
    assert "175.2 GWh/year of the demand town in 2030 (25.00%) cannot be served" in str(found)


def test_a_volume_that_does_not_suffice(tmp_path):
    found = explained(tmp_path, coal=200_000)
    (broken,) = found.broken.itertuples()
    assert (broken.equation, broken.labels) == ("trade_volume_limit", ("coal_in", 2030))
    assert broken.amount == pytest.approx(80 * YEAR * 0.4 - 200_000, rel=1e-6)
    assert "the maximum_volume of coal_in in 2030 is 200 kt/year and would have to be at least 280.3 kt/year" in str(
        found
    )


def test_what_nobody_makes_has_no_source(tmp_path):
    """The tables of such a case are refused; arrays that are made otherwise may still hold it."""
    data = h2model.load_case(write_small_case(tmp_path, {**TABLES, "assets": assets()}))
    found = h2model.explain(data.isel(trade=slice(0, 0)))
    assert found.outcome == "infeasible"
    assert {"unserved_demand", "balance"} & set(found.broken["equation"])


def test_an_endless_gain_is_named(tmp_path):
    tables = {**TABLES, "trades": "coal_in,here,coal,import\npower_out,here,electricity,export"}
    more = "power_out,price,,,500,,EUR2025/MWh"
    tables["technologies"] = (
        TABLES["technologies"].replace("maximum_new_capacity,,,0,,MW", "lifetime,,,20,,year")
        + """
        works,overnight_cost,,,1000,,EUR2025/MW
        works,interest_rate,,,0.05,,1/year
    """
    )
    tables["assets"] = assets(more=more).replace("coal_in,maximum_volume,,,400000,,t/year", "")
    found = h2model.explain(write_small_case(tmp_path, tables))
    assert found.outcome == "unbounded"
    assert found.sentences["Unbounded profit"][0].startswith("trade_flow: power_out, 2030 (earns)")


def explain_planted(name: str, day: int) -> None:
    """Explain a variant of Grenland that keeps each `day`-th day of the year, and look for its cause."""
    variant = planted(name, seed=7)
    data = variant.load("24h").isel(time=slice(None, None, day))
    data = data.assign(weight=data["weight"] * 8760 / float((data["weight"] * data["hours"]).sum()))
    explanation = h2model.explain(data)
    assert explanation.outcome == "infeasible"
    named = {(row.equation, row.labels) for t in (explanation.broken, explanation.remedies) for row in t.itertuples()}
    assert (variant.equation, variant.labels) in named
    assert explanation.conflict


@pytest.mark.parametrize("name", VARIANTS)
def test_the_cause_planted_in_some_days_of_grenland_is_named(name):
    explain_planted(name, day=30)


@pytest.mark.slow
@pytest.mark.parametrize("name", VARIANTS)
def test_the_cause_planted_in_grenland_is_named(name):
    explain_planted(name, day=1)


def test_every_equation_may_be_relaxed_or_says_why_not():
    for equation in EQUATIONS.values():
        reason = equation.relax
        assert isinstance(reason, Relax) or len(reason) > 15, equation.name


def test_every_limit_of_a_policy_may_be_relaxed():
    """Rows of a policy that define something else than its limit may not."""
    rows = {equation.name: equation for policy in POLICIES.values() for equation in policy.equations}
    assert {name for name, row in rows.items() if not isinstance(row.relax, Relax)} == {"claim_limit"}


def test_a_least_annual_activity_that_cannot_be_reached(tmp_path):
    found = explained(tmp_path, existing=100, coal=400_000, more="works,minimum_annual_activity,,,900,,GWh/year")
    assert found.outcome == "infeasible"
    assert "the minimum_annual_activity of works in 2030" in str(found)


def relaxations():
    """Every relaxation of the model by the concern that declares it and the name of its equation or variable."""
    for concern in CONCERNS:
        yield from (pytest.param(concern, e.relax, id=e.name) for e in concern.equations if isinstance(e.relax, Relax))
        yield from (pytest.param(concern, bound.relax, id=bound.variable) for bound in concern.bounds)


@pytest.mark.parametrize(("concern", "relax"), list(relaxations()))
def test_the_limit_and_the_unit_of_every_relaxation_are_known(concern, relax, everything):
    """Otherwise `explain` fails only when the limit is reached."""
    assert not relax.limit or relax.limit in prepare(everything)
    assert "{" not in relax.unit.format(amount="MWh", capacity="MW", volume="MWh")
    assert relax.unit or not relax.limit
