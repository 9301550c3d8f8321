"""Starting the simplex from the basis of a program that resembles the one to be solved."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_models import infeasible, large

from h2model.engine import Basis, SolutionStatus, SolverOptions, compile_model, solve

SIMPLEX = SolverOptions(method="simplex")


@pytest.fixture(scope="module")
def program():
    return compile_model(large())


@pytest.fixture(scope="module")
def start(program):
    return solve(program, SIMPLEX).basis


def from_start(program, start):
    return solve(program, replace(SIMPLEX, start=start))


def test_a_start_at_the_optimum_needs_no_iteration(program, start):
    again = from_start(program, start)
    (attempt,) = again.outcome.attempts
    assert (attempt.method, attempt.iterations) == ("simplex from a start", 0)
    assert again.objective == pytest.approx(solve(program, SIMPLEX).objective, rel=1e-12)


@pytest.mark.parametrize("field", ["cost", "row_upper"])
def test_a_start_saves_iterations_and_finds_the_same_least_cost(program, start, field):
    given = getattr(program, field)
    factor = 1 + 0.02 * np.random.default_rng(3).random(given.shape)
    other = replace(program, **{field: given * factor})
    cold, warm = solve(other, SIMPLEX), from_start(other, start)
    assert warm.objective == pytest.approx(cold.objective, rel=1e-9)
    assert warm.outcome.attempts[0].iterations < cold.outcome.attempts[0].iterations / 2


def test_the_primal_simplex_is_used_only_if_limits_are_unchanged(program, start):
    assert start.settings(replace(program, cost=2 * program.cost))["simplex_strategy"] == 4
    assert start.settings(replace(program, row_upper=program.row_upper + 1))["simplex_strategy"] == 1


def test_a_start_of_another_shape_is_ignored(start):
    other = compile_model(infeasible())
    solution = from_start(other, start)
    assert solution.outcome.status is SolutionStatus.INFEASIBLE
    assert "simplex from a start" not in [attempt.method for attempt in solution.outcome.attempts]


def test_infeasibility_found_by_presolve_needs_no_start(program, start):
    impossible = replace(program, row_upper=np.where(np.isfinite(program.row_upper), -1.0, program.row_upper))
    outcome = from_start(impossible, start).outcome
    assert outcome.status is SolutionStatus.INFEASIBLE
    assert [attempt.method for attempt in outcome.attempts] == ["simplex"]


def test_a_start_without_progress_is_stopped(program, start):
    """Everything at its upper bound, or free, is a basis far from the optimum; so few iterations do not mend it."""
    bad = replace(start, columns=np.zeros_like(start.columns), rows=np.ones_like(start.rows))
    other = replace(program, row_upper=program.row_upper * 1.5)
    limited = replace(SIMPLEX, start=bad, options={"simplex_iteration_limit": 1})
    first = solve(other, limited).outcome.attempts[0]
    assert first.method == "simplex from a start"
    assert first.status is SolutionStatus.UNKNOWN
    assert from_start(other, bad).objective == pytest.approx(solve(other, SIMPLEX).objective, rel=1e-9)


def test_an_interior_solution_has_no_basis_unless_it_is_pushed_to_a_vertex(program):
    assert solve(program, SolverOptions(method="ipx")).basis is None
    pushed = solve(program, SolverOptions(method="ipx", crossover=True)).basis
    assert from_start(program, pushed).outcome.attempts[0].iterations == 0


def test_a_start_is_tried_before_other_methods(program, start):
    methods = [attempt.method for attempt in solve(program, SolverOptions("hipo", start=start)).outcome.attempts]
    assert methods == ["simplex from a start"]


def test_a_basis_is_restored_from_its_file(start, tmp_path):
    start.save(tmp_path / "start.npz")
    again = Basis.load(tmp_path / "start.npz")
    np.testing.assert_array_equal(again.columns, start.columns)
    np.testing.assert_array_equal(again.rows, start.rows)
    assert again.limits == start.limits
