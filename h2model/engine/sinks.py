"""Collect the terms of expanded expressions: as rows of a matrix, costs of columns, or values at a solution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from h2model.engine.faults import ModelError
from h2model.engine.frame import Frame, Number, broadcast_sum


class Constants:
    """Adds up constants by row, and refuses variables."""

    def __init__(self, size: int) -> None:
        self.total = np.zeros(size)

    def term(self, frame: Frame, columns: Sequence[np.ndarray], coefficient: Number) -> None:
        """Refuse a variable."""
        raise NonlinearError("variables are multiplied with each other, or are used where only a constant is allowed")

    def constant(self, frame: Frame, value: Number) -> None:
        """Add a constant to the rows of the frame."""
        if np.ndim(value) == 0 and value == 0:
            return
        self.add(frame, np.broadcast_to(value, frame.shape).ravel())

    def add(self, frame: Frame, weights: np.ndarray) -> None:
        """Add a number at every point to the row of the point."""
        if frame.size == len(self.total) and frame.in_row_order:
            self.total += weights
        else:
            rows = broadcast_sum(frame.rows, frame.shape)
            self.total += np.bincount(rows, weights, minlength=len(self.total))


class NonlinearError(ModelError):
    """A product of variables, or a nonlinear function of a variable."""


@dataclass(frozen=True, eq=False)
class _Term:
    """Coefficient × variable at every point of a frame; `columns` add up to the column numbers."""

    frame: Frame
    columns: Sequence[np.ndarray]
    coefficient: Number

    def column(self) -> np.ndarray:
        """Return the column number at every point."""
        return broadcast_sum(self.columns, self.frame.shape)

    def data(self) -> np.ndarray:
        """Return the coefficient at every point."""
        return np.broadcast_to(np.asarray(self.coefficient, dtype=float), self.frame.shape).ravel()

    def entries(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return rows, columns and coefficients of all points where the coefficient is not zero."""
        rows, columns, data = broadcast_sum(self.frame.rows, self.frame.shape), self.column(), self.data()
        if data.all():
            return rows, columns, data
        kept = data != 0
        return rows[kept], columns[kept], data[kept]


class Rows(Constants):
    """Collects the entries of a block of rows; `total` holds the constants."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self._terms: list[_Term] = []
        self._single: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []

    def term(self, frame: Frame, columns: Sequence[np.ndarray], coefficient: Number) -> None:
        """Add an entry of the matrix for every point."""
        self._terms.append(_Term(frame, columns, coefficient))

    def entries(self, row: int, columns: Sequence[int], coefficients: Sequence[float]) -> None:
        """Add the entries of one row."""
        rows = np.full(len(columns), row, dtype=np.int32)
        self._single.append((rows, np.asarray(columns, dtype=np.int32), np.asarray(coefficients, dtype=float)))

    def matrix(self, width: int) -> sp.csr_array:
        """Return the entries as a sparse matrix without zeros and duplicates."""
        if self._terms and all(term.frame.in_row_order for term in self._terms):
            matrix = self._side_by_side(width)
            if matrix is not None:
                return matrix
        parts = [term.entries() for term in self._terms] + self._single
        rows, columns, data = (_joined(arrays) for arrays in (zip(*parts, strict=True) if parts else ((), (), ())))
        shape = (len(self.total), width)
        matrix = sp.csr_array((data, (rows.astype(np.int32), columns.astype(np.int32))), shape=shape)
        if matrix.nnz != len(data):  # duplicates were added up and may cancel out
            matrix.eliminate_zeros()
        return matrix

    def _side_by_side(self, width: int) -> sp.csr_array | None:
        """Return the matrix of terms with one entry per row each, built without sorting.

        None if two terms have an entry in the same row and column.
        """
        shape = (len(self.total), len(self._terms))
        columns, data = np.empty(shape, dtype=np.int32), np.empty(shape)
        terms_of: dict[int, list[int]] = {}
        for number, term in enumerate(self._terms):
            columns[:, number] = term.column()
            data[:, number] = term.data()
            same_variable = terms_of.setdefault(int(term.columns[0]), [])
            if any((columns[:, number] == columns[:, other]).any() for other in same_variable):
                return None
            same_variable.append(number)
        start = np.arange(0, data.size + 1, shape[1], dtype=np.int32)
        columns, data = columns.ravel(), data.ravel()
        if not data.all():
            kept = data != 0
            start = np.concatenate([[0], np.cumsum(kept, dtype=np.int32)])[start].astype(np.int32)
            columns, data = columns[kept], data[kept]
        return sp.csr_array((data, columns, start), shape=(shape[0], width))


class Costs(Constants):
    """Collects the coefficients of the objective; `total` holds its constant."""

    def __init__(self, width: int) -> None:
        super().__init__(1)
        self.cost = np.zeros(width)
        self._columns: list[np.ndarray] = []
        self._coefficients: list[np.ndarray] = []

    def term(self, frame: Frame, columns: Sequence[np.ndarray], coefficient: Number) -> None:
        """Add a coefficient to the cost of each column."""
        self._columns.append(broadcast_sum(columns, frame.shape))
        self._coefficients.append(np.broadcast_to(np.asarray(coefficient, dtype=float), frame.shape).ravel())

    def entries(self, row: int, columns: Sequence[int], coefficients: Sequence[float]) -> None:
        """Add the costs of single columns."""
        self._columns.append(np.asarray(columns, dtype=np.int32))
        self._coefficients.append(np.asarray(coefficients, dtype=float))

    def finish(self) -> np.ndarray:
        """Return the cost of every column."""
        columns, data = _joined(self._columns), _joined(self._coefficients)
        return np.bincount(columns.astype(np.int32), data, minlength=len(self.cost))


class Values(Constants):
    """Adds up an expression at a solution, which has one value for every column."""

    def __init__(self, solution: np.ndarray, size: int) -> None:
        super().__init__(size)
        self.solution = solution

    def term(self, frame: Frame, columns: Sequence[np.ndarray], coefficient: Number) -> None:
        """Add coefficient × value."""
        values = self.solution[broadcast_sum(columns, frame.shape)]
        self.add(frame, values * np.broadcast_to(coefficient, frame.shape).ravel())

    def entries(self, row: int, columns: Sequence[int], coefficients: Sequence[float]) -> None:
        """Add coefficient × value for single columns."""
        self.total[row] += np.dot(self.solution[np.asarray(columns, dtype=int)], coefficients)


def _joined(parts: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate(parts) if parts else np.zeros(0)
