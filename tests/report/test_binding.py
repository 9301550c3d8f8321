"""What binds, in words: the worth of one unit more of each limit is what the least cost falls by with it."""

from __future__ import annotations

import pytest
from hydrogen_case import POWER, TABLES
from small_case import solve_small_case

import h2model.accessor  # noqa: F401
from h2model.report.binding import BindingLimit, binding_limits
from h2model.report.run_content import MOST_LIMITS, run_content

YEAR = 8760
#: By policy: settings that bind, the same with so many units more, how many, and what is said.
LIMITS = {
    "minimum_share": (
        {"carrier": "hydrogen", "technologies": ["electrolyser"], "share": {2030: 0.8}},
        {"share": {2030: 0.79}},
        0.01 * 100 * YEAR,
        BindingLimit("share own: one MWh a year less from those named", 2030, 0.0, "EUR2025/MWh"),
    ),
    "reserve_margin": (
        {"carrier": "hydrogen", "firm_share": {"reformer": 1.0}, "margin": {2030: 0.1}},
        {"margin": {2030: 0.09}},
        1.0,
        BindingLimit("reserve margin own: one MWh/hour less", 2030, 0.0, "EUR2025/(MWh/hour)/year"),
    ),
    "build_rate": (
        {"technologies": ["reformer"], "limit": {2030: "50 MW/year"}},
        {"limit": {2030: "51 MW/year"}},
        1.0,
        BindingLimit("rate of building own: one MW more", 2030, 0.0, "EUR2025/MW (present worth)"),
    ),
    "resource_budget": (
        {"carriers": ["gas"], "volume": {2030: "500 GWh/year"}},
        {"volume": {2030: "501 GWh/year"}},
        1000.0,
        BindingLimit("budget of own: one MWh a year more", 2030, 0.0, "EUR2025/MWh"),
    ),
    "growth_limit": (
        {"technologies": ["reformer"], "rate": {2030: 0.0}, "before": "60 MW"},
        {"before": "61 MW"},
        1.0,
        BindingLimit("growth of own: one unit more", 2030, 0.0, "EUR2025/unit (present worth)"),
    ),
}


@pytest.mark.parametrize("policy", LIMITS)
def test_a_policy_that_binds_is_worth_what_one_unit_more_saves(policy, tmp_path):
    settings, loosened, units, said = LIMITS[policy]
    runs = []
    for number, own in enumerate((settings, settings | loosened)):
        folder = tmp_path / str(number)
        folder.mkdir()
        _, run = solve_small_case(
            folder, TABLES, POWER, policies={policy: {"own": own}}, solver={"method": "simplex"}, last_period_years=1
        )
        runs.append(run)
    binding = {each.what: each for each in binding_limits(runs[0])}[said.what]
    saved = runs[0].attrs["objective"] - runs[1].attrs["objective"]
    assert (binding.period, binding.unit) == (said.period, said.unit)
    assert binding.saving == pytest.approx(saved / units, rel=1e-6)
    assert binding.saving > 0


def test_a_limit_on_building_is_worth_what_it_saves_in_all_years_that_a_build_serves(tmp_path):
    """What may be built in 2030 only also serves in 2040."""
    saved = []
    for number, most in enumerate((50, 51)):
        folder = tmp_path / str(number)
        folder.mkdir()
        limit = "\n".join(
            f"reformer,maximum_new_capacity,,{period},{value},,MW" for period, value in ((2030, most), (2040, 0))
        )
        tables = TABLES | {"technologies": f"{TABLES['technologies']}\n{limit}"}
        _, run = solve_small_case(
            folder, tables, POWER, policies={}, periods=[2030, 2040], solver={"method": "simplex"}
        )
        saved.append(run)
    binding = {each.what: each for each in binding_limits(saved[0])}["building of reformer inland: one MW more"]
    assert (binding.period, binding.unit) == (2030, "EUR2025/MW (present worth)")
    assert binding.saving == pytest.approx(saved[0].attrs["objective"] - saved[1].attrs["objective"], rel=1e-6)


def test_a_budget_over_all_periods_has_no_period(tmp_path):
    policies = {"emission_budget": {"all": {"total": "100 kt"}}}
    _, run = solve_small_case(tmp_path, TABLES, POWER, policies=policies)
    (first, *_) = binding_limits(run)
    assert (first.what, first.period) == ("emission budget all: one tonne more", "all")
    assert first.saving == pytest.approx(float(run["price_of_budget"][0]))


def test_what_does_not_fit_is_counted(monkeypatch, tmp_path):
    many = [BindingLimit("limit", 2030, 1.0, "EUR")] * (MOST_LIMITS + 3)
    monkeypatch.setitem(run_content.__globals__, "binding_limits", lambda run: many)
    _, run = solve_small_case(tmp_path, TABLES, POWER)
    content = run_content(run)
    assert (len(content.binding_limits), content.limits_left_out) == (MOST_LIMITS, 3)
