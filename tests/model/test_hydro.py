"""Hydropower: a reservoir that fills in one half of the year (12 MW) and serves 8 MW all year; the rest costs 50."""

from __future__ import annotations

import pytest
from equation_rows import assert_row
from oracle import assert_same_as_pyomo
from plants import ONE_REGION
from small_case import solve_small_case, write_small_case

import h2model
from h2model.engine import compile_model

HALF_YEAR = 4380
SEASON = {"season": [1.0] * HALF_YEAR + [0.0] * HALF_YEAR, "rule": [0.0] * HALF_YEAR + [1.0] * HALF_YEAR}


def reservoir(capacity: float, minimum: str = "") -> dict[str, str]:
    return {
        "regions": ONE_REGION,
        "carriers": "power,unit,,MWh,",
        "technologies": f"""
            reservoir,reference,power,,,,
            reservoir,charge_efficiency,,,1,,1
            reservoir,discharge_efficiency,,,1,,1
            reservoir,charge_rate,,,0,,1/hour
            reservoir,maximum_new_capacity,,,0,,MWh
            {minimum}
            turbine,reference,power,,,,
            turbine,maximum_new_capacity,,,0,,MW
        """,
        "stores": "lake,reservoir,here,,turbine",
        "trades": "market,here,power,import",
        "demands": "town,here,power",
        "assets": f"""
            lake,existing_capacity,,,{capacity},,MWh
            lake:turbine,existing_capacity,,,10,,MW
            lake,inflow,,,12,season,MW
            market,price,,,50,,EUR2025/MWh
            town,rate,,,8,,MW
        """,
    }


ROWS = {
    "storage_balance[lake,2030,0]": (
        {
            "storage_level[lake,2030,0]": 1,
            "storage_level[lake,2030,1]": -1,
            "charge[lake,2030,0]": -HALF_YEAR,
            "discharge[lake,2030,0]": HALF_YEAR,
            "spill[lake,2030,0]": HALF_YEAR,
        },
        12 * HALF_YEAR,
        12 * HALF_YEAR,
    ),
}


def test_rows_equal_those_typed_by_hand_and_those_of_pyomo(tmp_path):
    model = h2model.build(h2model.load_case(write_small_case(tmp_path, reservoir(20_000), SEASON)))
    assert_same_as_pyomo(model)
    program = compile_model(model)
    for name, row in ROWS.items():
        assert_row(program, name, row)


def test_a_large_reservoir_carries_the_surplus_over(tmp_path):
    """4 MW are left over for half a year, and missing by 4 MW in the other half: half of 8 MW is bought."""
    _, results = solve_small_case(tmp_path, reservoir(20_000), SEASON)
    assert results.attrs["objective"] == pytest.approx(4 * HALF_YEAR * 50)
    assert float(results["spill"].sum()) == pytest.approx(0, abs=1e-6)


def test_a_small_reservoir_spills(tmp_path):
    """17,520 MWh are left over, 10,000 fit in."""
    _, results = solve_small_case(tmp_path, reservoir(10_000), SEASON)
    assert results.attrs["objective"] == pytest.approx((8 * HALF_YEAR - 10_000) * 50)
    assert float((results["spill"] * HALF_YEAR).sum()) == pytest.approx(7_520)


def test_a_seasonal_rule_keeps_water_back(tmp_path):
    """A quarter must be left at the end of the dry half: it comes out of the wet half, which then fills less of it."""
    minimum = "reservoir,minimum_level,,,0.25,rule,1"
    _, results = solve_small_case(tmp_path, reservoir(10_000, minimum), SEASON)
    assert results.attrs["objective"] == pytest.approx((8 * HALF_YEAR - 7_500) * 50)


def test_only_inflow_is_spilt(tmp_path):
    """A reservoir that can be charged is no way to be rid of power that someone pays to take."""
    tables = reservoir(20_000)
    tables["technologies"] = tables["technologies"].replace("reservoir,charge_rate,,,0,", "reservoir,charge_rate,,,1,")
    tables["assets"] = tables["assets"].replace("market,price,,,50,", "market,price,,,-5,")
    tables["assets"] += "\nmarket,maximum_rate,,,100,,MW"
    _, results = solve_small_case(tmp_path, tables, SEASON)
    assert float(results["spill"].max()) <= 12 + 1e-9
    assert float(results["trade_flow"].max()) < 21


def test_a_reservoir_cannot_be_charged(tmp_path):
    _, results = solve_small_case(tmp_path, reservoir(20_000), SEASON)
    assert float(results["charge"].max()) == 0


def test_inflow_of_carbon_is_refused(tmp_path):
    tables = reservoir(20_000)
    tables["carriers"] += "\npower,carbon_content,fossil,0.1,t/MWh"
    tables["assets"] += "\ntown,released_share,,,1,,1"
    with pytest.raises(h2model.InputError, match="power flows into lake as an inflow, but it holds carbon"):
        h2model.load_case(write_small_case(tmp_path, tables, SEASON))
