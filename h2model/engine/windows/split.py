"""Split a program into windows of time, and find the rows that couple the windows.

A column belongs to the window of its time. Columns without time, such as capacities, are *shared*. A row belongs to a
window if all its columns are shared or in this window. Other rows are *coupling*: some couple two consecutive windows
(a storage level at midnight), others all windows of a year (an emission account).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import scipy.sparse as sp

from h2model.engine.program import LinearProgram

SHARED, LOOSE, COUPLING = -1, -2, -3
# A row with columns of more windows than this is a row over the year.
NEIGHBOURS = 2
# A column in the rows of more other windows than this is shared, such as a decision for a month.
REACH = 2


@dataclass(frozen=True, eq=False)
class Windows:
    """A program and its windows.

    column_window: number of the window of each column, SHARED, or LOOSE for columns in rows over the year only.
    row_window: number of the window of each row, SHARED for rows of shared columns only, or COUPLING.
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
        """Whether each coupling row couples at most two windows."""
        matrix = self.program.matrix[self.coupling]
        rows = np.repeat(np.arange(len(self.coupling)), np.diff(matrix.indptr))
        window = self.column_window[matrix.indices]
        few = _windows_per_row(rows, window, len(self.coupling)) <= NEIGHBOURS
        # Loose columns occur in rows over the year only.
        return few & (np.bincount(rows[window == LOOSE], minlength=len(few)) == 0)

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
        """The rows of each window over its own columns, followed by the shared columns."""
        position = np.empty(len(self.column_window), dtype=np.int32)
        for columns in self.columns:
            position[columns] = np.arange(len(columns))
        position[self.shared] = np.arange(len(self.shared))
        matrices = []
        for rows, columns in zip(self.rows, self.columns, strict=True):
            part = self.program.matrix[rows]
            is_shared = self.column_window[part.indices] == SHARED
            indices = position[part.indices] + np.where(is_shared, len(columns), 0).astype(np.int32)
            shape = (len(rows), len(columns) + len(self.shared))
            matrices.append(sp.csr_array((part.data, indices, part.indptr), shape=shape))
        return matrices

    @cached_property
    def couplings(self) -> list[tuple[np.ndarray, sp.csr_array]]:
        """For each window its coupling rows (as positions in `coupling`), and their entries over its columns."""
        by_column = self.program.matrix[self.coupling].tocsc()
        result = []
        for columns in self.columns:
            entries = by_column[:, columns].tocsr()
            used = np.flatnonzero(np.diff(entries.indptr))
            result.append((used, entries[used]))
        return result


def split(program: LinearProgram, column_window: np.ndarray) -> Windows:
    """Return a program split by the window of each column (from 0 without gaps; SHARED for columns without time)."""
    matrix = program.matrix
    window = np.array(column_window)
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    window[_far_reaching(matrix, row, window)] = SHARED
    row_window = _row_windows(matrix, row, window)
    year_rows = row_window == COUPLING
    coupling = np.flatnonzero(year_rows)
    entries = matrix[coupling]
    coupling_row = np.repeat(np.arange(len(coupling)), np.diff(entries.indptr))
    year_rows[coupling] = _windows_per_row(coupling_row, window[entries.indices], len(coupling)) > NEIGHBOURS
    inner = np.bincount(matrix.indices[~year_rows[row]], minlength=matrix.shape[1])
    window[(window >= 0) & (inner == 0)] = LOOSE
    return Windows(program, window, row_window, int(np.max(column_window, initial=-1)) + 1)


def _row_windows(matrix: sp.csr_array, row: np.ndarray, window: np.ndarray) -> np.ndarray:
    """Return the window of each row, SHARED or COUPLING; `row` and `window` are those of each entry and column."""
    of_entry = window[matrix.indices]
    timed = of_entry >= 0
    first = np.full(matrix.shape[0], np.iinfo(of_entry.dtype).max)
    last = np.full(matrix.shape[0], SHARED)
    np.minimum.at(first, row[timed], of_entry[timed])
    np.maximum.at(last, row[timed], of_entry[timed])
    return np.where(last == SHARED, SHARED, np.where(first == last, last, COUPLING))


def _far_reaching(matrix: sp.csr_array, row: np.ndarray, window: np.ndarray) -> np.ndarray:
    """Return columns of one window in rows of several others, such as decisions for a month."""
    rows = np.flatnonzero(_row_windows(matrix, row, window) == COUPLING)
    entries = matrix[rows]
    entry_row, entry_window = np.repeat(np.arange(len(rows)), np.diff(entries.indptr)), window[entries.indices]
    few = _windows_per_row(entry_row, entry_window, len(rows))[entry_row] <= NEIGHBOURS + 1
    kept = few & (entry_window >= 0)
    entry_row, entry_window, column = entry_row[kept], entry_window[kept], entries.indices[kept]
    # A row belongs to the window with most of its columns.
    pairs, counts = np.unique(np.column_stack([entry_row, entry_window]), axis=0, return_counts=True)
    order = np.lexsort((counts, pairs[:, 0]))
    owner = np.full(len(rows), SHARED)
    owner[pairs[order, 0]] = pairs[order, 1]
    elsewhere = owner[entry_row] != entry_window
    reached = np.unique(np.column_stack([column[elsewhere], owner[entry_row[elsewhere]]]), axis=0)
    columns, windows = np.unique(reached[:, 0], return_counts=True)
    return columns[windows > REACH]


def _windows_per_row(row: np.ndarray, window: np.ndarray, rows: int) -> np.ndarray:
    """Return the number of different windows of the entries of each row."""
    timed = window >= 0
    pairs = np.unique(np.column_stack([row[timed], window[timed]]), axis=0)
    return np.bincount(pairs[:, 0], minlength=rows)


def _grouped(window: np.ndarray, count: int) -> list[np.ndarray]:
    """Return the rows or columns of each window."""
    order = np.argsort(window, kind="stable")
    starts = np.searchsorted(window[order], np.arange(count + 1))
    return [order[first:last] for first, last in pairwise(starts)]
