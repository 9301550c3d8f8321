"""Every equation of the model against a row typed by hand.

The case has one of each kind (tests/cases/everything); here a few series are set to plain numbers. Steps are 12 hours
long, step 0 follows the last one, number 13. Rows stand as Pyomo writes them: left side less right side.
"""

from __future__ import annotations

import pytest
from equation_rows import all_typed_rows, assert_row

import h2model
from h2model.engine import compile_model
from h2model.model import EQUATIONS, EXPRESSIONS

STEPS = range(14)
YEAR = 14 * 12
"""Hours that the 14 steps stand for: the year of this small case."""


def everywhere(variable: str, coefficient: float) -> dict[str, float]:
    """The same coefficient in every step; `{t}` stands for the step."""
    return {variable.replace("{t}", str(t)): coefficient for t in STEPS}


# Name of the row → (coefficients, lower, upper).
ROWS = {
    # Built in 2030 with a lifetime of 10 years: gone in 2040.
    "capacity_stock[wind_coast,2040]": ({"capacity[wind_coast,2040]": 1, "new_capacity[wind_coast,2040]": -1}, 0, 0),
    "capacity_stock[electrolyser_coast,2040]": (
        {
            "capacity[electrolyser_coast,2040]": 1,
            "new_capacity[electrolyser_coast,2030]": -1,
            "new_capacity[electrolyser_coast,2040]": -1,
        },
        0,
        0,
    ),
    "capacity_stock[boiler_coast,2030]": ({"capacity[boiler_coast,2030]": 1}, 80, 80),
    "activity_limit[wind_coast,2030,3]": (
        {"decided_activity[wind_coast,2030,3]": 1, "capacity[wind_coast,2030]": -0.25},
        None,
        0,
    ),
    # From (0.25, 0.175) to (0.6, 0.408): slope 0.233 / 0.35.
    "part_load_curve[electrolyser_coast,hydrogen,2,2030,3]": (
        {
            "part_load_output[electrolyser_coast,hydrogen,2030,3]": 1,
            "decided_activity[electrolyser_coast,2030,3]": -0.233 / 0.35,
            "capacity[electrolyser_coast,2030]": -(0.175 - 0.25 * 0.233 / 0.35),
        },
        None,
        0,
    ),
    # The chord below the curve: 0.64 at full load.
    "part_load_floor[electrolyser_coast,hydrogen,2030,3]": (
        {
            "decided_activity[electrolyser_coast,2030,3]": 0.64,
            "part_load_output[electrolyser_coast,hydrogen,2030,3]": -1,
        },
        None,
        0,
    ),
    "storage_balance[battery_inland,2030,1]": (
        {
            "storage_level[battery_inland,2030,1]": 1,
            "storage_level[battery_inland,2030,0]": -(0.999**12),
            "charge[battery_inland,2030,1]": -12 * 0.96,
            "discharge[battery_inland,2030,1]": 12 / 0.95,
        },
        0,
        0,
    ),
    "storage_balance[battery_inland,2030,0]": (
        {
            "storage_level[battery_inland,2030,0]": 1,
            "storage_level[battery_inland,2030,13]": -(0.999**12),
            "charge[battery_inland,2030,0]": -12 * 0.96,
            "discharge[battery_inland,2030,0]": 12 / 0.95,
        },
        0,
        0,
    ),
    "storage_level_limit[tank_coast,2030,3]": (
        {"storage_level[tank_coast,2030,3]": 1, "capacity[tank_coast,2030]": -1},
        None,
        0,
    ),
    # The tank begins the year with 20 MWh, which is where it ends.
    "storage_initial_level[tank_coast,2030,13]": ({"storage_level[tank_coast,2030,13]": 1}, 20, 20),
    "storage_level_minimum[battery_inland,2030,3]": (
        {"capacity[battery_inland,2030]": 0.1, "storage_level[battery_inland,2030,3]": -1},
        None,
        0,
    ),
    "charge_limit[tank_coast,2030,3]": ({"charge[tank_coast,2030,3]": 1, "capacity[tank_coast,2030]": -0.2}, None, 0),
    "discharge_limit[tank_coast,2030,3]": (
        {"discharge[tank_coast,2030,3]": 1, "capacity[tank_coast,2030]": -0.25},
        None,
        0,
    ),
    "store_power_limit['battery_inland:inverter',2030,3]": (
        {
            "charge[battery_inland,2030,3]": 1,
            "discharge[battery_inland,2030,3]": 1,
            "capacity['battery_inland:inverter',2030]": -1,
        },
        None,
        0,
    ),
    "link_limit[cable,2030,3]": (
        {"decided_flow[cable,2030,3]": 1, "decided_flow['cable (reverse)',2030,3]": 1, "capacity[cable,2030]": -1},
        None,
        0,
    ),
    "trade_volume_limit[power_out,2030]": (everywhere("trade_flow[power_out,2030,{t}]", 12), None, 30_000),
    "delivery_over_window[filling_station,year,2030]": (
        everywhere("delivery[filling_station,2030,{t}]", 12)
        | everywhere("unserved_demand[filling_station,2030,{t}]", 12),
        10_000,
        10_000,
    ),
    "balance[electricity,inland,2030,3]": (
        {
            "decided_activity[wind_inland,2030,3]": 1,
            "decided_activity[wood_boiler_inland,2030,3]": -0.05,
            "discharge[battery_inland,2030,3]": 1,
            "charge[battery_inland,2030,3]": -1,
            "decided_flow['cable (reverse)',2030,3]": 0.97,
            "decided_flow[cable,2030,3]": -1,
            "decided_flow[co2_pipe,2030,3]": -0.02,
            "unserved_demand[town_power,2030,3]": 1,
            "disposal[electricity,inland,2030,3]": -1,
        },
        30,
        30,
    ),
    "balance[hydrogen,coast,2030,3]": (
        {
            "part_load_output[electrolyser_coast,hydrogen,2030,3]": 1,
            "decided_activity[ammonia_loop_coast,2030,3]": -1,
            "discharge[tank_coast,2030,3]": 1,
            "charge[tank_coast,2030,3]": -1,
            "delivery[filling_station,2030,3]": -1,
        },
        0,
        0,
    ),
    "balance_over_window[gas,inland,day 2,2030]": (
        {
            "decided_flow[gas_pipe,2030,2]": 12 * 0.99,
            "decided_flow[gas_pipe,2030,3]": 12 * 0.99,
            "delivery[town_gas,2030,2]": -12,
            "delivery[town_gas,2030,3]": -12,
        },
        0,
        0,
    ),
    # Released on the coast: the boiler's gas, the plastic works' gas less its plastic, 1 % of the piped gas and what
    # the pipe uses. Plastic leaves in the product.
    "emission_account[coast,fossil,2030]": (
        {"emissions[coast,fossil,2030]": 1}
        | everywhere("decided_activity[boiler_coast,2030,{t}]", -12 * 1.1 * 0.2)
        | everywhere("decided_activity[plastic_works_coast,2030,{t}]", -12 * (16 * 0.2 - 3.1))
        | everywhere("decided_flow[gas_pipe,2030,{t}]", -12 * (0.01 + 0.005) * 0.2),
        0,
        0,
    ),
    # Wood is taken up when it is imported; the boiler keeps 0.42 of 0.468 t from the air.
    "emission_account[coast,biogenic,2030]": (
        {"emissions[coast,biogenic,2030]": 1}
        | everywhere("decided_activity[wood_boiler_coast,2030,{t}]", -12 * (1.3 * 0.36 - 0.42))
        | everywhere("trade_flow[wood_in,2030,{t}]", 12 * 0.36)
        | everywhere("decided_flow[wood_truck,2030,{t}]", -12 * (0.02 + 0.98) * 0.36),
        0,
        0,
    ),
    # Waste is 3/7 fossil; 0.3 of 0.42 t are captured, pro rata by origin. The town burns the gas it gets.
    "emission_account[inland,fossil,2030]": (
        {"emissions[inland,fossil,2030]": 1}
        | everywhere("decided_activity[waste_boiler_inland,2030,{t}]", -12 * 0.12 * 3 / 7)
        | everywhere("unserved_demand[town_gas,2030,{t}]", 12 * 0.2),
        80_000 * 0.2,
        80_000 * 0.2,
    ),
    # The CO2 that a pipe loses or that is vented is pooled. What the well takes is stored.
    "emission_account[inland,pooled,2030]": (
        {"emissions[inland,pooled,2030]": 1}
        | everywhere("decided_flow[co2_pipe,2030,{t}]", -12 * 0.001)
        | everywhere("disposal[co2,inland,2030,{t}]", -12),
        0,
        0,
    ),
    # Of the CO2 that leaves by ship, 2 % are not stored and no removal.
    "emission_account[coast,pooled,2030]": (
        {"emissions[coast,pooled,2030]": 1}
        | everywhere("disposal[co2,coast,2030,{t}]", -12)
        | everywhere("trade_flow[co2_ship,2030,{t}]", -12 * 0.02),
        0,
        0,
    ),
    # Wood that goes inland takes its carbon along: 2 % are lost on the way, the rest is taken up there.
    "emission_account[inland,biogenic,2030]": (
        {"emissions[inland,biogenic,2030]": 1}
        | everywhere("decided_activity[waste_boiler_inland,2030,{t}]", -12 * 0.12 * 4 / 7)
        | everywhere("decided_activity[wood_boiler_inland,2030,{t}]", -12 * (1.3 * 0.36 - 0.42))
        | everywhere("trade_flow[waste_in,2030,{t}]", 12 * 0.2)
        | everywhere("decided_flow[wood_truck,2030,{t}]", 12 * 0.98 * 0.36),
        0,
        0,
    ),
    "emission_cap[coast_fossil,2040]": (
        {f"emissions[coast,{origin},2040]": 1 for origin in ("fossil", "mineral", "pooled")},
        None,
        150_000,
    ),
    # Counts everything everywhere, and upstream emissions, and fossil carbon in exports and products: the plastic sold,
    # the plastic delivered (10 kt of 3.1 t/t, a constant).
    "emission_cap[all,2040]": (
        {
            f"emissions[{region},{origin},2040]": 1
            for region in ("coast", "inland")
            for origin in ("fossil", "biogenic", "atmospheric", "mineral", "pooled")
        }
        | everywhere("trade_flow[power_in,2040,{t}]", 12 * 0.017)
        | everywhere("trade_flow[gas_in,2040,{t}]", 12 * 0.02)
        | everywhere("trade_flow[plastic_out,2040,{t}]", 12 * 3.1)
        | everywhere("unserved_demand[plastic_coast,2040,{t}]", -12 * 3.1),
        None,
        -20_000 - 3.1 * 10_000 / 8760 * YEAR,
    ),
}


