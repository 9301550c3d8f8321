"""Windows: what belongs where, bounds that no solution beats, and plans that keep every row."""

from __future__ import annotations

import time

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from h2model.engine import Constraint, Model, Objective, Param, Set, Var, compile_model, solve
from h2model.engine.residuals import proven_bound, relative_gap, relative_violation
from h2model.engine.windows import (
    Guess,
    OutOfTimeError,
    Windows,
    feasible_plan,
    guess_from,
    positions_along,
    proven_prices,
    rents_from,
    split,
)
from h2model.engine.windows.split import COUPLING, LOOSE, SHARED
from h2model.engine.windows.year_rows import _Merged

HOURS, WINDOW = 16, 4
FAR = np.inf


def site(seed: int = 0, cap: float = 60.0, unserved: bool = True, hours: int = HOURS) -> Model:
    """A plant, a store and fuel for the year: all that ties hours together."""
    rng = np.random.default_rng(seed)
    m = Model("site")
    m.time = Set(initialize=range(hours))
    m.once = Set(initialize=["year"])
    m.previous = Param(m.time, initialize=np.roll(np.arange(hours), 1))
    m.demand = Param(m.time, initialize=rng.uniform(2, 9, hours))
    m.price = Param(m.time, initialize=rng.uniform(5, 60, hours))
    m.capacity = Var(m.once, bounds=(0, 20))
    m.steady = Var(m.time, bounds=(0, 3))
    m.burnt = Var(m.time, bounds=(0, None))
    m.bought = Var(m.time, bounds=(0, 4))
    m.fuel = Var(m.time, bounds=(0, 5))
    m.level = Var(m.time, bounds=(0, 6))
    m.unserved = Var(m.time, bounds=(0, None if unserved else 0))
    m.emitted = Var(m.once, bounds=(None, None))
    m.limit = Constraint(m.time, rule=lambda m, t: m.burnt[t] <= m.capacity["year"])
    m.balance = Constraint(m.time, rule=balance)
    m.fuel_balance = Constraint(m.once, rule=lambda m, o: sum(m.fuel[t] - 1.5 * m.burnt[t] for t in m.time) == 0)
    m.account = Constraint(m.once, rule=lambda m, o: m.emitted[o] == sum(2.0 * m.fuel[t] for t in m.time))
    m.cap = Constraint(m.once, rule=lambda m, o: m.emitted[o] <= cap)
    m.total = Objective(rule=total)
    return m


def balance(m, t):
    """The first hour's `steady` serves all hours, like what is decided once for a month."""
    stored = m.level[t] - 0.9 * m.level[m.previous[t]]
    return m.burnt[t] + m.bought[t] + m.steady[0] + m.unserved[t] - stored == m.demand[t]


def total(m):
    hourly = sum(20 * m.fuel[t] + m.price[t] * m.bought[t] + 25 * m.steady[t] + 500 * m.unserved[t] for t in m.time)
    return 90 * m.capacity["year"] + hourly


