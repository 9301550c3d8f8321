"""Split: which rows and columns of a program belong to which window of time, and what ties the windows together.

A column belongs to the window of its time. Columns without time, such as capacities, are *shared*. A row belongs to a
window if it holds columns of this window only, shared ones apart; other rows are *coupling*: a few hold together two
windows that follow each other (a storage level at midnight), the others all windows of a year (an emission account).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import scipy.sparse as sp

from h2model.engine.program import LinearProgram

SHARED, LOOSE, COUPLING = -1, -2, -3
# A row that holds more windows than these runs over the year.
NEIGHBOURS = 2
# A column of one window that stands in the rows of more windows than these is shared, such as what runs for a month.
REACH = 2


@dataclass(frozen=True, eq=False)
class Windows:
    """A program and how it is cut.

    column_window: number of the window of each column, SHARED, or LOOSE for columns that stand in rows over the year
    only. row_window: number of the window of each row, SHARED for rows of shared columns only, or COUPLING.
    """

    program: LinearProgram
    column_window: np.ndarray
    row_window: np.ndarray
    count: int

    @cached_property
    def shared(self) -> np.ndarray:
        """The shared columns."""
        return np.flatnonzero(self.column_window == SHARED)

    @cached_property
    def coupling(self) -> np.ndarray:
        """The coupling rows."""
        return np.flatnonzero(self.row_window == COUPLING)

    @cached_property
    def is_short(self) -> np.ndarray:
        """Whether each coupling row ties no more than two windows together."""
        matrix = self.program.matrix[self.coupling]
        rows, own = np.repeat(np.arange(len(self.coupling)), np.diff(matrix.indptr)), self.column_window[matrix.indices]
        few = _windows_per_row(rows, own, len(self.coupling)) <= NEIGHBOURS
        # Loose columns stand in rows over the year only.
        return few & (np.bincount(rows[own == LOOSE], minlength=len(few)) == 0)

    @cached_property
    def columns(self) -> list[np.ndarray]:
        """The columns of each window."""
        return _grouped(self.column_window, self.count)

    @cached_property
    def rows(self) -> list[np.ndarray]:
        """The rows of each window."""
        return _grouped(self.row_window, self.count)

    @cached_property
    def matrices(self) -> list[sp.csr_array]:
        """The rows of each window over its own columns and, behind them, the shared ones."""
        place = np.empty(len(self.column_window), dtype=np.int32)
        for columns in self.columns:
            place[columns] = np.arange(len(columns))
        place[self.shared] = np.arange(len(self.shared))
        found = []
        for rows, columns in zip(self.rows, self.columns, strict=True):
            own = self.program.matrix[rows]
            is_shared = self.column_window[own.indices] == SHARED
            indices = place[own.indices] + np.where(is_shared, len(columns), 0).astype(np.int32)
            shape = (len(rows), len(columns) + len(self.shared))
            found.append(sp.csr_array((own.data, indices, own.indptr), shape=shape))
        return found

    @cached_property
    def ties(self) -> list[tuple[np.ndarray, sp.csr_array]]:
        """For each window the coupling rows that it takes part in (as positions in `coupling`), over its columns."""
        by_column = self.program.matrix[self.coupling].tocsc()
        found = []
        for columns in self.columns:
            own = by_column[:, columns].tocsr()
            used = np.flatnonzero(np.diff(own.indptr))
            found.append((used, own[used]))
        return found


def split(program: LinearProgram, column_window: np.ndarray) -> Windows:
    """Cut a program, given the window of each column (from 0 without gaps; SHARED for those without time)."""
    matrix = program.matrix
    window = np.array(column_window)
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    window[_far_reaching(matrix, row, window)] = SHARED
    row_window = _row_windows(matrix, row, window)
    year_rows = row_window == COUPLING
    coupling = np.flatnonzero(year_rows)
    tied = matrix[coupling]
    own = np.repeat(np.arange(len(coupling)), np.diff(tied.indptr))
    year_rows[coupling] = _windows_per_row(own, window[tied.indices], len(coupling)) > NEIGHBOURS
    inner = np.bincount(matrix.indices[~year_rows[row]], minlength=matrix.shape[1])
    window[(window >= 0) & (inner == 0)] = LOOSE
    return Windows(program, window, row_window, int(np.max(column_window, initial=-1)) + 1)


def _row_windows(matrix: sp.csr_array, row: np.ndarray, window: np.ndarray) -> np.ndarray:
    own = window[matrix.indices]
    timed = own >= 0
    first = np.full(matrix.shape[0], np.iinfo(own.dtype).max)
    last = np.full(matrix.shape[0], SHARED)
    np.minimum.at(first, row[timed], own[timed])
    np.maximum.at(last, row[timed], own[timed])
    return np.where(last == SHARED, SHARED, np.where(first == last, last, COUPLING))


def _far_reaching(matrix: sp.csr_array, row: np.ndarray, window: np.ndarray) -> np.ndarray:
    """Columns of one window that stand in rows of several others, such as what is decided once for a month."""
    rows = np.flatnonzero(_row_windows(matrix, row, window) == COUPLING)
    tied = matrix[rows]
    own_row, own = np.repeat(np.arange(len(rows)), np.diff(tied.indptr)), window[tied.indices]
    few = _windows_per_row(own_row, own, len(rows))[own_row] <= NEIGHBOURS + 1
    own_row, own, column = own_row[few & (own >= 0)], own[few & (own >= 0)], tied.indices[few & (own >= 0)]
    # A row belongs to the window of which it holds most columns.
    pairs, counts = np.unique(np.column_stack([own_row, own]), axis=0, return_counts=True)
    order = np.lexsort((counts, pairs[:, 0]))
    owner = np.full(len(rows), SHARED)
    owner[pairs[order, 0]] = pairs[order, 1]
    elsewhere = owner[own_row] != own
    reached = np.unique(np.column_stack([column[elsewhere], owner[own_row[elsewhere]]]), axis=0)
    columns, windows = np.unique(reached[:, 0], return_counts=True)
    return columns[windows > REACH]


def _windows_per_row(row: np.ndarray, window: np.ndarray, rows: int) -> np.ndarray:
    """How many different windows the entries of each row lie in."""
    timed = window >= 0
    pairs = np.unique(np.column_stack([row[timed], window[timed]]), axis=0)
    return np.bincount(pairs[:, 0], minlength=rows)


def _grouped(window: np.ndarray, count: int) -> list[np.ndarray]:
    order = np.argsort(window, kind="stable")
    starts = np.searchsorted(window[order], np.arange(count + 1))
    return [order[first:last] for first, last in pairwise(starts)]
