"""Outcomes: proofs, the ladder of solvers, limits, logs and interrupts."""

from __future__ import annotations

import _thread
import importlib
import logging
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from small_models import dispatch, infeasible, large, unbounded

from h2model.engine import (
    Constraint,
    Model,
    Objective,
    Outcome,
    Set,
    SolutionStatus,
    SolverOptions,
    TerminationCondition,
    Var,
    compile_model,
    solve,
)
from h2model.engine import highs as highs_module
from h2model.engine.faults import ModelError
from h2model.engine.highs import SolverRun
from h2model.engine.outcome import NOTHING_PROVEN
from h2model.engine.residuals import relative_violation
from h2model.engine.scaling import Scaling, scaled_program
from h2model.errors import InfeasibleError, UnboundedError, UnfinishedError

METHODS = ["simplex", "ipx", "hipo"]
# By name, because `h2model.engine.solve` is the function.
SOLVE = importlib.import_module("h2model.engine.solve")


@pytest.mark.parametrize("method", METHODS)
def test_infeasible_is_a_proof(method):
    solution = solve(infeasible(), SolverOptions(method=method))
    outcome = solution.outcome
    assert (outcome.termination, outcome.status) == (TerminationCondition.FINISHED, SolutionStatus.INFEASIBLE)
    with pytest.raises(InfeasibleError, match="No solution can meet all constraints at once"):
        solution.dataset()


@pytest.mark.parametrize("method", METHODS)
def test_unbounded_is_a_proof(method):
    solution = solve(unbounded(), SolverOptions(method=method))
    assert solution.outcome.status is SolutionStatus.UNBOUNDED
    with pytest.raises(UnboundedError, match="improves without limit"):
        _ = solution.objective


@pytest.mark.parametrize(
    ("model", "status"),
    [
        (unbounded, SolutionStatus.UNBOUNDED),
        (infeasible, SolutionStatus.INFEASIBLE),
        (dispatch, SolutionStatus.UNBOUNDED),
    ],
)
def test_infeasible_or_unbounded_is_resolved(model, status, monkeypatch):
    real = highs_module.run_highs

    def unsure(program, settings, options):
        run = real(program, settings, options)
        if not program.cost.any():
            return run
        termination, status = NOTHING_PROVEN
        return replace(run, termination=termination, status=status, infeasible_or_unbounded=True)

    monkeypatch.setattr(SOLVE, "run_highs", unsure)
    outcome = solve(model()).outcome
    assert outcome.status is status
    assert [attempt.method for attempt in outcome.attempts] == ["simplex", "simplex without objective"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda m: setattr(m, "row", Constraint(m.hour, rule=lambda m, t: m.cost["wind"] <= 0)), "'row[0]' "),
        (
            lambda m: setattr(m, "row", Constraint(m.hour, rule=lambda m, t: 0 * m.level[t] >= m.demand[t])),
            "no variables",
        ),
        (
            lambda m: setattr(
                m, "row", Constraint(m.hour, rule=lambda m, t: (m.demand[t], m.level[t], m.cost["wind"]))
            ),
            "'row[0]' must be at least 8 and at most 1",
        ),
        (lambda m: setattr(m, "row", Constraint(rule=lambda m: (5, m.level[0], 4))), "'row' holds no variables"),
        (
            lambda m: setattr(m, "z", Var(m.hour, bounds=(2, 1))),
            "'z[0]' has a lower bound of 2 and an upper bound of 1",
        ),
    ],
)
def test_a_row_that_is_infeasible_by_itself_is_named(change, expected):
    m = dispatch()
    change(m)
    with pytest.raises(InfeasibleError) as caught:
        solve(m).require_optimal()
    assert expected in str(caught.value)


def test_a_model_without_variables_has_its_constant_as_optimum():
    m = Model()
    m.cost = Objective(rule=lambda m: 3.0)
    m.hour = Set(initialize=[1])
    m.row = Constraint(m.hour, rule=lambda m, t: t >= 1)
    solution = solve(m).require_optimal()
    assert solution.objective == 3.0
    assert float(solution.dataset().cost) == 3.0


def run_that_ends_in(
    termination: TerminationCondition, status: SolutionStatus, highs_status: str = "Unknown"
) -> SolverRun:
    return SolverRun(termination, status, highs_status, seconds=0.1, iterations=7)


def scripted(monkeypatch, *ends) -> list[str]:
    """Let the first attempts end as told, and the next ones as they do; returns the list of solvers called."""
    real, script, called = highs_module.run_highs, list(ends), []

    def run(program, settings, options):
        called.append((settings["solver"], settings.get("user_bound_scale"), settings.get("run_crossover")))
        end = script.pop(0) if script else None
        return end if isinstance(end, SolverRun) else real(program, settings, options)

    monkeypatch.setattr(SOLVE, "run_highs", run)
    return called


