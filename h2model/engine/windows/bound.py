"""Bound: prices that prove how little any solution can cost.

Coupling rows are priced instead of kept, and each window may choose its own shared columns (capacities) and pays the
rents of the guess for them: so the windows come apart, and what they cost together is no more than the least cost, for
any prices (Lagrangian relaxation: Geoffrion, Mathematical Programming Study 2, 1974). The multipliers of their rows and
the prices are a dual solution of the whole program, and with weak duality anyone can check the bound by it.
"""

from __future__ import annotations

import numpy as np

from h2model.engine.highs import Series
from h2model.engine.outcome import SolutionStatus
from h2model.engine.program import LinearProgram
from h2model.engine.windows.side_by_side import run_all, small_program
from h2model.engine.windows.split import SHARED, Windows
from h2model.engine.windows.transfer import Guess

# Rents of which the owner of a shared column could live too well, so that he would build without limit, are lowered.
SHARES_OF_RENT = (1.0, 1 - 1e-9, 1 - 1e-6, 1 - 1e-4, 0.99, 0.9)
# Bounds of shared columns follow from one another; so many times through all rows is enough.
ROUNDS = 3


def proven_prices(
    windows: Windows, guess: Guess, rents: np.ndarray, threads: int | None, deadline: float
) -> np.ndarray | None:
    """Duals of all rows of the program that prove a bound; None where a window, or the whole, has no least cost.

    `rents` is what each window pays for each shared column. OutOfTimeError after `deadline`.
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
    """Add the duals of the rows between shared columns, given what the windows and coupling rows say of them."""
    program, rows = windows.program, np.flatnonzero(windows.row_window == SHARED)
    shared, inner = windows.shared, windows.row_window >= 0
    coupled = (program.matrix.T @ np.where(inner, 0.0, dual))[shared]
    rents = (program.matrix.T @ np.where(inner, dual, 0.0))[shared]
    for share in SHARES_OF_RENT:
        found = Series().run(
            small_program(
                program.matrix[rows][:, shared],
                program.row_lower[rows],
                program.row_upper[rows],
                program.cost[shared] - coupled - share * rents,
                program.column_lower[shared],
                program.column_upper[shared],
            )
        )
        if found.status is SolutionStatus.OPTIMAL:
            dual = np.where(inner, share * dual, dual)
            dual[rows] = found.row_dual
            return dual
    return None


def shared_bounds(windows: Windows) -> tuple[np.ndarray, np.ndarray]:
    """Bounds of the shared columns, with what the rows between them imply (capacity = existing + new, say)."""
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
    """Narrow the bounds of the columns of one row, in place: each must make up for what the others cannot."""
    ends = np.array([factor * lower[column], factor * upper[column]])
    least, most = ends.min(axis=0), ends.max(axis=0)
    for k, place in enumerate(column):
        others_least, others_most = np.delete(least, k).sum(), np.delete(most, k).sum()
        limits = np.array([row_lower - others_most, row_upper - others_least]) / factor[k]
        low, high = limits.min(), limits.max()
        if low <= high:
            lower[place] = np.maximum(lower[place], low) if np.isfinite(low) else lower[place]
            upper[place] = np.minimum(upper[place], high) if np.isfinite(high) else upper[place]
        # What rounding has crossed is one point.
        upper[place] = np.maximum(lower[place], upper[place])
