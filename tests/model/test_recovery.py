"""Recovery: rows typed by hand, answers worked out by hand, and inputs that are refused."""

from __future__ import annotations

import numpy as np
import pytest
from equation_rows import assert_row
from oracle import assert_same_as_pyomo
from plants import HOURS, ONE_REGION, fixed_plant
from small_case import solve_small_case, write_small_case

import h2model
from h2model.engine import compile_model


def plastics(recovery_cost: float = 100, origin: str = "fossil", more: str = "") -> dict[str, str]:
    """1 t/h of plastic from feed at 1,000 EUR/t, or from waste, of which 0.5 t come back for each tonne delivered.

    Every tonne holds 3 t of carbon. Recycling turns 1.25 t of waste into a tonne of plastic and releases the rest.
    """
    contents = "\n".join(f"{carrier},carbon_content,{origin},3,t/t" for carrier in ("feed", "plastic", "waste"))
    return {
        "regions": ONE_REGION,
        "carriers": "\n".join(f"{c},unit,,t,\n{c},balance,,year," for c in ("feed", "plastic", "waste", "scrap"))
        + "\n"
        + contents,
        "technologies": fixed_plant("maker", "plastic", unit="t", inputs="input,feed,,1,,t/t")
        + fixed_plant("recycler", "plastic", unit="t", inputs="input,waste,,1.25,,t/t"),
        "plants": "maker,maker,here\nrecycler,recycler,here",
        "trades": "feed,here,feed,import",
        "demands": "buyers,here,plastic",
        "assets": f"""
            maker,existing_capacity,,,2,,t/h
            recycler,existing_capacity,,,2,,t/h
            feed,price,,,1000,,EUR2025/t
            buyers,rate,,,1,,t/h
            buyers,released_share,,,0,,1
            buyers,recoverable,waste,,0.5,,t/t
            buyers,recovery_cost,waste,,{recovery_cost},,EUR2025/t
            {more}
        """,
    }


# Two steps of half a year, 4,380 t delivered in each but for what stays unserved.
HALF = HOURS / 2
ROWS = {
    "recovery_limit[buyers,waste,2030]": (
        {f"recovered[buyers,waste,2030,{t}]": HALF for t in range(2)}
        | {f"unserved_demand[buyers,2030,{t}]": 0.5 * HALF for t in range(2)},
        None,
        0.5 * HOURS,
    ),
    "balance_over_window[waste,here,year,2030]": (
        {f"recovered[buyers,waste,2030,{t}]": HALF for t in range(2)}
        | {f"decided_activity[recycler,2030,{t}]": -1.25 * HALF for t in range(2)},
        0,
        0,
    ),
    # Biogenic carbon in exported plastic is not a removal; recovered plastic is not exported. Feed counts as taken up.
    "emission_account[here,biogenic,2030]": (
        {"emissions[here,biogenic,2030]": 1}
        | {f"decided_activity[recycler,2030,{t}]": -HALF * (1.25 * 3 - 3) for t in range(2)}
        | {f"trade_flow[feed,2030,{t}]": HALF * 3 for t in range(2)}
        | {f"unserved_demand[buyers,2030,{t}]": HALF * 3 for t in range(2)}
        | {f"recovered[buyers,waste,2030,{t}]": HALF * 3 for t in range(2)},
        3 * HOURS,
        3 * HOURS,
    ),
}


@pytest.fixture(scope="module")
def biogenic(tmp_path_factory):
    tables = plastics(origin="biogenic", more="buyers,unserved_cost,,,5000,,EUR2025/t")
    return h2model.load_case(write_small_case(tmp_path_factory.mktemp("recovery"), tables))


@pytest.mark.parametrize("name", ROWS)
def test_rows_equal_those_typed_by_hand(name, biogenic):
    assert_row(compile_model(h2model.build(biogenic)), name, ROWS[name])


def test_the_model_equals_that_of_pyomo(biogenic):
    assert_same_as_pyomo(h2model.build(biogenic))


@pytest.mark.parametrize(("cost", "recycled"), [(799, 0.5 * HOURS), (801, 0.0)])
def test_recycling_replaces_feed_up_to_the_recovered_volume(tmp_path, cost, recycled):
    """1.25 t of waste stand for a tonne of feed at 1,000: worth it below 800 EUR/t."""
    data, results = solve_small_case(tmp_path, plastics(cost))
    assert float(results["recovered_volume"].sum()) == pytest.approx(recycled, abs=1e-6)
    bought = float((results["trade_flow"] * data["hours"]).sum())
    assert bought == pytest.approx(HOURS - recycled / 1.25)
    assert results.attrs["objective"] == pytest.approx(1000 * bought + cost * recycled)
    assert float(results["recovery_cost"].sum()) == pytest.approx(cost * recycled)


