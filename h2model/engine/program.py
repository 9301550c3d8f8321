"""A linear program: the arrays that a solver takes, and the names of their rows and columns.

minimise (or maximise)  cost · x + offset
subject to              row_lower ≤ matrix x ≤ row_upper,   column_lower ≤ x ≤ column_upper
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from pyomo.core.base.component_namer import index_repr

from h2model.engine.labels import Labels


@dataclass(frozen=True, eq=False)
class Block:
    """The contiguous rows of one constraint, or columns of one variable.

    `positions` are the flat positions in the index set that exist; None means all of them.
    """

    component: Any
    first: int
    factors: Sequence[Labels]
    positions: np.ndarray | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of labels along each factor of the index set."""
        return tuple(len(labels) for labels in self.factors)

    @property
    def size(self) -> int:
        """Number of rows or columns."""
        return int(np.prod(self.shape, dtype=int)) if self.positions is None else len(self.positions)

    @property
    def slice(self) -> slice:
        """The slice of the block in arrays over all rows or columns."""
        return slice(self.first, self.first + self.size)

    def labels(self, number: int) -> tuple:
        """Return the index of the number-th entry of the block, as Pyomo writes it."""
        point = number if self.positions is None else int(self.positions[number])
        index: list = []
        for labels, position in zip(self.factors, np.unravel_index(point, self.shape), strict=True):
            label = labels.labels[int(position)]
            index.extend(label if labels.dimen > 1 else (label,))
        return tuple(index)

    def name(self, number: int) -> str:
        """Return Pyomo's name of the number-th entry, such as `activity_limit[wind,2030,5]`."""
        return item_name(self.component, self.labels(number))

    def values(self, flat: np.ndarray) -> np.ndarray:
        """Return an array over the index set from an array over all rows or columns; NaN at skipped indices."""
        entries = flat[self.slice]
        if self.positions is None:
            return entries.reshape(self.shape)
        result = np.full(int(np.prod(self.shape, dtype=int)), np.nan)
        result[self.positions] = entries
        return result.reshape(self.shape)


def item_name(component: Any, index: tuple) -> str:
    """Return Pyomo's name of one item of a component."""
    if not component.is_indexed():
        return component.name
    return component.name + index_repr(index if len(index) > 1 else index[0])


@dataclass(eq=False)
class LinearProgram:
    """A linear program as arrays; see the module docstring. Infinite bounds mean no bound."""

    matrix: sp.csr_array
    row_lower: np.ndarray
    row_upper: np.ndarray
    cost: np.ndarray
    offset: float
    column_lower: np.ndarray
    column_upper: np.ndarray
    maximize: bool
    rows: Sequence[Block]
    columns: Sequence[Block]

    def row_name(self, number: int) -> str:
        """Return Pyomo's name of a row."""
        return _name_at(self.rows, number)

    def column_name(self, number: int) -> str:
        """Return Pyomo's name of a column."""
        return _name_at(self.columns, number)


def _name_at(blocks: Sequence[Block], number: int) -> str:
    block = blocks[bisect_right([block.first for block in blocks], number) - 1]
    return block.name(number - block.first)