@pytest.fixture(scope="module")
def compiled(everything):
    data = everything.copy(deep=True)
    data["availability"].loc[{"plant": "wind_coast", "time": 3}] = 0.25
    data["rate"].loc[{"demand": "town_power"}] = 30.0
    return compile_model(h2model.build(data))


@pytest.fixture(scope="module")
def numbers(compiled):
    """Row number by name, column number by name."""
    return (
        {compiled.row_name(i): i for i in range(len(compiled.row_lower))},
        {compiled.column_name(j): j for j in range(len(compiled.cost))},
    )


@pytest.mark.parametrize("name", ROWS)
def test_rows_equal_those_typed_by_hand(name, compiled, numbers):
    assert_row(compiled, name, ROWS[name], numbers[0])


def test_every_equation_has_a_row_typed_by_hand():
    equations = EQUATIONS.keys() - {"total_cost"}
    assert equations == all_typed_rows()


def test_equations_match_the_constraints_of_the_model(compiled):
    declared = EQUATIONS.keys() - {"total_cost"}
    assert {block.component.name for block in compiled.rows} == declared


def test_expressions_match_those_of_the_model(compiled):
    import pyomo.environ as pyo

    declared = {rule.__name__ for rule in EXPRESSIONS} | {
        "cap_emissions",
        "carbon_price_emissions",
        "budget_emissions",
    }
    assert {e.local_name for e in compiled.model.component_objects(pyo.Expression)} == declared