@pytest.mark.parametrize(("cost", "recycled"), [(100, 0.5 * HOURS), (5000, 0.0)])
def test_recovered_products_are_not_counted_as_exported(tmp_path, cost, recycled):
    """If exports count, a tonne of fossil feed counts in full for any use, and a recovered tonne does not."""
    policies = {"carbon_price": {"tax": {"price": {2030: "1 EUR2025/t"}, "exports": True}}}
    _, results = solve_small_case(tmp_path, plastics(cost), policies=policies)
    exported, released = 3 * (HOURS - recycled), 0.75 * recycled / 1.25
    assert float(results["carbon_exported"].sum()) == pytest.approx(exported)
    assert float(results["carbon_sold"].sum()) == pytest.approx(exported)
    assert float(results["carbon_released"].sum()) == pytest.approx(released, abs=1e-6)
    assert float(results["carbon_imported"].sum()) == pytest.approx(released + exported)
    assert float(results["carbon_price_cost"].sum()) == pytest.approx(released + exported)


def test_recycled_biogenic_carbon_is_not_a_removal(tmp_path):
    """Taken up with the feed, it leaves in plastic or is released in recycling: nothing is removed, nothing emitted."""
    _, results = solve_small_case(tmp_path, plastics(origin="biogenic"))
    assert float(results["recovered_volume"].sum()) == pytest.approx(0.5 * HOURS)
    assert float(results["carbon_taken_up"].sum()) == pytest.approx(3 * (HOURS - 0.4 * HOURS))
    assert float(results["emissions"].sum()) == pytest.approx(0, abs=1e-6)


def test_unused_waste_is_not_recovered(tmp_path):
    """A fee for taking waste back is not earned without a place for the waste: its carbon would vanish."""
    tables = plastics(-10)
    tables["plants"] = "maker,maker,here"
    tables["assets"] = tables["assets"].replace("recycler,existing_capacity,,,2,,t/h", "")
    _, results = solve_small_case(tmp_path, tables)
    np.testing.assert_allclose(results["recovered"], 0, atol=1e-9)
    assert float(results["carbon_exported"].sum()) == pytest.approx(3 * HOURS)


def test_cost_parts_add_up_to_the_objective(tmp_path):
    _, results = solve_small_case(tmp_path, plastics())
    parts = [float(results[name].sum()) for name in results.attrs["cost_parts"]]
    years = float((results["years_represented"] * results["discount_factor"]).sum())
    assert sum(parts) * years == pytest.approx(results.attrs["objective"])


def test_demands_without_recovery_add_no_row_and_no_column(tmp_path):
    tables = plastics()
    rows = [line for line in tables["assets"].splitlines() if "recover" not in line]
    program = compile_model(
        h2model.build(h2model.load_case(write_small_case(tmp_path, tables | {"assets": "\n".join(rows)})))
    )
    assert not [n for n in range(len(program.cost)) if program.column_name(n).startswith("recover")]
    assert not [n for n in range(len(program.row_lower)) if program.row_name(n).startswith("recover")]


# Text of assets.csv that is replaced, new text, words that the report must hold.
FAULTS = {
    "more carbon than was delivered": (
        "recoverable,waste,,0.5",
        "recoverable,waste,,1.1",
        [
            "assets.csv, row",
            "the carriers recoverable from buyers hold more fossil carbon than the product",
            "3.3 t recovered, 3 t delivered, per amount",
            "lower recoverable",
        ],
    ),
    "carbon that was burnt": (
        "released_share,,,0,",
        "released_share,,,0.6,",
        ["the carriers recoverable from buyers hold more fossil carbon", "1.5 t recovered, 1.2 t delivered"],
    ),
    "a cost of nothing": (
        "buyers,rate",
        "buyers,recovery_cost,scrap,,5,,EUR2025/t\nbuyers,rate",
        ["recovery_cost has no effect: no scrap is recoverable from buyers", "add a row recoverable"],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_reported(name, tmp_path):
    old, new, words = FAULTS[name]
    tables = plastics()
    assert old in tables["assets"]
    tables["assets"] = tables["assets"].replace(old, new)
    with pytest.raises(h2model.InputError) as caught:
        h2model.load_case(write_small_case(tmp_path, tables))
    for word in words:
        assert word in str(caught.value)


def test_carbon_of_another_origin_is_not_recovered(tmp_path):
    tables = plastics()
    tables["carriers"] = tables["carriers"].replace("waste,carbon_content,fossil", "waste,carbon_content,biogenic")
    with pytest.raises(h2model.InputError, match="more biogenic carbon than the product"):
        h2model.load_case(write_small_case(tmp_path, tables))


def test_a_product_that_serves_its_own_demand_is_refused(tmp_path):
    tables = {
        "regions": "here,59,9,the only region",
        "carriers": "steel,unit,,t,",
        "trades": "steel,here,steel,import",
        "demands": "works,here,steel",
        "assets": "steel,price,,,500,,EUR2025/t\nworks,rate,,,10,,t/hour\nworks,recoverable,steel,,1,,t/t",
    }
    with pytest.raises(h2model.InputError, match="so it would supply itself"):
        h2model.load_case(write_small_case(tmp_path, tables))
