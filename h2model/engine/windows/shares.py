"""Shares: the program of a single window, which gets a share of each row that it has in common with others."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from h2model.engine.highs import SolverRun
from h2model.engine.program import LinearProgram
from h2model.engine.windows.settle import over_the_year
from h2model.engine.windows.side_by_side import small_program
from h2model.engine.windows.split import Windows
from h2model.engine.windows.transfer import Guess

# For this share of its price a window may leave its share of a row over the year.
SOFT = 0.1
# Missing an exact share costs so many times the largest cost that a window knows.
HARD = 10.0


class Shares:
    """What each window must keep of the coupling rows: `lower` and `upper` by window, over the rows of `ties`.

    parties: the two windows of each short coupling row (twice the same if there is only one).
    """

    def __init__(self, windows: Windows, guess: Guess) -> None:
        """The shares are what the windows have in the guess."""
        self.windows, self.fixed = windows, guess.primal[windows.shared]
        program = windows.program
        # Rows over the year are priced, so that a window knows what others would give for its share.
        self.price = np.abs(guess.prices[windows.coupling])
        self.cost = program.cost - program.matrix.T @ np.where(over_the_year(windows), guess.prices, 0.0)
        self.of_shared = program.matrix[windows.coupling][:, windows.shared] @ self.fixed
        self.parties = self._parties()
        self._share_out(guess.primal)

    def _parties(self) -> np.ndarray:
        """For each coupling row two of its windows, the one that holds most of it last."""
        rows = len(self.windows.coupling)
        parties, most = np.full((rows, 2), -1), np.zeros(rows)
        for number, (used, matrix) in enumerate(self.windows.ties):
            entries = np.diff(matrix.indptr)
            more = entries > most[used]
            parties[used[more], 0], parties[used[more], 1] = parties[used[more], 1], number
            parties[used[~more], 0] = number
            most[used[more]] = entries[more]
        return np.where(parties < 0, parties.max(axis=1, keepdims=True), parties)

    def _share_out(self, primal: np.ndarray) -> None:
        """Each window keeps what it has; of two, that which holds most makes up for what the other one takes."""
        program, rows = self.windows.program, self.windows.coupling
        bounds = program.row_lower[rows], program.row_upper[rows]
        amounts = [self._amount(number, primal) for number in range(self.windows.count)]
        total = np.array(self.of_shared)
        for (used, _), amount in zip(self.windows.ties, amounts, strict=True):
            total[used] += amount
        self.lower, self.upper = [], []
        for number, ((used, _), amount) in enumerate(zip(self.windows.ties, amounts, strict=True)):
            closes = self.windows.is_short[used] & (self.parties[used, 1] == number)
            others = total[used] - amount
            for limits, bound in zip((self.lower, self.upper), bounds, strict=True):
                own = bound[used]
                limits.append(np.where(closes, own - others, np.where(np.isfinite(own), amount, own)))

    def _amount(self, number: int, primal: np.ndarray) -> np.ndarray:
        return self.windows.ties[number][1] @ primal[self.windows.columns[number]]

    def give_way(self, number: int, row: int, primal: np.ndarray) -> None:
        """From now on a window keeps what its neighbour leaves of a short row (a position among the coupling rows)."""
        program, whole = self.windows.program, self.windows.coupling[row]
        used = self.windows.ties[number][0]
        place = int(np.searchsorted(used, row))
        own = self._amount(number, primal)[place]
        others = float((program.matrix[[whole]] @ primal)[0]) - own
        self.lower[number][place] = program.row_lower[whole] - others
        self.upper[number][place] = program.row_upper[whole] - others

    def program(self, number: int, year: bool = True) -> LinearProgram:
        """The program of one window: its rows, its shares, and what it costs to miss one; `year`: also of year rows."""
        windows, whole = self.windows, self.windows.program
        columns, rows, matrix = windows.columns[number], windows.rows[number], windows.matrices[number]
        used, ties = windows.ties[number]
        lower, upper, missing = self.lower[number], self.upper[number], self._cost_of_missing(number)
        if not year:
            kept = windows.is_short[used]
            ties, lower, upper, missing, used = ties[kept], lower[kept], upper[kept], missing[kept], used[kept]
        width, ways = matrix.shape[1], len(used)
        own = sp.hstack([ties, sp.csr_array((ways, len(self.fixed))), sp.eye_array(ways), -sp.eye_array(ways)])
        inner = sp.csr_array((matrix.data, matrix.indices, matrix.indptr), shape=(matrix.shape[0], width + 2 * ways))
        return small_program(
            sp.vstack([inner, own], format="csr"),
            np.concatenate([whole.row_lower[rows], lower]),
            np.concatenate([whole.row_upper[rows], upper]),
            np.concatenate([self.cost[columns], np.zeros(len(self.fixed)), missing, missing]),
            np.concatenate([whole.column_lower[columns], self.fixed, np.zeros(2 * ways)]),
            np.concatenate([whole.column_upper[columns], self.fixed, np.full(2 * ways, np.inf)]),
        )

    def _cost_of_missing(self, number: int) -> np.ndarray:
        used, ties = self.windows.ties[number]
        largest = np.abs(self.cost[self.windows.columns[number]]).max(initial=1e-6)
        factor = np.maximum.reduceat(np.abs(ties.data), ties.indptr[:-1]) if len(used) else np.zeros(0)
        return np.where(self.windows.is_short[used], HARD * largest / factor, SOFT * self.price[used])

    def missed_by(self, number: int, run: SolverRun, row: int) -> float:
        """By how much the solution of a window misses its share of a row (a position among the coupling rows)."""
        used = self.windows.ties[number][0]
        ways = run.primal[len(run.primal) - 2 * len(used) :].reshape(2, -1)
        return float(ways[:, np.searchsorted(used, row)].sum())
