"""The loop: solve segments, bound the hours by their prices, plan the hours by their decisions, refine, repeat.

Segments stand for the means of their hours here, so their least cost proves nothing. The bound and the plan are valid
for any segments. They meet at the latest when each hour is a segment of its own.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count

import numpy as np
import xarray as xr

from h2model.case import Parameter, coarsened, segment_lengths, segments_by_day
from h2model.certified.refine import more_per_day
from h2model.constants import HOURS_PER_DAY
from h2model.engine import (
    Attempt,
    CompiledModel,
    Outcome,
    Solution,
    SolutionStatus,
    SolverOptions,
    TerminationCondition,
    compile_model,
    solve,
)
from h2model.engine.residuals import proven_bound, relative_gap, slackness
from h2model.engine.windows import (
    PERIOD,
    SHARED,
    TIME,
    OutOfTimeError,
    Windows,
    feasible_plan,
    guess_from,
    positions_along,
    proven_prices,
    rents_from,
    split,
)
from h2model.model import build
from h2model.progress import NullObserver, Observer

# Segments on each day in the first round.
FIRST = 2
# The dual simplex is fast on windows up to this size; longer windows have fewer ends, where levels are guessed.
ROWS_OF_A_PLAN = 18_000


@dataclass(frozen=True)
class Round:
    """One finished round; `lower` and `upper` are the best bounds so far."""

    number: int
    segments: int
    lower: float
    upper: float
    seconds: float

    @property
    def gap(self) -> float:
        """Distance between the bounds as a share of the upper one."""
        return relative_gap(self.lower, self.upper)

    def __str__(self) -> str:
        return (
            f"round {self.number}: {self.segments:,} segments, lower bound {self.lower:,.0f}, "
            f"upper bound {self.upper:,.0f}, gap {self.gap:.3%}, {self.seconds:.1f} s"
        )


def certify(
    program: CompiledModel,
    data: xr.Dataset,
    parameters: Mapping[str, Parameter],
    gap: float,
    options: SolverOptions,
    observer: Observer | None = None,
    first: int = FIRST,
) -> tuple[Solution, list[Round]]:
    """Find a solution of the program of all hours that is proven to be within `gap` of the optimum.

    Parameters
    ----------
    program, data
        The compiled model of a checked case of 8,760 hours (or other whole days of hours), and this case.
    parameters
        Declarations by name; they state how a profile is aggregated to longer steps.
    gap
        Share of the cost, such as 0.01, by which the plan may cost more than the lower bound.
    options
        As for `solve`; the time limit covers all rounds together. At its end the best plan is returned with its
        proven gap.
    observer
        Receives a note after each round, and details within it.
    first
        Segments on each day in the first round.

    Returns
    -------
    The finished rounds, and a solution whose outcome is *optimal*, *bounded* (its `distance` limits how far it is from
    the optimum), infeasible, or without a solution when time was up.
    """
    loop = _Loop(program, data, parameters, options, observer or NullObserver())
    return loop.run(gap, first), loop.rounds


class _Loop:
    """The rounds for one program, with the best bounds and plan so far."""

    def __init__(
        self,
        program: CompiledModel,
        data: xr.Dataset,
        parameters: Mapping[str, Parameter],
        options: SolverOptions,
        observer: Observer,
    ) -> None:
        self.program, self.data, self.parameters, self.options = program, data, parameters, options
        self.observer = observer
        self.rounds: list[Round] = []
        self.deadline = np.inf if options.time_limit is None else time.perf_counter() + options.time_limit
        self.attempts: list[Attempt] = []
        self.primal: np.ndarray | None = None
        self.dual: np.ndarray | None = None
        self.lower, self.upper = -np.inf, np.inf
        self.misfit_days = np.array([], dtype=int)
        self.days = data.sizes["time"] // HOURS_PER_DAY
        rows_of_a_day = program.matrix.shape[0] / (self.days * data.sizes["period"])
        # At least two windows, so that a program of a few days is cut as well.
        self.plan_days = max(1, min(int(ROWS_OF_A_PLAN / rows_of_a_day), self.days // 2))
        # From the first of January, and half a window later.
        self.first_days = (0,) if self.plan_days == 1 else (0, self.plan_days // 2)
        self._cuts: dict[int, Windows] = {}

    def run(self, gap: float, first: int) -> Solution:
        """Run rounds until the gap is closed, the time limit is reached, or the case is proven infeasible."""
        lengths = segment_lengths(self.data, self.parameters, self.days * first)
        for number in count(1):
            started = time.perf_counter()
            self.observer.detail(f"round {number}: solving {len(lengths):,} segments")
            try:
                final = self._round(lengths, gap)
            except OutOfTimeError:
                return self._result(TerminationCondition.TIME_LIMIT)
            if final:
                return final
            seconds = time.perf_counter() - started
            self.rounds.append(Round(number, len(lengths), self.lower, self.upper, seconds))
            self.observer.note(str(self.rounds[-1]))
            if relative_gap(self.lower, self.upper) <= gap:
                return self._result(TerminationCondition.FINISHED)
            per_day = more_per_day(lengths, self._gap_of_hour(), self.misfit_days)
            lengths = segments_by_day(self.data, self.parameters, per_day)
        raise AssertionError("the rounds end when each hour is a segment")

    def _round(self, lengths: np.ndarray, gap: float) -> Solution | None:
        """Improve bound and plan with a solution of the segments; return a Solution if this round is the last."""
        if len(lengths) == self.data.sizes["time"]:
            solution = self._solve(self.program)
            if solution.outcome.status is SolutionStatus.UNKNOWN and self.primal is not None:
                return self._result(solution.outcome.termination)
            return replace(solution, outcome=self._outcome(solution.outcome.termination, solution.outcome.status))
        coarse = compile_model(build(coarsened(self.data, self.parameters, lengths, relaxed=False)))
        solution = self._solve(coarse)
        if solution.outcome.status is SolutionStatus.INFEASIBLE:
            # Infeasible means prove nothing, but infeasible relaxations of the hours do.
            relaxed = compile_model(build(coarsened(self.data, self.parameters, lengths)))
            if self._solve(relaxed).outcome.status is SolutionStatus.INFEASIBLE:
                return Solution(self.program, self._outcome(TerminationCondition.FINISHED, SolutionStatus.INFEASIBLE))
        if not solution.outcome.optimal:
            # The means are infeasible, but finer segments may have a plan.
            self.misfit_days = np.arange(self.days)
            return None
        step_of_hour = np.repeat(np.arange(len(lengths)), lengths)
        self.observer.detail(f"proving a lower bound by {self._by_day.count:,} programs of a day")
        self._improve_bound(coarse, solution, step_of_hour)
        self.observer.detail(f"planning all hours by programs of {self.plan_days} days")
        self._improve_plan(coarse, solution, step_of_hour, gap)
        return None

    def _improve_bound(self, coarse: CompiledModel, solution: Solution, step_of_hour: np.ndarray) -> None:
        windows = self._by_day
        guess = guess_from(windows, coarse, solution.primal, solution.row_dual, step_of_hour)
        first_hours = np.flatnonzero(np.diff(step_of_hour, prepend=-1))
        day_of_column = _window_of_column(coarse, first_hours // HOURS_PER_DAY)
        rents = rents_from(windows, coarse, solution.row_dual, step_of_hour, day_of_column)
        dual = proven_prices(windows, guess, rents, self.options.threads, self.deadline)
        bound = -np.inf if dual is None else proven_bound(self.program, dual)
        if bound > self.lower:
            self.lower, self.dual = bound, dual

    def _improve_plan(self, coarse: CompiledModel, solution: Solution, step_of_hour: np.ndarray, gap: float) -> None:
        """Plan by windows, then by shifted windows, which may change the levels that the first ones kept fixed."""
        for first_day in self.first_days:
            windows = self._plan_windows(first_day)
            guess = guess_from(windows, coarse, solution.primal, solution.row_dual, step_of_hour)
            if first_day and self.primal is not None:
                guess = replace(guess, primal=self.primal)
            plan = feasible_plan(windows, guess, self.options.threads, self.deadline)
            number_of_day = self._plan_of_day(first_day)
            misfits = np.isin(number_of_day, plan.misfits % (number_of_day.max() + 1))
            self.misfit_days = np.flatnonzero(misfits)
            if plan.primal is not None:
                cost = float(self.program.cost @ plan.primal + self.program.offset)
                if cost < self.upper:
                    self.upper, self.primal = cost, plan.primal
            if self.primal is None or relative_gap(self.lower, self.upper) <= gap:
                return

    def _plan_of_day(self, first_day: int) -> np.ndarray:
        """Number of the window of each day, the first of which begins on `first_day`; the last one may be shorter."""
        return (np.arange(self.days) - first_day) % self.days // self.plan_days

    def _plan_windows(self, first_day: int) -> Windows:
        if first_day not in self._cuts:
            window_of_hour = self._plan_of_day(first_day).repeat(HOURS_PER_DAY)
            self._cuts[first_day] = split(self.program, _window_of_column(self.program, window_of_hour))
        return self._cuts[first_day]

    def _solve(self, program: CompiledModel) -> Solution:
        left = self.deadline - time.perf_counter()
        if left <= 0:
            raise OutOfTimeError
        solution = solve(program, replace(self.options, time_limit=None if np.isinf(left) else left))
        self.attempts.extend(solution.outcome.attempts)
        if solution.outcome.termination is TerminationCondition.TIME_LIMIT:
            raise OutOfTimeError
        return solution

    def _gap_of_hour(self) -> np.ndarray | None:
        """The share of each hour in the distance between plan and bound."""
        if self.primal is None or self.dual is None:
            return None
        hours = np.zeros(self.data.sizes["time"])
        both = slackness(self.program, self.primal, self.dual)
        for blocks, values in zip((self.program.rows, self.program.columns), both, strict=True):
            hour = positions_along(blocks, len(values), TIME)
            hours += np.bincount(hour[hour >= 0], values[hour >= 0], minlength=len(hours))
        return hours

    def _result(self, termination: TerminationCondition) -> Solution:
        """The best plan with the best bound, if there are both."""
        if self.primal is None or self.dual is None:
            return Solution(self.program, self._outcome(termination, SolutionStatus.UNKNOWN))
        return Solution(self.program, self._outcome(termination, SolutionStatus.BOUNDED), self.primal, self.dual)

    def _outcome(self, termination: TerminationCondition, status: SolutionStatus) -> Outcome:
        return Outcome(termination, status, tuple(self.attempts))

    @cached_property
    def _by_day(self) -> Windows:
        return split(self.program, _window_of_column(self.program, np.arange(self.days).repeat(HOURS_PER_DAY)))


def _window_of_column(program: CompiledModel, window_of_step: np.ndarray) -> np.ndarray:
    """The window of each column: its time in its own period; SHARED for columns without time."""
    size = program.matrix.shape[1]
    step, period = positions_along(program.columns, size, TIME), positions_along(program.columns, size, PERIOD)
    windows = int(window_of_step.max()) + 1
    return np.where(step >= 0, np.maximum(period, 0) * windows + window_of_step[step], SHARED)
