"""Polish: take back the last traces by which an interior-point solution misses its rows.

An interior-point solver stops when all rows together are met to a share of their largest amounts, so that a row of
small amounts may be missed by more than its own share. The solution is projected on the rows that it misses, and again
until it misses none. What moves is what has room: a column is weighted by the square of its distance from its bounds,
as in affine scaling (Dikin, Soviet Mathematics Doklady 8, 1967), so that what lies at a bound stays there.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse.linalg import LinearOperator, cg

from h2model.engine.program import LinearProgram
from h2model.engine.residuals import missed, row_sizes

ROUNDS = 20
# Rows missed by a larger share of their amounts are mended; what misses one by more than a trace is no solution.
GOOD_ENOUGH, TRACE = 1e-9, 1e-4
# A round that leaves more than this share of what was missed does not help; after some of them nothing will.
HELPFUL, PATIENCE = 0.8, 3
# A projection need not be exact, for it is repeated.
STEPS, STEP_ACCURACY = 50, 1e-3


def polished(program: LinearProgram, primal: np.ndarray) -> np.ndarray:
    """Return the solution with its missed rows mended, or the solution itself if that does not help.

    `primal` keeps all column bounds, and so does what is returned. The change is of the size of what is missed: the
    objective, and every row that is met, stay what they are to that accuracy.
    """
    best, least, idle = primal, np.inf, 0
    absolute = abs(program.matrix)
    for _ in range(ROUNDS):
        miss, size = missed(program, primal), row_sizes(program, primal, absolute)
        share = np.abs(miss) / size
        largest = share.max(initial=0.0)
        idle = 0 if largest < HELPFUL * least else idle + 1
        if largest < least:
            best, least = primal, largest
        rows = np.flatnonzero(share > GOOD_ENOUGH)
        if not rows.size or least > TRACE or idle == PATIENCE:
            break
        primal = _projected(program, primal, rows, miss[rows])
    return best


def _projected(program: LinearProgram, primal: np.ndarray, rows: np.ndarray, miss: np.ndarray) -> np.ndarray:
    """Move towards all of some rows at once, as little as possible, by columns that have room."""
    room = np.minimum(primal - program.column_lower, program.column_upper - primal)
    weight = np.minimum(room, 1.0 + np.abs(primal)) ** 2
    own = program.matrix[rows]
    strength = own.multiply(own) @ weight
    movable = strength > 0
    if not movable.any():
        return primal
    own, strength = own[movable], strength[movable]
    normal = LinearOperator((len(strength),) * 2, matvec=lambda y: own @ (weight * (own.T @ y)), dtype=float)
    diagonal = LinearOperator(normal.shape, matvec=lambda y: y / strength, dtype=float)
    step, _ = cg(normal, miss[movable], rtol=STEP_ACCURACY, maxiter=STEPS, M=diagonal)
    return np.clip(primal + weight * (own.T @ step), program.column_lower, program.column_upper)
