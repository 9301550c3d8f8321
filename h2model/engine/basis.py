"""The basis of an optimal solution, as a start of the simplex on a similar program.

A start changes the path to the optimum. If there are several optima, HiGHS may return another one. To
reproduce results digit for digit, all runs must start from the same basis. A run must not start from the basis of the
run before it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any
from zlib import crc32

import highspy
import numpy as np

from h2model.engine.program import LinearProgram

_STATUS = {int(status): status for status in highspy.HighsBasisStatus.__members__.values()}
# HiGHS abandons a start when its iterations exceed both this share of the rows and this number. Without a start, the
# simplex needs about one iteration per row.
WORTHWHILE_SHARE = 0.25
LEAST_ITERATIONS = 1000


@dataclass(frozen=True, eq=False)
class Basis:
    """The status of every column and row (HiGHS's numbers), and a fingerprint of their program.

    limits: the fingerprint of matrix and bounds, without costs; None if the solution of the
    basis is feasible in every program that starts from it.
    """

    columns: np.ndarray
    rows: np.ndarray
    limits: int | None

    @classmethod
    def of(cls, basis: highspy.HighsBasis | None, program: LinearProgram) -> Basis | None:
        """Return the final basis of HiGHS; None if it is missing or invalid."""
        if basis is None or not basis.valid:
            return None
        columns = np.array([int(status) for status in basis.col_status], dtype=np.int8)
        rows = np.array([int(status) for status in basis.row_status], dtype=np.int8)
        return cls(columns, rows, fingerprint(program))

    def fits(self, program: LinearProgram) -> bool:
        """Return whether the program has the same number of rows and columns."""
        return program.matrix.shape == (len(self.rows), len(self.columns))

    def for_highs(self) -> highspy.HighsBasis:
        """Return the basis as a HiGHS object."""
        basis = highspy.HighsBasis()
        basis.col_status = [_STATUS[status] for status in self.columns.tolist()]
        basis.row_status = [_STATUS[status] for status in self.rows.tolist()]
        basis.valid = True
        return basis

    def settings(self, program: LinearProgram) -> dict[str, Any]:
        """Return HiGHS options for a start from this basis.

        If only costs have changed, the old optimum is still feasible, and the primal simplex continues from it.
        Otherwise the dual simplex restores feasibility.
        """
        primal = self.limits is None or fingerprint(program) == self.limits
        return {
            "simplex_strategy": 4 if primal else 1,
            "simplex_iteration_limit": max(int(WORTHWHILE_SHARE * len(self.rows)), LEAST_ITERATIONS),
        }

    def with_slack_rows(self, count: int) -> Basis:
        """Return the basis for the same program with further rows at its end, not binding in the solution."""
        slack = np.full(count, int(highspy.HighsBasisStatus.kBasic), dtype=np.int8)
        return replace(self, rows=np.concatenate([self.rows, slack]), limits=None)

    def save(self, path: Path) -> None:
        """Write the basis to a file for `load`."""
        with path.open("wb") as file:
            np.savez_compressed(file, **{field.name: getattr(self, field.name) for field in fields(self)})

    @classmethod
    def load(cls, path: Path) -> Basis:
        """Read a basis from a file of `save`."""
        with np.load(path, allow_pickle=False) as stored:
            return cls(stored["columns"], stored["rows"], int(stored["limits"]))


def fingerprint(program: LinearProgram) -> int:
    """Return a checksum of matrix and bounds."""
    matrix = program.matrix
    bounds = (program.row_lower, program.row_upper, program.column_lower, program.column_upper)
    checksum = 0
    for array in (matrix.data, matrix.indices, matrix.indptr, *bounds):
        checksum = crc32(np.ascontiguousarray(array).view(np.uint8), checksum)
    return checksum
