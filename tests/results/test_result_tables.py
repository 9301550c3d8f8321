"""Tables of results: balances, costs by member, levelised cost, carbon by source, prices."""

from __future__ import annotations

import numpy as np
import pytest
from hydrogen_case import CO2, GAS_USED, HALF_YEAR, HYDROGEN, POWER, POWER_USED, TABLES, TAX
from small_case import solve_small_case

import h2model
from h2model.errors import InputError
from h2model.tables.carbon_tables import emission_sources
from h2model.tables.cost_tables import costs_by_member


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Results of the case with a price of CO2."""
    _, results = solve_small_case(tmp_path_factory.mktemp("tables"), TABLES, POWER, policies=TAX)
    return results


def test_a_balance_shows_who_brings_and_takes(run):
    flows = run.h2model.balance("hydrogen", "inland")
    expected = {
        "electrolyser_inland": [HYDROGEN, 0],
        "reformer_inland": [0, HYDROGEN],
        "works": [-HYDROGEN, -HYDROGEN],
    }
    assert set(flows["flow"].values) == set(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(flows.sel(flow=name, period=2030), values, atol=1e-6)
    assert flows.attrs["units"] == "MWh/hour"
    assert flows.attrs["balance_window"] == "hour"


def test_both_ends_of_a_link_are_in_the_balance_of_all_regions(run):
    flows = run.h2model.balance("electricity").sel(period=2030, time=0)
    np.testing.assert_allclose(flows.sel(flow="cable: leaves coast"), -POWER_USED / 0.9)
    np.testing.assert_allclose(flows.sel(flow="cable: arrives inland"), POWER_USED)
    assert float(flows.sum()) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("carrier", ["electricity", "hydrogen", "heat", "gas"])
def test_balances_close(run, carrier):
    for region in (None, "coast", "inland"):
        assert float(abs(run.h2model.balance(carrier, region).sum("flow")).max()) < 1e-6


def test_dispatch_is_by_technology_and_the_largest_comes_first(run):
    table = run.h2model.dispatch("electricity")
    assert list(table.columns) == ["import of electricity", "electrolyser", "cable"]
    np.testing.assert_allclose(table.iloc[0], [POWER_USED / 0.9, -POWER_USED, -POWER_USED / 9])
    assert table.attrs["unit"] == "MWh/hour"
    assert str(table.index[1]) == "2030-07-02 12:00:00"


def test_yearly_flows_are_volumes(run):
    flows = run.h2model.yearly_flows()[2030]
    assert flows.loc["gas", "inland", "trade", "import of gas", "gas_in", ""] == pytest.approx(GAS_USED * HALF_YEAR)
    assert flows.xs(("heat", "electrolyser"), level=("carrier", "technology")).item() == pytest.approx(25 * HALF_YEAR)


def test_costs_are_listed_by_member(run):
    by_technology = run.h2model.cost_breakdown("technology")[2030]
    assert by_technology["import of electricity"] == pytest.approx(POWER_USED / 0.9 * HALF_YEAR * 20 / 1e6)
    assert by_technology["import of gas"] == pytest.approx(GAS_USED * HALF_YEAR * 30 / 1e6)
    assert by_technology["carbon price"] == pytest.approx(CO2 * HALF_YEAR * 100 / 1e6)
    assert by_technology["demand"] == pytest.approx(5 * HALF_YEAR * 40 / 1e6)
    assert by_technology["total"] == pytest.approx(run.attrs["objective"] / 1e6)
    by_part = run.h2model.cost_breakdown()[2030]
    assert by_part.drop("total").sum() == pytest.approx(by_part["total"])


def test_levelised_cost_times_volume_equals_its_costs(run):
    table = run.h2model.levelised_cost("hydrogen", technology="electrolyser")
    volume = table.attrs["volume"][2030]
    assert volume == pytest.approx(HYDROGEN * HALF_YEAR)
    own = costs_by_member(run)[2030].xs("electrolyser", level="technology").sum()
    power = run.h2model.price("electricity", "inland").sel(period=2030).values[0] * POWER_USED * HALF_YEAR
    heat = run.h2model.price("heat", "inland").sel(period=2030).values[0] * 25 * HALF_YEAR
    assert table.loc["levelised cost", 2030] * volume == pytest.approx(own + power - heat)
    assert table.drop("levelised cost")[2030].sum() == pytest.approx(table.loc["levelised cost", 2030])


def test_of_plants_that_may_be_built_freely_it_is_the_price(run):
    """Neither is rich nor poor: what the electrolyser makes in its half of the year pays for all of it."""
    price = run.h2model.price("hydrogen", "inland").sel(period=2030).values
    for technology, own in zip(("electrolyser", "reformer"), price, strict=True):
        table = run.h2model.levelised_cost("hydrogen", technology=technology)
        assert table.loc["levelised cost", 2030] == pytest.approx(own)
    both = run.h2model.levelised_cost("hydrogen", "inland")
    assert both.loc["levelised cost", 2030] == pytest.approx(price.mean())


def test_release_is_paid_for_in_levelised_cost(run):
    parts = run.h2model.levelised_cost("hydrogen", technology="reformer")[2030]
    assert parts["CO2 released"] == pytest.approx(0.25 * 100)
    assert parts["gas"] == pytest.approx(1.25 * 30)
    assert parts["investment_cost"] == pytest.approx(400e3 * 0.08 / (1 - 1.08**-20) / HALF_YEAR)


def test_a_plant_with_the_name_of_a_carrier_does_not_pay_for_its_venting(tmp_path):
    """Costs of disposal are listed under the vented carrier."""
    found = {}
    for name in ("electrolyser_inland", "heat"):
        tables = TABLES | {
            "carriers": TABLES["carriers"].replace("heat,disposal_cost,,0", "heat,disposal_cost,,3"),
            "plants": TABLES["plants"].replace("electrolyser_inland", name),
        }
        (tmp_path / name).mkdir()
        _, run = solve_small_case(tmp_path / name, tables, POWER, policies=TAX)
        found[name] = run.h2model.levelised_cost("hydrogen", technology="electrolyser")[2030]
    assert found["heat"].to_dict() == pytest.approx(found["electrolyser_inland"].to_dict())


def test_carbon_is_listed_by_entry_and_by_source(run):
    table = run.h2model.emissions_table()[2030]
    assert table["released", "fossil"] == pytest.approx(CO2 * HALF_YEAR / 1e3)
    assert table["net emissions", "all"] == pytest.approx(float(run["emissions"].sum()) / 1e3)
    sources = emission_sources(run)[2030]
    assert sources["reformer", "inland", "fossil"] == pytest.approx(CO2 * HALF_YEAR / 1e3)
    assert emission_sources(run, ["coast"]).empty


def test_prices_are_ordered_with_the_hours_they_last(run):
    table = run.h2model.price_duration("electricity", "coast")
    np.testing.assert_allclose(table.index, [HALF_YEAR, 2 * HALF_YEAR])
    np.testing.assert_allclose(table[2030], [50, 20])
    assert table.attrs["unit"] == "EUR2025/MWh"


def test_abatement_cost_is_the_cost_per_avoided_tonne(run, tmp_path):
    _, reference = solve_small_case(tmp_path, TABLES, POWER)
    table = run.h2model.abatement(reference)[2030]
    avoided = float(reference["emissions"].sum() - run["emissions"].sum())
    extra = run.attrs["objective"] - reference.attrs["objective"]
    assert table["avoided"].item() == pytest.approx(avoided / 1e3)
    assert table["extra cost"].item() == pytest.approx(extra / 1e6)
    assert table["average cost"].item() == pytest.approx(extra / avoided)


FAULTS = {
    "carrier": (lambda look: look.balance("hydrogn"), r"is not a carrier of the run → did you mean 'hydrogen'"),
    "region": (lambda look: look.price("gas", "coats"), r"is not a region of the run → did you mean 'coast'"),
    "period": (lambda look: look.dispatch("gas", period=2040), r"period=2040: is not a period of the run"),
    "no price": (lambda look: look.price("hydrogen", "coast"), r"no price in coast.* → choose one of inland"),
    "no maker": (lambda look: look.levelised_cost("gas"), r"no plant makes gas"),
    "not so": (
        lambda look: look.levelised_cost("hydrogen", technology="tree"),
        r"no plant makes hydrogen by tree → technologies that do: electrolyser, reformer",
    ),
    "by": (lambda look: look.cost_breakdown("parts"), r"by='parts': is not a key of costs .* did you mean 'part'"),
    "a word": (lambda look: look.dispatch("gas", period="2030"), r"write it as a number: 2030"),
    "nothing by": (lambda look: look.cost_breakdown([]), r"lacks a key of costs → use some of part, kind"),
    "no carrier": (lambda look: look.balance(None), r"a carrier is needed"),
    "no place": (lambda look: look.price("gas", None), r"a region is needed"),
    "no regions": (lambda look: look.emissions_table([]), r"names no region"),
    "all regions": (lambda look: look.emissions_table(["x", "y"]), r"2 faults"),
    "no capacity": (lambda look: look.capacity_table("overnight_cost"), r"is not a capacity of assets by period"),
    "a path": (lambda look: look.abatement("runs/base"), r"is not results of a run → open a run"),
    "no cube": (lambda look: look.key_results(), r"is results of a run, and this is about the cube"),
    "two faults": (lambda look: look.balance("x", "y"), r"2 faults"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_missing_carrier_or_result_is_reported(run, name):
    ask, message = FAULTS[name]
    with pytest.raises(InputError, match=message):
        ask(run.h2model)


def test_where_there_is_no_carbon_net_emissions_are_zero(run):
    table = run.h2model.emissions_table(["coast"])
    assert table.index.tolist() == [("net emissions", "all")]
    assert table.loc[("net emissions", "all"), 2030] == 0
    assert run.h2model.emissions_table("inland").equals(run.h2model.emissions_table(["inland"]))


def test_a_run_with_higher_emissions_has_no_abatement_cost(run):
    more = run.assign(emissions=run["emissions"] + 1e6)
    assert np.isnan(more.h2model.abatement(run).loc["average cost"].to_numpy()).all()


def test_results_without_inputs_report_the_missing_file(run):
    with pytest.raises(InputError, match=r"lack the inputs.*h2model\.open_run"):
        run.drop_vars("input").h2model.balance("gas")


@pytest.mark.parametrize("carrier", ["electricity", "steam", "hydrogen", "co2", "gas"])
def test_balances_of_the_case_with_everything_close(everything_run, carrier):
    flows = everything_run.h2model.balance(carrier)
    size = float(abs(flows).sum("flow").max())
    if flows.attrs["balance_window"] == "hour":
        assert float(abs(flows.sum("flow")).max()) < 1e-6 * size
    volume = (flows * everything_run["hours"] * everything_run["weight"]).sum(("time", "flow"))
    assert float(abs(volume).max()) < 1e-6 * size * 8760


def test_costs_and_carbon_of_the_case_with_everything_add_up(everything_run):
    np.testing.assert_allclose(costs_by_member(everything_run).sum(), everything_run["annual_cost"], rtol=1e-9)
    net = everything_run["emissions"].sum(("region", "origin")) / 1e3
    np.testing.assert_allclose(emission_sources(everything_run).sum(), net, atol=1e-3)
    table = everything_run.h2model.emissions_table()
    np.testing.assert_allclose(table.loc["net emissions", "all"], net, atol=1e-3)


@pytest.fixture(scope="module")
def everything_run(small_year):
    """The case with one of each kind, solved."""
    return h2model.solve(small_year)
