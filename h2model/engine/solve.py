"""Solve a program with one solver after the other until one of them proves a result.

Small programs start with the dual simplex for vertex solutions and exact proofs. Large programs start with
HiPO, the parallel interior-point method of HiGHS. Interior-point solutions skip crossover, which can take far longer
than the solve itself. "Optimal" is accepted only if the residuals and the duality gap are small in the user's units.
If an attempt proves nothing, the next solver is tried. Infeasible or unbounded is accepted only from the simplex. If
another method reports it, the simplex is run to confirm.
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
from h2model.engine.solvers import REMEDY, installed_solvers, is_available

log = logging.getLogger("h2model.engine")

ROWS_FOR_SIMPLEX = 30_000
# Share of the largest amount in a row by which an interior-point solution may miss its bounds.
ACCEPTED_VIOLATION = 1e-6
# Share of all costs by which the objective may differ from the optimum, by its duals in the user's units.
ACCEPTED_GAP = 1e-6


@dataclass(frozen=True)
class Step:
    """One step of a ladder: a method and its HiGHS options.

    scales_costs: HiGHS may divide all costs by a power of two. contestants: the steps of a race, run side by side; the
    first proof counts.
    """

    method: str
    settings: Mapping[str, Any]
    scales_costs: bool = False
    contestants: tuple[Step, ...] = ()


# An interior-point method that needs more iterations than this does not converge.
INTERIOR = {"run_crossover": "off", "ipm_iteration_limit": 1000}
SIMPLEX = Step("simplex", {"solver": "simplex"})
FROM_START = Step("simplex from a start", {"solver": "simplex"})
# Presolve runs without its rule "free col substitution" (bit 8 of presolve_rule_off). With many equal columns, such as
# purchases at one price all year, its postsolve gives wrong duals in HiGHS 1.15: a good solution ends as "Unknown".
FREE_COLUMN_SUBSTITUTION = 1 << 8
# The scaled costs are smaller, and with the default tolerance HiPO would stop too early.
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
# Smaller bounds help HiPO if flows are many orders of magnitude above 1.
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
    """Solve a model; compile it first if necessary.

    Returns
    -------
    Solution
        With an `outcome`, also if there is no solution; then `Solution.require_optimal` raises.

    Raises
    ------
    ModelError
        For a model that cannot be compiled, or an unknown method or option.
    KeyboardInterrupt
        On Ctrl-C.
    """
    options = options or SolverOptions()
    program = model if isinstance(model, CompiledModel) else compile_model(model)
    method = options.method
    if method == "auto":
        method = "simplex" if program.matrix.shape[0] <= ROWS_FOR_SIMPLEX else "hipo"
    if method not in LADDERS:
        raise ModelError(f"unknown method '{options.method}'; it is one of auto, {', '.join(LADDERS)}")
    reason = plainly_infeasible(program)
    if reason:
        return Solution(program, Outcome(TerminationCondition.FINISHED, SolutionStatus.INFEASIBLE, (), reason))
    if not program.matrix.shape[1]:
        outcome = Outcome(TerminationCondition.FINISHED, SolutionStatus.OPTIMAL, ())
        return Solution(program, outcome, np.zeros(0), np.zeros(len(program.row_lower)))
    attempts = _Attempts(program, options)
    return attempts.solve((FROM_START, *LADDERS[method]) if attempts.can_start() else LADDERS[method])


class _Attempts:
    """The attempts to solve one program under one time limit."""

    def __init__(self, program: CompiledModel, options: SolverOptions) -> None:
        self.program = program
        self.options = options
        self.scaling = equilibrate(program)
        self.scaled = scaled_program(program, self.scaling)
        self.attempts: list[Attempt] = []
        self._deadline = None if options.time_limit is None else time.perf_counter() + options.time_limit

    def can_start(self) -> bool:
        """Return whether the basis of the options is a useful start.

        A start skips presolve. The simplex then takes very long to prove infeasibility that presolve sees at once.
        """
        start = self.options.start
        return start is not None and start.fits(self.program) and not presolve_finds_no_solution(self.scaled)

    def solve(self, steps: tuple[Step, ...]) -> Solution:
        """Try one step after the other until one proves a result or the time is up."""
        waiting = list(steps)
        while waiting and self._seconds_left() > 0:
            for step, run in self._runs(waiting.pop(0)):
                attempt, primal, dual = self._judge(step, run)
                if run.claims_no_optimum and step is not SIMPLEX:
                    waiting = [SIMPLEX, *(other for other in waiting if other is not SIMPLEX)]
                elif run.infeasible_or_unbounded:
                    attempt = self._infeasible_or_unbounded()
                if attempt.status is SolutionStatus.OPTIMAL:
                    at_vertex = step in (SIMPLEX, FROM_START) or self.options.crossover
                    basis = Basis.of(run.basis, self.program) if at_vertex else None
                    return Solution(self.program, self._outcome(attempt), primal, dual, basis)
                if attempt.status is not SolutionStatus.UNKNOWN:
                    return Solution(self.program, self._outcome(attempt))
        made = [attempt for attempt in self.attempts if attempt.termination is not TerminationCondition.UNAVAILABLE]
        if self._seconds_left() <= 0 or not made:
            out_of_time = Outcome(TerminationCondition.TIME_LIMIT, SolutionStatus.UNKNOWN, tuple(self.attempts))
            return Solution(self.program, out_of_time)
        return Solution(self.program, self._outcome(made[-1]))

    def _runs(self, step: Step) -> Iterator[tuple[Step, SolverRun]]:
        """Yield the run of a step, or the runs of a race as they end; skip missing solvers."""
        contestants = {each.method: each for each in step.contestants or (step,) if self._is_installed(each)}
        if len(contestants) < 2:
            for each in contestants.values():
                yield each, self._run(each, self.scaled)
            return
        if self.options.log is not None:
            self.options.log(f"race: {' against '.join(contestants)}, each in its own process")
        # The contestants share the processor cores.
        threads = max(1, (self.options.threads or os.cpu_count() or 1) // len(contestants))
        settings = {
            name: {"threads": threads, **self._settings(each, self.scaled), **self.options.options}
            for name, each in contestants.items()
        }
        with closing(race(self.scaled, settings)) as runs:
            for name, run in runs:
                yield contestants[name], run

    def _is_installed(self, step: Step) -> bool:
        """Return whether HiGHS can run a step; record the first missing solver."""
        installed = is_available(step.settings["solver"])
        recorded = any(attempt.termination is TerminationCondition.UNAVAILABLE for attempt in self.attempts)
        if not installed and not recorded:
            detail = f"{installed_solvers()}; to install it: {REMEDY}"
            unavailable, unknown = TerminationCondition.UNAVAILABLE, SolutionStatus.UNKNOWN
            self._record(Attempt(step.method, unavailable, unknown, seconds=0.0, iterations=0, detail=detail))
        return installed

    def _run(self, step: Step, program: LinearProgram) -> SolverRun:
        options = self.options if step is FROM_START else replace(self.options, start=None)
        return run_highs(program, self._settings(step, program), options)

    def _settings(self, step: Step, program: LinearProgram) -> dict[str, Any]:
        settings = dict(step.settings)
        if step is FROM_START:
            settings |= self.options.start.settings(self.program)
        if self.options.crossover:
            settings["run_crossover"] = "on"
        if self._deadline is not None:
            settings["time_limit"] = self._seconds_left()
        if step.scales_costs:
            settings["user_objective_scale"] = cost_exponent(program)
        return settings

    def _judge(self, step: Step, run: SolverRun) -> tuple[Attempt, np.ndarray, np.ndarray]:
        """Record a run as an attempt; return it with the solution and its duals in the user's units.

        An optimum with a large error proves nothing. Nor does a claim without confirmation by the simplex.
        """
        termination, status, detail = run.termination, run.status, ""
        primal = dual = np.zeros(0)
        if status is SolutionStatus.OPTIMAL:
            # The solver keeps bounds up to a tolerance; clipped, no amount is negative by 1e-12.
            primal = np.clip(self.scaling.primal(run.primal), self.program.column_lower, self.program.column_upper)
            # Adding 0.0 turns -0.0 into 0.0.
            primal, dual = polished(self.program, primal) + 0.0, self.scaling.dual(run.row_dual) + 0.0
            detail = self._error(primal, dual)
            if detail:
                termination, status = NOTHING_PROVEN
        elif run.claims_no_optimum and step is not SIMPLEX:
            termination, status = NOTHING_PROVEN
            detail = f"HiGHS reports {run.highs_status.lower()}; the simplex is run to confirm"
        elif status is SolutionStatus.UNKNOWN:
            detail = run.highs_status
        attempt = Attempt(step.method, termination, status, run.seconds, run.iterations, detail)
        self._record(attempt)
        return attempt, primal, dual

    def _error(self, primal: np.ndarray, dual: np.ndarray) -> str:
        """Return in words by how much a solution violates a row or differs from the optimum; empty if it is accepted.

        The comparisons are negated, so that NaN is not accepted.
        """
        violation, row = relative_violation(self.program, primal)
        if not violation <= ACCEPTED_VIOLATION:
            return f"'{self.program.row_name(row)}' is violated by {violation:.1e} of its size"
        gap = optimality_gap(self.program, primal, dual)
        if not gap <= ACCEPTED_GAP:
            return f"the objective may differ from the optimum by {gap:.1e} of all costs"
        return ""

    def _infeasible_or_unbounded(self) -> Attempt:
        """Find out which of the two a program is: without an objective it cannot be unbounded."""
        run = self._run(SIMPLEX, replace(self.scaled, cost=np.zeros_like(self.scaled.cost)))
        status = SolutionStatus.UNBOUNDED if run.status is SolutionStatus.OPTIMAL else run.status
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
