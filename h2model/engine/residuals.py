"""How far a solution misses the bounds of rows and columns, in the user's units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from h2model.engine.program import LinearProgram

# HiGHS takes a row as kept if it is missed by no more than this, and a multiplier as zero.
TOLERANCE = 1e-7
# A multiplier may be off zero by the solver's tolerance and this share of its terms where only zero proves something.
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
    """Measure a solution against the bounds of the program."""
    activity = program.matrix @ primal
    return Residuals(
        rows=float(_violation(activity, program.row_lower, program.row_upper).max(initial=0.0)),
        columns=float(_violation(primal, program.column_lower, program.column_upper).max(initial=0.0)),
    )


def missed(program: LinearProgram, primal: np.ndarray) -> np.ndarray:
    """Return what each row lacks of its bounds: positive below the lower one, negative above the upper, else zero."""
    activity = program.matrix @ primal
    return np.clip(activity, program.row_lower, program.row_upper) - activity


def row_sizes(program: LinearProgram, primal: np.ndarray, absolute: sp.csr_array | None = None) -> np.ndarray:
    """Return the amounts that meet in each row, at least 1: what a violation is measured by.

    `absolute` is the matrix without signs, for who has it at hand.
    """
    size = 1.0 + (abs(program.matrix) if absolute is None else absolute) @ np.abs(primal)
    for bound in (program.row_lower, program.row_upper):
        size = np.maximum(size, np.where(np.isfinite(bound), np.abs(bound), 0.0))
    return size


def relative_violation(program: LinearProgram, primal: np.ndarray) -> tuple[float, int]:
    """Return the largest violation of a row as a share of the amounts that meet in it, and that row."""
    if not program.matrix.shape[0]:
        return 0.0, 0
    share = np.abs(missed(program, primal)) / row_sizes(program, primal)
    worst = int(np.argmax(share))
    return float(share[worst]), worst


def optimality_gap(program: LinearProgram, primal: np.ndarray, row_dual: np.ndarray) -> float:
    """Return how much the objective may lie off the optimum, as a share of all costs and gains that meet in it."""
    rows, columns = slackness(program, primal, row_dual)
    gap = float(rows.sum() + columns.sum())
    return gap / (1.0 + float(np.abs(program.cost) @ np.abs(primal)))


def slackness(program: LinearProgram, primal: np.ndarray, row_dual: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what each row and each column adds to the distance between a solution and what its duals prove.

    By weak duality it is the multiplier times the distance from the bound that the multiplier stands for. A multiplier
    that stands for an infinite bound counts with the whole amount.
    """
    dual, reduced = _multipliers(program, row_dual)
    activity = program.matrix @ primal
    return (
        _nearest(dual, activity, program.row_lower, program.row_upper),
        _nearest(reduced, primal, program.column_lower, program.column_upper),
    )


def proven_bound(program: LinearProgram, row_dual: np.ndarray) -> float:
    """Return the bound of the objective that duals prove: no solution costs less (or, maximised, is worth more).

    Infinite if a multiplier stands for an infinite bound by more than what rounding and a solver's tolerance explain.
    """
    dual, reduced = _multipliers(program, row_dual)
    size = np.abs(program.cost) + abs(program.matrix).T @ np.abs(dual)
    bound = _least(dual, program.row_lower, program.row_upper, TOLERANCE + NOISE * np.abs(dual).max(initial=0.0))
    bound += _least(reduced, program.column_lower, program.column_upper, TOLERANCE + NOISE * size)
    return float(program.offset + (-bound if program.maximize else bound))


def relative_gap(lower: float, upper: float) -> float:
    """Distance between two bounds as a share of the upper one; infinite while one of them is missing.

    >>> relative_gap(-102.0, -100.0)
    0.02
    """
    distance = max(upper - lower, 0.0)
    if distance == 0:
        return 0.0
    return float(distance / abs(upper)) if np.isfinite(distance) and upper else np.inf


def _least(multiplier: np.ndarray, lower: np.ndarray, upper: np.ndarray, noise: np.ndarray | float) -> float:
    """The least of multiplier × value within the bounds; multipliers within the noise stand for no bound."""
    bound = np.where(multiplier > 0, lower, upper)
    held = np.isfinite(bound)
    if (~held & (np.abs(multiplier) > noise)).any():
        return -np.inf
    return float(multiplier[held] @ bound[held])


def _nearest(multiplier: np.ndarray, value: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    bound = np.where(multiplier > 0, lower, upper)
    return np.abs(multiplier * (value - np.where(np.isfinite(bound), bound, 0.0)))


def _multipliers(program: LinearProgram, row_dual: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The multipliers of rows and columns of the program as one that is minimised."""
    sign = -1.0 if program.maximize else 1.0
    dual = sign * row_dual
    return dual, sign * program.cost - program.matrix.T @ dual


def _violation(value: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    return np.maximum(np.maximum(lower - value, value - upper), 0.0)


def plainly_infeasible(program: LinearProgram) -> str:
    """Say which row or column can never hold, judged by itself; empty if there is none."""
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
    missed = _violation(0.0, program.row_lower, program.row_upper) > TOLERANCE
    empty = np.flatnonzero(missed & (np.diff(program.matrix.indptr) == 0))
    if empty.size:
        row = int(empty[0])
        return f"'{program.row_name(row)}' holds no variables, and its constants do not satisfy it"
    return ""
