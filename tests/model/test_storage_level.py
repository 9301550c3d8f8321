"""Stores that need not end as they began, and sequences of steps that know nothing of each other.

Two representative days of two steps each, the first standing for 255 and the second for 110 days of the year. A tank
holds hydrogen; it is bought at 1 or 1.5 EUR/MWh, so that buying it to keep does not pay: half of it
is lost. 10 MW are asked for.
"""

from __future__ import annotations

import pytest
from equation_rows import assert_row
from oracle import assert_same_as_pyomo
from plants import ONE_REGION
from small_case import write_small_case

import h2model
from h2model.accounts.audit import audit
from h2model.errors import InputError

STEPS = """hours,weight,sequence,price
18,255,common,1
6,255,common,1.5
18,110,rare,1.5
6,110,rare,1
"""
TABLES = {
    "regions": ONE_REGION,
    "carriers": "hydrogen,unit,,MWh,",
    "technologies": """
        tank,reference,hydrogen,,,,
        tank,charge_efficiency,,,1,,1
        tank,discharge_efficiency,,,0.5,,1
        tank,self_discharge,,,0.01,,1/hour
        tank,existing_capacity,,,100,,MWh
        tank,maximum_new_capacity,,,0,,MWh
    """,
    "stores": "tank,tank,here,,",
    "trades": "market,here,hydrogen,import",
    "demands": "works,here,hydrogen",
    "assets": """
        market,price,,,1,price,EUR2025/MWh
        works,rate,,,10,,MW
        tank,minimum_level,,,0.2,,1
    """,
}
KEPT = 0.99**18
# What flows into and out of the tank in the first step of the second day.
MOVED = {"charge[tank,2030,2]": -18, "discharge[tank,2030,2]": 18 / 0.5}
# Name of the row → (coefficients, lower, upper).
ROWS = {
    "storage_balance[tank,2030,2]": (
        {"storage_level[tank,2030,2]": 1, "opening_level[tank,2030,2]": -KEPT} | MOVED,
        0,
        0,
    ),
    "storage_balance[tank,2030,3]": (
        {
            "storage_level[tank,2030,3]": 1,
            "storage_level[tank,2030,2]": -(0.99**6),
            "charge[tank,2030,3]": -6,
            "discharge[tank,2030,3]": 12,
        },
        0,
        0,
    ),
    "opening_level_limit[tank,2030,2]": ({"opening_level[tank,2030,2]": 1, "capacity[tank,2030]": -1}, None, 0),
    "opening_level_minimum[tank,2030,0]": ({"capacity[tank,2030]": 0.2, "opening_level[tank,2030,0]": -1}, None, 0),
    "final_level_minimum[tank,2030,2]": (
        {"opening_level[tank,2030,2]": 1, "storage_level[tank,2030,3]": -1},
        None,
        0,
    ),
}


def loaded(folder, *rows: str, carriers: str = ""):
    """The checked case with further rows of the tank."""
    tables = TABLES | {
        "assets": TABLES["assets"] + "\n".join(rows),
        "carriers": TABLES["carriers"] + "\n" + carriers,
    }
    (folder / "days.csv").write_text(STEPS)
    return h2model.load_case(write_small_case(folder, tables, time={"steps": "days.csv"}))


def solved(folder, *rows: str):
    """Inputs and results, audited."""
    data = loaded(folder, *rows)
    results = h2model.solve(data)
    assert audit(results, data).passed
    return results


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    data = loaded(tmp_path_factory.mktemp("opening"), "tank,final_level,,,no less,,")
    return assert_same_as_pyomo(h2model.build(data))


@pytest.mark.parametrize("name", ROWS)
def test_rows_equal_those_typed_by_hand(name, program):
    assert_row(program, name, ROWS[name])


def test_a_cyclic_store_follows_its_representative_day(tmp_path):
    program = assert_same_as_pyomo(h2model.build(loaded(tmp_path)))
    row = {"storage_level[tank,2030,2]": 1, "storage_level[tank,2030,3]": -KEPT} | MOVED
    assert_row(program, "storage_balance[tank,2030,2]", (row, 0, 0))


def test_an_initial_level_is_used_on_every_representative_day(tmp_path):
    """100 MWh at the beginning, of which 20 must stay: less what is lost, they save hydrogen at its price."""
    results = solved(tmp_path, "tank,final_level,,,free,,", "tank,initial_level,,,100,,MWh")
    level, discharge = (results[name].sel(store="tank", period=2030).values for name in ("storage_level", "discharge"))
    assert results["opening_level"].values.ravel().tolist() == [100, 100]
    assert level[[1, 3]] == pytest.approx([20, 20])
    # On the common day the tank serves the expensive step, which comes last. On the rare day it comes first, and
    # as much must remain as keeps the least level until the end.
    common, rare = (100 * KEPT * 0.99**6 - 20) / 2, (100 * KEPT - 20 / 0.99**6) / 2
    assert (discharge * [18, 6, 18, 6]).tolist() == pytest.approx([0, common, rare, 0])
    saved = 1.5 * (255 * common + 110 * rare)
    all_bought = 10 * (255 * (18 * 1 + 6 * 1.5) + 110 * (18 * 1.5 + 6 * 1))
    assert results.attrs["objective"] == pytest.approx(all_bought - saved)


def test_the_final_level_is_at_least_the_initial_level(tmp_path):
    free_to_choose = solved(tmp_path, "tank,final_level,,,no less,,")
    opening = free_to_choose["opening_level"].values.ravel()
    ends = free_to_choose["storage_level"].sel(store="tank", period=2030).values[[1, 3]]
    assert (ends >= opening - 1e-9).all()


def test_free_ends_cost_no_more_than_cyclic_ones(tmp_path_factory):
    """A store with the same initial level and a free final level can do all that a cyclic store does."""
    objectives = []
    for final in ("as begun", "no less", "free"):
        rows = (f"tank,final_level,,,{final},,", "tank,initial_level,,,60,,MWh")
        objectives.append(solved(tmp_path_factory.mktemp("ends"), *rows).attrs["objective"])
    assert objectives[0] >= objectives[1] - 1e-6
    assert objectives[1] > objectives[2] + 1


@pytest.mark.parametrize(
    ("rows", "carriers", "message"),
    [
        (["tank,final_level,,,free,,"], "", "no initial_level: it would begin full for free"),
        (
            ["tank,final_level,,,no less,,"],
            "hydrogen,carbon_content,fossil,0.1,t/MWh",
            "but the carbon of hydrogen must balance",
        ),
    ],
)
def test_a_free_final_level_without_initial_level_is_refused(tmp_path, rows, carriers, message):
    with pytest.raises(InputError, match=message):
        loaded(tmp_path, *rows, carriers=carriers)
