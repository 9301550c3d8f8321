"""Build a feasible solution of the whole program from solutions of its windows.

Shared columns (capacities) have the values of the guess. Each window gets its share of a coupling row in
the guess: a storage level at midnight exactly, its part of the year's emissions at their price. If a window cannot keep
an exact share, its neighbour compensates. Remaining violations of the rows over the year are then corrected by one
window after the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from h2model.engine.highs import SolverRun
from h2model.engine.outcome import SolutionStatus
from h2model.engine.polish import polished
from h2model.engine.residuals import relative_violation, row_sizes, row_violations
from h2model.engine.windows.parallel import check_time, run_all
from h2model.engine.windows.shares import Shares
from h2model.engine.windows.split import Windows
from h2model.engine.windows.transfer import Guess
from h2model.engine.windows.year_rows import YearRowProgram, is_year_row

# Relative violation that is accepted in the rows of a plan, and that counts as zero for rows over the year.
ACCEPTED, ZERO = 1e-6, 1e-9
# Number of rounds in which neighbours compensate for each other.
ROUNDS = 8


@dataclass(frozen=True, eq=False)
class Plan:
    """A solution, or None with the numbers of the windows in which the guess is infeasible (empty if unknown)."""

    primal: np.ndarray | None
    misfits: np.ndarray


def feasible_plan(windows: Windows, guess: Guess, threads: int | None, deadline: float) -> Plan:
    """Return a feasible solution near the guess. Raises OutOfTimeError after `deadline`."""
    program, shares = windows.program, Shares(windows, guess)
    primal, misfits = _agreed(shares, np.array(guess.primal), threads, deadline)
    if misfits.size:
        return Plan(None, misfits)
    primal = _with_year_rows(shares, YearRowProgram(windows, guess.primal), primal, deadline)
    if primal is not None:
        primal = polished(program, np.clip(primal, program.column_lower, program.column_upper))
        if relative_violation(program, primal)[0] > ACCEPTED:
            primal = None
    return Plan(primal, np.array([], dtype=int))


def _agreed(shares: Shares, primal: np.ndarray, threads: int | None, deadline: float) -> tuple[np.ndarray, np.ndarray]:
    """Solve all windows until neighbours agree; return the columns, and the failing or disagreeing windows."""
    windows = shares.windows
    todo, runs = np.arange(windows.count), {}
    for _ in range(ROUNDS):
        latest = run_all(len(todo), lambda k, todo=todo: shares.program(int(todo[k])), threads, deadline)
        runs.update(zip(todo.tolist(), latest, strict=True))
        failed = [number for number, run in runs.items() if run.status is not SolutionStatus.OPTIMAL]
        if failed:
            return primal, np.array(failed)
        for number in todo.tolist():
            columns = windows.columns[number]
            primal[columns] = runs[number].primal[: len(columns)]
        relative = np.abs(row_violations(windows.program, primal)) / row_sizes(windows.program, primal)
        # Positions, among the coupling rows, of violated rows between two windows.
        violated = np.flatnonzero((relative[windows.coupling] > ACCEPTED) & windows.is_short)
        if not violated.size:
            return primal, violated
        todo = _let_neighbours_compensate(shares, runs, primal, violated)
    return primal, np.unique(shares.neighbours[violated])


def _let_neighbours_compensate(
    shares: Shares, runs: dict[int, SolverRun], primal: np.ndarray, violated: np.ndarray
) -> np.ndarray:
    """Let the neighbour of the window that violates its share more compensate; return the windows to solve again."""
    again = set()
    for row in violated.tolist():
        one, other = shares.neighbours[row].tolist()
        violates_more = shares.violation(one, runs[one], row) > shares.violation(other, runs[other], row)
        compensating = other if violates_more else one
        shares.compensate(compensating, row, primal)
        again.add(compensating)
    return np.array(sorted(again))


def _with_year_rows(shares: Shares, year: YearRowProgram, primal: np.ndarray, deadline: float) -> np.ndarray | None:
    """Correct the rows over the year, first without windows and then with one window after the other."""
    windows, program = shares.windows, shares.windows.program
    year_rows, untried = is_year_row(windows), np.ones(windows.count, dtype=bool)
    primal = year.solve(primal)
    while primal is not None and untried.any():
        check_time(deadline)
        relative = np.where(year_rows, np.abs(row_violations(program, primal)) / row_sizes(program, primal), 0.0)
        if relative.max(initial=0.0) <= ZERO:
            break
        able = untried & year.has_columns_in(int(np.argmax(relative)))
        number = int(np.argmax(able if able.any() else untried))
        untried[number] = False
        primal = year.solve_with(number, shares.program(number, with_year_rows=False), primal)
    return primal
