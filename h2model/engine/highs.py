"""Run HiGHS: arrays in, status and arrays out.

The solver runs in a separate thread. Ctrl-C thus reaches Python while HiGHS is running, and the caller's thread passes
log lines on.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any

import highspy
import numpy as np

from h2model.engine.basis import Basis
from h2model.engine.faults import ModelError
from h2model.engine.outcome import NOTHING_PROVEN, SolutionStatus, TerminationCondition
from h2model.engine.program import LinearProgram
from h2model.errors import UnfinishedError

KINDS: Mapping[Any, str] = {
    highspy.HighsOptionType.kBool: "true or false",
    highspy.HighsOptionType.kInt: "a whole number",
    highspy.HighsOptionType.kDouble: "a number",
    highspy.HighsOptionType.kString: "a string",
}
POLL_SECONDS = 0.05
# HiGHS checks for an interrupt between iterations. If it does not stop within this time, its thread is abandoned.
SECONDS_TO_STOP = 20.0
# A small program that takes longer than this does not converge.
SERIES_SECONDS = 60.0
PLAIN_FACTS = ("highs_status", "seconds", "iterations", "infeasible_or_unbounded")

_Status = highspy.HighsModelStatus
MEANING: Mapping[Any, tuple[TerminationCondition, SolutionStatus]] = {
    _Status.kOptimal: (TerminationCondition.FINISHED, SolutionStatus.OPTIMAL),
    _Status.kModelEmpty: (TerminationCondition.FINISHED, SolutionStatus.OPTIMAL),
    _Status.kInfeasible: (TerminationCondition.FINISHED, SolutionStatus.INFEASIBLE),
    _Status.kUnbounded: (TerminationCondition.FINISHED, SolutionStatus.UNBOUNDED),
    _Status.kTimeLimit: (TerminationCondition.TIME_LIMIT, SolutionStatus.UNKNOWN),
    _Status.kIterationLimit: (TerminationCondition.ITERATION_LIMIT, SolutionStatus.UNKNOWN),
    _Status.kInterrupt: (TerminationCondition.INTERRUPTED, SolutionStatus.UNKNOWN),
}


@dataclass(frozen=True)
class SolverOptions:
    """Options of a solve.

    Attributes
    ----------
    method
        The method to try first: "auto", "simplex", "ipx", "hipo", "pdlp", or "race" for simplex and hipo side by side.
    crossover
        Move interior-point solutions to a vertex.
    time_limit
        Seconds for all attempts together; None for no limit.
    threads
        Number of threads; None lets HiGHS choose.
    log
        Called with every line of the solver's log.
    log_file
        Path of the solver's log.
    options
        HiGHS options by name; they override all other settings.
    start
        A basis from which the simplex starts before any other attempt, if it fits the program.
    """

    method: str = "auto"
    crossover: bool = False
    time_limit: float | None = None
    threads: int | None = None
    log: Callable[[str], None] | None = None
    log_file: str | Path | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    start: Basis | None = None


@dataclass(frozen=True, eq=False)
class SolverRun:
    """The result of one run of HiGHS.

    infeasible_or_unbounded: HiGHS has proven one of the two, but not which. highs_status: the status in HiGHS's words.
    primal, row_dual: one value per column and per row, in the units of the program.
    """

    termination: TerminationCondition
    status: SolutionStatus
    highs_status: str
    seconds: float
    iterations: int = 0
    infeasible_or_unbounded: bool = False
    primal: np.ndarray = field(default_factory=lambda: np.zeros(0))
    row_dual: np.ndarray = field(default_factory=lambda: np.zeros(0))
    basis: highspy.HighsBasis | None = None

    @property
    def claims_no_optimum(self) -> bool:
        """Whether HiGHS reports that the program is infeasible or unbounded."""
        return self.infeasible_or_unbounded or self.status in (SolutionStatus.INFEASIBLE, SolutionStatus.UNBOUNDED)

    def save(self, path: Path) -> None:
        """Write the run, without its basis, to a file for `load`."""
        facts = {"termination": self.termination.name, "status": self.status.name}
        facts |= {name: getattr(self, name) for name in PLAIN_FACTS}
        np.savez(path, primal=self.primal, row_dual=self.row_dual, facts=json.dumps(facts))

    @classmethod
    def load(cls, path: Path) -> SolverRun:
        """Read a run from a file of `save`."""
        with np.load(path) as stored:
            facts = json.loads(str(stored["facts"]))
            facts["termination"] = TerminationCondition[facts["termination"]]
            facts["status"] = SolutionStatus[facts["status"]]
            return cls(**facts, primal=stored["primal"], row_dual=stored["row_dual"])


def run_highs(program: LinearProgram, settings: Mapping[str, Any], options: SolverOptions) -> SolverRun:
    """Return the result of one run of HiGHS.

    `settings` are HiGHS options; `options.options` override them. Raises ModelError for a refused option,
    UnfinishedError for a refused program, and KeyboardInterrupt on Ctrl-C.
    """
    started = time.perf_counter()
    solver, lines = _new_solver({**settings, **options.options}, options)
    hand_over(solver, program)
    if options.start is not None:
        solver.setBasis(options.start.for_highs())
    return _solver_run(solver, _run_in_thread(solver, lines, options.log), started)


def _solver_run(solver: highspy.Highs, returned: Any, started: float) -> SolverRun:
    model_status, info = solver.getModelStatus(), solver.getInfo()
    termination, status = MEANING.get(model_status, NOTHING_PROVEN)
    text = solver.modelStatusToString(model_status)
    if returned == highspy.HighsStatus.kError:
        (termination, status), text = NOTHING_PROVEN, "HiGHS reports an error"
    solution = solver.getSolution()
    counts = (info.simplex_iteration_count, info.ipm_iteration_count, info.pdlp_iteration_count)
    return SolverRun(
        termination=termination,
        status=status,
        infeasible_or_unbounded=model_status == _Status.kUnboundedOrInfeasible,
        highs_status=text,
        seconds=time.perf_counter() - started,
        iterations=sum(max(count, 0) for count in counts),
        primal=np.asarray(solution.col_value, dtype=float),
        row_dual=np.asarray(solution.row_dual, dtype=float),
        basis=solver.getBasis(),
    )


def presolve_finds_no_solution(program: LinearProgram) -> bool:
    """Return whether presolve proves a program infeasible, in a fraction of a second."""
    solver = highspy.Highs()
    solver.silent()
    hand_over(solver, program)
    solver.presolve()
    return solver.getModelPresolveStatus() == highspy.HighsPresolveStatus.kInfeasible


class Series:
    """Solves similar programs one after the other, each from the basis of the previous one.

    It runs the dual simplex in the caller's thread without a log, so that many series can run in parallel.
    """

    def __init__(self, seconds: float = SERIES_SECONDS) -> None:
        """`seconds` is the time limit of each program."""
        self._solver, self._seconds = highspy.Highs(), seconds
        self._solver.silent()
        for name, value in {"solver": "simplex", "threads": 1}.items():
            self._solver.setOptionValue(name, value)
        self._basis: Any = None
        self._shape: tuple[int, int] | None = None

    def run(self, program: LinearProgram) -> SolverRun:
        """Return the run of one program; if it fails from the last basis, run it again without."""
        warm = self._basis is not None and self._shape == program.matrix.shape
        run = self._run(program, self._basis if warm else None)
        if warm and run.status is not SolutionStatus.OPTIMAL:
            run = self._run(program, None)
        if run.status is SolutionStatus.OPTIMAL:
            self._basis, self._shape = self._solver.getBasis(), program.matrix.shape
        return run

    def _run(self, program: LinearProgram, basis: Any) -> SolverRun:
        started = time.perf_counter()
        hand_over(self._solver, program)
        if basis is not None:
            self._solver.setBasis(basis)
        # HiGHS compares its limit with the run time of all programs of this solver.
        self._solver.setOptionValue("time_limit", self._solver.getRunTime() + self._seconds)
        return _solver_run(self._solver, self._solver.run(), started)


def check_options(options: Mapping[str, Any]) -> list[str]:
    """Return one message for each invalid option."""
    problems = []
    for name, value in options.items():
        solver = highspy.Highs()
        solver.silent()
        # HiGHS would create the file at once.
        fits = isinstance(value, str) if name == "log_file" else _set_option(solver, name, value)
        if not fits:
            problems.append(_refusal(solver, name, value))
    return problems


def hand_over(solver: highspy.Highs, program: LinearProgram) -> None:
    """Pass a program to HiGHS as arrays, the fastest way."""
    matrix = program.matrix
    rows, columns = matrix.shape
    sense = highspy.ObjSense.kMaximize if program.maximize else highspy.ObjSense.kMinimize
    status = solver.passModel(
        columns,
        rows,
        matrix.nnz,
        int(highspy.MatrixFormat.kRowwise),
        int(sense),
        program.offset,
        program.cost,
        program.column_lower,
        program.column_upper,
        program.row_lower,
        program.row_upper,
        matrix.indptr.astype(np.int32, copy=False),
        matrix.indices.astype(np.int32, copy=False),
        matrix.data,
        np.zeros(columns, dtype=np.int32),
    )
    if status == highspy.HighsStatus.kError:
        # A valid program can be refused only because its numbers are too large.
        entry, cost = (np.abs(values).max(initial=0.0) for values in (matrix.data, program.cost))
        raise UnfinishedError(
            f"HiGHS refuses the linear program: its largest coefficient is {entry:.1e} and its largest cost "
            f"{cost:.1e}; look for a value far too large."
        )


def _new_solver(settings: Mapping[str, Any], options: SolverOptions) -> tuple[highspy.Highs, SimpleQueue]:
    solver, lines = highspy.Highs(), SimpleQueue()
    has_log = options.log is not None or options.log_file is not None
    solver.setOptionValue("output_flag", has_log)
    solver.setOptionValue("log_to_console", False)
    if options.log_file is not None:
        solver.setOptionValue("log_file", str(options.log_file))
    if options.log is not None:
        solver.cbLogging += lambda event: lines.put(event.message)
    if options.threads is not None:
        # All solvers of the process share the threads; another number needs new threads.
        highspy.Highs.resetGlobalScheduler(True)
        settings = {"threads": options.threads, **settings}
    for name, value in settings.items():
        if not _set_option(solver, name, value):
            raise ModelError(_refusal(solver, name, value))
    solver.HandleUserInterrupt = True
    return solver, lines


def _set_option(solver: highspy.Highs, name: str, value: Any) -> bool:
    try:
        return solver.setOptionValue(name, value) != highspy.HighsStatus.kError
    except TypeError:
        # No option takes a list, a mapping or another type.
        return False


def _refusal(solver: highspy.Highs, name: str, value: Any) -> str:
    status, kind = solver.getOptionType(name)
    if status == highspy.HighsStatus.kError:
        return f"HiGHS has no option '{name}'"
    return f"HiGHS refuses {value!r} for its option '{name}', which must be {KINDS[kind]}"


def _run_in_thread(solver: highspy.Highs, lines: SimpleQueue, log: Callable[[str], None] | None) -> Any:
    """Run the solver in a thread; on Ctrl-C, cancel it and wait until it has stopped."""
    result, done = [], Event()

    def run() -> None:
        try:
            result.append(solver.run())
        finally:
            done.set()

    Thread(target=run, name="HiGHS", daemon=True).start()
    try:
        # Thread.join is unsafe here: after an interrupt it treats a running thread as finished (CPython 3.11).
        while not done.wait(POLL_SECONDS):
            _pass_on(lines, log)
    except BaseException:
        solver.cancelSolve()
        done.wait(SECONDS_TO_STOP)
        raise
    _pass_on(lines, log)
    return result[0] if result else highspy.HighsStatus.kError


def _pass_on(lines: SimpleQueue, log: Callable[[str], None] | None) -> None:
    while log is not None:
        try:
            log(lines.get_nowait().rstrip("\n"))
        except Empty:
            return
