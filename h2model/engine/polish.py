"""Polish: remove the small row violations of an interior-point solution.

An interior-point solver stops when the violation of all rows together is small compared to their largest terms. A row
with small terms may then be violated by more than its tolerance. The solution is projected on the violated rows, again
and again until it violates none. Each column is weighted by the square of its distance from its bounds, as in affine
scaling (Dikin, Soviet Mathematics Doklady 8, 1967). A column at a bound therefore stays there.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse.linalg import LinearOperator, cg

from h2model.engine.program import LinearProgram
from h2model.engine.residuals import row_sizes, row_violations

ROUNDS = 20
# Rows with a larger relative violation are corrected; a solution with one above TRACE is left as it is.
GOOD_ENOUGH, TRACE = 1e-9, 1e-4
# A round that leaves more than this share of the violation is useless; after PATIENCE of them polishing ends.
HELPFUL, PATIENCE = 0.8, 3
# A projection may be inexact, because it is repeated.
STEPS, STEP_ACCURACY = 50, 1e-3


def polished(program: LinearProgram, primal: np.ndarray) -> np.ndarray:
    """Return the solution with its row violations reduced, or the solution itself if that fails.

    `primal` must satisfy all column bounds, and so does the result. The change is as large as the violations: the
    objective and all other rows keep their values to that accuracy.
    """
    best, least, useless = primal, np.inf, 0
    absolute = abs(program.matrix)
    for _ in range(ROUNDS):
        violation = row_violations(program, primal)
        share = np.abs(violation) / row_sizes(program, primal, absolute)
        largest = share.max(initial=0.0)
        useless = 0 if largest < HELPFUL * least else useless + 1
        if largest < least:
            best, least = primal, largest
        rows = np.flatnonzero(share > GOOD_ENOUGH)
        if not rows.size or least > TRACE or useless == PATIENCE:
            break
        primal = _projected(program, primal, rows, violation[rows])
    return best


def _projected(program: LinearProgram, primal: np.ndarray, rows: np.ndarray, violation: np.ndarray) -> np.ndarray:
    """Return the nearest solution that satisfies some rows, moving only columns away from their bounds."""
    room = np.minimum(primal - program.column_lower, program.column_upper - primal)
    weight = np.minimum(room, 1.0 + np.abs(primal)) ** 2
    matrix = program.matrix[rows]
    strength = matrix.multiply(matrix) @ weight
    movable = strength > 0
    if not movable.any():
        return primal
    matrix, strength = matrix[movable], strength[movable]
    normal = LinearOperator((len(strength),) * 2, matvec=lambda y: matrix @ (weight * (matrix.T @ y)), dtype=float)
    diagonal = LinearOperator(normal.shape, matvec=lambda y: y / strength, dtype=float)
    step, _ = cg(normal, violation[movable], rtol=STEP_ACCURACY, maxiter=STEPS, M=diagonal)
    return np.clip(primal + weight * (matrix.T @ step), program.column_lower, program.column_upper)
