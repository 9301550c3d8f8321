"""The measurement of each route, and the form in which programs are compared."""

from __future__ import annotations

import resource
import sys
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp


@dataclass(frozen=True, eq=False)
class Measured:
    """Wall seconds of the three stages (compile is None if a package does not separate it), peak memory in GB."""

    build: float
    compile: float | None
    hand_over: float
    memory: float

    @property
    def to_solver(self) -> float:
        """Seconds from the finished declaration to a solver that is ready to run."""
        return (self.compile or 0.0) + self.hand_over

    @property
    def total(self) -> float:
        """Seconds from data to a solver that is ready to run."""
        return self.build + self.to_solver


@dataclass(frozen=True, eq=False)
class Canonical:
    """A program with rows and columns in the order of declaration and without zero entries, ready to compare."""

    matrix: sp.csr_array
    row_lower: np.ndarray
    row_upper: np.ndarray
    cost: np.ndarray
    column_lower: np.ndarray
    column_upper: np.ndarray

    def arrays(self) -> dict[str, np.ndarray]:
        """Return all arrays, with the entries of each row in the order of their columns."""
        matrix = sp.csr_array(self.matrix)
        matrix.eliminate_zeros()
        matrix.sort_indices()
        vectors = ("row_lower", "row_upper", "cost", "column_lower", "column_upper")
        return {
            "start": matrix.indptr.astype(np.int64),
            "column": matrix.indices.astype(np.int64),
            "entry": matrix.data,
            **{name: np.asarray(getattr(self, name), dtype=float) for name in vectors},
        }


def peak_memory() -> float:
    """Return the largest resident size of this process so far, in GB (10^9 bytes)."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9


def reordered(matrix: sp.csr_array, rows: np.ndarray, columns: np.ndarray) -> sp.csr_array:
    """Return a matrix with row i moved to position rows[i], and column j to columns[j]."""
    entries = sp.coo_array(matrix)
    return sp.csr_array((entries.data, (rows[entries.row], columns[entries.col])), shape=matrix.shape)


def placed(values: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Return an array with value i moved to positions[i]."""
    result = np.empty(len(values))
    result[positions] = values
    return result