UNKNOWN = run_that_ends_in(*NOTHING_PROVEN)


def test_the_ladder_goes_on_until_something_is_proven(monkeypatch, caplog):
    called = scripted(monkeypatch, UNKNOWN, UNKNOWN)
    with caplog.at_level(logging.INFO, "h2model.engine"):
        solution = solve(dispatch(), SolverOptions(method="hipo"))
    assert solution.outcome.optimal
    assert called == [("hipo", None, "off"), ("hipo", -6, "off"), ("ipx", None, "off")]
    assert "hipo: numerical trouble (Unknown), 7 iterations, 0.1 s" in caplog.text
    assert "ipx: optimal" in caplog.text


def test_a_missing_solver_is_logged_once(monkeypatch, caplog):
    monkeypatch.setattr(SOLVE, "is_available", lambda method: method != "hipo")
    solution = solve(dispatch(), SolverOptions(method="hipo"))
    assert [attempt.method for attempt in solution.outcome.attempts] == ["hipo", "ipx"]
    assert caplog.text.count("hipo: the solver is not installed") == 1


def test_the_outcome_without_a_result_is_that_of_the_last_solver_that_ran(monkeypatch):
    monkeypatch.setattr(SOLVE, "is_available", lambda method: method != "hipo")
    limit = run_that_ends_in(TerminationCondition.ITERATION_LIMIT, SolutionStatus.UNKNOWN, "Iteration limit")
    scripted(monkeypatch, limit, limit)
    outcome = solve(dispatch(), SolverOptions(method="simplex")).outcome
    assert [attempt.method for attempt in outcome.attempts] == ["simplex", "ipx with crossover", "hipo"]
    assert outcome.termination is TerminationCondition.ITERATION_LIMIT


def test_an_optimum_that_violates_its_rows_is_rejected(monkeypatch):
    real = solve(dispatch())
    off = SolverRun(
        TerminationCondition.FINISHED,
        SolutionStatus.OPTIMAL,
        "Optimal",
        seconds=0.1,
        iterations=7,
        primal=real.primal * 0.9,
        row_dual=real.row_dual,
    )
    scripted(monkeypatch, off)
    first, second = solve(dispatch(), SolverOptions(method="ipx")).outcome.attempts
    assert (first.termination, first.status) == NOTHING_PROVEN
    assert "is violated by" in first.detail
    assert (second.method, second.status) == ("ipx with crossover", SolutionStatus.OPTIMAL)


def test_a_ladder_without_success_lists_all_attempts(monkeypatch):
    scripted(monkeypatch, *[UNKNOWN] * 9)
    solution = solve(dispatch())
    assert len(solution.outcome.attempts) == len(SOLVE.LADDERS["simplex"])
    with pytest.raises(
        UnfinishedError, match=r"numerical trouble. Tried: simplex: numerical trouble \(Unknown\).*ipx with"
    ):
        solution.require_optimal()


def test_the_time_limit_is_shared_by_all_attempts(monkeypatch):
    limits = []

    def slow(program, settings, options):
        limits.append(settings["time_limit"])
        time.sleep(0.06)
        return run_that_ends_in(TerminationCondition.TIME_LIMIT, SolutionStatus.UNKNOWN)

    monkeypatch.setattr(SOLVE, "run_highs", slow)
    solution = solve(dispatch(), SolverOptions(time_limit=0.1))
    assert len(limits) == 2
    assert limits[1] < limits[0] - 0.05
    assert solution.outcome.termination is TerminationCondition.TIME_LIMIT
    with pytest.raises(UnfinishedError, match="the time limit was reached"):
        solution.require_optimal()


def test_a_time_limit_of_nearly_zero_ends_without_a_result():
    solution = solve(dispatch(), SolverOptions(time_limit=0.0))
    assert solution.outcome == Outcome(TerminationCondition.TIME_LIMIT, SolutionStatus.UNKNOWN, ())
    with pytest.raises(UnfinishedError, match="no solver was started"):
        solution.require_optimal()


def test_options_reach_highs_and_limits_end_an_attempt():
    solution = solve(
        large(), SolverOptions(method="simplex", options={"simplex_iteration_limit": 1, "presolve": "off"})
    )
    assert solution.outcome.attempts[0].termination is TerminationCondition.ITERATION_LIMIT


def test_the_size_decides_where_auto_begins(monkeypatch):
    called = scripted(monkeypatch)
    monkeypatch.setattr(SOLVE, "ROWS_FOR_SIMPLEX", 3)
    assert solve(dispatch()).outcome.optimal
    assert called[0][0] == "hipo"


