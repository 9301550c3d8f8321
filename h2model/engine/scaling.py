"""Scaling by powers of two, so that a solver sees numbers near 1 and no digit is lost.

Exponents of rows (r) and columns (c) are those that bring 2^r · a · 2^c nearest to 1 in the least-squares sense of
its logarithm (Curtis and Reid, "On the automatic scaling of matrices for Gaussian elimination", IMA Journal of
Applied Mathematics 10, 1972), found by turns: the best row exponents for given columns are means over rows, and
vice versa. What stands on the right of a row counts as one more column, which is 1, and a bound of a column as one
more row: so the variables come near 1, too, from which an interior-point method starts. Every result is translated
back, so nothing outside of `solve` ever sees a scaled number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from h2model.engine.program import LinearProgram

ROUNDS = 20
# A matrix whose entries all lie between 2^-GOOD and 2^GOOD is left as it is.
GOOD = 8
# The largest cost that an interior-point solver is to see is 2^LARGEST_COST: where costs are larger than the amounts
# that they belong to by far, it takes a third more iterations, and where all are small it stops too early.
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
    """Find the exponents for a program."""
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
    # What is shared by all entries of a row is so much smaller for each; a bound weighs as much as all entries.
    right, has_right = _logarithm(program.row_lower / in_row, program.row_upper / in_row)
    bound, has_bound = _logarithm(program.column_lower, program.column_upper)
    column = np.zeros(columns)
    for _ in range(ROUNDS):
        row = -(row_sum + pattern @ column + in_row * right) / (in_row * (1 + has_right))
        column = -(column_sum + row @ pattern - in_column * bound) / (in_column * (1 + has_bound))
    row = -(row_sum + pattern @ column) / in_row
    return Scaling(np.round(row).astype(np.int32), np.round(column).astype(np.int32))


def _logarithm(lower: np.ndarray, upper: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the logarithm of the larger finite bound, and whether there is one that is not zero; 0 where not."""
    size = np.maximum(*(np.where(np.isfinite(bound), np.abs(bound), 0.0) for bound in (lower, upper)))
    given = size > 0
    return np.log2(size, out=np.zeros_like(size), where=given), given


def cost_exponent(program: LinearProgram) -> int:
    """Return the power of two, never above 0, by which all costs should shrink for an interior-point solver."""
    largest = np.abs(program.cost).max(initial=0.0)
    return min(0, LARGEST_COST - int(np.ceil(np.log2(largest)))) if largest > 0 else 0


def scaled_program(program: LinearProgram, scaling: Scaling) -> LinearProgram:
    """Return the program as the solver is to see it."""
    matrix, row, column = program.matrix, scaling.row, scaling.column
    if not (row.any() or column.any()):
        return program
    # Arrays of its own: scipy sorts the indices of a matrix in place (in `abs`, say) and would leave data behind.
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
