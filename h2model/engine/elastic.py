"""Elastic programs: what cannot all hold gives way, at a price, as little as possible.

Every bound that may give has a column of its own that takes up what is missing; all other costs go. At the optimum of
such a program its duals say which bounds stand in the way: they prove that less cannot do.

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
    """Bounds that give way together: the upper or lower ones of some rows or columns, and the price of 1 of each."""

    positions: np.ndarray
    prices: np.ndarray
    of_rows: bool
    upper: bool


@dataclass(frozen=True, eq=False)
class Broken:
    """The least that must be broken.

    `cost` is its price in all; `amounts` holds for each of the `Bounds` by how much each is broken, in the user's
    units; `row_dual` and `column_dual` are the change of `cost` per unit by which the bound of a row or column grows.
    `scaled` are the same as the solver sees them, where amounts are near 1.
    """

    cost: float
    amounts: tuple[np.ndarray, ...]
    row_dual: np.ndarray
    column_dual: np.ndarray
    scaled: tuple[np.ndarray, np.ndarray]

    def in_the_way(self, bounds: Bounds) -> np.ndarray:
        """By how much `cost` falls per unit by which each of these bounds is loosened; zero where that is no help."""
        dual = (self.row_dual if bounds.of_rows else self.column_dual)[bounds.positions]
        return np.maximum(-dual if bounds.upper else dual, 0.0)


class Elastic:
    """A program whose bounds may give; solved again and again with other prices, each time from where it ended."""

    def __init__(self, program: LinearProgram, gives: Sequence[Bounds], seconds: float) -> None:
        """`seconds` is the time for each solve."""
        self._program = program
        self._gives = gives
        self._widened = _widened(program, gives)
        self._scaling = equilibrate(self._widened)
        self._series = Series(seconds)
        width = program.matrix.shape[1]
        self.scaled = scaled_program(program, Scaling(self._scaling.row, self._scaling.column[:width]))
        ends = np.cumsum([program.matrix.shape[1], *(len(bounds.positions) for bounds in gives)]).tolist()
        self._slices = [slice(first, last) for first, last in pairwise(ends)]

    def least(self, factors: Sequence[float | None]) -> Broken | None:
        """Break as little as possible, each of the bounds at its price times a factor; None: these must hold.

        None if it is not enough to break what may give. UnfinishedError if the solver found no end, or not in time.
        """
        cost, upper = self._widened.cost.copy(), self._widened.column_upper.copy()
        for own, factor in zip(self._slices, factors, strict=True):
            if factor is None:
                upper[own] = 0.0
            else:
                cost[own] *= factor
        priced = replace(self._widened, cost=cost, column_upper=upper)
        run = self._series.run(scaled_program(priced, self._scaling))
        # Without limit it cannot be: breaking costs, and nothing else does.
        if run.status is SolutionStatus.INFEASIBLE or run.infeasible_or_unbounded:
            return None
        if run.status is not SolutionStatus.OPTIMAL:
            raise UnfinishedError(f"What must give at the least was not found: {run.highs_status}.")
        primal, row_dual = self._scaling.primal(run.primal), self._scaling.dual(run.row_dual)
        amounts = tuple(np.maximum(primal[own], 0.0) for own in self._slices)
        scaled = run.row_dual, -(self.scaled.matrix.T @ run.row_dual)
        return Broken(float(cost @ primal), amounts, row_dual, -(self._program.matrix.T @ row_dual), scaled)


def _widened(program: LinearProgram, gives: Sequence[Bounds]) -> LinearProgram:
    """The program with a column for each bound that may give, whose price is all that costs."""
    matrix, rows, columns, data, first = program.matrix.tocsc(), [], [], [], program.matrix.shape[1]
    for bounds in gives:
        # An upper bound gives way upwards: of a row by what is taken off it, of a column by more of the same.
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
    new = first - program.matrix.shape[1]
    whole = program.matrix.tocoo()
    pairs = ((whole.data, data), (whole.row, rows), (whole.col, columns))
    entries = [np.concatenate([own, *more]) for own, more in pairs]
    shape = (program.matrix.shape[0], first)
    return LinearProgram(
        matrix=sp.csr_array(sp.coo_array((entries[0], (entries[1], entries[2])), shape=shape)),
        row_lower=program.row_lower,
        row_upper=program.row_upper,
        cost=np.concatenate([np.zeros(first - new), *(bounds.prices for bounds in gives)]),
        offset=0.0,
        column_lower=np.concatenate([program.column_lower, np.zeros(new)]),
        column_upper=np.concatenate([program.column_upper, np.full(new, np.inf)]),
        maximize=False,
        rows=program.rows,
        columns=program.columns,
    )
