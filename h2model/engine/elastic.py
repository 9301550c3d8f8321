"""Elastic programs: find the cheapest violation of bounds that makes an infeasible program feasible.

Each relaxable bound has an extra column for its violation, with a penalty as its cost; all other costs are
zero. The duals at the optimum of this program prove that no smaller violation suffices, and show the binding bounds.

Source: Chinneck, "Feasibility and Infeasibility in Optimization", Springer 2008, chapter 6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import scipy.sparse as sp

from h2model.engine.highs import Series
from h2model.engine.outcome import SolutionStatus
from h2model.engine.program import LinearProgram
from h2model.engine.scaling import Scaling, equilibrate, scaled_program
from h2model.errors import UnfinishedError


@dataclass(frozen=True, eq=False)
class Bounds:
    """Bounds that are relaxed together: upper or lower bounds of some rows or columns, with penalties per unit."""

    positions: np.ndarray
    prices: np.ndarray
    of_rows: bool
    upper: bool


@dataclass(frozen=True, eq=False)
class LeastViolation:
    """The cheapest violation of bounds that makes a program feasible.

    cost: the sum of all penalties. amounts: for each of the `Bounds`, the violation of each bound in the user's units.
    row_dual, column_dual: the change of `cost` per unit by which the bound of a row or column increases. scaled: both
    duals in the scaled program, where amounts are near 1.
    """

    cost: float
    amounts: tuple[np.ndarray, ...]
    row_dual: np.ndarray
    column_dual: np.ndarray
    scaled: tuple[np.ndarray, np.ndarray]

    def saving_per_unit(self, bounds: Bounds) -> np.ndarray:
        """Return the fall of `cost` per unit by which each of these bounds is relaxed; zero if it is not binding."""
        dual = (self.row_dual if bounds.of_rows else self.column_dual)[bounds.positions]
        return np.maximum(-dual if bounds.upper else dual, 0.0)


class Elastic:
    """A program with relaxable bounds, solved with other penalties each time from its previous basis."""

    def __init__(self, program: LinearProgram, relaxable: Sequence[Bounds], seconds: float) -> None:
        """`seconds` is the time limit of each solve."""
        self._program = program
        self._widened = _widened(program, relaxable)
        self._scaling = equilibrate(self._widened)
        self._series = Series(seconds)
        width = program.matrix.shape[1]
        self.scaled = scaled_program(program, Scaling(self._scaling.row, self._scaling.column[:width]))
        ends = np.cumsum([program.matrix.shape[1], *(len(bounds.positions) for bounds in relaxable)]).tolist()
        self._slices = [slice(first, last) for first, last in pairwise(ends)]

    def least(self, factors: Sequence[float | None]) -> LeastViolation | None:
        """Return the cheapest violation, with the penalties of each of the bounds times its factor.

        A factor of None means that these bounds must hold. Returns None if the program remains infeasible. Raises
        UnfinishedError if the solver does not finish in time.
        """
        cost, upper = self._widened.cost.copy(), self._widened.column_upper.copy()
        for columns, factor in zip(self._slices, factors, strict=True):
            if factor is None:
                upper[columns] = 0.0
            else:
                cost[columns] *= factor
        priced = replace(self._widened, cost=cost, column_upper=upper)
        run = self._series.run(scaled_program(priced, self._scaling))
        # The program cannot be unbounded, because all costs are penalties.
        if run.status is SolutionStatus.INFEASIBLE or run.infeasible_or_unbounded:
            return None
        if run.status is not SolutionStatus.OPTIMAL:
            raise UnfinishedError(f"The limits to relax were not found: {run.highs_status}.")
        primal, row_dual = self._scaling.primal(run.primal), self._scaling.dual(run.row_dual)
        amounts = tuple(np.maximum(primal[columns], 0.0) for columns in self._slices)
        scaled = run.row_dual, -(self.scaled.matrix.T @ run.row_dual)
        return LeastViolation(float(cost @ primal), amounts, row_dual, -(self._program.matrix.T @ row_dual), scaled)


def _widened(program: LinearProgram, relaxable: Sequence[Bounds]) -> LinearProgram:
    """Return the program with a column for each relaxable bound; the penalties are its only costs."""
    matrix, rows, columns, data, first = program.matrix.tocsc(), [], [], [], program.matrix.shape[1]
    for bounds in relaxable:
        # To relax the upper bound of a row, subtract from the row; to relax that of a column, add a copy of the column.
        sign, count = (1.0 if bounds.upper else -1.0), len(bounds.positions)
        if bounds.of_rows:
            rows.append(bounds.positions)
            columns.append(first + np.arange(count))
            data.append(np.full(count, -sign))
        else:
            copies = matrix[:, bounds.positions].tocoo()
            rows.append(copies.row)
            columns.append(first + copies.col)
            data.append(sign * copies.data)
        first += count
    count = first - program.matrix.shape[1]
    whole = program.matrix.tocoo()
    pairs = ((whole.data, data), (whole.row, rows), (whole.col, columns))
    entries = [np.concatenate([old, *new]) for old, new in pairs]
    shape = (program.matrix.shape[0], first)
    return LinearProgram(
        matrix=sp.csr_array(sp.coo_array((entries[0], (entries[1], entries[2])), shape=shape)),
        row_lower=program.row_lower,
        row_upper=program.row_upper,
        cost=np.concatenate([np.zeros(first - count), *(bounds.prices for bounds in relaxable)]),
        offset=0.0,
        column_lower=np.concatenate([program.column_lower, np.zeros(count)]),
        column_upper=np.concatenate([program.column_upper, np.full(count, np.inf)]),
        maximize=False,
        rows=program.rows,
        columns=program.columns,
    )
