"""Basis: where the simplex stood when it ended, to start a program that resembles the one it solved.

A start changes the way to the optimum, and among several optima perhaps which of them is found. Runs that are to agree
to the last digit therefore start from the *same* basis, not each from the run before.
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
# A start that needs more iterations than this share of the rows (and than so many) leads nowhere: from nothing, the
# simplex needs about as many as there are rows.
WORTHWHILE_SHARE = 0.25
LEAST_ITERATIONS = 1000


@dataclass(frozen=True, eq=False)
class Basis:
    """The status of every column and row (HiGHS's numbers), and of which program they are a solution.

    limits: a fingerprint of matrix and bounds, without costs; None for a solution that is known to keep the limits of
    every program it is used for.
    """

    columns: np.ndarray
    rows: np.ndarray
    limits: int | None

    @classmethod
    def of(cls, found: highspy.HighsBasis | None, program: LinearProgram) -> Basis | None:
        """What HiGHS ended with, if it is a basis at all."""
        if found is None or not found.valid:
            return None
        columns = np.array([int(status) for status in found.col_status], dtype=np.int8)
        rows = np.array([int(status) for status in found.row_status], dtype=np.int8)
        return cls(columns, rows, fingerprint(program))

    def fits(self, program: LinearProgram) -> bool:
        """Whether the program has as many rows and columns."""
        return program.matrix.shape == (len(self.rows), len(self.columns))

    def for_highs(self) -> highspy.HighsBasis:
        """The basis as HiGHS takes it."""
        basis = highspy.HighsBasis()
        basis.col_status = [_STATUS[status] for status in self.columns.tolist()]
        basis.row_status = [_STATUS[status] for status in self.rows.tolist()]
        basis.valid = True
        return basis

    def settings(self, program: LinearProgram) -> dict[str, Any]:
        """HiGHS options for a start from here.

        Where only costs have changed, the old optimum is still feasible: the primal simplex goes on from it. Otherwise
        the dual simplex mends it.
        """
        primal = self.limits is None or fingerprint(program) == self.limits
        return {
            "simplex_strategy": 4 if primal else 1,
            "simplex_iteration_limit": max(int(WORTHWHILE_SHARE * len(self.rows)), LEAST_ITERATIONS),
        }

    def with_slack_rows(self, count: int) -> Basis:
        """The basis for the same program with further rows at its end, which the solution keeps with room to spare."""
        slack = np.full(count, int(highspy.HighsBasisStatus.kBasic), dtype=np.int8)
        return replace(self, rows=np.concatenate([self.rows, slack]), limits=None)

    def save(self, path: Path) -> None:
        """Write it to a file; `load` reads it back."""
        with path.open("wb") as file:
            np.savez_compressed(file, **{field.name: getattr(self, field.name) for field in fields(self)})

    @classmethod
    def load(cls, path: Path) -> Basis:
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            return cls(stored["columns"], stored["rows"], int(stored["limits"]))


def fingerprint(program: LinearProgram) -> int:
    """A number that differs, in all likelihood, where matrix or bounds differ."""
    matrix = program.matrix
    bounds = (program.row_lower, program.row_upper, program.column_lower, program.column_upper)
    found = 0
    for array in (matrix.data, matrix.indices, matrix.indptr, *bounds):
        found = crc32(np.ascontiguousarray(array).view(np.uint8), found)
    return found
