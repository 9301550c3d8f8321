"""Standstill, minimum run rate and annual limits of a plant of 10 MW; what it does not make is bought."""

from __future__ import annotations

import numpy as np
import pytest
from equation_rows import assert_row
from oracle import assert_same_as_pyomo
from plants import HOURS, ONE_REGION, fixed_plant
from small_case import solve_small_case, write_small_case

import h2model
from h2model.engine import compile_model


def plant(extra: str, cost: float = 20) -> dict[str, str]:
    """A plant at `cost` and a market at 50 EUR/MWh serve 10 MW."""
    return {
        "regions": ONE_REGION,
        "carriers": "power,unit,,MWh,",
        "technologies": fixed_plant("plant", "power", cost, inputs=extra),
        "plants": "plant,plant,here",
        "trades": "market,here,power,import",
        "demands": "town,here,power",
        "assets": "plant,existing_capacity,,,10,,MW\nmarket,price,,,50,,EUR2025/MWh\ntown,rate,,,10,,MW",
    }


ROWS = {
    # 0.4 of what is available: the first step, of 4,380 hours, has a standstill of 438 hours.
    "minimum_run[plant,2030,0]": ({"capacity[plant,2030]": 0.4 * 0.9, "decided_activity[plant,2030,0]": -1}, None, 0),
    "annual_activity_limit[plant,2030]": (
        {"decided_activity[plant,2030,0]": 4380, "decided_activity[plant,2030,1]": 4380},
        None,
        60_000,
    ),
    "annual_activity_minimum[plant,2030]": (
        {"decided_activity[plant,2030,0]": 4380, "decided_activity[plant,2030,1]": 4380},
        10_000,
        None,
    ),
}


def test_rows_equal_those_typed_by_hand_and_those_of_pyomo(tmp_path):
    extra = """
        minimum_run_rate,,,0.4,,1
        maximum_annual_activity,,,60,,GWh/year
        minimum_annual_activity,,,10,,GWh/year
        standstill_begin,,,30,,day
        standstill_days,,,18.25,,day
    """
    model = h2model.build(h2model.load_case(write_small_case(tmp_path, plant(extra))))
    assert_same_as_pyomo(model)
    program = compile_model(model)
    for name, row in ROWS.items():
        assert_row(program, name, row)


def test_the_market_serves_demand_during_a_turnaround(tmp_path):
    extra = "standstill_begin,,,30,,day\nstandstill_days,,,10,,day"
    _, results = solve_small_case(tmp_path, plant(extra), time={"resolution": "24h"})
    activity = results["activity"].squeeze().values
    np.testing.assert_allclose(activity[30:40], 0, atol=1e-9)
    np.testing.assert_allclose(np.delete(activity, range(30, 40)), 10)
    assert results.attrs["objective"] == pytest.approx(10 * 24 * (355 * 20 + 10 * 50))


def test_a_turnaround_may_span_the_end_of_the_year(tmp_path):
    extra = "standstill_begin,,,360,,day\nstandstill_days,,,10,,day"
    _, results = solve_small_case(tmp_path, plant(extra), time={"resolution": "24h"})
    activity = results["activity"].squeeze().values
    np.testing.assert_allclose(activity[360:], 0, atol=1e-9)
    np.testing.assert_allclose(activity[:5], 0, atol=1e-9)
    assert activity.sum() == pytest.approx(355 * 10)


def test_a_plant_that_may_not_stop_runs_at_a_loss(tmp_path):
    """80 EUR/MWh against 50: 4 MW must run, the rest is bought."""
    _, results = solve_small_case(tmp_path, plant("minimum_run_rate,,,0.4,,1", cost=80))
    assert results.attrs["objective"] == pytest.approx((4 * 80 + 6 * 50) * HOURS)


def test_annual_activity_stays_within_its_limit(tmp_path):
    _, results = solve_small_case(tmp_path, plant("maximum_annual_activity,,,60,,GWh/year"))
    assert results.attrs["objective"] == pytest.approx(60_000 * 20 + (87_600 - 60_000) * 50)


def test_a_contracted_minimum_is_produced_at_a_loss(tmp_path):
    """80 EUR/MWh against 50: 60 GWh must be made, the rest is bought."""
    _, results = solve_small_case(tmp_path, plant("minimum_annual_activity,,,60,,GWh/year", cost=80))
    assert results.attrs["objective"] == pytest.approx(60_000 * 80 + (87_600 - 60_000) * 50)


def test_a_minimum_activity_above_the_maximum_is_refused(tmp_path):
    extra = "minimum_annual_activity,,,60,,GWh/year\nmaximum_annual_activity,,,50,,GWh/year"
    with pytest.raises(h2model.InputError, match="plant has a minimum_annual_activity above its maximum_annual_act"):
        h2model.load_case(write_small_case(tmp_path, plant(extra)))


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ("standstill_days,,,10,,day", "plant has standstill_days but no standstill_begin"),
        ("standstill_begin,,,10,,day", "plant has a standstill_begin but no standstill_days"),
    ],
)
def test_half_a_standstill_is_refused(tmp_path, extra, message):
    with pytest.raises(h2model.InputError, match=message):
        h2model.load_case(write_small_case(tmp_path, plant(extra)))
