"""Certified plans: for any weather, prices and caps, the bounds enclose the least cost and the gap closes."""

from __future__ import annotations

import importlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from segment_cases import DECLARED, varied

import h2model
from h2model.certified import certify
from h2model.certified.refine import more_per_day
from h2model.engine import SolutionStatus, SolverOptions, TerminationCondition, compile_model, solve
from h2model.engine.residuals import relative_violation
from h2model.engine.windows import OutOfTimeError
from h2model.errors import InfeasibleError, UnfinishedError

few = settings.get_profile("few")


def proven_by_hand(program, row_dual: np.ndarray) -> float:
    """Weak duality, written out: every multiplier times the bound that it stands for."""
    reduced = program.cost - program.matrix.T @ row_dual
    total = program.offset
    for multiplier, lower, upper in (
        (row_dual, program.row_lower, program.row_upper),
        (reduced, program.column_lower, program.column_upper),
    ):
        for value, bounds in zip(multiplier, zip(lower, upper, strict=True), strict=True):
            bound = bounds[0] if value > 0 else bounds[1]
            if np.isfinite(bound):
                total += value * bound
            else:
                assert abs(value) < 1e-4
    return total


@pytest.mark.parametrize("case", ["everything", "works"])
@given(seed=st.integers(0, 10_000), first=st.integers(1, 8))
@few
def test_bounds_hold_the_least_cost_and_the_gap_closes(hourly_cases, case, seed, first):
    data = varied(hourly_cases[case], seed)
    program = compile_model(h2model.build(data))
    least = solve(program).objective
    room = 1e-6 * abs(least)
    found, rounds = certify(program, data, DECLARED, 1e-4, SolverOptions(), first=first)
    for known in rounds:
        assert known.lower <= least + room
        assert known.upper >= least - room
    assert found.outcome.status in (SolutionStatus.BOUNDED, SolutionStatus.OPTIMAL)
    assert relative_violation(program, found.primal)[0] <= 1e-6
    assert least - room <= found.objective <= least + 1.0001e-4 * abs(found.objective) + room
    assert proven_by_hand(program, found.row_dual) == pytest.approx(found.objective - found.distance, rel=1e-5)


def certified(data, gap: float = 0.5, **options):
    """A certified solution, and its rounds."""
    program = compile_model(h2model.build(data))
    return certify(program, data, DECLARED, gap, SolverOptions(**options))


def test_rounds_stop_when_the_gap_is_reached(hourly_cases):
    found, rounds = certified(hourly_cases["works"], 0.2)
    assert found.outcome.status is SolutionStatus.BOUNDED
    assert len(rounds) == 1
    assert rounds[0].gap <= 0.2
    assert found.distance == pytest.approx(rounds[0].upper - rounds[0].lower, rel=1e-5)
    assert str(rounds[0]).startswith("round 1: 4 segments, lower bound ")


def test_an_unreachable_demand_is_proven_infeasible(hourly_cases):
    data = hourly_cases["works"]
    short = data.assign(rate=data["rate"] * 50, unserved_cost=data["unserved_cost"] * np.nan)
    found, _ = certified(short)
    assert found.outcome.status is SolutionStatus.INFEASIBLE
    with pytest.raises(InfeasibleError):
        found.require_result()


def test_an_unlimited_gain_is_proven_unbounded(hourly_cases):
    data = hourly_cases["works"]
    is_sale = data["trade_direction"] == "export"
    free = data.assign(
        price=data["price"].where(is_sale, -5.0),
        maximum_rate=data["maximum_rate"] * np.inf,
        disposal_cost=data["disposal_cost"].fillna(0.0),
    )
    found, _ = certified(free)
    assert found.outcome.status is SolutionStatus.UNBOUNDED


def test_without_time_no_plan_and_no_bound_is_reported(hourly_cases):
    found, rounds = certified(hourly_cases["works"], 1e-6, time_limit=1e-3)
    outcome = found.outcome
    assert (outcome.termination, outcome.status) == (TerminationCondition.TIME_LIMIT, SolutionStatus.UNKNOWN)
    assert rounds == []
    with pytest.raises(UnfinishedError, match="the time limit was reached"):
        found.require_result()


def test_at_the_time_limit_the_best_plan_comes_with_its_proven_bound(hourly_cases, monkeypatch):
    program = compile_model(h2model.build(hourly_cases["works"]))
    least = solve(program).objective
    loop = importlib.import_module("h2model.certified.loop")
    real, solved = loop.solve, []

    def two_rounds(program, options):
        solved.append(program)
        if len(solved) > 2:
            raise OutOfTimeError
        return real(program, options)

    monkeypatch.setattr(loop, "solve", two_rounds)
    found, rounds = certified(hourly_cases["works"], 1e-9)
    outcome = found.outcome
    assert (outcome.termination, outcome.status) == (TerminationCondition.TIME_LIMIT, SolutionStatus.BOUNDED)
    assert len(rounds) == 2
    assert found.objective - found.distance <= least <= found.objective
    assert found.objective == rounds[-1].upper


def test_new_segments_go_to_the_days_that_need_them():
    lengths = np.array([24, 24, 12, 12])
    gap = np.repeat([0.0, 5.0, 1.0], 24)
    more = more_per_day(lengths, gap, np.array([], dtype=int))
    assert more.tolist() == [1, 4, 2]
    assert more_per_day(lengths, gap, np.array([0])).tolist() == [3, 2, 2]
    assert more_per_day(lengths, None, np.array([], dtype=int)).sum() == 7
    assert more_per_day(np.full(18, 4), np.ones(72), np.array([], dtype=int)).tolist() == [10, 10, 9]
    assert more_per_day(np.full(36, 2), np.ones(72), np.array([], dtype=int)).tolist() == [24, 24, 24]
