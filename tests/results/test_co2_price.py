"""The price of CO2 under caps, budgets and carbon prices, and under all of them together."""

from __future__ import annotations

import pytest
from hydrogen_case import POWER, TABLES
from small_case import solve_small_case

from h2model.report.run_content import run_content
from h2model.tables.co2_price import co2_prices

CAP = {"emission_cap": {"works": {"regions": ["inland"], "limit": {2030: "100 kt/year"}}}}
BUDGET = {"emission_budget": {"all_years": {"total": "1 Mt"}}}
TAX = {"carbon_price": {"tax": {"price": {2030: "50 EUR2025/t"}}}}


def solved(folder, **policies):
    return solve_small_case(folder, TABLES, POWER, policies=policies, solver={"method": "simplex"})[1]


def test_a_cap_alone_has_one_price(tmp_path):
    run = solved(tmp_path, **CAP)
    assert co2_prices(run).index.tolist() == ["cap works"]
    assert co2_prices(run).loc["cap works", 2030] == pytest.approx(run["price_of_cap"].item())


def test_a_carbon_price_alone_is_the_price(tmp_path):
    table = co2_prices(solved(tmp_path, **TAX))
    assert table[2030].to_dict() == {"fossil CO2 in coast, inland": pytest.approx(50)}


def test_a_budget_has_a_price_in_each_period(tmp_path):
    run = solved(tmp_path, **BUDGET)
    table = co2_prices(run)
    worth = float(run["discount_factor"][0])
    assert table.loc["budget all_years", 2030] == pytest.approx(run["price_of_budget"].item() / worth)
    assert len(table) == 1


def test_prices_of_several_entries_are_added(tmp_path):
    run = solved(tmp_path, **CAP, **TAX)
    prices = co2_prices(run)[2030]
    assert prices["fossil CO2 in inland"] == pytest.approx(prices["cap works"] + 50)
    assert prices["fossil CO2 in coast"] == pytest.approx(50)
    titles = [card.title for card in run_content(run).cards]
    assert "CO2 price, fossil CO2 in inland" in titles


def test_without_policies_co2_has_no_price(tmp_path):
    assert co2_prices(solved(tmp_path)).empty


def test_a_card_shows_the_emissions_that_its_cap_counts(tmp_path):
    """Each of two caps has a card with the emissions that it counts, here of fossil CO2."""
    caps = {
        "works": {"regions": ["inland"], "limit": {2030: "100 kt/year"}, "scope": "fossil", "upstream": True},
        "coast": {"regions": ["coast"], "limit": {2030: "100 kt/year"}},
    }
    run = solved(tmp_path, emission_cap=caps)
    cards = {card.title: card for card in run_content(run).cards}
    assert cards["CO2 under the cap works"].note == "as counted by the cap works: inland"
    counted = float(run["cap_emissions"].sel(cap="works", period=2030).sum()) / 1e3
    assert cards["CO2 under the cap works"].values[0] == (
        "2030",
        f"{counted:,.0f}" if counted >= 100 else f"{counted:.1f}",
    )
    assert "CO2 under the cap coast" in cards
