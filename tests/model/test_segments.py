"""The least cost over any segments is at most that over their hours.

Shown for the case that has one of each kind, with random weather, prices, demands, leaks, caps and segments. The
means of the hourly plan over each segment are also held against every row of the program of the segments.
"""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import diags_array, hstack
from segment_cases import DECLARED, HOURS, random_lengths, varied

import h2model
from h2model.case.segments import coarsened
from h2model.engine import compile_model, solve
from h2model.engine.residuals import row_sizes

# What a segment does not say of its hours: how much was lost meanwhile, how cold it was, what was started when.
LEFT_OPEN = {"leak", "more_work", "startup"}
few = settings.get_profile("few")


def cost(data: xr.Dataset) -> float:
    return h2model.solve(data).attrs["objective"]


@pytest.mark.parametrize("case", ["everything", "works"])
@given(seed=st.integers(0, 10_000))
@few
def test_segments_cost_at_most_as_much_as_their_hours(hourly_cases, case, seed):
    data = varied(hourly_cases[case], seed)
    coarse = coarsened(data, DECLARED, random_lengths(np.random.default_rng(seed)))
    hourly = cost(data)
    assert cost(coarse) <= hourly + 1e-6 * abs(hourly)


def mean_plan(block, values: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """A variable of the hourly plan over segments: levels as they end, everything else as its mean."""
    if values.shape[-1:] != (HOURS,):
        return values
    if block.component.name.endswith("_level"):
        return values[..., np.cumsum(lengths) - 1]
    return np.add.reduceat(values, np.cumsum([0, *lengths[:-1]]), axis=-1) / lengths


@pytest.mark.parametrize("case", ["everything", "works"])
@given(seed=st.integers(0, 10_000))
@few
def test_the_means_of_an_hourly_plan_are_feasible_for_segments(hourly_cases, case, seed):
    """All decisions of the segments are fixed to the means; only what a segment leaves open may be chosen.

    No row is then missed, and the means cost no more than the plan, starts apart, of which there are never more.
    """
    data, lengths = varied(hourly_cases[case], seed), random_lengths(np.random.default_rng(seed))
    hourly = solve(h2model.build(data)).require_optimal()
    program = compile_model(h2model.build(coarsened(data, DECLARED, lengths)))
    plan = {block.component.name: block.values(hourly.primal) for block in hourly.program.columns}
    # Decisions made once a day are variables of its first hour only; the expressions have them in every hour.
    plan |= {"decided_activity": hourly.value(hourly.program.model.activity).values}
    plan |= {"decided_flow": hourly.value(hourly.program.model.flow).values}
    lower, upper = program.column_lower.copy(), program.column_upper.copy()
    cost = program.offset
    for block in program.columns:
        if block.component.name not in LEFT_OPEN and block.size:
            means = mean_plan(block, plan[block.component.name], lengths).ravel()
            assert_within(means, lower[block.slice], upper[block.slice])
            lower[block.slice] = upper[block.slice] = means
            cost += program.cost[block.slice] @ means
    assert cost <= hourly.objective + 1e-6 * abs(hourly.objective)
    assert (least_missed(program, lower, upper) <= 1e-6).all()


def assert_within(values: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> None:
    np.testing.assert_array_less(lower - 1e-6 * (1 + np.abs(values)), values)
    np.testing.assert_array_less(values, upper + 1e-6 * (1 + np.abs(values)))


def least_missed(program, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """By how much of their size rows are missed, with columns within these bounds and as little missed as possible.

    By SciPy, and with a slack for every row: a program of columns that are fixed is no matter for presolve.
    """
    rows = program.matrix.shape[0]
    sizes = row_sizes(program, np.where(np.isfinite(upper), upper, 0.0))
    slack = diags_array(sizes)
    matrix = hstack([program.matrix, slack, -slack], format="csr")
    bounds = Bounds(np.append(lower, np.zeros(2 * rows)), np.append(upper, np.full(2 * rows, np.inf)))
    least = np.append(np.zeros(len(lower)), np.ones(2 * rows))
    found = milp(least, constraints=LinearConstraint(matrix, program.row_lower, program.row_upper), bounds=bounds)
    assert found.success, found.message
    return found.x[-2 * rows : -rows] + found.x[-rows:]


@pytest.mark.parametrize("case", ["everything", "works"])
def test_every_equation_is_expanded_at_once(hourly_cases, case, caplog):
    """A rule that is no template is evaluated index by index: right, but a hundred times slower."""
    with caplog.at_level("DEBUG", logger="h2model.engine"):
        for data in (hourly_cases[case], coarsened(hourly_cases[case], DECLARED, np.array([1, 23, 24]))):
            compile_model(h2model.build(data))
    assert "index by index" not in caplog.text


@pytest.mark.parametrize("case", ["everything", "works"])
def test_segments_of_one_hour_give_the_hourly_cost(hourly_cases, case):
    data = varied(hourly_cases[case], 1)
    same = coarsened(data, DECLARED, np.ones(HOURS, dtype=int))
    assert cost(same) == pytest.approx(cost(data), rel=1e-9)
