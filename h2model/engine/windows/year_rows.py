"""Satisfy the rows over the year by the columns outside windows, for given solutions of the windows."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from h2model.engine.highs import Series
from h2model.engine.outcome import SolutionStatus
from h2model.engine.program import LinearProgram
from h2model.engine.windows.parallel import small_program
from h2model.engine.windows.split import LOOSE, SHARED, Windows

# Penalty of a row violation, as a multiple of the largest cost: rows are violated only if necessary.
HARD = 10.0


class YearRowProgram:
    """The program of the columns outside windows, alone or with one window; other windows are fixed."""

    def __init__(self, windows: Windows, guess: np.ndarray) -> None:
        """Shared columns in rows of windows keep their values in `guess`."""
        program = self.program = windows.program
        self.windows = windows
        self.rows = np.flatnonzero((windows.row_window == SHARED) | is_year_row(windows))
        self.loose = _Merged(program, np.flatnonzero(windows.column_window == LOOSE), self.rows)
        self.lower, self.upper = _shared_bounds(windows, guess)
        self.entries = program.matrix[self.rows]
        slack = sp.diags_array(np.maximum(abs(self.entries).max(axis=1).toarray().ravel(), 1e-9))
        self.matrix = sp.hstack([self.entries[:, windows.shared], self.loose.matrix, slack, -slack])
        self.hard = HARD * (1.0 + np.abs(program.cost).max(initial=0.0))

    def solve(self, primal: np.ndarray) -> np.ndarray | None:
        """Return the solution with optimal loose columns and shared columns outside the rows of windows.

        If the windows make a row over the year infeasible, it is violated as little as possible. Returns None if the
        program is infeasible nevertheless.
        """
        return self._solved(primal, np.array([], dtype=int), None)

    def solve_with(self, number: int, part: LinearProgram, primal: np.ndarray) -> np.ndarray | None:
        """Return the same with one window optimised by its program `part`: its columns, shared columns and others."""
        return self._solved(primal, self.windows.columns[number], part)

    def has_columns_in(self, row: int) -> np.ndarray:
        """Return whether each window has a column in a row of the program."""
        window = self.windows.column_window[self.program.matrix[[row]].indices]
        return np.isin(np.arange(self.windows.count), window)

    def _solved(self, primal: np.ndarray, columns: np.ndarray, part: LinearProgram | None) -> np.ndarray | None:
        program, shared, loose = self.program, self.windows.shared, self.loose
        others = np.where(self.windows.column_window >= 0, primal, 0.0)
        others[columns] = 0.0
        fixed = self.entries @ others
        lower, upper = program.row_lower[self.rows] - fixed, program.row_upper[self.rows] - fixed
        matrix = sp.hstack([self.entries[:, columns], self.matrix])
        column_lower = [program.column_lower[columns], self.lower, loose.lower, np.zeros(2 * len(self.rows))]
        column_upper = [program.column_upper[columns], self.upper, loose.upper, np.full(2 * len(self.rows), np.inf)]
        cost = [program.cost[columns], program.cost[shared], loose.cost, np.full(2 * len(self.rows), self.hard)]
        if part is not None:
            matrix, extra = _stacked(part.matrix, matrix, len(columns) + len(shared))
            lower, upper = np.append(part.row_lower, lower), np.append(part.row_upper, upper)
            for whole, of_part in (
                (column_lower, part.column_lower),
                (column_upper, part.column_upper),
                (cost, part.cost),
            ):
                whole.append(of_part[-extra:] if extra else of_part[:0])
        run = Series().run(
            small_program(
                sp.csr_array(matrix), lower, upper, *(np.concatenate(v) for v in (cost, column_lower, column_upper))
            )
        )
        if run.status is not SolutionStatus.OPTIMAL:
            return None
        result = np.array(primal)
        values = np.split(run.primal, np.cumsum([len(columns), len(shared), len(loose.cost)]))
        result[columns], result[shared], result[loose.columns] = values[0], values[1], loose.spread(values[2])
        return result


def _stacked(part: sp.csr_array, year: sp.csr_array, common: int) -> tuple[sp.csr_array, int]:
    """Return rows of a window above rows of the year, and the number of extra columns of the window.

    The first `common` columns are the same in both; the others are separate.
    """
    extra = part.shape[1] - common
    gap = sp.csr_array((part.shape[0], year.shape[1] - common))
    above = sp.hstack([part[:, :common], gap, part[:, common:]])
    return sp.vstack([above, sp.hstack([year, sp.csr_array((year.shape[0], extra))])], format="csr"), extra


def is_year_row(windows: Windows) -> np.ndarray:
    """Return whether each row of the program couples more than two windows."""
    result = np.zeros(len(windows.row_window), dtype=bool)
    result[windows.coupling[~windows.is_short]] = True
    return result


def _shared_bounds(windows: Windows, primal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return bounds of the shared columns; columns in rows of windows are fixed."""
    program, shared = windows.program, windows.shared
    outside = (windows.row_window == SHARED) | is_year_row(windows)
    entries = program.matrix[np.flatnonzero(~outside)].indices
    decided = np.zeros(len(windows.column_window), dtype=bool)
    decided[entries] = True
    fixed = decided[shared]
    lower = np.where(fixed, primal[shared], program.column_lower[shared])
    upper = np.where(fixed, primal[shared], program.column_upper[shared])
    return lower, upper


class _Merged:
    """Columns with equal costs and entries merged, so that each kind is one column."""

    def __init__(self, program: LinearProgram, columns: np.ndarray, rows: np.ndarray) -> None:
        self.columns = columns
        self._lower, self._upper = program.column_lower[columns], program.column_upper[columns]
        entries = program.matrix[rows][:, columns].tocsc()
        first, self._kind = _kinds(entries, program.cost[columns])
        self.matrix = entries[:, first]
        self.cost = program.cost[columns][first]
        self._size = np.bincount(self._kind, minlength=len(first))
        self.lower = np.bincount(self._kind, self._lower, minlength=len(first))
        self.upper = np.bincount(self._kind, self._upper, minlength=len(first))

    def spread(self, values: np.ndarray) -> np.ndarray:
        """Return the values of all columns from the sums by kind; each column takes the same share of its range."""
        room = self.upper - self.lower
        finite = np.isfinite(room)
        share = np.where(finite & (room > 0), (values - self.lower) / np.where(room > 0, room, 1.0), 0.0)[self._kind]
        within = self._lower + share * np.where(np.isfinite(self._upper - self._lower), self._upper - self._lower, 0.0)
        evenly = self._lower + ((values - self.lower) / np.maximum(self._size, 1))[self._kind]
        return np.where(finite[self._kind], within, evenly)


def _kinds(entries: sp.csc_array, cost: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the first column of each kind, and the kind of each column.

    Columns of one kind have equal sums of entries times random factors. Two kinds never have equal sums by chance.
    """
    factors = np.random.default_rng(0).uniform(1.0, 2.0, (entries.shape[0], 2))
    _, first, kind = np.unique(
        np.column_stack([cost, entries.T @ factors]), axis=0, return_index=True, return_inverse=True
    )
    return first, kind.ravel()