def test_log_lines_reach_the_caller_and_the_file_only(tmp_path, capfd):
    lines = []
    solve(dispatch(), SolverOptions(log=lines.append, log_file=tmp_path / "solver.log"))
    assert any("Running HiGHS" in line for line in lines)
    assert "Running HiGHS" in (tmp_path / "solver.log").read_text()
    solve(dispatch())
    assert capfd.readouterr() == ("", "")


def test_an_interrupt_reaches_the_caller_during_the_solve():
    program, started = compile_model(large()), []

    def interrupt_once(line: str) -> None:
        if not started:
            started.append(line)
            threading.Timer(0.01, _thread.interrupt_main).start()
            time.sleep(1.0)

    with pytest.raises(KeyboardInterrupt):
        solve(program, SolverOptions(log=interrupt_once, options={"presolve": "off"}))
    assert solve(dispatch()).outcome.optimal


def test_the_scaled_program_copies_its_arrays():
    """scipy sorts the indices of a matrix in place; a second attempt must see the same program as the first."""
    program = compile_model(dispatch())
    scaled = scaled_program(program, Scaling(np.full(program.matrix.shape[0], 3), np.full(program.matrix.shape[1], -2)))
    assert not np.shares_memory(scaled.matrix.indices, program.matrix.indices)
    assert not np.shares_memory(scaled.matrix.indptr, program.matrix.indptr)
    before = scaled.matrix.toarray()
    relative_violation(program, np.ones(program.matrix.shape[1]))
    np.testing.assert_array_equal(scaled.matrix.toarray(), before)


def test_options_are_checked_before_the_solver_runs(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    good = {"presolve": "off", "threads": 2, "time_limit": 5, "run_crossover": "on", "log_file": "highs.log"}
    assert highs_module.check_options(good) == []
    assert list(tmp_path.iterdir()) == []
    bad = {"output_flag": "loud", "foo": 1, "presolve": [1], "threads": 1.5, "time_limit": "long", "log_file": 3}
    assert highs_module.check_options(bad) == [
        "HiGHS refuses 'loud' for its option 'output_flag', which must be true or false",
        "HiGHS has no option 'foo'",
        "HiGHS refuses [1] for its option 'presolve', which must be a string",
        "HiGHS refuses 1.5 for its option 'threads', which must be a whole number",
        "HiGHS refuses 'long' for its option 'time_limit', which must be a number",
        "HiGHS refuses 3 for its option 'log_file', which must be a string",
    ]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("options", "message"), [({"foo": 1}, "no option 'foo'"), ({"presolve": [1]}, "refuses")])
def test_an_option_that_highs_refuses_is_a_model_error(options, message):
    with pytest.raises(ModelError, match=message):
        solve(dispatch(), SolverOptions(options=options))


@pytest.mark.parametrize("claim", [SolutionStatus.INFEASIBLE, SolutionStatus.UNBOUNDED])
def test_infeasible_or_unbounded_is_accepted_only_from_the_simplex(monkeypatch, claim):
    called = scripted(monkeypatch, run_that_ends_in(TerminationCondition.FINISHED, claim, "Infeasible"))
    solution = solve(dispatch(), SolverOptions(method="ipx"))
    assert solution.outcome.optimal
    assert [solver for solver, *_ in called] == ["ipx", "simplex"]
    assert "HiGHS reports infeasible; the simplex is run to confirm" in solution.outcome.attempts[0].detail


def test_a_race_takes_the_first_verified_answer():
    solution = solve(dispatch(), SolverOptions(method="race"))
    assert solution.outcome.optimal
    assert solution.outcome.attempts[-1].method in ("simplex", "hipo")
    assert solution.objective == pytest.approx(solve(dispatch()).objective)


def nasty() -> Model:
    """A plant in TW, one in kW, prices from 1e-3 to 1e6: 2e-6 TW and 500 kW of a demand of 3 MW are all there is."""
    m = Model()
    m.hour = Set(initialize=range(24))
    m.large = Var(m.hour, bounds=(0, 2e-6), unit="TW")
    m.small = Var(m.hour, bounds=(0, 500), unit="kW")
    m.missing = Var(m.hour, bounds=(0, None), unit="MW")
    m.demand = Constraint(m.hour, rule=lambda m, t: 1e6 * m.large[t] + 1e-3 * m.small[t] + m.missing[t] == 3, unit="MW")
    m.total = Objective(
        rule=lambda m: sum(1e6 * m.missing[t] + 1e-3 * m.small[t] + 5e6 * m.large[t] for t in m.hour), unit="EUR"
    )
    return m


@pytest.mark.parametrize("method", [*METHODS, "pdlp"])
def test_a_numerically_nasty_model_is_solved(method):
    solution = solve(nasty(), SolverOptions(method=method))
    assert solution.outcome.status is SolutionStatus.OPTIMAL
    assert solution.objective == pytest.approx(24 * (0.5 * 1e6 + 1e-3 * 500 + 5e6 * 2e-6), rel=1e-6)
