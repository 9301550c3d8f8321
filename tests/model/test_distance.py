"""Costs, losses and energy use that grow with the length of a link."""

from __future__ import annotations

import numpy as np
import pytest
from equation_rows import assert_row
from oracle import assert_same_as_pyomo
from small_case import solve_small_case, write_small_case

import h2model

HOURS = 8760
PIPE = """
    pipe,overnight_cost,,,100,,EUR2025/kW
    pipe,overnight_cost_per_distance,,,1,,EUR2025/kW/km
    pipe,loss_per_distance,,,1,,%/km
"""


def tables(pipe: str = PIPE, kilometres: str = "pipe,distance,,,5,,km") -> dict[str, str]:
    """Hydrogen from there to here over 5 km: 2 % and 1 % per km are lost, and compressors use power there."""
    return {
        "regions": "here,59,9,works\nthere,60,9,wind",
        "carriers": "electricity,unit,,MWh,\nhydrogen,unit,,MWh,\nhydrogen,lower_heating_value,,33.33,MWh/t",
        "technologies": f"""
            ,interest_rate,,,0,,1/year
            pipe,reference,hydrogen,,,,
            pipe,lifetime,,,20,,year
            pipe,loss,,,0.02,,1
            pipe,energy_use,electricity,,0.01,,MWh/MWh
            pipe,energy_use_per_distance,electricity,,2,,kWh/MWh/km
            pipe,transport_cost,,,1,,EUR2025/MWh
            pipe,transport_cost_per_distance,,,6.666,,EUR2025/t/km
            {pipe}
        """,
        "links": "pipe,pipe,there,here,no",
        "trades": "power,there,electricity,import\nhydrogen,there,hydrogen,import",
        "demands": "works,here,hydrogen",
        "assets": f"""
            power,price,,,50,,EUR2025/MWh
            hydrogen,price,,,30,,EUR2025/MWh
            works,rate,,,9.3,,MW
            {kilometres}
        """,
    }


LOSS, USE, COST, BUILDING = 0.02 + 5 * 0.01, 0.01 + 5 * 0.002, 1 + 5 * 0.2, (100 + 5 * 1) * 1000

# Distance has no equation of its own: these rows of others must hold what it adds.
ROWS = {
    "balance[hydrogen,here,2030,0]": (
        {"decided_flow[pipe,2030,0]": 1 - LOSS, "unserved_demand[works,2030,0]": 1},
        9.3,
        9.3,
    ),
    "balance[electricity,there,2030,1]": ({"trade_flow[power,2030,1]": 1, "decided_flow[pipe,2030,1]": -USE}, 0, 0),
}


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    return h2model.load_case(write_small_case(tmp_path_factory.mktemp("pipe"), tables()))


def test_rows_equal_those_typed_by_hand(case):
    program = assert_same_as_pyomo(h2model.build(case))
    for name, row in ROWS.items():
        assert_row(program, name, row)


def test_a_longer_pipe_has_higher_cost_use_and_losses(tmp_path):
    """9.3 MW arrive, so 10 MW are sent."""
    _, results = solve_small_case(tmp_path, tables())
    np.testing.assert_allclose(results["flow"], 10)
    by_hand = 10 * (30 + COST + 50 * USE) * HOURS + 10 * BUILDING / 20
    assert results.attrs["objective"] == pytest.approx(by_hand)


def test_the_cost_of_a_pipe_may_depend_on_its_length_only(tmp_path):
    pipe = PIPE.replace("pipe,overnight_cost,,,100,,EUR2025/kW", "")
    _, results = solve_small_case(tmp_path, tables(pipe))
    assert float(results["investment_cost"].sum()) == pytest.approx(10 * 5_000 / 20)


def test_costs_by_length_may_change_over_the_periods(tmp_path):
    pipe = PIPE.replace(
        "pipe,overnight_cost_per_distance,,,1,,EUR2025/kW/km",
        "pipe,overnight_cost_per_distance,,2030,1,,EUR2025/kW/km\n"
        "pipe,overnight_cost_per_distance,,2050,3,,EUR2025/kW/km",
    )
    _, results = solve_small_case(tmp_path, tables(pipe), periods=[2030, 2050])
    np.testing.assert_allclose(results["investment_cost"].squeeze(), [10 * 105_000 / 20, 10 * 115_000 / 20])


def test_losses_over_a_longer_distance_are_released(tmp_path):
    with_carbon = tables()
    with_carbon["carriers"] += "\nhydrogen,carbon_content,fossil,0.1,t/MWh"
    with_carbon["assets"] += "\nworks,released_share,,,0,,1"
    _, results = solve_small_case(tmp_path, with_carbon)
    assert float(results["carbon_released"].sum()) == pytest.approx(10 * LOSS * 0.1 * HOURS)


def test_the_case_keeps_the_values_of_the_tables(case):
    """Building adds to a copy: a second model of the same data is the same."""
    before = case.copy(deep=True)
    first, second = h2model.solve(h2model.build(case)), h2model.solve(h2model.build(case))
    assert first.attrs["objective"] == second.attrs["objective"]
    assert case.identical(before)
    np.testing.assert_allclose(case["loss"], 0.02)


def test_a_run_can_be_repeated_from_its_inputs(tmp_path):
    folder = tmp_path / "case"
    folder.mkdir()
    first = h2model.run(write_small_case(folder, tables()), out=tmp_path / "first")
    again = h2model.run(tmp_path / "first" / "inputs.nc", out=tmp_path / "again")
    assert again.attrs["objective"] == pytest.approx(first.attrs["objective"], rel=1e-12)
    np.testing.assert_allclose(h2model.load_case(tmp_path / "again" / "inputs.nc")["loss"], 0.02)


FAULTS = {
    "no distance": (
        tables(kilometres=""),
        [
            "technologies.csv, row 11",
            "overnight_cost_per_distance has no effect on pipe, which has no distance",
            "transport_cost_per_distance has no effect on pipe",
            "energy_use_per_distance has no effect on pipe",
            "loss_per_distance has no effect on pipe",
            "add a row distance for the link, or remove the row",
        ],
    ),
    "nothing arrives": (
        tables(PIPE.replace("loss_per_distance,,,1,", "loss_per_distance,,,20,")),
        ["technologies.csv, row 12", "pipe loses 1.02 of the amount sent over 5 km", "a share per km, not per 100 km"],
    ),
    "no cost at all": (
        tables("pipe,loss_per_distance,,,1,,%/km"),
        ["pipe may be built in 2030 but has no overnight_cost"],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_reported(name, tmp_path):
    wrong, words = FAULTS[name]
    with pytest.raises(h2model.InputError) as caught:
        h2model.load_case(write_small_case(tmp_path, wrong))
    for word in words:
        assert word in str(caught.value)
