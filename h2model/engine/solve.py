"""solve: a ladder of solvers, climbed until one of them proves something.

Small programs start with the dual simplex, which gives vertex solutions and exact proofs. Large ones start with
HiPO, the parallel interior-point solver of HiGHS. An interior-point solution is not pushed to a vertex (crossover
can take far longer than the solve); instead its residuals and its duality gap are measured in the user's units before
"optimal" is believed. An attempt that proves nothing ("Unknown", too far off) is followed by the next one. Only the
simplex is believed when it says that there is no solution, or no least cost; others are taken at their word no further
than that it is asked next.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyomo.environ as pyo

from h2model.engine.basis import Basis
from h2model.engine.compile import CompiledModel, compile_model
from h2model.engine.faults import ModelError
from h2model.engine.highs import SolverOptions, SolverRun, presolve_finds_no_solution, run_highs
from h2model.engine.outcome import NOTHING_PROVEN, Attempt, Outcome, SolutionStatus, TerminationCondition
from h2model.engine.polish import polished
from h2model.engine.program import LinearProgram
from h2model.engine.race import race
from h2model.engine.residuals import optimality_gap, plainly_infeasible, relative_violation
from h2model.engine.scaling import cost_exponent, equilibrate, scaled_program
from h2model.engine.solution import Solution

log = logging.getLogger("h2model.engine")

ROWS_FOR_SIMPLEX = 30_000
# Share of the largest amount in a row by which an interior-point solution may miss its bounds.
ACCEPTED_VIOLATION = 1e-6
# Share of all costs by which the objective may lie off the optimum, measured with the duals in the user's units.
ACCEPTED_GAP = 1e-6
NO_HIPO = "HiPO is not available; install highspy[extras]"


@dataclass(frozen=True)
class Step:
    """One rung of the ladder: a method and the HiGHS options that make it; may it see all costs made smaller?

    A rung that holds others is a race between them.
    """

    method: str
    settings: Mapping[str, Any]
    scales_costs: bool = False
    contestants: tuple[Step, ...] = ()


# An interior-point method that needs more iterations than this does not come to an end.
INTERIOR = {"run_crossover": "off", "ipm_iteration_limit": 1000}
SIMPLEX = Step("simplex", {"solver": "simplex"})
ONWARDS = Step("simplex from a start", {"solver": "simplex"})
# Without its rule "free col substitution" (bit 8 of presolve_rule_off): where many columns are alike, such as purchases
# at one price all year, undoing it gives wrong duals in HiGHS 1.15, and a good solution ends as "Unknown".
FREE_COLUMN_SUBSTITUTION = 1 << 8
# With smaller costs the same tolerance would stop HiPO earlier than it should.
HIPO = Step(
    "hipo",
    {
        "solver": "hipo",
        **INTERIOR,
        "presolve_rule_off": FREE_COLUMN_SUBSTITUTION,
        "ipm_optimality_tolerance": 1e-9,
    },
    scales_costs=True,
)
# Scaling all bounds down helps HiPO where flows are many orders of magnitude above 1.
HIPO_SCALED = Step(
    "hipo with scaled bounds",
    {"solver": "hipo", **INTERIOR, "user_bound_scale": -6},
)
IPX = Step("ipx", {"solver": "ipx", **INTERIOR})
IPX_VERTEX = Step("ipx with crossover", {"solver": "ipx", **INTERIOR, "run_crossover": "on"})
PDLP = Step("pdlp", {"solver": "pdlp", "pdlp_iteration_limit": 500_000})
RACE = Step("race", {}, contestants=(SIMPLEX, HIPO))
LADDERS = {
    "simplex": (SIMPLEX, IPX_VERTEX, HIPO),
    "hipo": (HIPO, HIPO_SCALED, IPX, IPX_VERTEX, SIMPLEX),
    "ipx": (IPX, IPX_VERTEX, HIPO, SIMPLEX),
    "pdlp": (PDLP, HIPO, HIPO_SCALED, IPX, SIMPLEX),
    "race": (RACE, HIPO_SCALED, IPX, IPX_VERTEX, SIMPLEX),
}


def solve(model: pyo.ConcreteModel | CompiledModel, options: SolverOptions | None = None) -> Solution:
    """Solve a model, compiling it first if need be.

    Never raises because of what the solver finds: see `Solution.outcome`, and `Solution.require_optimal`. Raises
    ModelError for a model that cannot be compiled or an unknown option, KeyboardInterrupt on Ctrl-C.
    """
    options = options or SolverOptions()
    program = model if isinstance(model, CompiledModel) else compile_model(model)
    method = options.method
    if method == "auto":
        method = "simplex" if program.matrix.shape[0] <= ROWS_FOR_SIMPLEX else "hipo"
    if method not in LADDERS:
        raise ModelError(f"unknown method '{options.method}'; it is one of auto, {', '.join(LADDERS)}")
    impossible = plainly_infeasible(program)
    if impossible:
        return Solution(program, Outcome(TerminationCondition.FINISHED, SolutionStatus.INFEASIBLE, (), impossible))
    if not program.matrix.shape[1]:
        return Solution(
            program,
            Outcome(TerminationCondition.FINISHED, SolutionStatus.OPTIMAL, ()),
            np.zeros(0),
            np.zeros(len(program.row_lower)),
        )
    climb = _Climb(program, options)
    return climb.climb((ONWARDS, *LADDERS[method]) if climb.can_start() else LADDERS[method])


class _Climb:
    """The attempts at one program, under one time limit."""

    def __init__(self, program: CompiledModel, options: SolverOptions) -> None:
        self.program = program
        self.options = options
        self.scaling = equilibrate(program)
        self.scaled = scaled_program(program, self.scaling)
        self.attempts: list[Attempt] = []
        self._deadline = None if options.time_limit is None else time.perf_counter() + options.time_limit

    def can_start(self) -> bool:
        """Whether there is a basis to start from that may lead somewhere.

        A start goes without presolve, and the simplex can take very long to find out what presolve sees at once.
        """
        start = self.options.start
        return start is not None and start.fits(self.program) and not presolve_finds_no_solution(self.scaled)

    def climb(self, steps: tuple[Step, ...]) -> Solution:
        """Try one step after the other until something is proven or time is up."""
        waiting = list(steps)
        while waiting and self._seconds_left() > 0:
            step = waiting.pop(0)
            if "hipo" in step.method and any(attempt.detail == NO_HIPO for attempt in self.attempts):
                continue
            for contestant, run in self._runs(step):
                primal, dual = self._in_user_units(run)
                attempt = self._judged(contestant, run, primal, dual)
                no_optimum = attempt.status in (SolutionStatus.INFEASIBLE, SolutionStatus.UNBOUNDED)
                if (run.infeasible_or_unbounded or no_optimum) and contestant is not SIMPLEX:
                    detail = f"HiGHS says {run.highs_status.lower()}; the simplex is asked"
                    termination, status = NOTHING_PROVEN
                    attempt = replace(attempt, termination=termination, status=status, detail=detail)
                    waiting = [SIMPLEX, *(other for other in waiting if other is not SIMPLEX)]
                self._record(attempt)
                if run.infeasible_or_unbounded and contestant is SIMPLEX:
                    attempt = self._which()
                if attempt.status is SolutionStatus.OPTIMAL:
                    at_vertex = contestant in (SIMPLEX, ONWARDS) or self.options.crossover
                    basis = Basis.of(run.basis, self.program) if at_vertex else None
                    return Solution(self.program, self._outcome(attempt), primal, dual, basis)
                if attempt.status is not SolutionStatus.UNKNOWN:
                    return Solution(self.program, self._outcome(attempt))
        if self._seconds_left() <= 0 or not self.attempts:
            out_of_time = Outcome(TerminationCondition.TIME_LIMIT, SolutionStatus.UNKNOWN, tuple(self.attempts))
            return Solution(self.program, out_of_time)
        return Solution(self.program, self._outcome(self.attempts[-1]))

    def _runs(self, step: Step) -> Iterator[tuple[Step, SolverRun]]:
        """The run of a step, or those of a race in the order in which they end."""
        if not step.contestants:
            yield step, self._attempt(step, self.scaled)
            return
        by_name = {contestant.method: contestant for contestant in step.contestants}
        if self.options.log is not None:
            self.options.log(f"race: {' against '.join(by_name)}, each in a process of its own")
        # Each has a share of the processor cores.
        threads = max(1, (self.options.threads or os.cpu_count() or 1) // len(by_name))
        settings = {
            name: {"threads": threads, **self._settings(contestant, self.scaled), **self.options.options}
            for name, contestant in by_name.items()
        }
        with closing(race(self.scaled, settings)) as runs:
            for name, run in runs:
                yield by_name[name], run

    def _attempt(self, step: Step, program: LinearProgram) -> SolverRun:
        options = self.options if step is ONWARDS else replace(self.options, start=None)
        return run_highs(program, self._settings(step, program), options)

    def _settings(self, step: Step, program: LinearProgram) -> dict[str, Any]:
        settings = dict(step.settings)
        if step is ONWARDS:
            settings |= self.options.start.settings(self.program)
        if self.options.crossover:
            settings["run_crossover"] = "on"
        if self._deadline is not None:
            settings["time_limit"] = self._seconds_left()
        if step.scales_costs:
            settings["user_objective_scale"] = cost_exponent(program)
        return settings

    def _in_user_units(self, run: SolverRun) -> tuple[np.ndarray, np.ndarray]:
        if run.status is not SolutionStatus.OPTIMAL:
            return np.zeros(0), np.zeros(0)
        primal = self.scaling.primal(run.primal)
        # The solver keeps bounds up to a tolerance; what is left of it goes, so that nothing is negative by 1e-12.
        primal = np.clip(primal, self.program.column_lower, self.program.column_upper)
        primal = polished(self.program, primal)
        return primal + 0.0, self.scaling.dual(run.row_dual) + 0.0  # no -0.0

    def _judged(self, step: Step, run: SolverRun, primal: np.ndarray, dual: np.ndarray) -> Attempt:
        """Turn a run into an attempt; an optimum that misses its bounds, or the least cost, by too much is none."""
        termination, status, detail = run.termination, run.status, ""
        if status is SolutionStatus.OPTIMAL:
            violation, row = relative_violation(self.program, primal)
            if not violation <= ACCEPTED_VIOLATION:  # also where it is not a number
                termination, status = NOTHING_PROVEN
                detail = f"'{self.program.row_name(row)}' is missed by {violation:.1e} of its size"
            elif not (gap := optimality_gap(self.program, primal, dual)) <= ACCEPTED_GAP:
                termination, status = NOTHING_PROVEN
                detail = f"the objective may lie {gap:.1e} of all costs off the optimum"
        elif status is SolutionStatus.UNKNOWN:
            detail = run.highs_status
            if step.method.startswith("hipo") and run.highs_status == "HiGHS reports an error":
                detail = NO_HIPO
        return Attempt(step.method, termination, status, run.seconds, run.iterations, detail)

    def _which(self) -> Attempt:
        """Find out whether a program is infeasible or unbounded: without objective it is only one of them."""
        goalless = replace(self.scaled, cost=np.zeros_like(self.scaled.cost))
        run = self._attempt(SIMPLEX, goalless)
        status = {SolutionStatus.OPTIMAL: SolutionStatus.UNBOUNDED}.get(run.status, run.status)
        attempt = Attempt("simplex without objective", run.termination, status, run.seconds, run.iterations)
        self._record(attempt)
        return attempt

    def _record(self, attempt: Attempt) -> None:
        self.attempts.append(attempt)
        log.log(logging.INFO if attempt.status is not SolutionStatus.UNKNOWN else logging.WARNING, "%s", attempt)

    def _seconds_left(self) -> float:
        return np.inf if self._deadline is None else self._deadline - time.perf_counter()

    def _outcome(self, attempt: Attempt) -> Outcome:
        return Outcome(attempt.termination, attempt.status, tuple(self.attempts), attempt.detail)
