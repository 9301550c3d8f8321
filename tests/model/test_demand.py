"""Demand within a window: rows typed by hand, answers worked out by hand, and inputs that are refused."""

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
CHEAP_THEN_DEAR = {"spread": [10.0] * 12 + [50.0] * 12, "load": [1.0] * 12 + [3.0] * 12}


def power_market(demands: str = "") -> dict[str, str]:
    """Power at 10 EUR/MWh in the first half of the day and at 50 in the second; a works asks for 10 MW."""
    return {
        "regions": "here,59,9,the only region",
        "carriers": "electricity,unit,,MWh,",
        "trades": "buy,here,electricity,import",
        "demands": "works,here,electricity",
        "assets": f"""
            buy,price,,,1,spread,EUR2025/MWh
            works,rate,,,10,,MW
            {demands}
        """,
    }


def three_windows() -> dict[str, str]:
    """Two demands for hourly power, within the day and over the year, and one for ice, which is balanced per day."""
    tables = power_market("works,window,,,day,,")
    tables["carriers"] += "\nice,unit,,t,\nice,balance,,day,"
    tables["trades"] += "\nice,here,ice,import"
    tables["demands"] += "\nmill,here,electricity\nfish,here,ice\nbar,here,ice"
    tables["assets"] = tables["assets"].replace("rate,,,10,,MW", "rate,,,10,load,MW")
    tables["assets"] += """
        works,unserved_cost,,,3000,,EUR2025/MWh
        mill,annual_volume,,,960,,MWh/year
        ice,price,,,5,,EUR2025/t
        fish,rate,,,2,,t/h
        fish,window,,,month,,
        bar,rate,,,1,,t/h
        bar,window,,,day,,
    """
    return tables


# Two days in steps of 12 hours; the load is 10 MW in the first half of the day and 30 MW in the second.
ROWS = {
    "delivery_over_window[works,day 2,2030]": (
        {
            "delivery[works,2030,2]": 12,
            "delivery[works,2030,3]": 12,
            "unserved_demand[works,2030,2]": 12,
            "unserved_demand[works,2030,3]": 12,
        },
        480,
        480,
    ),
    "delivery_over_window[mill,year,2030]": (
        {f"{what}[mill,2030,{t}]": 12 for t in range(4) for what in ("delivery", "unserved_demand")},
        960,
        960,
    ),
    "delivery_over_window[fish,2030-01,2030]": (
        {f"{what}[fish,2030,{t}]": 12 for t in range(4) for what in ("delivery", "unserved_demand")},
        96,
        96,
    ),
    # What the bar asks for within the day is the same as its rate, because ice is balanced per day.
    "balance_over_window[ice,here,day 1,2030]": (
        {"trade_flow[ice,2030,0]": 12, "trade_flow[ice,2030,1]": 12}
        | {"delivery[fish,2030,0]": -12, "delivery[fish,2030,1]": -12}
        | {"unserved_demand[bar,2030,0]": 12, "unserved_demand[bar,2030,1]": 12},
        24,
        24,
    ),
}


@pytest.fixture(scope="module")
def two_days(tmp_path_factory):
    path = write_small_case(tmp_path_factory.mktemp("demand"), three_windows(), CHEAP_THEN_DEAR, **HALF_DAYS)
    return h2model.load_case(path).isel(time=slice(0, 4))


@pytest.fixture(scope="module")
def compiled(two_days):
    return compile_model(h2model.build(two_days))


@pytest.mark.parametrize("name", ROWS)
def test_rows_equal_those_typed_by_hand(name, compiled):
    assert_row(compiled, name, ROWS[name])


def test_the_model_equals_that_of_pyomo(two_days):
    assert_same_as_pyomo(h2model.build(two_days))


def test_a_balance_as_long_as_the_window_needs_no_variable(compiled):
    columns = [compiled.column_name(number) for number in range(len(compiled.cost))]
    assert {name.split(",")[0] for name in columns if name.startswith("delivery[")} == {
        "delivery[works",
        "delivery[mill",
        "delivery[fish",
    }