# Present cost per unit: 10 years from 2030 at 5 %, as the mean of the years 2030 to 2039.
WORTH_2030 = 10 * sum(1.05**-k for k in range(10)) / 10
ANNUITY_10_YEARS = 0.06 / (1 - 1.06**-10)
COSTS = {
    # Annuity of 1.2 MEUR/MW over 10 years at 6 %, and 2 % a year of it.
    "new_capacity[wind_coast,2030]": WORTH_2030 * 1.2e6 * (ANNUITY_10_YEARS + 0.02),
    "decided_activity[electrolyser_coast,2030,3]": WORTH_2030 * 12 * 1,
    "decided_activity[co2_well_coast,2030,3]": WORTH_2030 * 12 * 40,
    "decided_flow['cable (reverse)',2030,3]": WORTH_2030 * 12 * 0.5,
    "trade_flow[gas_in,2030,3]": WORTH_2030 * 12 * 30,
    "trade_flow[co2_ship,2030,3]": WORTH_2030 * 12 * 60,
    "trade_flow[plastic_out,2030,3]": WORTH_2030 * 12 * -700,
    "unserved_demand[town_power,2030,3]": WORTH_2030 * 12 * 3000,
    "emissions[coast,fossil,2030]": WORTH_2030 * 100,
    "emissions[coast,biogenic,2030]": 0,
    "storage_level[battery_inland,2030,3]": 0,
}


@pytest.mark.parametrize("name", COSTS)
def test_objective_coefficients_equal_those_typed_by_hand(name, compiled, numbers):
    assert compiled.cost[numbers[1][name]] == pytest.approx(COSTS[name], rel=1e-12)


BOUNDS = {
    "new_capacity[wind_coast,2030]": (0, 250),
    "new_capacity[wind_coast,2040]": (0, 150),
    "new_capacity[boiler_coast,2030]": (0, 0),
    "capacity[wind_coast,2030]": (0, 300),
    "capacity[electrolyser_coast,2040]": (5, float("inf")),
    "trade_flow[power_in,2030,3]": (0, 200),
    "trade_flow[gas_in,2030,3]": (0, float("inf")),
    "unserved_demand[town_power,2030,3]": (0, 30),
    "unserved_demand[ammonia_coast,2030,3]": (0, 0),
    "unserved_demand[town_gas,2030,3]": (0, float("inf")),
    "emissions[coast,fossil,2030]": (float("-inf"), float("inf")),
}


@pytest.mark.parametrize("name", BOUNDS)
def test_bounds_equal_those_typed_by_hand(name, compiled, numbers):
    column = numbers[1][name]
    assert (compiled.column_lower[column], compiled.column_upper[column]) == BOUNDS[name]
