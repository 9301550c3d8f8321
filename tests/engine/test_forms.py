"""Every form that a rule may take compiles to what Pyomo makes of it, without an object per index."""

from __future__ import annotations

import logging

import numpy as np
import pyomo.environ as pyo
import pytest
from oracle import assert_same_as_pyomo

from h2model.engine import Constraint, Expression, Model, Objective, Param, Set, Var

REGIONS, PLANTS, PERIODS, HOURS = ["north", "south", "sea"], ["wind", "gas", "store"], [2030, 2040, 2050], range(4)


@pytest.fixture
def m() -> Model:
    """Sets, data and variables that the forms below are written with."""
    rng = np.random.default_rng(1)
    m = Model()
    m.region = Set(initialize=REGIONS)
    m.asset = Set(initialize=[*PLANTS, "cable", "pipe"])
    m.plant = Set(within=m.asset, initialize=PLANTS, dim="asset")
    m.period = Set(initialize=PERIODS)
    m.hour = Set(initialize=HOURS)
    m.site = Set(
        dimen=2, initialize=[("north", "wind"), ("south", "wind"), ("south", "gas")], levels=("region", "plant")
    )
    m.plants_at = Set(m.region, initialize={"north": ["wind", "gas"], "south": ["store"], "sea": []})
    m.built_by = Set(m.period, initialize=lambda m, y: [v for v in PERIODS if v <= y])
    m.sites_in = Set(m.region, m.period, dimen=2, initialize=_sites_in)
    m.useful = Set(
        m.plant,
        m.period,
        initialize={(p, y): HOURS[: (n + k) % 4] for n, p in enumerate(PLANTS) for k, y in enumerate(PERIODS)},
    )
    m.previous = Param(m.hour, initialize=[3, 0, 1, 2])
    m.region_of = Param(m.plant, initialize={"wind": "north", "gas": "south", "store": "sea"})
    m.home = Param(initialize="south")
    m.rate = Param(initialize=0.07)
    m.share = Param(m.plant, m.hour, initialize=rng.choice([0.0, 0.5, 1.5], (3, 4)))
    m.demand = Param(m.region, m.hour, initialize=rng.uniform(1, 2, (3, 4)))
    m.factor = Param(m.period, initialize={2030: 1.0, 2040: 0.5, 2050: 0.25})
    m.limit = Param(m.plant, m.period, initialize=rng.choice([5.0, np.inf], (3, 3)))
    m.flow = Var(m.plant, m.period, m.hour, bounds=(0, None))
    m.capacity = Var(m.asset, m.period, bounds=(0, 100))
    m.site_flow = Var(m.site, m.period, m.hour)
    m.budget = Var(bounds=(-5, np.inf))
    return m


def _sites_in(m: Model, region: str, period: int) -> list[tuple[str, str]]:
    return [pair for pair in m.site if pair[0] == region and (pair[1] != "gas" or period < 2050)]


def nested_sum(m, r, y, t):
    return sum(sum(m.flow[p, y, t] * m.share[p, t] for p in m.plants_at[r]) for v in m.built_by[y]) <= m.demand[r, t]


def several_contributions(m, r, y, t):
    def inflow():
        return sum(m.flow[p, y, t] for p in m.plants_at[r])

    def outflow():
        return -sum(m.site_flow[q, p, y, t] for q, p in m.sites_in[r, y])

    return sum(part() for part in (inflow, outflow)) == m.demand[r, t] + m.budget


