"""Plan: a solution of the whole program, put together from solutions of its windows.

Shared columns (capacities) stand where the guess has them. Of what windows have in common each gets the share that the
guess gives it: a storage level at midnight exactly, its part of the year's emissions roughly, at their price. Where a
window cannot keep an exact share, its neighbour makes up for it. What is then left over of the year's rows is given to
one window after the other, until nothing is left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from h2model.engine.highs import SolverRun
from h2model.engine.outcome import SolutionStatus
from h2model.engine.polish import polished
from h2model.engine.residuals import relative_violation, row_sizes, row_violations
from h2model.engine.windows.settle import Settlement, over_the_year
from h2model.engine.windows.shares import Shares
from h2model.engine.windows.side_by_side import check_time, run_all
from h2model.engine.windows.split import Windows
from h2model.engine.windows.transfer import Guess

# Share of its amounts by which the rows of a plan may be missed, and which counts as nothing left.
ACCEPTED, NOTHING = 1e-6, 1e-9
# So often may neighbours make up for each other.
TURNS = 8


@dataclass(frozen=True, eq=False)
class Plan:
    """A solution, or the windows for which the guess cannot be right (numbers of windows; empty if nobody knows)."""

    primal: np.ndarray | None
    misfits: np.ndarray


def feasible_plan(windows: Windows, guess: Guess, threads: int | None, deadline: float) -> Plan:
    """Find a solution near the guess. OutOfTimeError after `deadline`."""
    program, shares = windows.program, Shares(windows, guess)
    primal, misfits = _agreed(shares, np.array(guess.primal), threads, deadline)
    if misfits.size:
        return Plan(None, misfits)
    primal = _without_rest(shares, Settlement(windows, guess.primal), primal, deadline)
    if primal is not None:
        primal = polished(program, np.clip(primal, program.column_lower, program.column_upper))
        if relative_violation(program, primal)[0] > ACCEPTED:
            primal = None
    return Plan(primal, np.array([], dtype=int))


def _agreed(shares: Shares, primal: np.ndarray, threads: int | None, deadline: float) -> tuple[np.ndarray, np.ndarray]:
    """Solve all windows until neighbours agree; return their columns, and the windows that do not."""
    windows = shares.windows
    todo, runs = np.arange(windows.count), {}
    for _ in range(TURNS):
        found = run_all(len(todo), lambda k, todo=todo: shares.program(int(todo[k])), threads, deadline)
        runs.update(zip(todo.tolist(), found, strict=True))
        lost = [number for number, run in runs.items() if run.status is not SolutionStatus.OPTIMAL]
        if lost:
            return primal, np.array(lost)
        for number in todo.tolist():
            columns = windows.columns[number]
            primal[columns] = runs[number].primal[: len(columns)]
        apart = _missed_between(windows, primal)
        if not apart.size:
            return primal, apart
        todo = _who_gives_way(shares, runs, primal, apart)
    return primal, np.unique(shares.parties[apart])


def _missed_between(windows: Windows, primal: np.ndarray) -> np.ndarray:
    """Positions, among the coupling rows, of those between two windows that are missed."""
    share = np.abs(row_violations(windows.program, primal)) / row_sizes(windows.program, primal)
    return np.flatnonzero((share[windows.coupling] > ACCEPTED) & windows.is_short)


def _who_gives_way(shares: Shares, runs: dict[int, SolverRun], primal: np.ndarray, apart: np.ndarray) -> np.ndarray:
    """Let the neighbour of who missed a row make up for it, from now on; return the windows to be solved again."""
    again = set()
    for row in apart.tolist():
        one, other = shares.parties[row].tolist()
        mover = other if shares.missed_by(one, runs[one], row) > shares.missed_by(other, runs[other], row) else one
        shares.give_way(mover, row, primal)
        again.add(mover)
    return np.array(sorted(again))


def _without_rest(shares: Shares, settlement: Settlement, primal: np.ndarray, deadline: float) -> np.ndarray | None:
    """Let one window after the other make up for what is left over of the rows of the year."""
    windows, program = shares.windows, shares.windows.program
    over_year, untried = over_the_year(windows), np.ones(windows.count, dtype=bool)
    primal = settlement.settled(primal)
    while primal is not None and untried.any():
        check_time(deadline)
        rest = np.where(over_year, np.abs(row_violations(program, primal)) / row_sizes(program, primal), 0.0)
        if rest.max(initial=0.0) <= NOTHING:
            break
        able = untried & settlement.takes_part(int(np.argmax(rest)))
        number = int(np.argmax(able if able.any() else untried))
        untried[number] = False
        primal = settlement.settled_with(number, shares.program(number, year=False), primal)
    return primal
