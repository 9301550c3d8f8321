"""Elastic programs, irreducible sets and rays, on programs whose answers are plain to see."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from h2model.engine import Constraint, Model, Objective, Param, Set, SolutionStatus, SolverOptions, Var, compile_model
from h2model.engine.elastic import Bounds, Elastic
from h2model.engine.highs import Series
from h2model.engine.irreducible import irreducible, needed_groups
from h2model.engine.ray import unbounded_ray
from h2model.engine.windows.parallel import small_program
from h2model.errors import UnfinishedError


def shop(need: float = 30.0, limit: float = 5.0) -> Model:
    """In each of four hours `need` must come from two machines of at most 10 and `limit`; money is no matter."""
    m = Model()
    m.machine = Set(initialize=["big", "small"])
    m.time = Set(initialize=range(4))
    m.most = Param(m.machine, initialize={"big": 10.0, "small": limit})
    m.made = Var(m.machine, m.time, bounds=(0, None))
    m.other = Var(m.time, bounds=(0, 100))
    m.machine_limit = Constraint(m.machine, m.time, rule=lambda m, k, t: m.made[k, t] <= m.most[k])
    m.need = Constraint(m.time, rule=lambda m, t: sum(m.made[k, t] for k in m.machine) >= need)
    m.idle = Constraint(m.time, rule=lambda m, t: m.other[t] <= 50)
    m.cost = Objective(rule=lambda m: sum(m.made[k, t] for k in m.machine for t in m.time))
    return m


def bounds_of(program, name: str, price: float = 1.0) -> Bounds:
    block = next(block for block in program.rows if block.component.local_name == name)
    positions = np.arange(block.first, block.first + block.size)
    upper = bool(np.isfinite(program.row_upper[positions]).all())
    return Bounds(positions, np.full(len(positions), price), of_rows=True, upper=upper)


def test_limits_are_relaxed_as_little_as_possible():
    program = compile_model(shop())
    gives = [bounds_of(program, "machine_limit"), bounds_of(program, "need", price=3.0)]
    broken = Elastic(program, gives, 10.0).least([1.0, 1.0])
    assert broken.cost == pytest.approx(4 * 15.0)
    assert broken.amounts[0].sum() == pytest.approx(60.0)
    assert broken.amounts[1].sum() == pytest.approx(0.0)
    # One unit more of any limit saves one; one unit less of need as well.
    np.testing.assert_allclose(broken.saving_per_unit(gives[0]), 1.0)
    np.testing.assert_allclose(broken.saving_per_unit(gives[1]), 1.0)


def test_factors_choose_which_limits_are_relaxed():
    program = compile_model(shop())
    elastic = Elastic(program, [bounds_of(program, "machine_limit"), bounds_of(program, "need", price=3.0)], 10.0)
    assert elastic.least([None, 1.0]).amounts[1].sum() == pytest.approx(60.0)
    assert elastic.least([100.0, 1.0]).amounts[0].sum() == pytest.approx(0.0)
    assert elastic.least([None, None]) is None


def test_each_program_has_its_full_time():
    """HiGHS holds its limit against all that a solver has ever done."""
    series, rng, spent, statuses = Series(seconds=0.5), np.random.default_rng(1), 0.0, set()
    matrix = sp.random(200, 300, 0.1, random_state=1, format="csr")
    need, cost, some, most = rng.random(200), rng.random(300) + 0.1, np.zeros(300), np.full(300, np.inf)
    while spent < 1.5:
        # Of another shape than the one before, whose basis would else be the answer.
        for width in (300, 299):
            columns = slice(0, width)
            run = series.run(small_program(
                matrix[:, columns], need, np.full(200, np.inf), cost[columns], some[columns], most[columns]
            ))  # fmt: skip
            spent += run.seconds
            statuses.add(run.status)
    assert statuses == {SolutionStatus.OPTIMAL}


def test_a_time_limit_is_distinguished_from_infeasibility():
    program = compile_model(shop())
    gives = [bounds_of(program, "machine_limit"), bounds_of(program, "need")]
    with pytest.raises(UnfinishedError, match="Time limit reached"):
        Elastic(program, gives, 0.0).least([1.0, 1.0])


def test_bounds_of_columns_are_relaxed_too():
    m = shop(need=0.0)
    m.wish = Constraint(m.time, rule=lambda m, t: m.other[t] >= 20)
    program = compile_model(m)
    block = next(block for block in program.columns if block.component.local_name == "other")
    program.column_upper[block.slice] = 15.0
    bounds = Bounds(np.arange(block.first, block.first + block.size), np.ones(block.size), of_rows=False, upper=True)
    broken = Elastic(program, [bounds], 10.0).least([1.0])
    np.testing.assert_allclose(broken.amounts[0], 5.0)
    np.testing.assert_allclose(broken.saving_per_unit(bounds), 1.0)


def test_a_feasible_program_relaxes_nothing():
    program = compile_model(shop(need=12.0))
    broken = Elastic(program, [bounds_of(program, "need")], 10.0).least([1.0])
    assert broken.cost == pytest.approx(0.0, abs=1e-9)


def test_the_irreducible_set_holds_only_conflicting_constraints():
    program = compile_model(shop())
    elastic = Elastic(program, [bounds_of(program, "need")], 10.0)
    groups = needed_groups(elastic.scaled, *elastic.least([1.0]).scaled, inner=("time",))
    found = irreducible(elastic.scaled, groups, 10.0)
    assert {(group.component, group.labels) for group in found} == {
        ("machine_limit", ("big",)), ("machine_limit", ("small",)), ("need", ()),
    }  # fmt: skip


def test_a_feasible_program_has_no_irreducible_set():
    program = compile_model(shop(need=12.0))
    elastic = Elastic(program, [bounds_of(program, "need")], 10.0)
    ones = np.ones(program.matrix.shape[0]), np.ones(program.matrix.shape[1])
    groups = needed_groups(elastic.scaled, *ones, inner=("time",))
    assert irreducible(elastic.scaled, groups, 10.0) == []


def test_an_unbounded_gain_is_detected_and_a_finite_one_is_not():
    m = shop(need=0.0)
    m.sold = Var(bounds=(0, None))
    m.bought = Var(bounds=(0, None))
    m.trade = Constraint(rule=lambda m: m.sold == m.bought)
    m.cost.deactivate()
    m.gain = Objective(rule=lambda m: 2 * m.bought - 3 * m.sold - m.other[0])
    program = compile_model(m)
    direction = unbounded_ray(program, SolverOptions())
    moving = {program.column_name(i) for i in np.flatnonzero(direction)}
    assert moving == {"sold", "bought"}
    assert unbounded_ray(compile_model(shop()), SolverOptions()) is None
