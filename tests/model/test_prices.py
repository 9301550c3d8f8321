"""Prices and other duals against what the optimum does when what they speak of is moved a little.

Where the least cost has a kink, a dual is not unique: it lies between what a step back saves and a step forward costs.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import h2model
from h2model.engine import SolverOptions, compile_model
from h2model.engine import solve as solve_program
from h2model.model import DUALS

SIMPLEX = SolverOptions(method="simplex")
# Small enough to stay on one edge of the solution, large enough to be seen beside the solver's tolerance.
STEP = 1e-3
MOST_ROWS = 4


@pytest.fixture(scope="module")
def case(small_year):
    """The case that has one of each kind, solved by the simplex."""
    scenario = h2model.case.Scenario.from_text(small_year.attrs["scenario_yaml"])
    settings = scenario.solver.model_copy(update={"method": "simplex"})
    text = scenario.model_copy(update={"solver": settings}).to_text()
    return small_year.assign_attrs(scenario_yaml=text)


@pytest.fixture(scope="module")
def results(case):
    return h2model.solve(case)


@pytest.fixture(scope="module")
def program(case):
    return compile_model(h2model.build(case))


@pytest.fixture(scope="module")
def solution(program):
    return solve_program(program, SIMPLEX)


def assert_between(dual: float, least, *step: float, scale: float) -> None:
    """Assert that a dual lies between the slopes of the least cost to both sides of zero."""
    (size,) = step
    back, at, ahead = least(-size), least(0.0), least(size)
    slack = 1e-7 * scale / size + 1e-6 * abs(dual)
    assert (at - back) / size - slack <= dual <= (ahead - at) / size + slack


def moved(program, row: int, step: float) -> float:
    """The least cost with the right-hand side of a row moved."""
    lower, upper = program.row_lower.copy(), program.row_upper.copy()
    lower[row] += step
    upper[row] += step
    found = solve_program(replace(program, row_lower=lower, row_upper=upper), SIMPLEX)
    return found.objective if found.outcome.optimal else np.inf


def equations_of(program) -> list[str]:
    return [block.component.local_name for block in program.rows if block.size]


def test_duals_are_the_slopes_of_the_least_cost(program, solution):
    """For each equation, at the places where it weighs most, and at one where it weighs nothing."""
    looked_at = 0
    for block in program.rows:
        duals = solution.row_dual[block.slice]
        by_weight = np.argsort(-np.abs(duals))
        for position in {*by_weight[:MOST_ROWS].tolist(), *by_weight[-1:].tolist()}:
            row = block.first + position
            assert_between(
                duals[position],
                lambda step, row=row: moved(program, row, step),
                STEP,
                scale=abs(solution.objective) / 1e3,
            )
            looked_at += bool(duals[position])
    assert len(equations_of(program)) > 20
    assert looked_at > 40


def test_the_meaning_of_a_dual_agrees_with_its_sign(program, solution):
    """The dual of an upper limit is never positive; that of a demand or a minimum is never negative."""
    for block in program.rows:
        lower, upper = np.isfinite(program.row_lower[block.slice]), np.isfinite(program.row_upper[block.slice])
        meaning, duals = DUALS[block.component.local_name], solution.row_dual[block.slice]
        if not block.size or (lower & upper).any():
            continue
        if upper.all():
            assert "saving" in meaning or "saves" in meaning, block.component.local_name
            assert (duals <= 1e-9).all()
        else:
            assert "cost" in meaning, block.component.local_name
            assert (duals >= -1e-9).all()


def cost_with(case, name: str, step: float, **place) -> float:
    """The least cost with one input changed."""
    changed = case[name].copy(deep=True)
    changed.loc[place] += step
    return h2model.solve(case.assign({name: changed})).attrs["objective"]


def worth(case, period: int) -> float:
    """Years that a period stands for, at their worth in the base year."""
    return float((case["years_represented"] * case["discount_factor"]).sel(period=period))


def test_the_price_of_a_carrier_equals_the_cost_of_one_more_unit_of_demand(case, results):
    demand, period, time = "town_power", 2040, 3
    carrier, region = (str(case[f"demand_{kind}"].sel(demand=demand).values) for kind in ("carrier", "region"))
    price = results["price_of_carrier"]
    pairs = price.dims[0]
    own = (price[f"{pairs}_carrier"] == carrier) & (price[f"{pairs}_region"] == region)
    price = float(price.isel({pairs: int(own.values.argmax())}).sel(period=period, time=time))
    hours = float((case["hours"] * case["weight"]).sel(time=time))
    place = {"demand": demand, "period": period, "time": time}
    assert_between(
        price * hours * worth(case, period),
        lambda step: cost_with(case, "rate", step, **place), 0.01, scale=1e5,
    )  # fmt: skip


def test_the_price_of_co2_equals_the_cost_of_a_tighter_cap(case, results):
    price = results["price_of_cap"]
    (pairs,) = price.dims
    place = int(price.values.argmax())
    cap, period = (price[f"{pairs}_{level}"].values[place].item() for level in ("cap", "period"))
    assert float(price[place]) > 1
    assert_between(
        -float(price[place]) * worth(case, period),
        lambda step: cost_with(case, "cap_limit", step, cap=cap, period=period), 1.0, scale=1e5,
    )  # fmt: skip


def test_the_value_of_capacity_equals_the_saving_of_one_more_unit(case, results):
    value = results["value_of_capacity"].transpose("asset", "period")
    standing = (case["existing_capacity"].transpose("asset", "period").values > 0) & (value.values > 1)
    assert standing.sum() >= 2
    for asset, period in np.argwhere(standing)[:4].tolist():
        place = {"asset": str(value["asset"].values[asset]), "period": int(value["period"].values[period])}
        assert_between(
            -float(value[asset, period]) * worth(case, place["period"]),
            lambda step, place=place: cost_with(case, "existing_capacity", step, **place), 0.001, scale=1e5,
        )  # fmt: skip


def test_a_technology_is_not_built_unless_it_is_cheaper_by_its_reduced_cost(case, results):
    """Its cost per unit, over all years of its life, is the coefficient of new_capacity in the objective.

    Where the optimum has a kink it may have to be cheaper still, so that only one of them must be built then.
    """
    program = compile_model(h2model.build(case))
    (block,) = (block for block in program.columns if block.component.local_name == "new_capacity")
    reduced = results["reduced_cost_new_capacity"].transpose("asset", "period").values.ravel()
    built = results["new_capacity"].transpose("asset", "period").values.ravel()
    # What would be of no use at all must cost nothing to be built, and then there is no least cost.
    of_use = (reduced > 1) & (reduced < 0.99 * program.cost[block.slice])
    dear = np.flatnonzero(of_use & (built < 1e-9) & (program.column_upper[block.slice] > 0))
    assert len(dear) > 0
    built_when_cheaper = []
    for place in dear[:5].tolist():
        column = block.first + place
        amounts = []
        for share in (0.999, 1.001):
            cost = program.cost.copy()
            cost[column] -= share * reduced[place]
            amounts.append(float(solve_program(replace(program, cost=cost), SIMPLEX).primal[column]))
        assert amounts[0] == pytest.approx(0, abs=1e-6)
        built_when_cheaper.append(amounts[1] > 1e-6)
    assert any(built_when_cheaper)


def test_duals_carry_their_meaning(results):
    assert results["dual_emission_cap"].attrs["meaning"].endswith("minus the price of CO2")
    duals = [name for name in results.data_vars if str(name).startswith("dual_")]
    assert all(results[name].attrs["meaning"] for name in duals)
    assert results["reduced_cost_capacity"].attrs["units"]
