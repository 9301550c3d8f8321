"""Ramps: a plant of 100 MW that moves by half of it in 12 hours, at a demand of 100 MW by day and nothing by night."""

from __future__ import annotations

import pytest
from equation_rows import assert_row
from oracle import assert_same_as_pyomo
from plants import ONE_REGION, fixed_plant
from small_case import solve_small_case, write_small_case

import h2model
from h2model.engine import compile_model

DAY = {"day": [1.0] * 12 + [0.0] * 12}
HALF_DAYS = {"resolution": "12h"}


def slow_plant(rate: str = "0.0416666666666666666", disposal: str = "") -> dict[str, str]:
    return {
        "regions": ONE_REGION,
        "carriers": "power,unit,,MWh," + disposal,
        "technologies": fixed_plant("slow", "power", 10, inputs=f"ramp_rate,,,{rate},,1/hour")
        + fixed_plant("quick", "power", 40),
        "plants": "slow,slow,here\nquick,quick,here",
        "demands": "town,here,power",
        "assets": "slow,existing_capacity,,,100,,MW\nquick,existing_capacity,,,100,,MW\ntown,rate,,,100,day,MW",
    }


ROWS = {
    "ramp_up[slow,1,2030]": (
        {"decided_activity[slow,2030,1]": 1, "decided_activity[slow,2030,0]": -1, "capacity[slow,2030]": -0.5},
        None,
        0,
    ),
    "ramp_down[slow,0,2030]": (
        {"decided_activity[slow,2030,3]": 1, "decided_activity[slow,2030,0]": -1, "capacity[slow,2030]": -0.5},
        None,
        0,
    ),
}


def test_rows_equal_those_typed_by_hand_and_those_of_pyomo(tmp_path):
    data = h2model.load_case(write_small_case(tmp_path, slow_plant(), DAY, time=HALF_DAYS)).isel(time=slice(0, 4))
    model = h2model.build(data)
    assert_same_as_pyomo(model)
    program = compile_model(model)
    for name, row in ROWS.items():
        assert_row(program, name, row)


def test_the_fast_plant_covers_the_rest_of_a_ramp(tmp_path):
    """Nothing may be wasted: 0 MW by night, so 50 MW by day, and 50 MW at 40 EUR/MWh."""
    _, results = solve_small_case(tmp_path, slow_plant(), DAY, time=HALF_DAYS)
    assert results.attrs["objective"] == pytest.approx(365 * 12 * (50 * 10 + 50 * 40))


def test_a_slow_plant_runs_on_if_surplus_can_be_vented(tmp_path):
    """100 MW by day and 50 MW of surplus by night: 10 EUR/MWh each, less than 40."""
    tables = slow_plant(disposal="\npower,disposal_cost,,0,EUR2025/MWh")
    _, results = solve_small_case(tmp_path, tables, DAY, time=HALF_DAYS)
    assert results.attrs["objective"] == pytest.approx(365 * 12 * 10 * (100 + 50))


def test_limits_that_cannot_bind_add_no_rows(tmp_path):
    """100 % in 10 hours is no limit for steps of 12."""
    data = h2model.load_case(write_small_case(tmp_path, slow_plant("0.1"), DAY, time=HALF_DAYS))
    program = compile_model(h2model.build(data))
    assert not any(program.row_name(i).startswith("ramp") for i in range(len(program.row_lower)))
