"""A pipe that holds some of what it carries, worked out by hand: half a day at 10, half a day at 50 EUR/MWh."""

from __future__ import annotations

import numpy as np
import pytest
from equation_rows import assert_row
from oracle import assert_same_as_pyomo
from small_case import solve_small_case, write_small_case

import h2model

DAYS = 365
PROFILES = {"spread": [10.0] * 12 + [50.0] * 12, "peak": [0.0] * 12 + [1.0] * 12}
TIME = {"resolution": "12h"}


def tables(linepack: float = 3, loss: float = 0, two_way: str = "no") -> dict[str, str]:
    """10 MW of gas through a pipe of 20 MW."""
    return {
        "regions": "here,59,9,town\nthere,60,9,field",
        "carriers": "gas,unit,,MWh,\ngas,carbon_content,fossil,0.2,t/MWh",
        "technologies": f"""
            pipe,reference,gas,,,,
            pipe,loss,,,{loss},,1
            pipe,linepack,,,{linepack},,hour
            pipe,maximum_new_capacity,,,0,,MW
        """,
        "links": f"pipe,pipe,there,here,{two_way}",
        "trades": "gas,there,gas,import",
        "demands": "town,here,gas",
        "assets": """
            pipe,existing_capacity,,,20,,MW
            gas,price,,,1,spread,EUR2025/MWh
            town,rate,,,10,,MW
            town,released_share,,,1,,1
            town,unserved_cost,,,1000,,EUR2025/MWh
        """,
    }


# Steps of 12 hours, of which the first follows the last, number 3.
ROWS = {
    "linepack_balance[pipe,2030,0]": (
        {"linepack_level[pipe,2030,0]": 1, "linepack_level[pipe,2030,3]": -1, "packing[pipe,2030,0]": -12},
        0,
        0,
    ),
    "linepack_balance[pipe,2030,2]": (
        {"linepack_level[pipe,2030,2]": 1, "linepack_level[pipe,2030,1]": -1, "packing[pipe,2030,2]": -12},
        0,
        0,
    ),
    "linepack_limit[pipe,2030,1]": ({"linepack_level[pipe,2030,1]": 1, "capacity[pipe,2030]": -3}, None, 0),
    "packing_limit[pipe,2030,1]": ({"packing[pipe,2030,1]": 1, "decided_flow[pipe,2030,1]": -0.9}, None, 0),
    "arrival_limit[pipe,2030,1]": (
        {"decided_flow[pipe,2030,1]": 0.9, "packing[pipe,2030,1]": -1, "capacity[pipe,2030]": -1},
        None,
        0,
    ),
    "balance[gas,here,2030,1]": (
        {"decided_flow[pipe,2030,1]": 0.9, "packing[pipe,2030,1]": -1, "unserved_demand[town,2030,1]": 1},
        10,
        10,
    ),
}


def test_rows_equal_those_typed_by_hand(tmp_path):
    data = h2model.load_case(write_small_case(tmp_path, tables(loss=0.1), PROFILES, time=TIME))
    program = assert_same_as_pyomo(h2model.build(data.isel(time=slice(0, 4))))
    for name, row in ROWS.items():
        assert_row(program, name, row)


@pytest.mark.parametrize("loss", [0, 0.1])
def test_linepack_shifts_exactly_its_volume(tmp_path, loss):
    """3 hours of 20 MW are bought at 10 in place of 50, every day."""
    _, results = solve_small_case(tmp_path, tables(loss=loss), PROFILES, time=TIME)
    bought = np.array([120 + 60, 120 - 60]) / (1 - loss)
    assert results.attrs["objective"] == pytest.approx(DAYS * (bought @ [10, 50]))
    levels = results["linepack_level"].squeeze().values.reshape(DAYS, 2)
    np.testing.assert_allclose(levels - levels.min(), np.tile([60, 0], (DAYS, 1)), atol=1e-6)


def test_linepack_is_limited_by_the_inflow_of_the_pipe(tmp_path):
    """A very long pipe: 20 MW go in for half a day, 10 of them stay, and nothing goes in for the other half."""
    _, results = solve_small_case(tmp_path, tables(linepack=100), PROFILES, time=TIME)
    np.testing.assert_allclose(results["flow"].squeeze().values.reshape(DAYS, 2), np.tile([20, 0], (DAYS, 1)))
    assert results.attrs["objective"] == pytest.approx(DAYS * 240 * 10)


def test_outflow_is_limited_by_the_capacity_of_the_pipe(tmp_path):
    """A town that takes 30 MW for half a day and nothing in the other half gets 20, half of them from the pipe."""
    peak = tables(linepack=100)
    peak["assets"] = peak["assets"].replace("town,rate,,,10,,MW", "town,rate,,,30,peak,MW")
    _, results = solve_small_case(tmp_path, peak, PROFILES, time=TIME)
    np.testing.assert_allclose(results["unserved_demand"].squeeze().values.reshape(DAYS, 2)[:, 1], 10)
    assert results.attrs["objective"] == pytest.approx(DAYS * 12 * (20 * 10 + 10 * 1000))


def test_carbon_in_linepack_is_conserved(tmp_path):
    _, results = solve_small_case(tmp_path, tables(loss=0.1), PROFILES, time=TIME)
    released = 10 / 0.9 * 0.2 * 8760
    assert float(results["carbon_released"].sum()) == pytest.approx(released)
    assert float(results["carbon_imported"].sum()) == pytest.approx(released)
    assert float(results["emissions"].sum()) == pytest.approx(released)


def test_a_pipe_without_linepack_adds_no_row_and_no_column(tmp_path):
    data = h2model.load_case(write_small_case(tmp_path, tables(linepack=0), PROFILES, time=TIME))
    program = assert_same_as_pyomo(h2model.build(data.isel(time=slice(0, 4))))
    names = {program.row_name(row).split("[")[0] for row in range(len(program.row_lower))}
    assert not names & {"linepack_balance", "linepack_limit", "packing_limit", "arrival_limit"}


def test_linepack_is_refused_with_uneven_weights(tmp_path):
    data = h2model.load_case(write_small_case(tmp_path, tables(), PROFILES, time=TIME))
    weight = data["weight"].copy()
    weight[0] = 2
    with pytest.raises(h2model.InputError, match="links with linepack, which run from step to step"):
        h2model.build(data.assign(weight=weight))


def test_linepack_of_a_pipe_used_both_ways_is_refused(tmp_path):
    with pytest.raises(h2model.InputError) as caught:
        h2model.load_case(write_small_case(tmp_path, tables(two_way="yes"), PROFILES))
    assert "technologies.csv, row 4" in str(caught.value)
    assert "pipe has a linepack, but is used both ways" in str(caught.value)
    assert "write two_way no in links.csv and add a link for the other way" in str(caught.value)
