"""Scale a program by powers of two, so that its numbers are near 1 and no digit is lost.

The exponents of rows (r) and columns (c) minimise the sum of squares of the logarithm of 2^r · a · 2^c (Curtis and
Reid, "On the automatic scaling of matrices for Gaussian elimination", IMA Journal of Applied Mathematics 10, 1972).
They are computed in alternation: for fixed columns, the best row exponents are means over rows, and vice versa. The
right-hand side of a row counts as an extra column whose variable is fixed at 1. The bound of a column counts as an
extra row. Each weighs as much as all entries of its row or column together. This also brings the variables near 1,
where an interior-point method starts. Results are scaled back: only `solve` uses
scaled numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from h2model.engine.program import LinearProgram

ROUNDS = 20
# A matrix with all entries between 2^-GOOD and 2^GOOD is not scaled.
GOOD = 8
# For an interior-point solver, costs are scaled down until none exceeds 2^LARGEST_COST. If costs are far larger than
# amounts, it needs a third more iterations; if all costs are small, it stops too early.
LARGEST_COST = 21


@dataclass(frozen=True, eq=False)
class Scaling:
    """Exponents of two: the scaled row is 2^row times the row, the scaled variable 2^-column times the variable."""

    row: np.ndarray
    column: np.ndarray

    def primal(self, scaled: np.ndarray) -> np.ndarray:
        """Return variables in the units of the user."""
        return np.ldexp(scaled, self.column)

    def dual(self, scaled: np.ndarray) -> np.ndarray:
        """Return duals of rows in the units of the user."""
        return np.ldexp(scaled, self.row)


def equilibrate(program: LinearProgram) -> Scaling:
    """Return the exponents that bring the numbers of a program near 1."""
    matrix = program.matrix
    rows, columns = matrix.shape
    none = Scaling(np.zeros(rows, dtype=np.int32), np.zeros(columns, dtype=np.int32))
    if not matrix.nnz:
        return none
    size = np.abs(matrix.data)
    if size.min() >= 2.0**-GOOD and size.max() <= 2.0**GOOD:
        return none
    logarithms = sp.csr_array((np.log2(size), matrix.indices, matrix.indptr), shape=matrix.shape)
    pattern = sp.csr_array((np.ones(matrix.nnz), matrix.indices, matrix.indptr), shape=matrix.shape)
    in_row = np.maximum(np.diff(matrix.indptr), 1)
    in_column = np.maximum(np.bincount(matrix.indices, minlength=columns), 1)
    row_sum, column_sum = logarithms @ np.ones(columns), np.ones(rows) @ logarithms
    # A typical term of a row is its right-hand side divided by its number of entries. In the sums of squares, a
    # right-hand side weighs as much as all entries of its row, and a bound as much as all entries of its column.
    right, has_right = _logarithm(program.row_lower / in_row, program.row_upper / in_row)
    bound, has_bound = _logarithm(program.column_lower, program.column_upper)
    column = np.zeros(columns)
    for _ in range(ROUNDS):
        row = -(row_sum + pattern @ column + in_row * right) / (in_row * (1 + has_right))
        column = -(column_sum + row @ pattern - in_column * bound) / (in_column * (1 + has_bound))
    row = -(row_sum + pattern @ column) / in_row
    return Scaling(np.round(row).astype(np.int32), np.round(column).astype(np.int32))


def _logarithm(lower: np.ndarray, upper: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return log2 of the largest finite bound by absolute value, and whether there is one other than zero.

    The logarithm is 0 if all bounds are zero or infinite.
    """
    size = np.maximum(*(np.where(np.isfinite(bound), np.abs(bound), 0.0) for bound in (lower, upper)))
    positive = size > 0
    return np.log2(size, out=np.zeros_like(size), where=positive), positive


def cost_exponent(program: LinearProgram) -> int:
    """Return the exponent of two, at most 0, that scales all costs down for an interior-point solver."""
    largest = np.abs(program.cost).max(initial=0.0)
    return min(0, LARGEST_COST - int(np.ceil(np.log2(largest)))) if largest > 0 else 0


def scaled_program(program: LinearProgram, scaling: Scaling) -> LinearProgram:
    """Return the program with scaled rows and columns."""
    matrix, row, column = program.matrix, scaling.row, scaling.column
    if not (row.any() or column.any()):
        return program
    # Copied, because scipy may sort the indices of a matrix in place, such as in `abs`.
    indices, indptr = matrix.indices.copy(), matrix.indptr.copy()
    exponents = np.repeat(row, np.diff(matrix.indptr))
    exponents += column[matrix.indices]
    data = np.ldexp(matrix.data, exponents)
    return replace(
        program,
        matrix=sp.csr_array((data, indices, indptr), shape=matrix.shape),
        row_lower=np.ldexp(program.row_lower, row),
        row_upper=np.ldexp(program.row_upper, row),
        cost=np.ldexp(program.cost, column),
        column_lower=np.ldexp(program.column_lower, -column),
        column_upper=np.ldexp(program.column_upper, -column),
    )
