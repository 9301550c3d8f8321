"""Ships and trains between two regions, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from equation_rows import assert_row
from oracle import assert_same_as_pyomo
from small_case import solve_small_case, write_small_case

import h2model

HOURS = 8760
SHIP = """
    ship,distance,,,600,,km
    ship,speed,,,20,,km/hour
    ship,handling_time,,,12,,hour
    ship,vehicle_cost,,,5000,,EUR2025/t
    ship,buffer_time,,,100,,hour
"""
STORES = "tank_here,tank,here,,\ntank_there,tank,there,,\nheap_there,heap,there,,"


def tables(ship: str = SHIP, stores: str = STORES) -> dict[str, str]:
    """10 t/h of ammonia go from here to there by ship, and some may come back by train."""
    return {
        "regions": "here,59,9,works\nthere,60,9,farms",
        "carriers": "ammonia,unit,,t,",
        "technologies": """
            ,interest_rate,,,0,,1/year
            ,lifetime,,,20,,year
            ship,reference,ammonia,,,,
            ship,loss,,,0,,1
            ship,overnight_cost,,,40000,,EUR2025/(t/h)
            ship,transport_cost_per_distance,,,0.05,,EUR2025/t/km
            train,reference,ammonia,,,,
            train,loss,,,0,,1
            train,buffer_time,,,24,,hour
            train,overnight_cost,,,100,,MEUR2025/(t/h)
            tank,reference,ammonia,,,,
            tank,charge_efficiency,,,1,,1
            tank,discharge_efficiency,,,1,,1
            tank,overnight_cost,,,500,,EUR2025/t
            heap,reference,ammonia,,,,
            heap,charge_efficiency,,,1,,1
            heap,discharge_efficiency,,,1,,1
            heap,overnight_cost,,,800,,EUR2025/t
        """,
        "stores": stores,
        "links": "ship,ship,here,there,no\ntrain,train,there,here,yes",
        "trades": "ammonia,here,ammonia,import",
        "demands": "farms,there,ammonia",
        "assets": f"""
            ammonia,price,,,300,,EUR2025/t
            farms,rate,,,10,,t/h
            {ship}
        """,
    }


# Each end needs room for both links, and all its stores together give it.
ROWS = {
    "buffer_room[ammonia,there,2030]": (
        {
            "capacity[ship,2030]": 100,
            "capacity[train,2030]": 24,
            "capacity[tank_there,2030]": -1,
            "capacity[heap_there,2030]": -1,
        },
        None,
        0,
    ),
    "buffer_room[ammonia,here,2030]": (
        {"capacity[ship,2030]": 100, "capacity[train,2030]": 24, "capacity[tank_here,2030]": -1},
        None,
        0,
    ),
}


def test_rows_equal_those_typed_by_hand(tmp_path):
    program = assert_same_as_pyomo(h2model.build(h2model.load_case(write_small_case(tmp_path, tables()))))
    for name, row in ROWS.items():
        assert_row(program, name, row)


def test_the_size_of_a_fleet_follows_the_length_of_its_round_trips(tmp_path):
    """There and back in 60 h and 12 h in port: 720 t of payload move 10 t/h; 1,000 t of tank stand at each end."""
    _, results = solve_small_case(tmp_path, tables())
    ship = 10 * 40_000 + 720 * 5000
    tanks = 2 * 1000 * 500
    assert float(results["investment_cost"].sum()) == pytest.approx((ship + tanks) / 20)
    np.testing.assert_allclose(results["capacity"].sel(asset=["tank_here", "tank_there"]).squeeze(), 1000)
    assert results.attrs["objective"] == pytest.approx((ship + tanks) / 20 + 10 * (300 + 0.05 * 600) * HOURS)


def test_links_without_vehicles_add_no_fleet_and_no_buffer(tmp_path):
    without = tables("ship,distance,,,600,,km", stores="")
    without["technologies"] = without["technologies"].replace("train,buffer_time,,,24,,hour", "")
    _, results = solve_small_case(tmp_path, without)
    assert float(results["investment_cost"].sum()) == pytest.approx(10 * 40_000 / 20)
    assert "dual_buffer_room" not in results or results["dual_buffer_room"].size == 0


def without(row: str) -> str:
    """The ship without one of its rows."""
    return "\n".join(line for line in SHIP.splitlines() if f"ship,{row}," not in line)


FAULTS = {
    "no speed": (
        tables(without("speed")),
        ["assets.csv, row ", "ship has a vehicle_cost but no speed", "add a row speed"],
    ),
    "nowhere to go": (
        tables(without("distance")),
        ["speed has no effect on ship, which has no distance", "add a row distance"],
    ),
    "no vehicles": (
        tables(without("vehicle_cost")),
        [
            "speed has no effect on ship, which has no vehicle_cost",
            "handling_time has no effect on ship, which has no vehicle_cost",
            "add a row vehicle_cost, or remove the row",
        ],
    ),
    "nowhere to wait": (
        tables(stores="tank_there,tank,there,,"),
        [
            "ship has a buffer_time, but here has no store of ammonia",
            "train has a buffer_time, but here has no store of ammonia",
            "add a store for it to stores.csv, or remove the buffer_time",
        ],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_reported(name, tmp_path):
    wrong, words = FAULTS[name]
    with pytest.raises(h2model.InputError) as caught:
        h2model.load_case(write_small_case(tmp_path, wrong))
    for word in words:
        assert word in str(caught.value)