@pytest.mark.parametrize(("window", "price"), [("hour", 30), ("day", 10), ("month", 10), ("year", 10)])
def test_a_daily_window_moves_the_demand_to_the_cheap_half_of_the_day(tmp_path, window, price):
    _, results = solve_small_case(tmp_path, power_market(f"works,window,,,{window},,"), CHEAP_THEN_DEAR, **HALF_DAYS)
    assert results.attrs["objective"] == pytest.approx(10 * 8760 * price)
    if window == "day":
        served = results["delivery"].sel(flexible_demand="works").squeeze()
        np.testing.assert_allclose(served, [20, 0] * 365, atol=1e-6)


def test_demand_above_capacity_stays_in_the_expensive_half(tmp_path):
    tables = power_market("works,window,,,day,,\nbuy,maximum_rate,,,15,,MW")
    _, results = solve_small_case(tmp_path, tables, CHEAP_THEN_DEAR, **HALF_DAYS)
    assert results.attrs["objective"] == pytest.approx(365 * 12 * (15 * 10 + 5 * 50))


@pytest.mark.parametrize(("window", "cheap_days"), [("day", 31), ("month", 31), ("year", 365)])
def test_a_month_does_not_borrow_from_the_next(tmp_path, window, cheap_days):
    """Cheap only in January, which lends to the other months only within a window of a year."""
    month = pd.date_range("2030-01-01", periods=8760, freq="h").month
    profiles = {"spread": np.where(month == 1, 10.0, 50.0)}
    tables = power_market(f"works,window,,,{window},,")
    _, results = solve_small_case(tmp_path, tables, profiles, time={"resolution": "24h"})
    assert results.attrs["objective"] == pytest.approx(240 * (10 * cheap_days + 50 * (365 - cheap_days)))


def test_demand_unserved_within_the_day_has_the_stated_cost(tmp_path):
    """8 of 10 MW can be bought in each half of the day: 48 MWh a day are missing."""
    rows = "works,window,,,day,,\nworks,unserved_cost,,,3000,,EUR2025/MWh\nbuy,maximum_rate,,,8,,MW"
    data, results = solve_small_case(tmp_path, power_market(rows), CHEAP_THEN_DEAR, **HALF_DAYS)
    assert results.attrs["objective"] == pytest.approx(365 * (12 * 8 * (10 + 50) + 48 * 3000))
    missing = (results["unserved_demand"].squeeze() * data["hours"]).values.reshape(365, 2).sum(1)
    np.testing.assert_allclose(missing, 48)
    assert results["delivered"].item() == pytest.approx(365 * (240 - 48))


FAULTS = {
    "a window of a volume": (
        three_windows()["assets"] + "\nmill,window,,,day,,",
        "12h",
        [
            "assets.csv, row",
            "window has no effect on mill: the window of an annual_volume is the year",
            "remove the row",
        ],
    ),
    "no window at all": (
        three_windows()["assets"].replace("works,window,,,day", "works,window,,,week"),
        "12h",
        ["window is 'week'", "use one of: hour, day, month, year"],
    ),
    "steps over midnight": (
        three_windows()["assets"],
        "73h",
        ["some steps cross the end of a day, but works is served within each day", "or a window of a month"],
    ),
    "steps over the end of a month": (
        three_windows()["assets"],
        "73h",
        ["some steps cross the end of a month, but fish is served within each month", "or a window of a year"],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_reported(name, tmp_path):
    assets, resolution, words = FAULTS[name]
    tables = three_windows() | {"assets": assets}
    path = write_small_case(tmp_path, tables, CHEAP_THEN_DEAR, time={"resolution": resolution})
    with pytest.raises(h2model.InputError) as caught:
        h2model.load_case(path)
    for word in words:
        assert word in str(caught.value)


def test_steps_over_midnight_are_accepted_with_longer_windows(tmp_path):
    """A demand for a carrier balanced over the year may be served at any time; a window of a day changes nothing."""
    tables = power_market("works,window,,,day,,")
    tables["carriers"] += "\nelectricity,balance,,year,"
    path = write_small_case(tmp_path, tables, CHEAP_THEN_DEAR, time={"resolution": "73h"})
    assert list(h2model.build(h2model.load_case(path)).flexible_demand) == []
