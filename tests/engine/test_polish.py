"""Polish: the last traces of a missed row go, bounds stay kept, and nothing else moves."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from h2model.engine.polish import polished
from h2model.engine.program import LinearProgram
from h2model.engine.residuals import relative_violation


def program(matrix, row_lower, row_upper, column_upper) -> LinearProgram:
    matrix = sp.csr_array(np.array(matrix, dtype=float))
    columns = matrix.shape[1]
    return LinearProgram(
        matrix=matrix,
        row_lower=np.array(row_lower, dtype=float),
        row_upper=np.array(row_upper, dtype=float),
        cost=np.zeros(columns),
        offset=0.0,
        column_lower=np.zeros(columns),
        column_upper=np.array(column_upper, dtype=float),
        maximize=False,
        rows=[],
        columns=[],
    )


# A chain: made = sent, sent + bought = 100, bought ≤ 60; made lies at its bound and cannot move.
CHAIN = program([[1, -1, 0], [0, 1, 1], [0, 0, 1]], [0, 100, -np.inf], [0, 100, 60], [50, np.inf, np.inf])


def test_violated_rows_are_repaired_by_columns_with_slack():
    missing = np.array([50.0, 50.0 - 1e-4, 50.0])
    mended = polished(CHAIN, missing)
    assert relative_violation(CHAIN, missing)[0] > 5e-7
    assert relative_violation(CHAIN, mended)[0] <= 1e-9
    assert mended[0] == 50.0
    assert mended == pytest.approx([50, 50, 50], abs=2e-4)


def test_a_solution_without_violations_is_unchanged():
    met = np.array([50.0, 50.0, 50.0])
    assert polished(CHAIN, met) is met


def test_a_solution_that_cannot_be_repaired_is_unchanged():
    alone = program([[1.0]], [5], [5], [4])
    stuck = np.array([4.0])
    assert polished(alone, stuck) is stuck


def test_an_infeasible_point_is_unchanged():
    far = np.array([50.0, 40.0, 50.0])
    assert polished(CHAIN, far) is far


def test_a_violated_upper_bound_is_repaired_downwards():
    above = np.array([40.0, 40.0, 60.0 + 1e-3])
    mended = polished(CHAIN, above)
    assert mended[2] <= 60.0 + 1e-7
    assert relative_violation(CHAIN, mended)[0] <= 1e-9


@pytest.mark.parametrize(("shares", "at_most"), [([0.3, 0.5, 0.7], 1e-2), ([0, 0.3, 0.7, 1], 1.0)])
def test_bounds_of_columns_hold_in_random_programs(shares, at_most):
    """Where all columns have room the rows are met; where some have none, no row is missed by more than before."""
    rng = np.random.default_rng(3)
    for _ in range(30):
        matrix = rng.normal(size=(12, 40)) * (rng.random((12, 40)) < 0.3)
        upper = rng.uniform(0.5, 2, 40)
        true = upper * rng.choice(shares, 40)
        random = program(matrix, matrix @ true, matrix @ true, upper)
        near = np.clip(true + 1e-5 * rng.normal(size=40), 0, upper)
        mended = polished(random, near)
        assert (mended >= 0).all()
        assert (mended <= upper).all()
        assert relative_violation(random, mended)[0] <= at_most * relative_violation(random, near)[0]