# name of the form: (sets of the constraint, rule)
FORMS = {
    "at most a capacity": (
        ("plant", "period", "hour"),
        lambda m, p, y, t: m.flow[p, y, t] <= m.share[p, t] * m.capacity[p, y],
    ),
    "subset members index the superset": (("plant", "period"), lambda m, p, y: m.capacity[p, y] <= m.limit[p, y]),
    "product with pairs": (
        ("site", "period", "hour"),
        lambda m, r, p, y, t: m.site_flow[r, p, y, t] <= m.capacity[p, y],
    ),
    "pairs in the middle": (("period", "site"), lambda m, y, r, p: m.site_flow[r, p, y, 2] - m.demand[r, 2] >= 0),
    "pair made of two indices": (("period",), lambda m, y: m.site_flow["south", "gas", y, 1] + m.budget <= 7),
    "sum over a plain set": (("period", "hour"), lambda m, y, t: sum(m.flow[p, y, t] for p in m.plant) >= 1),
    "sum over two sets": (
        ("period",),
        lambda m, y: sum(m.share[p, t] * m.flow[p, y, t] for p in m.plant for t in m.hour) <= 9,
    ),
    "sum over pairs": (("hour",), lambda m, t: sum(m.site_flow[r, p, y, t] for r, p in m.site for y in m.period) <= 3),
    "sum over whole pairs": (("hour",), lambda m, t: sum(m.site_flow[pair, 2030, t] for pair in m.site) <= 3),
    "sum over a product": ((), lambda m: sum(m.flow[p, y, 0] for p, y in m.plant * m.period) <= 3),
    "sum over an indexed set": (
        ("region", "period", "hour"),
        lambda m, r, y, t: sum(m.flow[p, y, t] for p in m.plants_at[r]) <= m.demand[r, t],
    ),
    "indexed set on the last axis": (
        ("plant", "period"),
        lambda m, p, y: m.capacity[p, y] == sum(m.flow[p, v, 1] for v in m.built_by[y]),
    ),
    "indexed set by two keys": (
        ("region", "period", "hour"),
        lambda m, r, y, t: sum(m.site_flow[q, p, y, t] for q, p in m.sites_in[r, y]) <= 4,
    ),
    "two keys the other way round": (
        ("hour", "period", "region"),
        lambda m, t, y, r: sum(m.site_flow[q, p, y, t] for q, p in m.sites_in[r, y]) <= t,
    ),
    "two keys that are not neighbours": (
        ("plant", "hour", "period"),
        lambda m, p, t, y: sum(m.flow[p, y, u] for u in m.useful[p, y]) <= m.capacity[p, y] + m.share[p, t],
    ),
    "a key that is a pair's part": (
        ("site", "hour"),
        lambda m, r, p, t: sum(m.flow[q, 2030, t] for q in m.plants_at[r]) <= m.capacity[p, 2030],
    ),
    "a key that is a literal": (
        ("period", "hour"),
        lambda m, y, t: sum(m.flow[p, y, t] for p in m.plants_at["north"]) <= 3,
    ),
    "a key that is a parameter": (
        ("plant", "hour"),
        lambda m, p, t: sum(m.flow[q, 2040, t] for q in m.plants_at[m.region_of[p]]) <= m.demand[m.region_of[p], t],
    ),
    "a key that is a scalar parameter": (
        ("hour",),
        lambda m, t: sum(m.flow[q, 2040, t] for q in m.plants_at[m.home]) <= m.demand[m.home, t],
    ),
    "an empty member set": (
        ("hour",),
        lambda m, t: m.budget + sum(m.flow[p, 2030, t] for p in m.plants_at["sea"]) <= 3,
    ),
    "a sum in a sum": (("region", "period", "hour"), nested_sum),
    "two indexed sets in one sum": (
        ("region", "period"),
        lambda m, r, y: sum(m.flow[p, v, 0] for v in m.built_by[y] for p in m.plants_at[r]) <= 8,
    ),
    "contributions of several functions": (("region", "period", "hour"), several_contributions),
    "a parameter as index": (
        ("plant", "period", "hour"),
        lambda m, p, y, t: m.flow[p, y, t] - 0.9 * m.flow[p, y, m.previous[t]] == 0,
    ),
    "a parameter of a parameter as index": (
        ("plant", "hour"),
        lambda m, p, t: m.flow[p, 2030, m.previous[m.previous[t]]] <= m.flow[p, 2030, t],
    ),
    "literal indices": (("hour",), lambda m, t: m.flow["gas", 2040, t] - m.capacity["gas", 2040] <= m.share["gas", 3]),
    "arithmetic with an index": (
        ("period", "hour"),
        lambda m, y, t: m.flow["gas", y, t] * (1 + m.rate) ** (y - 2030) <= t,
    ),
    "arithmetic as index": (("plant", "hour"), lambda m, p, t: m.flow[p, 2030, 3 - t] <= 2),
    "constants on the left": (("plant", "period"), lambda m, p, y: m.factor[y] >= m.capacity[p, y]),
    "constants on both sides": (
        ("plant", "period"),
        lambda m, p, y: m.capacity[p, y] + 3 - m.factor[y] <= 7 + 2 * m.budget - m.factor[y] * 4,
    ),
    "a lower bound": (("plant", "period"), lambda m, p, y: m.capacity[p, y] >= m.factor[y]),
    "an equation with the constant left": (("period",), lambda m, y: m.factor[y] == m.capacity["gas", y]),
    "a range": (("plant", "period"), lambda m, p, y: (m.factor[y], m.capacity[p, y] + 1, 9)),
    "a range open below": (("plant", "period"), lambda m, p, y: (None, m.capacity[p, y], m.limit[p, y])),
    "a range of one value": (("plant",), lambda m, p: (2, m.capacity[p, 2030], 2)),
    "an inequality expression": (("plant",), lambda m, p: pyo.inequality(1, m.capacity[p, 2030], 4)),
    "a tuple of two": (("plant",), lambda m, p: (m.capacity[p, 2030], m.capacity[p, 2040])),
    "division": (("plant", "period"), lambda m, p, y: (m.capacity[p, y] - m.budget) / m.factor[y] <= 1 / m.factor[y]),
    "powers and functions of parameters": (
        ("period",),
        lambda m, y: m.factor[y] ** 2 * m.budget <= pyo.sqrt(m.factor[y]) + abs(m.factor[y]),
    ),
    "negation": (("plant", "period"), lambda m, p, y: -(m.capacity[p, y] - m.factor[y]) <= -m.budget),
    "coefficient behind the variable": (("plant", "period"), lambda m, p, y: m.capacity[p, y] * m.factor[y] * 2 <= 1),
    "a sum of parameters as coefficient": (
        ("plant", "period"),
        lambda m, p, y: (
            sum(m.share[p, t] for t in m.hour) * m.capacity[p, y] <= sum(m.factor[v] for v in m.built_by[y])
        ),
    ),
    "the same variable twice": (
        ("plant", "hour"),
        lambda m, p, t: m.flow[p, 2030, t] + m.flow[p, 2030, m.previous[t]] + m.flow[p, 2030, 0] <= 1,
    ),
    "terms that cancel": (("plant", "hour"), lambda m, p, t: m.flow[p, 2030, t] - m.flow[p, 2030, 0] + m.budget <= 1),
    "no variables": (("period",), lambda m, y: m.factor[y] <= 1),
    "scalars only": ((), lambda m: m.budget * m.rate <= 3),
    "a sum with nothing in it": (("region",), lambda m, r: sum(m.flow[p, 2030, 0] for p in m.plants_at[r]) >= m.budget),
    "an empty left side": (
        ("region",),
        lambda m, r: sum(m.flow[p, 2030, 0] for p in m.plants_at[r]) <= m.capacity["gas", 2030],
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_compiles_to_the_rows_of_pyomo(m, form, caplog):
    sets, rule = FORMS[form]
    m.row = Constraint(*(m.component(name) for name in sets), rule=rule)
    with caplog.at_level(logging.DEBUG, "h2model.engine"):
        program = assert_same_as_pyomo(m)
    assert "index by index" not in caplog.text
    assert len(m.flow._data) == len(m.capacity._data) == len(m.site_flow._data) == len(m.share._data) == 0
    assert program.matrix.shape[0] == len(m.row.index_set())


def test_expressions_are_inlined_also_nested_and_re_indexed(m):
    m.output = Expression(m.plant, m.hour, rule=lambda m, p, t: sum(m.flow[p, y, t] for y in m.period) + m.share[p, t])
    m.change = Expression(m.hour, m.plant, rule=lambda m, t, p: 2 * m.output[p, t] - m.output[p, m.previous[t]])
    m.site_total = Expression(m.site, rule=lambda m, r, p: sum(m.site_flow[r, p, y, 0] for y in m.period))
    m.all = Expression(rule=lambda m: sum(m.output[p, t] for p in m.plant for t in m.hour))
    m.ramp = Constraint(m.plant, m.hour, rule=lambda m, p, t: m.change[t, p] <= m.share[p, t])
    m.local = Constraint(m.region, rule=lambda m, r: sum(m.site_total[q, p] for q, p in m.sites_in[r, 2030]) <= 1)
    m.one = Constraint(m.period, rule=lambda m, y: m.all + m.change[1, "gas"] <= m.budget * m.factor[y])
    m.cost = Objective(rule=lambda m: m.all - 3 * m.budget + 4, sense=pyo.maximize)
    assert_same_as_pyomo(m)
    assert len(m.output._data) == len(m.change._data) == len(m.flow._data) == 0


def test_an_expression_without_variables_may_be_a_factor_or_a_bound(m):
    m.weight = Expression(m.period, rule=lambda m, y: m.factor[y] * 2)
    m.left = Constraint(m.period, rule=lambda m, y: m.weight[y] * m.budget <= 3)
    m.right = Constraint(m.period, rule=lambda m, y: m.budget * m.weight[y] <= m.weight[y])
    m.under = Constraint(m.period, rule=lambda m, y: m.budget / m.weight[y] >= -1)
    assert_same_as_pyomo(m)


def test_an_expression_may_replace_a_rule(m):
    m.total = Expression(expr=m.budget * 2 + 1)
    m.part = Expression(m.period, rule=lambda m, y: m.capacity["gas", y] * 2)
    m.row = Constraint(expr=m.capacity["gas", 2030] + m.budget <= 3)
    m.cost = Objective(expr=m.capacity["gas", 2040] * 3 - m.budget + m.total + m.part[2030])
    assert_same_as_pyomo(m)


def test_bounds_come_from_numbers_rules_and_domains(m):
    m.fixed = Var(m.plant, bounds=(1, 2))
    m.ruled = Var(m.plant, m.period, bounds=lambda m, p, y: (m.factor[y], m.limit[p, y]))
    m.open = Var(m.plant, bounds=lambda m, p: (None, m.limit[p, 2030]))
    m.positive = Var(m.hour, within=pyo.NonNegativeReals, bounds=(-1, None))
    m.chosen = Var(m.plant, bounds=lambda m, p: (0, 5) if p == "gas" else (-1, np.inf))
    m.single = Var(bounds=lambda m: (0, m.rate))
    m.unlimited = Var(m.plant, bounds=(-np.inf, np.inf))
    assert_same_as_pyomo(m)


RULES_THAT_NEED_REAL_LABELS = {
    "an if on an index": lambda m, p, t: m.flow[p, 2030, t] <= 1 if t > 0 else m.flow[p, 2040, t] >= 2,
    "skipped indices": lambda m, p, t: Constraint.Skip if t == 0 else m.flow[p, 2030, t] <= m.share[p, t],
    "a generator with if": lambda m, p, t: sum(m.flow[p, 2030, u] for u in m.hour if u <= t) <= 1,
    "an explicit loop": lambda m, p, t: sum([m.flow[p, y, t] for y in m.period]) <= 1,
    "a look-up in a dict": lambda m, p, t: m.flow[p, 2030, t] <= {0: 1, 1: 2, 2: 3, 3: 4}[t],
    "a range in a sum": lambda m, p, t: sum(m.flow[p, y, t] for n in (1,) for y in m.period) <= 1,
    "a comparison with a label": lambda m, p, t: m.flow[p, 2030, t] <= (1 if p == "gas" else 2),
    "a label among others": lambda m, p, t: m.flow[p, 2030, t] <= (1 if p in ("gas", "store") else 2),
    "a value compared with a label": lambda m, p, t: m.flow[p, 2030, t] <= (1 if m.region_of[p] != "north" else 2),
    "a label as text": lambda m, p, t: m.flow[f"{p}", 2030, t] <= {"gas0": 5}.get(f"{p}{t}", 3),
    "a label compared in a sum": lambda m, p, t: (
        sum((1 if q == "gas" else 0) * m.flow[q, 2030, t] for q in m.plant) <= 3
    ),
    "a trivial truth": lambda m, p, t: m.flow[p, 2030, t] <= 1 if t else 0 <= 1,
    "a maximum": lambda m, p, t: m.flow[p, 2030, t] <= max(m.share[p, t], 0.7),
    "named expressions": lambda m, p, t: m.output[p, t] + m.total <= (3 if t else 4),
}


@pytest.mark.parametrize("kind", RULES_THAT_NEED_REAL_LABELS)
def test_a_rule_that_cannot_be_a_template_is_evaluated_index_by_index(m, kind, caplog):
    m.output = Expression(m.plant, m.hour, rule=lambda m, p, t: sum(m.flow[p, y, t] for y in m.period))
    m.total = Expression(rule=lambda m: sum(m.output[p, 0] for p in m.plant))
    m.row = Constraint(m.plant, m.hour, rule=RULES_THAT_NEED_REAL_LABELS[kind])
    with caplog.at_level(logging.DEBUG):
        assert_same_as_pyomo(m)
    assert "constraint 'row' is evaluated index by index" in caplog.text
    assert [record for record in caplog.records if record.levelno > logging.DEBUG] == []


def test_expressions_and_objectives_may_need_real_labels_too(m):
    m.odd = Expression(m.hour, rule=lambda m, t: m.flow["gas", 2030, t] if t % 2 else 3 * m.budget)
    m.row = Constraint(m.hour, rule=lambda m, t: m.odd[t] <= 4)
    m.cost = Objective(rule=lambda m: sum([m.capacity[p, y] for p in m.plant for y in m.period]) + m.odd[1] + 2)
    assert_same_as_pyomo(m)


def test_infeasible_rows_stay_in_the_program(m):
    m.row = Constraint(m.period, rule=lambda m, y: sum(m.flow[p, y, 0] for p in m.plants_at["sea"]) >= m.factor[y])
    m.chosen = Constraint(m.period, rule=lambda m, y: m.budget <= 1 if y == 2030 else 0 >= 1)
    program = assert_same_as_pyomo(m)
    assert program.row_lower[:3].tolist() == [1.0, 0.5, 0.25]
    assert program.row_lower[3:].tolist() == [-np.inf, 1.0, 1.0]
    assert np.diff(program.matrix.indptr).tolist() == [0, 0, 0, 1, 0, 0]


def test_empty_sets_give_empty_blocks(m):
    m.nothing = Set(initialize=[])
    m.idle = Var(m.nothing, m.hour)
    m.row = Constraint(m.nothing, m.hour, rule=lambda m, i, t: m.idle[i, t] <= m.budget)
    m.sum = Constraint(m.hour, rule=lambda m, t: sum(m.idle[i, t] for i in m.nothing) + m.budget <= 1)
    m.value = Expression(m.nothing, rule=lambda m, i: m.idle[i, 0])
    program = assert_same_as_pyomo(m)
    assert program.expression_values(m.value, np.zeros(program.matrix.shape[1])).shape == (0,)


def test_a_model_without_constraints_or_objective_compiles(m):
    program = assert_same_as_pyomo(m)
    assert program.matrix.shape == (0, len(program.cost))
    assert not program.cost.any()


def test_names_equal_those_of_pyomo():
    m = Model()
    m.kind = Set(initialize=["plain", "with space", "it's"])
    m.pair = Set(dimen=2, initialize=[("a", 1), ("b c", 2)])
    m.x = Var(m.kind, m.pair)
    m.y = Var()
    m.row = Constraint(m.pair, rule=lambda m, a, b: m.x["plain", a, b] + m.y >= 0)
    program = assert_same_as_pyomo(m)
    assert program.column_name(0) == "x[plain,a,1]"
    assert program.column_name(6) == "y"


def test_members_of_a_large_set_of_pairs_are_found_by_searching(monkeypatch, m):
    monkeypatch.setattr("h2model.engine.labels.DENSE_TABLE", 0)
    m.row = Constraint(
        m.period, rule=lambda m, y: m.site_flow["south", "gas", y, 1] + m.site_flow[m.home, "wind", y, 0] <= 7
    )
    assert_same_as_pyomo(m)
