"""Prove a lower bound of the least cost with prices (Lagrangian relaxation).

Coupling rows are replaced by prices. Each window chooses its own shared columns (capacities) and pays the rents of the
guess for them. The windows are then independent, and the sum of their costs is at most the least cost, for any prices
(Geoffrion, Mathematical Programming Study 2, 1974). The multipliers of their rows and the prices form a dual solution
of the whole program. It proves the bound by weak duality.
"""

from __future__ import annotations

import numpy as np

from h2model.engine.highs import Series
from h2model.engine.outcome import SolutionStatus
from h2model.engine.program import LinearProgram
from h2model.engine.windows.parallel import run_all, small_program
from h2model.engine.windows.split import SHARED, Windows
from h2model.engine.windows.transfer import Guess

# Rents are lowered step by step if they exceed the cost of a shared column, which would then be unbounded.
SHARES_OF_RENT = (1.0, 1 - 1e-9, 1 - 1e-6, 1 - 1e-4, 0.99, 0.9)
# Bounds of shared columns follow from one another; this number of passes through all rows is enough.
ROUNDS = 3


def proven_prices(
    windows: Windows, guess: Guess, rents: np.ndarray, threads: int | None, deadline: float
) -> np.ndarray | None:
    """Return duals of all rows of the program that prove a bound; None if a window, or the whole, is unbounded.

    `rents` has the rent of each shared column in each window (window, shared column). Raises OutOfTimeError after
    `deadline`.
    """
    program = windows.program
    dual = np.array(guess.prices)
    cost = program.cost - program.matrix.T @ dual
    lower, upper = shared_bounds(windows)

    def window_program(number: int) -> LinearProgram:
        columns, rows = windows.columns[number], windows.rows[number]
        return small_program(
            windows.matrices[number],
            program.row_lower[rows],
            program.row_upper[rows],
            np.append(cost[columns], rents[number]),
            np.append(program.column_lower[columns], lower),
            np.append(program.column_upper[columns], upper),
        )

    for number, run in enumerate(run_all(windows.count, window_program, threads, deadline)):
        if run.status is not SolutionStatus.OPTIMAL:
            return None
        dual[windows.rows[number]] = run.row_dual
    return _with_shared_rows(windows, dual)


def _with_shared_rows(windows: Windows, dual: np.ndarray) -> np.ndarray | None:
    """Return the duals completed by those of the rows between shared columns; None if unbounded."""
    program, rows = windows.program, np.flatnonzero(windows.row_window == SHARED)
    shared, inner = windows.shared, windows.row_window >= 0
    coupled = (program.matrix.T @ np.where(inner, 0.0, dual))[shared]
    rents = (program.matrix.T @ np.where(inner, dual, 0.0))[shared]
    for share in SHARES_OF_RENT:
        run = Series().run(
            small_program(
                program.matrix[rows][:, shared],
                program.row_lower[rows],
                program.row_upper[rows],
                program.cost[shared] - coupled - share * rents,
                program.column_lower[shared],
                program.column_upper[shared],
            )
        )
        if run.status is SolutionStatus.OPTIMAL:
            dual = np.where(inner, share * dual, dual)
            dual[rows] = run.row_dual
            return dual
    return None


def shared_bounds(windows: Windows) -> tuple[np.ndarray, np.ndarray]:
    """Return bounds of the shared columns, tightened by the rows between them (such as capacity = existing + new)."""
    program, shared = windows.program, windows.shared
    rows = np.flatnonzero(windows.row_window == SHARED)
    matrix = program.matrix[rows][:, shared]
    lower, upper = program.column_lower[shared].copy(), program.column_upper[shared].copy()
    for _ in range(ROUNDS):
        for i, row in enumerate(rows):
            entries = slice(matrix.indptr[i], matrix.indptr[i + 1])
            column, factor = matrix.indices[entries], matrix.data[entries]
            _tighten(column, factor, program.row_lower[row], program.row_upper[row], lower, upper)
    return lower, upper


def _tighten(
    column: np.ndarray, factor: np.ndarray, row_lower: float, row_upper: float, lower: np.ndarray, upper: np.ndarray
) -> None:
    """Tighten the bounds of the columns of one row in place, by the extremes of its other columns."""
    ends = np.array([factor * lower[column], factor * upper[column]])
    least, most = ends.min(axis=0), ends.max(axis=0)
    for k, shared in enumerate(column):
        others_least, others_most = np.delete(least, k).sum(), np.delete(most, k).sum()
        limits = np.array([row_lower - others_most, row_upper - others_least]) / factor[k]
        low, high = limits.min(), limits.max()
        if low <= high:
            lower[shared] = np.maximum(lower[shared], low) if np.isfinite(low) else lower[shared]
            upper[shared] = np.minimum(upper[shared], high) if np.isfinite(high) else upper[shared]
        # Bounds that cross by rounding are one point.
        upper[shared] = np.maximum(lower[shared], upper[shared])