def cut(program) -> Windows:
    hour = positions_along(program.columns, program.matrix.shape[1], "time")
    return split(program, np.where(hour >= 0, hour // WINDOW, SHARED))


def named(program, blocks, kinds) -> dict[str, set]:
    """Kind of each row or column, as a set for each component."""
    found = {}
    for block in blocks:
        found[block.component.local_name] = set(kinds[block.slice].tolist())
    return found


def test_columns_and_rows_belong_to_their_windows():
    program = compile_model(site())
    windows = cut(program)
    columns = named(program, program.columns, windows.column_window)
    assert columns["burnt"] == columns["level"] == {0, 1, 2, 3}
    assert columns["fuel"] == {LOOSE}, "bought for the year, it is in no row of an hour"
    assert columns["capacity"] == columns["emitted"] == {SHARED}
    assert columns["steady"] == {SHARED, LOOSE}, "its first hour serves all windows, the others are in no row"
    rows = named(program, program.rows, windows.row_window)
    assert rows["limit"] == {0, 1, 2, 3}
    assert rows["cap"] == {SHARED}
    assert rows["fuel_balance"] == rows["account"] == {COUPLING}
    assert rows["balance"] == {0, 1, 2, 3, COUPLING}, "the first hour knows the level before it"
    by_name = dict(zip((program.row_name(int(row)) for row in windows.coupling), windows.is_short, strict=True))
    assert by_name == {
        "balance[0]": True, "balance[4]": True, "balance[8]": True, "balance[12]": True,
        "fuel_balance[year]": False, "account[year]": False,
    }  # fmt: skip


def test_the_windows_hold_every_entry_once():
    program = compile_model(site())
    windows = cut(program)
    entries = sum(matrix.nnz for matrix in windows.matrices) + sum(tie.nnz for _, tie in windows.couplings)
    coupling = program.matrix[windows.coupling]
    loose_or_shared = int((windows.column_window[coupling.indices] < 0).sum())
    shared_rows = program.matrix[np.flatnonzero(windows.row_window == SHARED)].nnz
    assert entries + loose_or_shared + shared_rows == program.matrix.nnz


def exact_guess(program, windows) -> tuple[Guess, np.ndarray]:
    """What the optimum itself says."""
    optimum = solve(program).require_optimal()
    same = np.arange(HOURS)
    guess = guess_from(windows, program, optimum.primal, optimum.row_dual, same)
    return guess, rents_from(windows, program, optimum.row_dual, same, windows.column_window)


@pytest.mark.parametrize("seed", range(4))
def test_the_optimum_gives_its_cost_as_bound_and_as_plan(seed):
    program = compile_model(site(seed))
    windows = cut(program)
    guess, rents = exact_guess(program, windows)
    least = solve(program).objective
    dual = proven_prices(windows, guess, rents, 2, FAR)
    assert proven_bound(program, dual) == pytest.approx(least, rel=1e-6)
    plan = feasible_plan(windows, guess, 2, FAR)
    assert relative_violation(program, plan.primal)[0] <= 1e-6
    assert program.cost @ plan.primal == pytest.approx(least, rel=1e-6)


@given(seed=st.integers(0, 1000), spread=st.floats(0, 2))
@settings(max_examples=30, deadline=None)
def test_bounds_hold_for_any_guess(seed, spread):
    program = compile_model(site(seed))
    windows = cut(program)
    guess, rents = exact_guess(program, windows)
    rng = np.random.default_rng(seed)

    def off(values: np.ndarray) -> np.ndarray:
        return values * rng.uniform(1 - spread / 2, 1 + spread, values.shape)

    wrong = Guess(np.clip(off(guess.primal), program.column_lower, program.column_upper), off(guess.prices))
    least = solve(program).objective
    dual = proven_prices(windows, wrong, off(rents), 1, FAR)
    if dual is not None:
        assert proven_bound(program, dual) <= least + 1e-6 * abs(least)
    plan = feasible_plan(windows, wrong, 1, FAR)
    if plan.primal is not None:
        assert relative_violation(program, plan.primal)[0] <= 1e-6
        assert program.cost @ plan.primal >= least - 1e-6 * abs(least)


def test_a_window_with_too_little_capacity_is_a_misfit():
    program = compile_model(site(1, unserved=False, cap=500.0))
    windows = cut(program)
    guess, _ = exact_guess(program, windows)
    for block in program.columns:
        if block.component.local_name in ("capacity", "steady"):
            guess.primal[block.slice] = 0.0
    plan = feasible_plan(windows, guess, 1, FAR)
    assert plan.primal is None
    assert plan.misfits.size


def test_an_exceeded_time_limit_raises_an_error():
    program = compile_model(site())
    windows = cut(program)
    guess, rents = exact_guess(program, windows)
    with pytest.raises(OutOfTimeError):
        proven_prices(windows, guess, rents, 1, time.perf_counter() - 1)
    with pytest.raises(OutOfTimeError):
        feasible_plan(windows, guess, 1, time.perf_counter() - 1)


def test_duals_of_a_coarse_program_apply_to_each_of_its_hours():
    fine, coarse = compile_model(site()), compile_model(site(hours=8))
    windows = cut(fine)
    optimum = solve(coarse).require_optimal()
    guess = guess_from(windows, coarse, optimum.primal, optimum.row_dual, np.repeat(np.arange(8), 2))
    values = {b.component.local_name: guess.primal[b.slice] for b in fine.columns}
    wanted = {b.component.local_name: optimum.primal[b.slice] for b in coarse.columns}
    np.testing.assert_array_equal(values["burnt"], np.repeat(wanted["burnt"], 2))
    np.testing.assert_array_equal(values["capacity"], wanted["capacity"])
    prices = {fine.row_name(int(row)): guess.prices[row] for row in windows.coupling}
    duals = {coarse.row_name(row): dual for row, dual in enumerate(optimum.row_dual)}
    assert prices["balance[4]"] == duals["balance[2]"]
    assert prices["account[year]"] == pytest.approx(duals["account[year]"])
    assert (guess.prices[windows.row_window != COUPLING] == 0).all()


def test_equal_columns_are_merged_and_separated_again():
    program = compile_model(site())
    fuel = next(block for block in program.columns if block.component.local_name == "fuel")
    rows = np.array([program.matrix.shape[0] - 3, program.matrix.shape[0] - 2])
    merged = _Merged(program, np.arange(fuel.first, fuel.first + fuel.size), rows)
    assert (len(merged.cost), merged.upper.tolist()) == (1, [5.0 * HOURS])
    np.testing.assert_allclose(merged.spread(np.array([30.0])), np.full(HOURS, 30.0 / HOURS))


def test_duals_without_a_bound_prove_nothing():
    program = compile_model(site())
    dual = np.zeros(program.matrix.shape[0])
    assert proven_bound(program, dual) == 0.0
    dual[0] = 1.0  # burnt − capacity ≤ 0 has no lower bound
    assert proven_bound(program, dual) == -np.inf


def test_gaps_without_a_bound_are_infinite():
    assert relative_gap(-np.inf, 5.0) == relative_gap(1.0, np.inf) == np.inf
    assert relative_gap(5.0, 5.0) == 0.0
    assert relative_gap(-1.0, 0.0) == np.inf


def test_the_matrix_of_a_window_equals_its_part_of_the_program():
    program = compile_model(site())
    windows = cut(program)
    for number in range(windows.count):
        own = np.append(windows.columns[number], windows.shared)
        wanted = program.matrix[windows.rows[number]][:, own]
        assert abs(sp.csr_array(windows.matrices[number]) - wanted).max() == 0
