"""Random models: the compiler agrees with Pyomo for any sets, members and numbers."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import assert_same_as_pyomo

from h2model.engine import Constraint, Expression, Model, Objective, Param, Set, Var

SETS = ("a", "b", "c")


def flow_rule(m, i, j, k):
    return m.x[i, j, k] <= m.p[i, j] * m.y[j, m.next[k]] + m.q[k]


def look_up_rule(m, k, i):
    return m.z + sum(m.x[i, j, k] * m.p[i, j] for j in m.js_of[i, k]) - sum(m.e[j] for j in m.js_of[i, k]) >= m.q[k]


def nested_rule(m, i):
    return sum(sum(m.x[i, j, k] for k in m.c) - m.q[n] * m.z for j in m.b for n in m.c) + m.z == 1


def pair_rule(m, i, j, k):
    return m.w[i, j] + sum(m.w[r, s] for r, s in m.pairs_of[k]) <= m.y[j, k]


@st.composite
def models(draw) -> Model:
    """A model whose sets, member sets (also empty ones), index-valued and number-valued data are drawn."""
    m = Model()
    sizes = [draw(st.integers(1, 4)) for _ in SETS]
    for name, size in zip(SETS, sizes, strict=True):
        labels = [f"{name}{n}" for n in range(size)] if draw(st.booleans()) else list(range(size))
        m.add_component(name, Set(initialize=draw(st.permutations(labels))))
    a, b, c = (list(m.component(name)) for name in SETS)
    numbers = st.sampled_from([0.0, 1.0, -1.0, 2.5, 0.1])
    pairs = [(i, j) for i in a for j in b]
    m.pairs = Set(dimen=2, initialize=draw(st.lists(st.sampled_from(pairs), unique=True)))
    m.js_of = Set(m.a, m.c, initialize={(i, k): draw(st.lists(st.sampled_from(b), unique=True)) for i in a for k in c})
    chosen = st.lists(st.sampled_from(list(m.pairs)), unique=True) if len(m.pairs) else st.just([])
    m.pairs_of = Set(m.c, dimen=2, initialize={k: draw(chosen) for k in c})
    m.next = Param(m.c, initialize={k: draw(st.sampled_from(c)) for k in c})
    m.p = Param(m.a, m.b, initialize=np.array([draw(numbers) for _ in pairs]).reshape(len(a), len(b)))
    m.q = Param(m.c, initialize={k: draw(numbers) for k in c})
    m.x = Var(m.a, m.b, m.c, bounds=lambda m, i, j, k: (m.q[k], 9))
    m.y = Var(m.b, m.c)
    m.w = Var(m.pairs)
    m.z = Var(bounds=(0, None))
    return m


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(models())
def test_random_models_compile_to_the_rows_of_pyomo(m):
    m.e = Expression(m.b, rule=lambda m, j: sum(m.y[j, m.next[k]] * m.q[k] for k in m.c) + m.z)
    m.flow = Constraint(m.a, m.b, m.c, rule=flow_rule)
    m.look_up = Constraint(m.c, m.a, rule=look_up_rule)
    m.nested = Constraint(m.a, rule=nested_rule)
    m.paired = Constraint(m.pairs, m.c, rule=pair_rule)
    m.cost = Objective(rule=lambda m: sum(m.e[j] for j in m.b) + sum(m.w[i, j] * m.p[i, j] for i, j in m.pairs) - 3)
    assert_same_as_pyomo(m)
