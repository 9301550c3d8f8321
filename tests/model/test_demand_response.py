"""Demand response: rows typed by hand, answers worked out by hand, and inputs that are refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from equation_rows import assert_row
from oracle import assert_same_as_pyomo
from small_case import solve_small_case, write_small_case

import h2model
from h2model.engine import compile_model

HALF_DAYS = {"time": {"resolution": "12h"}}
PROFILES = {"spread": [10.0] * 12 + [50.0] * 12, "load": [1.0] * 12 + [3.0] * 12}


def works(rows: str = "") -> dict[str, str]:
    """Power at 10 EUR/MWh in the first half of the day and at 50 in the second; a works asks for 10 MW."""
    return {
        "regions": "here,59,9,the only region",
        "carriers": "electricity,unit,,MWh,",
        "trades": "buy,here,electricity,import",
        "demands": "works,here,electricity",
        "assets": f"""
            buy,price,,,1,spread,EUR2025/MWh
            works,rate,,,10,,MW
            {rows}
        """,
    }


def shifting(share: float, cost: float, window: str = "day") -> str:
    return f"""
        works,shiftable_share,,,{share},,1
        works,shift_cost,,,{cost},,EUR2025/MWh
        works,shift_window,,,{window},,
    """


def interruption(share: float, cost: float, hours: float) -> str:
    return f"""
        works,interruptible_share,,,{share},,1
        works,interruption_cost,,,{cost},,EUR2025/MWh
        works,maximum_interruption,,,{hours},,hour/year
    """


def both_responses() -> dict[str, str]:
    """The works shifts 30 % of a load of 10 and 30 MW and may be interrupted for the rest; a mill shifts in a month."""
    tables = works(shifting(0.3, 7) + interruption(0.5, 90, 6) + "works,unserved_cost,,,3000,,EUR2025/MWh")
    tables["demands"] += "\nmill,here,electricity\ntown,here,electricity"
    tables["assets"] = tables["assets"].replace("rate,,,10,,MW", "rate,,,10,load,MW")
    tables["assets"] += """
        mill,rate,,,4,load,MW
        mill,shiftable_share,,,1,,1
        mill,shift_cost,,,0,,EUR2025/MWh
        mill,shift_window,,,month,,
        town,rate,,,1,,MW
    """
    return tables


# Two days in steps of 12 hours: 48 hours with a mean load of 20 MW.
ROWS = {
    "shift_balance[works,day 2,2030]": (
        {"shift_up[works,2030,2]": 12, "shift_up[works,2030,3]": 12}
        | {"shift_down[works,2030,2]": -12, "shift_down[works,2030,3]": -12},
        0,
        0,
    ),
    "shift_balance[mill,2030-01,2030]": (
        {f"shift_up[mill,2030,{t}]": 12 for t in range(4)} | {f"shift_down[mill,2030,{t}]": -12 for t in range(4)},
        0,
        0,
    ),
    "interruption_limit[works,2030]": ({f"interrupted[works,2030,{t}]": 12 for t in range(4)}, None, 6 * 0.5 * 20),
    "unserved_limit[works,2030,1]": (
        {"unserved_demand[works,2030,1]": 1, "shift_down[works,2030,1]": 1, "interrupted[works,2030,1]": 1},
        None,
        30,
    ),
    "balance[electricity,here,2030,1]": (
        {
            "trade_flow[buy,2030,1]": 1,
            "shift_down[works,2030,1]": 1,
            "shift_up[works,2030,1]": -1,
            "interrupted[works,2030,1]": 1,
            "shift_down[mill,2030,1]": 1,
            "shift_up[mill,2030,1]": -1,
            "unserved_demand[works,2030,1]": 1,
            "unserved_demand[mill,2030,1]": 1,
            "unserved_demand[town,2030,1]": 1,
        },
        43,
        43,
    ),
}
# Where more is drawn, it is at most the share of the largest rate of the window.
UPPER_BOUNDS = {
    "shift_down[works,2030,0]": 3,
    "shift_down[works,2030,1]": 9,
    "shift_up[works,2030,0]": 9,
    "shift_up[mill,2030,0]": 12,
    "interrupted[works,2030,0]": 5,
    "interrupted[works,2030,1]": 15,
}


@pytest.fixture(scope="module")
def two_days(tmp_path_factory):
    path = write_small_case(tmp_path_factory.mktemp("response"), both_responses(), PROFILES, **HALF_DAYS)
    return h2model.load_case(path).isel(time=slice(0, 4))


@pytest.fixture(scope="module")
def compiled(two_days):
    return compile_model(h2model.build(two_days))


@pytest.mark.parametrize("name", ROWS)
def test_rows_equal_those_typed_by_hand(name, compiled):
    assert_row(compiled, name, ROWS[name])


def test_bounds_equal_those_typed_by_hand(compiled):
    columns = {compiled.column_name(number): number for number in range(len(compiled.cost))}
    for name, upper in UPPER_BOUNDS.items():
        assert (compiled.column_lower[columns[name]], compiled.column_upper[columns[name]]) == (0, pytest.approx(upper))


def test_the_model_equals_that_of_pyomo(two_days):
    assert_same_as_pyomo(h2model.build(two_days))


def test_demands_without_response_add_no_row_and_no_column(tmp_path):
    data = h2model.load_case(write_small_case(tmp_path, works(), PROFILES, **HALF_DAYS))
    program = compile_model(h2model.build(data.isel(time=slice(0, 4))))
    columns = [program.column_name(number) for number in range(len(program.cost))]
    assert not [name for name in columns if name.startswith(("shift", "interrupted"))]
    rows = [program.row_name(number) for number in range(len(program.row_lower))]
    assert not [name for name in rows if name.startswith(("shift", "interruption", "unserved_limit"))]


@pytest.mark.parametrize(("cost", "moved"), [(39, 3.0), (41, 0.0)])
def test_shifting_pays_when_the_spread_exceeds_its_cost(tmp_path, cost, moved):
    """Each MWh that is moved costs 10 in place of 50."""
    _, results = solve_small_case(tmp_path, works(shifting(0.3, cost)), PROFILES, **HALF_DAYS)
    np.testing.assert_allclose(results["shift_down"].squeeze(), [0, moved] * 365, atol=1e-6)
    np.testing.assert_allclose(results["shift_up"].squeeze(), [moved, 0] * 365, atol=1e-6)
    assert results.attrs["objective"] == pytest.approx(365 * 12 * (10 * (10 + 50) - moved * (40 - cost)))
    assert float(results["shift_cost"].sum()) == pytest.approx(365 * 12 * moved * cost)


def test_no_more_is_drawn_in_advance_than_the_share_of_the_largest_rate(tmp_path):
    """Power is cheap for 6 of 24 hours: 6 × 3 MWh find room there, though 18 × 3 might be moved."""
    profiles = {"spread": [10.0] * 6 + [50.0] * 18}
    _, results = solve_small_case(tmp_path, works(shifting(0.3, 0)), profiles, time={"resolution": "6h"})
    assert results.attrs["objective"] == pytest.approx(365 * 10 * (6 * 10 + 18 * 50) - 365 * 6 * 3 * 40)


@pytest.mark.parametrize(("window", "saved_days"), [("day", 0), ("month", 10)])
def test_demand_is_shifted_between_the_days_of_a_month(tmp_path, window, saved_days):
    """Power is cheap for the first ten days of each month, which take over the shiftable load of ten others."""
    day = pd.date_range("2030-01-01", periods=8760, freq="h").day
    profiles = {"spread": np.where(day <= 10, 10.0, 50.0)}
    tables = works(shifting(0.3, 1, window))
    _, results = solve_small_case(tmp_path, tables, profiles, time={"resolution": "24h"})
    saved = 12 * saved_days * 24 * 3 * (40 - 1)
    assert results.attrs["objective"] == pytest.approx(240 * (120 * 10 + 245 * 50) - saved)


@pytest.mark.parametrize(("hours", "volume"), [(60, 60 * 5), (120, 120 * 5), ("inf", 120 * 5)])
def test_an_interruptible_contract_is_used_in_the_most_expensive_hours(tmp_path, hours, volume):
    """120 hours at 500 EUR/MWh, the rest at 50; half of the load may be interrupted at 100."""
    profiles = {"spread": [500.0] * 120 + [50.0] * (8760 - 120)}
    _, results = solve_small_case(tmp_path, works(interruption(0.5, 100, hours)), profiles, **HALF_DAYS)
    interrupted = results["interrupted"].squeeze().values
    assert interrupted[:10].sum() * 12 == pytest.approx(volume)
    np.testing.assert_allclose(interrupted[10:], 0, atol=1e-6)
    assert results["interrupted_volume"].item() == pytest.approx(volume)
    assert results["delivered"].item() == pytest.approx(87600 - volume)
    full_cost = 10 * (120 * 500 + 8640 * 50)
    assert results.attrs["objective"] == pytest.approx(full_cost - volume * (500 - 100))


def test_fuel_that_is_not_delivered_is_not_burnt(tmp_path):
    tables = works(interruption(1, 20, 100) + "works,released_share,,,1,,1")
    tables["carriers"] += "\nelectricity,carbon_content,fossil,0.2,t/MWh"
    _, results = solve_small_case(tmp_path, tables, PROFILES, **HALF_DAYS)
    assert float(results["emissions"].sum()) == pytest.approx(0.2 * 10 * (8760 - 100))


def test_one_demand_cannot_serve_another(tmp_path):
    """5 MW are to be had. The works may go without its 10 MW twice over, by contract and unserved; the town may not."""
    tables = works(interruption(1, 0, "inf") + "works,unserved_cost,,,1,,EUR2025/MWh\nbuy,maximum_rate,,,5,,MW")
    tables["demands"] += "\ntown,here,electricity"
    enough, too_much = (tables | {"assets": tables["assets"] + f"\ntown,rate,,,{rate},,MW"} for rate in (5, 6))
    _, results = solve_small_case(tmp_path, enough, PROFILES, **HALF_DAYS)
    np.testing.assert_allclose(results["interrupted"], 10)
    with pytest.raises(h2model.InfeasibleError):
        solve_small_case(tmp_path, too_much, PROFILES, **HALF_DAYS)


@pytest.fixture(scope="module")
def solved(two_days):
    data = two_days.assign(weight=two_days["weight"] * 8760 / 48)
    return data, h2model.solve(data)


def test_served_demand_is_not_negative_and_nothing_is_lost(solved):
    data, results = solved
    served = data["rate"] - results["unserved_demand"]
    for name, sign, members in (
        ("shift_up", 1, "shiftable_demand"),
        ("shift_down", -1, "shiftable_demand"),
        ("interrupted", -1, "interruptible_demand"),
    ):
        change = results[name].rename({members: "demand"})
        served = served + sign * change.reindex(demand=data["demand"], fill_value=0.0)
    assert (served >= -1e-6).all()
    bought = results["trade_flow"].sel(trade="buy").transpose("period", "time")
    np.testing.assert_allclose(served.sum("demand").transpose("period", "time"), bought, atol=1e-6)
    volume = (served * data["hours"] * data["weight"]).sum("time").transpose("demand", "period")
    np.testing.assert_allclose(volume, results["delivered"].transpose("demand", "period"), rtol=1e-6)


def test_cost_parts_add_up_to_the_objective(solved):
    data, results = solved
    weight = data["years_represented"] * data["discount_factor"]
    parts = [
        results[name].sum([d for d in results[name].dims if d != "period"]) for name in results.attrs["cost_parts"]
    ]
    assert float(sum((part * weight).sum() for part in parts)) == pytest.approx(results.attrs["objective"], rel=1e-9)


SHIFTED, INTERRUPTED = shifting(0.3, 7), interruption(0.5, 90, 6)
# Rows of assets.csv, further rows of carriers.csv, resolution, words that the report must hold.
FAULTS = {
    "shifting for nothing": (
        "works,shiftable_share,,,0.3,,1",
        "",
        "12h",
        ["assets.csv, row", "works has shiftable_share, but no shift_cost", "add a row shift_cost, 0 if none"],
    ),
    "interruption for nothing": (
        "works,interruptible_share,,,0.3,,1",
        "",
        "12h",
        ["works has interruptible_share, but no interruption_cost"],
    ),
    "a cost of no shifting": (
        "works,shift_cost,,,7,,EUR2025/MWh",
        "",
        "12h",
        ["shift_cost has no effect on works, which has no shiftable_share", "add shiftable_share or remove it"],
    ),
    "a window of no shifting": (
        "works,shift_window,,,month,,",
        "",
        "12h",
        ["shift_window has no effect on works, which has no shiftable_share"],
    ),
    "a cost of no interruption": (
        "works,interruption_cost,,,7,,EUR2025/MWh",
        "",
        "12h",
        ["interruption_cost has no effect on works, which has no interruptible_share"],
    ),
    "a limit of no interruption": (
        "works,maximum_interruption,,,7,,hour/year",
        "",
        "12h",
        ["maximum_interruption has no effect on works, which has no interruptible_share"],
    ),
    "more than all of it": (
        SHIFTED + interruption(0.8, 90, 6),
        "",
        "12h",
        ["shiftable_share and interruptible_share of works add up to 1.1", "keep their sum within 1"],
    ),
    "a share of what is free in time": (
        SHIFTED + "works,window,,,day,,",
        "",
        "12h",
        ["works has shiftable_share, but needs no service in every step", "a window of an hour"],
    ),
    "a share of a volume": (
        INTERRUPTED.replace("works", "mill") + "mill,annual_volume,,,10,,GWh/year",
        "",
        "12h",
        ["mill has interruptible_share, but needs no service in every step"],
    ),
    "shifting within the balance": (
        SHIFTED,
        "\nelectricity,balance,,day,",
        "12h",
        [
            "works may be shifted within a day, but its carrier is balanced per day: no effect",
            "remove the shiftable_share, or choose a longer shift_window",
        ],
    ),
    "steps over midnight": (
        SHIFTED,
        "",
        "73h",
        ["some steps cross the end of a day, but works is shifted within each day", "choose steps that fit"],
    ),
    "steps over the end of the month": (
        shifting(0.3, 7, "month"),
        "",
        "73h",
        ["some steps cross the end of a month, but works is shifted within each month"],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_reported(name, tmp_path):
    rows, carriers, resolution, words = FAULTS[name]
    tables = works(rows)
    tables["carriers"] += carriers
    if "mill" in rows:
        tables["demands"] += "\nmill,here,electricity"
    path = write_small_case(tmp_path, tables, PROFILES, time={"resolution": resolution})
    with pytest.raises(h2model.InputError) as caught:
        h2model.load_case(path)
    for word in words:
        assert word in str(caught.value)
