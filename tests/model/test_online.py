"""Online capacity: what starting, standing by and a minimum load cost. Days of two steps of 12 hours."""

from __future__ import annotations

import pytest
from equation_rows import assert_row
from oracle import assert_same_as_pyomo
from plants import ONE_REGION, fixed_plant
from small_case import solve_small_case, write_small_case

import h2model
from h2model.engine import compile_model

DAY = {"swing": [1.0] * 12 + [0.2] * 12}
HALF_DAYS = {"resolution": "12h"}


def two_generators(extra: str) -> dict[str, str]:
    """A block at 10 and a peaker at 40 EUR/MWh, each of 100 MW, serve 100 MW by day and 20 MW by night."""
    return {
        "regions": ONE_REGION,
        "carriers": "power,unit,,MWh,",
        "technologies": fixed_plant("block", "power", 10, inputs=extra) + fixed_plant("peaker", "power", 40),
        "plants": "block,block,here\npeaker,peaker,here",
        "demands": "town,here,power",
        "assets": "block,existing_capacity,,,100,,MW\npeaker,existing_capacity,,,100,,MW\ntown,rate,,,100,swing,MW",
    }


STARTS = "minimum_load,,,0.5,,1\nstartup_cost,,,50,,EUR2025/MW\nstandby_use,power,,0.1,,MWh/hour/MW"

ROWS = {
    "online_limit[block,2030,1]": ({"online[block,2030,1]": 1, "capacity[block,2030]": -1}, None, 0),
    "activity_within_online[block,2030,1]": (
        {"decided_activity[block,2030,1]": 1, "online[block,2030,1]": -1},
        None,
        0,
    ),
    "least_load[block,2030,1]": ({"online[block,2030,1]": 0.5, "decided_activity[block,2030,1]": -1}, None, 0),
    "starts[block,2030,1]": (
        {"online[block,2030,1]": 1, "online[block,2030,0]": -1, "startup[block,2030,1]": -1},
        None,
        0,
    ),
    # Capacity on standby uses 0.1 MW per MW; the block is online or on standby.
    "balance[power,here,2030,1]": (
        {
            "decided_activity[block,2030,1]": 1,
            "decided_activity[peaker,2030,1]": 1,
            "online[block,2030,1]": 0.1,
            "capacity[block,2030]": -0.1,
            "unserved_demand[town,2030,1]": 1,
        },
        20,
        20,
    ),
}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    scenario = write_small_case(tmp_path_factory.mktemp("starts"), two_generators(STARTS), DAY, time=HALF_DAYS)
    return h2model.build(h2model.load_case(scenario).isel(time=slice(0, 4)))


def test_rows_equal_those_typed_by_hand(model):
    program = compile_model(model)
    for name, row in ROWS.items():
        assert_row(program, name, row)


def test_the_model_equals_that_of_pyomo(model):
    assert_same_as_pyomo(model)


def test_startup_cost_is_paid_for_capacity_that_goes_offline(tmp_path):
    """At 20 MW and a minimum load of a half, 40 MW stay online; 60 MW are started every day for 50 EUR/MW."""
    tables = two_generators("minimum_load,,,0.5,,1\nstartup_cost,,,50,,EUR2025/MW")
    _, results = solve_small_case(tmp_path, tables, DAY, time=HALF_DAYS)
    assert results.attrs["objective"] == pytest.approx(365 * (60 * 50 + 10 * 12 * (100 + 20)))
    assert results["online"].isel(time=1).item() == pytest.approx(40)


def test_an_expensive_startup_leaves_the_peak_to_the_peaker(tmp_path):
    """Starting costs 400 EUR/MW, the peaker 30 EUR/MWh more for 12 hours, 360: 40 MW of the block stay on all day."""
    tables = two_generators("minimum_load,,,0.5,,1\nstartup_cost,,,400,,EUR2025/MW")
    _, results = solve_small_case(tmp_path, tables, DAY, time=HALF_DAYS)
    assert results.attrs["objective"] == pytest.approx(365 * 12 * (10 * (40 + 20) + 40 * 60))


def test_capacity_on_standby_uses_power(tmp_path):
    """10 MW make hydrogen by day; by night nothing is asked for and 0.05 MW per MW are used to keep warm."""
    tables = {
        "regions": ONE_REGION,
        "carriers": "power,unit,,MWh,\nhydrogen,unit,,MWh,",
        "technologies": fixed_plant(
            "cell", "hydrogen", inputs="input,power,,1,,MWh/MWh\nminimum_load,,,0.1,,1\nstandby_use,power,,50,,kW/MW"
        ),
        "plants": "cell,cell,here",
        "trades": "power,here,power,import",
        "demands": "works,here,hydrogen",
        "assets": "cell,existing_capacity,,,10,,MW\npower,price,,,20,,EUR2025/MWh\nworks,rate,,,10,shift,MW",
    }
    _, results = solve_small_case(tmp_path, tables, {"shift": [1.0] * 12 + [0.0] * 12}, time=HALF_DAYS)
    assert results.attrs["objective"] == pytest.approx(365 * 20 * 12 * (10 + 0.05 * 10))


FAULTS = {
    "minimum load without cost": ("minimum_load,,,0.5,,1", "capacity goes offline at no cost"),
    "start without minimum load": ("startup_cost,,,50,,EUR2025/MW", "all capacity can stay online at no load"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_rows_without_effect_are_refused(tmp_path, name):
    extra, words = FAULTS[name]
    with pytest.raises(h2model.InputError, match=words):
        h2model.load_case(write_small_case(tmp_path, two_generators(extra), DAY, time=HALF_DAYS))


def test_fuel_on_standby_is_refused(tmp_path):
    tables = two_generators("minimum_load,,,0.5,,1\nstandby_use,gas,,0.1,,MWh/hour/MW")
    tables["carriers"] += "\ngas,unit,,MWh,\ngas,carbon_content,fossil,0.2,t/MWh"
    with pytest.raises(h2model.InputError, match="uses gas on standby, which holds carbon"):
        h2model.load_case(write_small_case(tmp_path, tables, DAY, time=HALF_DAYS))
