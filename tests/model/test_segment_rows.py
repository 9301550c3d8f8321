"""Segments: what the data and the rows become, typed by hand, and how a scenario asks for them."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from equation_rows import assert_row
from oracle import assert_same_as_pyomo
from segment_cases import DECLARED, HOURS, PROFILES, TABLES, works
from small_case import write_small_case
from xarray.testing import assert_allclose

import h2model
from h2model.case.segments import coarsened, segment_lengths
from h2model.engine import compile_model

# Segments of 1, 3 and 20 hours and a whole day. The tank keeps 0.97 an hour and takes 0.95 of what comes; the pump's
# source is at most 0.5 of the ideal, and in the second segment between WARM and COLD.
LENGTHS = np.array([1, 3, 20, 24])
KEPT = 0.97**2
WARM, COLD = (10 + 12 * np.sin((hour - 10) / 24 * 2 * np.pi) for hour in (1, 3))
LESS, MORE = ((90 - max(WARM, COLD)) / (0.5 * 363.15), (90 - min(WARM, COLD)) / (0.5 * 363.15))

ROWS = {
    "storage_balance[tank,2030,1]": (
        {
            "storage_level[tank,2030,1]": 1,
            "storage_level[tank,2030,0]": -(0.97**3),
            "charge[tank,2030,1]": -3 * 0.95,
            "discharge[tank,2030,1]": 3 * KEPT / 0.95,
            "leak[tank,2030,1]": 1,
        },
        0,
        0,
    ),
    "leak_limit[tank,2030,1]": (
        {
            "leak[tank,2030,1]": 1,
            "charge[tank,2030,1]": -3 * (1 - KEPT) * 0.95,
            "discharge[tank,2030,1]": -3 * (1 - KEPT) / 0.95,
        },
        None,
        0,
    ),
    "more_work_limit[pump,2030,1]": (
        {"more_work[pump,2030,1]": 1, "decided_activity[pump,2030,1]": -(MORE - LESS)},
        None,
        0,
    ),
    "balance[waste_heat,here,2030,1]": (
        {"trade_flow[waste,2030,1]": 1, "decided_activity[pump,2030,1]": -(1 - LESS), "more_work[pump,2030,1]": 1},
        0,
        0,
    ),
    # From the middle of one segment to the middle of the next are (1 + 3) ÷ 2 hours.
    "ramp_up[slow,1,2030]": (
        {"decided_activity[slow,2030,1]": 1, "decided_activity[slow,2030,0]": -1, "capacity[slow,2030]": -0.1 * 2},
        None,
        0,
    ),
}


@pytest.fixture(scope="module")
def hours(tmp_path_factory):
    return works(tmp_path_factory.mktemp("works"))


@pytest.fixture(scope="module")
def cut_works(hours):
    return coarsened(hours, DECLARED, LENGTHS)


@pytest.mark.parametrize("name", ROWS)
def test_rows_equal_those_typed_by_hand(cut_works, name):
    assert_row(compile_model(h2model.build(cut_works)), name, ROWS[name])


def test_segments_equal_those_of_pyomo(cut_works):
    assert_same_as_pyomo(h2model.build(cut_works))


def test_data_are_aggregated_over_segments(hours, cut_works):
    """Prices of the best hour for buyers and sellers, mean and peak of demand, lowest reserve, range of temperature."""
    hourly, second = hours, slice(1, 4)
    own = cut_works.isel(time=1).drop_vars(["time", "timestamp"])
    for name in ("rate", "availability", "inflow"):
        assert_allclose(own[name], hourly[name].isel(time=second).mean("time"))
    assert_allclose(own["rate_peak"], hourly["rate"].isel(time=second).max("time"))
    assert_allclose(own["minimum_level"], hourly["minimum_level"].isel(time=second).min("time"))
    prices = hourly["price"].isel(time=second)
    assert_allclose(own["price"].sel(trade="buy"), prices.sel(trade="buy").min("time"))
    assert_allclose(own["price"].sel(trade="sell"), prices.sel(trade="sell").max("time"))
    assert float(own["source_temperature"].sel(plant="pump")) == pytest.approx(max(WARM, COLD))
    assert float(own["source_temperature_spread"].sel(plant="pump")) == pytest.approx(abs(WARM - COLD))
    assert cut_works["hours"].values.tolist() == LENGTHS.tolist()
    assert (cut_works["timestamp"].values == hourly["timestamp"].values[[0, 1, 4, 24]]).all()
    xr.testing.assert_identical(cut_works["existing_capacity"], hourly["existing_capacity"])


def test_years_are_cut_where_profiles_change(hours):
    """Wind and prices that jump at 9 and 17 o'clock of the first day: three segments there, one in the other."""
    data = hours
    level = xr.DataArray(np.repeat([0.2, 0.9, 0.4, 0.6], [9, 8, 7, 24]), dims="time")
    data = data.assign({name: data[name] * 0 + level for name in ("availability", "price", "rate", "inflow")})
    data = data.assign(minimum_level=data["minimum_level"] * 0, source_temperature=data["source_temperature"] * 0)
    assert segment_lengths(data, DECLARED, 4).tolist() == [9, 8, 7, 24]
    assert segment_lengths(data, DECLARED, 2).tolist() == [24, 24]


@pytest.mark.parametrize("count", [1, 49])
def test_a_day_has_at_least_one_segment_and_an_hour_at_most_one(hours, count):
    with pytest.raises(ValueError, match=f"48 hours make 2 to 48 segments, not {count}"):
        segment_lengths(hours, DECLARED, count)


def test_segments_join_steps_of_one_length_and_weight(hours, cut_works):
    with pytest.raises(ValueError, match="all have the same length and weight"):
        coarsened(cut_works, DECLARED, np.array([4]))
    with pytest.raises(ValueError, match="no parameter declares the relaxation of sunshine"):
        coarsened(hours.assign(sunshine=("time", np.zeros(HOURS))), DECLARED, LENGTHS)


def test_a_scenario_sets_its_number_of_segments(tmp_path):
    path = write_small_case(tmp_path, TABLES, PROFILES, time={"segments": 400})
    data = h2model.load_case(path)
    assert data.sizes["time"] == 400
    assert float(data["hours"].sum()) == 8760
    assert set(range(24, 8761, 24)) <= set(np.cumsum(data["hours"].values))


@pytest.mark.parametrize(
    "times",
    [
        ("{segments: 400}", "{segments: 800}"),
        pytest.param(("{segments: 400}", "{segments: 3000}", "{resolution: 1h}"), marks=pytest.mark.slow),
    ],
    ids=["few", "hours"],
)
def test_more_segments_raise_the_bound_up_to_the_hourly_cost(tmp_path, times):
    """Segments come from one tree of Ward for all numbers."""
    path = write_small_case(tmp_path, TABLES, PROFILES, time={"segments": 400})
    objectives = [h2model.solve(h2model.load_case(path, {"time": time})).attrs["objective"] for time in times]
    assert objectives == sorted(set(objectives))


def test_segments_exclude_another_resolution(tmp_path):
    path = write_small_case(tmp_path, TABLES, PROFILES, time={"segments": 500, "resolution": "3h"})
    with pytest.raises(h2model.InputError, match="segments join single hours, but the resolution is 3h"):
        h2model.load_case(path)
    path = write_small_case(tmp_path, TABLES, PROFILES, time={"segments": 364})
    with pytest.raises(h2model.InputError, match="greater than or equal to 365"):
        h2model.load_case(path)
