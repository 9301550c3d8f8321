"""Measure the violations and the optimality of a solution in the user's units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from h2model.engine.program import LinearProgram

# HiGHS accepts a row violation up to this size, and treats a multiplier of this size as zero.
TOLERANCE = 1e-7
# A multiplier that should be zero may differ by the solver's tolerance and this share of its terms.
NOISE = 1e-6


@dataclass(frozen=True)
class Residuals:
    """The largest violation of any row and of any column bound, each in the unit of that row or column."""

    rows: float
    columns: float

    @property
    def largest(self) -> float:
        """The larger of the two."""
        return max(self.rows, self.columns)


def residuals(program: LinearProgram, primal: np.ndarray) -> Residuals:
    """Return the largest violations of a solution."""
    activity = program.matrix @ primal
    return Residuals(
        rows=float(_violation(activity, program.row_lower, program.row_upper).max(initial=0.0)),
        columns=float(_violation(primal, program.column_lower, program.column_upper).max(initial=0.0)),
    )


def row_violations(program: LinearProgram, primal: np.ndarray) -> np.ndarray:
    """Return the violation of each row: positive below its lower bound, negative above its upper bound, else zero."""
    activity = program.matrix @ primal
    return np.clip(activity, program.row_lower, program.row_upper) - activity


def row_sizes(program: LinearProgram, primal: np.ndarray, absolute: sp.csr_array | None = None) -> np.ndarray:
    """Return the sum of the absolute terms of each row, at least 1, to which a violation is compared.

    `absolute` is the matrix of absolute values, if already computed.
    """
    size = 1.0 + (abs(program.matrix) if absolute is None else absolute) @ np.abs(primal)
    for bound in (program.row_lower, program.row_upper):
        size = np.maximum(size, np.where(np.isfinite(bound), np.abs(bound), 0.0))
    return size


def relative_violation(program: LinearProgram, primal: np.ndarray) -> tuple[float, int]:
    """Return the largest violation of a row relative to its size (see `row_sizes`), and that row."""
    if not program.matrix.shape[0]:
        return 0.0, 0
    relative = np.abs(row_violations(program, primal)) / row_sizes(program, primal)
    worst = int(np.argmax(relative))
    return float(relative[worst]), worst


def optimality_gap(program: LinearProgram, primal: np.ndarray, row_dual: np.ndarray) -> float:
    """Return the largest possible distance of the objective from the optimum, as a share of all its absolute terms."""
    rows, columns = slackness(program, primal, row_dual)
    gap = float(rows.sum() + columns.sum())
    return gap / (1.0 + float(np.abs(program.cost) @ np.abs(primal)))


def slackness(program: LinearProgram, primal: np.ndarray, row_dual: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the contributions of each row and each column to the gap between a solution and the bound of its duals.

    By weak duality, a contribution is the multiplier times the distance from its bound. If that bound is infinite, it
    is the multiplier times the whole value.
    """
    dual, reduced = _multipliers(program, row_dual)
    activity = program.matrix @ primal
    return (
        _nearest(dual, activity, program.row_lower, program.row_upper),
        _nearest(reduced, primal, program.column_lower, program.column_upper),
    )


def proven_bound(program: LinearProgram, row_dual: np.ndarray) -> float:
    """Return the bound of the objective that duals prove: a lower bound, or an upper bound if it is maximised.

    It is infinite if the multiplier of an infinite bound exceeds rounding and the solver's tolerance.
    """
    dual, reduced = _multipliers(program, row_dual)
    size = np.abs(program.cost) + abs(program.matrix).T @ np.abs(dual)
    bound = _least(dual, program.row_lower, program.row_upper, TOLERANCE + NOISE * np.abs(dual).max(initial=0.0))
    bound += _least(reduced, program.column_lower, program.column_upper, TOLERANCE + NOISE * size)
    return float(program.offset + (-bound if program.maximize else bound))


def relative_gap(lower: float, upper: float) -> float:
    """Return the distance between two bounds as a share of the upper bound; infinite if one of them is infinite.

    >>> relative_gap(-102.0, -100.0)
    0.02
    """
    distance = max(upper - lower, 0.0)
    if distance == 0:
        return 0.0
    return float(distance / abs(upper)) if np.isfinite(distance) and upper else np.inf


def _least(multiplier: np.ndarray, lower: np.ndarray, upper: np.ndarray, noise: np.ndarray | float) -> float:
    """Return the minimum of multiplier × value within the bounds; multipliers of infinite bounds may be noise."""
    bound = np.where(multiplier > 0, lower, upper)
    finite = np.isfinite(bound)
    if (~finite & (np.abs(multiplier) > noise)).any():
        return -np.inf
    return float(multiplier[finite] @ bound[finite])


def _nearest(multiplier: np.ndarray, value: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    bound = np.where(multiplier > 0, lower, upper)
    return np.abs(multiplier * (value - np.where(np.isfinite(bound), bound, 0.0)))


def _multipliers(program: LinearProgram, row_dual: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the multipliers of rows and columns, with the signs of a program that is minimised."""
    sign = -1.0 if program.maximize else 1.0
    dual = sign * row_dual
    return dual, sign * program.cost - program.matrix.T @ dual


def _violation(value: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    return np.maximum(np.maximum(lower - value, value - upper), 0.0)


def plainly_infeasible(program: LinearProgram) -> str:
    """Return a message about a row or column that cannot be satisfied by itself; empty if all can."""
    crossed = np.flatnonzero(program.column_lower > program.column_upper)
    if crossed.size:
        column = int(crossed[0])
        lower, upper = program.column_lower[column], program.column_upper[column]
        return f"'{program.column_name(column)}' has a lower bound of {lower:g} and an upper bound of {upper:g}"
    crossed = np.flatnonzero(program.row_lower > program.row_upper)
    if crossed.size:
        row = int(crossed[0])
        return (
            f"'{program.row_name(row)}' must be at least {program.row_lower[row]:g} and at most "
            f"{program.row_upper[row]:g}"
        )
    violated = _violation(0.0, program.row_lower, program.row_upper) > TOLERANCE
    empty = np.flatnonzero(violated & (np.diff(program.matrix.indptr) == 0))
    if empty.size:
        row = int(empty[0])
        return f"'{program.row_name(row)}' holds no variables, and its constants do not satisfy it"
    return ""
