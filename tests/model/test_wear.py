"""Wear: stacks of 80,000 hours, whose consumption rises by 1 % in 8,000 hours: by 5 % on average over their life."""

from __future__ import annotations

import pytest
from plants import HOURS, ONE_REGION, fixed_plant
from small_case import solve_small_case, write_small_case

import h2model

STACK = """
    stack_lifetime,,,80000,,hour
    stack_replacement_cost,,,400,,EUR2025/kW
    degradation,hydrogen,,0.00000125,,1/hour
"""


def electrolyser(rows: str) -> dict[str, str]:
    """10 MW of hydrogen are asked for; power costs 20 EUR/MWh."""
    return {
        "regions": ONE_REGION,
        "carriers": "power,unit,,MWh,\nhydrogen,unit,,MWh,",
        "technologies": rows,
        "plants": "cell,cell,here",
        "trades": "power,here,power,import",
        "demands": "works,here,hydrogen",
        "assets": "cell,existing_capacity,,,30,,MW\npower,price,,,20,,EUR2025/MWh\nworks,rate,,,10,,MW",
    }


PER_POWER = """
    cell,reference,power,,,,
    cell,input,power,,1,,MWh/MWh
    cell,output,hydrogen,,0.7,,MWh/MWh
    cell,maximum_new_capacity,,,0,,MW
""" + STACK.replace("\n    ", "\n    cell,").rstrip()


def test_inputs_and_costs_follow_the_wear_and_replacement_of_stacks(tmp_path):
    """10 MW ÷ (0.7 ÷ 1.05) = 15 MW of power at 20 EUR/MWh; 400,000 EUR/MW ÷ 80,000 h = 5 EUR per MWh."""
    _, results = solve_small_case(tmp_path, electrolyser(PER_POWER))
    assert float(results["activity"].mean()) == pytest.approx(15)
    assert float(results["stack_cost"].sum()) == pytest.approx(15 * 5 * HOURS)
    assert results.attrs["objective"] == pytest.approx(15 * (20 + 5) * HOURS)


def test_wear_raises_inputs_if_capacity_refers_to_hydrogen(tmp_path):
    rows = fixed_plant("cell", "hydrogen", inputs="input,power,,1.4,,MWh/MWh" + STACK)
    _, results = solve_small_case(tmp_path, electrolyser(rows))
    assert results.attrs["objective"] == pytest.approx(10 * (1.4 * 1.05 * 20 + 5) * HOURS)


def test_stacks_wear_while_they_are_online(tmp_path):
    """10 of 20 MW at their minimum load of a half would be 20 MW online; 10 MW at full load wear half as much."""
    rows = fixed_plant("cell", "hydrogen", inputs="input,power,,1.4,,MWh/MWh\nminimum_load,,,0.5,,1" + STACK)
    _, results = solve_small_case(tmp_path, electrolyser(rows))
    assert float(results["online"].mean()) == pytest.approx(10)
    assert float(results["stack_cost"].sum()) == pytest.approx(10 * 5 * HOURS)


def test_part_load_is_cheaper_until_wear_costs_more(tmp_path):
    """Half load makes 0.7, full load 0.6 per MWh.

    All is online at part load without wear; expensive stacks run at full load.
    """
    curve = "cell,hydrogen,0.5,0.7,MWh/MWh\ncell,hydrogen,1,0.6,MWh/MWh"
    base = "\n".join(line for line in PER_POWER.splitlines() if "output" not in line and "degradation" not in line)
    rows = base + "\n    cell,minimum_load,,,0.1,,1"
    tables = electrolyser(rows) | {"part_load": curve}
    _, cheap = solve_small_case(tmp_path, {**tables, "technologies": rows.replace(",400,", ",40,")})
    # Of 30 MW, 28.57 MW online at half load: 14.29 MW of power × 0.7 = 10; 0.5 EUR per hour online.
    assert cheap.attrs["objective"] == pytest.approx((10 / 0.7 * 20 + 2 * 10 / 0.7 * 0.5) * HOURS)
    _, dear = solve_small_case(tmp_path, {**tables, "technologies": rows.replace(",400,", ",4000,")})
    # At full load 16.67 MW online × 50 EUR per hour.
    assert dear.attrs["objective"] == pytest.approx((10 / 0.6 * 20 + 10 / 0.6 * 50) * HOURS)


FAULTS = {
    "no lifetime": ("stack_lifetime", "cell has a stack_replacement_cost but no stack_lifetime"),
    "nothing wears": ("stack_replacement_cost|degradation", "stack_lifetime has no effect on cell"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_incomplete_wear_is_refused(tmp_path, name):
    words, message = FAULTS[name]
    rows = "\n".join(row for row in PER_POWER.splitlines() if not any(word in row for word in words.split("|")))
    with pytest.raises(h2model.InputError, match=message):
        h2model.load_case(write_small_case(tmp_path, electrolyser(rows)))


def test_degradation_of_a_carrier_that_is_not_produced_is_refused(tmp_path):
    rows = PER_POWER.replace("degradation,hydrogen", "degradation,power")
    with pytest.raises(h2model.InputError, match="degradation for power, which is not an output of it"):
        h2model.load_case(write_small_case(tmp_path, electrolyser(rows)))
