"""Early retirement: the rows, and when retiring capacity before the end of its life is profitable.

Demand for power falls after 2030. Existing capacity has a fixed cost of 20 EUR/kW in each year.
"""

from __future__ import annotations

import numpy as np
import pytest
from equation_rows import assert_row
from oracle import assert_same_as_pyomo
from plants import ONE_REGION
from small_case import solve_small_case, write_small_case

import h2model
from h2model.accounts.audit import audit

PERIODS = {"periods": [2030, 2040, 2050]}
TABLES = {
    "regions": ONE_REGION,
    "carriers": "power,unit,,MWh,",
    "technologies": """
        ,interest_rate,,,0,,1/year
        engine,reference,power,,,,
        engine,output,power,,1,,MWh/MWh
        engine,overnight_cost,,,300,,EUR2025/kW
        engine,fixed_om_cost,,,20,,EUR2025/kW/year
        engine,lifetime,,,25,,year
        engine,early_retirement,,,yes,,
    """,
    "plants": "new_engine,engine,here\nold_engine,engine,here",
    "demands": "town,here,power",
    "assets": """
        old_engine,existing_capacity,,2030,10,,MW
        old_engine,existing_capacity,,2040,8,,MW
        old_engine,existing_capacity,,2050,8,,MW
        old_engine,maximum_new_capacity,,,0,,MW
        town,rate,,2030,30,,MW
        town,rate,,2040,24,,MW
        town,rate,,2050,4,,MW
    """,
}
# Name of the row → (coefficients, lower, upper).
ROWS = {
    "retired_limit[new_engine,2030,2040]": (
        {"retired[new_engine,2030,2040]": 1, "new_capacity[new_engine,2030]": -1},
        None,
        0,
    ),
    "retired_for_good[new_engine,2030,2050]": (
        {"retired[new_engine,2030,2040]": 1, "retired[new_engine,2030,2050]": -1},
        None,
        0,
    ),
    # 2 MW reach the end of their life between 2030 and 2040; capacity retired by 2030 counts towards them.
    "existing_retired_for_good[old_engine,2040]": (
        {"existing_retired[old_engine,2030]": 1, "existing_retired[old_engine,2040]": -1},
        None,
        2,
    ),
    "existing_retired_for_good[old_engine,2050]": (
        {"existing_retired[old_engine,2040]": 1, "existing_retired[old_engine,2050]": -1},
        None,
        0,
    ),
    "capacity_stock[new_engine,2050]": (
        {
            "capacity[new_engine,2050]": 1,
            "new_capacity[new_engine,2030]": -1,
            "new_capacity[new_engine,2040]": -1,
            "new_capacity[new_engine,2050]": -1,
            "retired[new_engine,2030,2050]": 1,
            "retired[new_engine,2040,2050]": 1,
            "existing_retired[new_engine,2050]": 1,
        },
        0,
        0,
    ),
    "capacity_stock[old_engine,2040]": (
        {"capacity[old_engine,2040]": 1, "existing_retired[old_engine,2040]": 1},
        8,
        8,
    ),
}


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    path = write_small_case(tmp_path_factory.mktemp("early"), TABLES, **PERIODS)
    return assert_same_as_pyomo(h2model.build(h2model.load_case(path)))


@pytest.mark.parametrize("name", ROWS)
def test_rows_equal_those_typed_by_hand(name, program):
    assert_row(program, name, ROWS[name])


def test_unused_capacity_is_retired_and_its_fixed_cost_saved(tmp_path):
    """30 MW at first, 20 of them new; 24 MW in 2040, 4 MW in 2050: what is too much goes, the annuities stay."""
    data, results = solve_small_case(tmp_path, TABLES, **PERIODS)
    stands = results["capacity"].sum("asset")
    assert stands.values == pytest.approx([30, 24, 4])
    assert results["new_capacity"].sum("asset").values == pytest.approx([20, 0, 0])
    gone = results["capacity_retired"].sum("asset")
    # 2 MW of the existing end by themselves by 2040.
    assert gone.values == pytest.approx([0, 4, 24])
    assert results["fixed_om_cost"].sum("asset").values == pytest.approx(20_000 * stands.values)
    assert results["investment_cost"].sum("asset").values == pytest.approx(20 * 300_000 / 25 * np.ones(3))
    found = audit(results, data)
    assert found.passed, found.verdict()


def test_without_early_retirement_capacity_stays(tmp_path):
    tables = TABLES | {
        "technologies": TABLES["technologies"].replace("early_retirement,,,yes", "early_retirement,,,no")
    }
    _, results = solve_small_case(tmp_path, tables, **PERIODS)
    assert results["capacity"].sum("asset").values == pytest.approx([30, 28, 28])
    assert results["retired"].size == 0


def test_retired_capacity_does_not_return(tmp_path):
    """18 MW are not needed in 2040 but in 2050: keep them, or build new ones for 12 EUR/kW a year."""
    assets = TABLES["assets"].replace("town,rate,,2040,24", "town,rate,,2040,10").replace("2050,4,", "2050,28,")
    cheap = TABLES["technologies"].replace("fixed_om_cost,,,20", "fixed_om_cost,,,10")
    _, results = solve_small_case(tmp_path, TABLES | {"assets": assets, "technologies": cheap}, **PERIODS)
    assert results["capacity"].sum("asset").values == pytest.approx([30, 28, 28])
    _, results = solve_small_case(tmp_path, TABLES | {"assets": assets}, **PERIODS)
    assert results["capacity"].sum("asset").values == pytest.approx([30, 10, 28])
    assert results["new_capacity"].sum("asset").values == pytest.approx([20, 0, 18])


def test_capacity_that_may_be_converted_cannot_be_retired(tmp_path):
    tables = TABLES | {
        "technologies": TABLES["technologies"].replace("lifetime,,,25", "lifetime,,,50"),
        "plants": "plant,technology,region,retrofit_of\nnew_engine,engine,here,\nold_engine,engine,here,new_engine",
        "assets": "town,rate,,,30,,MW",
    }
    with pytest.raises(h2model.InputError) as caught:
        h2model.load_case(write_small_case(tmp_path, tables, **PERIODS))
    assert "new_engine has both early_retirement and a retrofit (old_engine)" in str(caught.value)
