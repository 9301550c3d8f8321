"""The program of a single window, with its share of each coupling row."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from h2model.engine.highs import SolverRun
from h2model.engine.program import LinearProgram
from h2model.engine.windows.parallel import small_program
from h2model.engine.windows.split import Windows
from h2model.engine.windows.transfer import Guess
from h2model.engine.windows.year_rows import is_year_row

# Penalty for violating the share of a row over the year, as a multiple of the row's price.
SOFT = 0.1
# Penalty for violating an exact share, as a multiple of the largest cost of the window.
HARD = 10.0


class Shares:
    """The shares of all windows in the coupling rows: `lower` and `upper` by window, over its rows in `couplings`.

    neighbours: the two windows of each short coupling row (the same one twice if there is only one).
    """

    def __init__(self, windows: Windows, guess: Guess) -> None:
        """Each window gets its share in the guess."""
        self.windows, self.fixed = windows, guess.primal[windows.shared]
        program = windows.program
        # Rows over the year have a price, so that a window sees the value of its share for others.
        self.price = np.abs(guess.prices[windows.coupling])
        self.cost = program.cost - program.matrix.T @ np.where(is_year_row(windows), guess.prices, 0.0)
        self.of_shared = program.matrix[windows.coupling][:, windows.shared] @ self.fixed
        self.neighbours = self._neighbours()
        self._set_shares(guess.primal)

    def _neighbours(self) -> np.ndarray:
        """Return two windows of each coupling row, last the window with most entries in it."""
        rows = len(self.windows.coupling)
        neighbours, most = np.full((rows, 2), -1), np.zeros(rows)
        for number, (used, matrix) in enumerate(self.windows.couplings):
            entries = np.diff(matrix.indptr)
            more = entries > most[used]
            neighbours[used[more], 0], neighbours[used[more], 1] = neighbours[used[more], 1], number
            neighbours[used[~more], 0] = number
            most[used[more]] = entries[more]
        return np.where(neighbours < 0, neighbours.max(axis=1, keepdims=True), neighbours)

    def _set_shares(self, primal: np.ndarray) -> None:
        """Set the share of each window to its amount; the last of two neighbours takes the remainder of the row."""
        program, rows = self.windows.program, self.windows.coupling
        bounds = program.row_lower[rows], program.row_upper[rows]
        amounts = [self._amount(number, primal) for number in range(self.windows.count)]
        total = np.array(self.of_shared)
        for (used, _), amount in zip(self.windows.couplings, amounts, strict=True):
            total[used] += amount
        self.lower, self.upper = [], []
        for number, ((used, _), amount) in enumerate(zip(self.windows.couplings, amounts, strict=True)):
            takes_remainder = self.windows.is_short[used] & (self.neighbours[used, 1] == number)
            others = total[used] - amount
            for limits, bound in zip((self.lower, self.upper), bounds, strict=True):
                limit = bound[used]
                limits.append(np.where(takes_remainder, limit - others, np.where(np.isfinite(limit), amount, limit)))

    def _amount(self, number: int, primal: np.ndarray) -> np.ndarray:
        return self.windows.couplings[number][1] @ primal[self.windows.columns[number]]

    def compensate(self, number: int, row: int, primal: np.ndarray) -> None:
        """Set the share of a window to the remainder of a short row (a position among the coupling rows)."""
        program, whole = self.windows.program, self.windows.coupling[row]
        used = self.windows.couplings[number][0]
        position = int(np.searchsorted(used, row))
        others = float((program.matrix[[whole]] @ primal)[0]) - self._amount(number, primal)[position]
        self.lower[number][position] = program.row_lower[whole] - others
        self.upper[number][position] = program.row_upper[whole] - others

    def program(self, number: int, with_year_rows: bool = True) -> LinearProgram:
        """Return the program of one window: its rows, and its shares with penalties for violations."""
        windows, whole = self.windows, self.windows.program
        columns, rows, matrix = windows.columns[number], windows.rows[number], windows.matrices[number]
        used, entries = windows.couplings[number]
        lower, upper, penalty = self.lower[number], self.upper[number], self._penalties(number)
        if not with_year_rows:
            kept = windows.is_short[used]
            entries, lower, upper, penalty, used = entries[kept], lower[kept], upper[kept], penalty[kept], used[kept]
        width, count = matrix.shape[1], len(used)
        slack = sp.eye_array(count)
        shares = sp.hstack([entries, sp.csr_array((count, len(self.fixed))), slack, -slack])
        inner = sp.csr_array((matrix.data, matrix.indices, matrix.indptr), shape=(matrix.shape[0], width + 2 * count))
        return small_program(
            sp.vstack([inner, shares], format="csr"),
            np.concatenate([whole.row_lower[rows], lower]),
            np.concatenate([whole.row_upper[rows], upper]),
            np.concatenate([self.cost[columns], np.zeros(len(self.fixed)), penalty, penalty]),
            np.concatenate([whole.column_lower[columns], self.fixed, np.zeros(2 * count)]),
            np.concatenate([whole.column_upper[columns], self.fixed, np.full(2 * count, np.inf)]),
        )

    def _penalties(self, number: int) -> np.ndarray:
        """Return the cost of one unit of violation of each share of a window."""
        used, entries = self.windows.couplings[number]
        largest = np.abs(self.cost[self.windows.columns[number]]).max(initial=1e-6)
        factor = np.maximum.reduceat(np.abs(entries.data), entries.indptr[:-1]) if len(used) else np.zeros(0)
        return np.where(self.windows.is_short[used], HARD * largest / factor, SOFT * self.price[used])

    def violation(self, number: int, run: SolverRun, row: int) -> float:
        """Return by how much a window violates its share of a row (a position among the coupling rows)."""
        used = self.windows.couplings[number][0]
        slacks = run.primal[len(run.primal) - 2 * len(used) :].reshape(2, -1)
        return float(slacks[:, np.searchsorted(used, row)].sum())
