"""Small models that several tests solve."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from h2model.engine import Constraint, Expression, Model, Objective, Param, Set, Var


def dispatch(demand: float = 12.0, limit: float = 100.0, sense=pyo.minimize) -> Model:
    """Two plants serve three hours; gas is expensive, wind is scarce, and the store shifts one hour."""
    sign = -1 if sense == pyo.maximize else 1
    m = Model("dispatch", "A small dispatch.")
    m.plant = Set(initialize=["wind", "gas"], description="plants")
    m.hour = Set(initialize=range(3))
    m.late = Set(within=m.hour, initialize=[1, 2], dim="hour")
    m.previous = Param(m.hour, initialize=[2, 0, 1])
    m.cost = Param(m.plant, initialize={"wind": 1.0, "gas": 50.0}, unit="EUR/MWh")
    m.available = Param(m.hour, initialize=[10.0, 3.0, 14.0])
    m.demand = Param(m.hour, initialize=[8.0, demand, 9.0])
    m.limit = Param(initialize=limit)
    m.output = Var(m.plant, m.hour, bounds=(0, None), unit="MW", description="power")
    m.level = Var(m.hour, bounds=(0, 4), unit="MWh")
    m.unserved = Var(m.hour, bounds=(0, 2), unit="MW")
    m.wind_limit = Constraint(m.hour, rule=lambda m, t: m.output["wind", t] <= m.available[t], unit="MW")

    def balance(m, t):
        """output = demand + what is stored

        In every hour.
        """
        stored = m.level[t] - m.level[m.previous[t]]
        return sum(m.output[p, t] for p in m.plant) + m.unserved[t] - stored >= m.demand[t]

    m.balance = Constraint(m.hour, rule=balance, unit="MWh/h")
    m.emissions = Constraint(rule=lambda m: sum(m.output["gas", t] for t in m.hour) <= m.limit, unit="t")
    m.ramp = Constraint(m.late, rule=lambda m, t: (-8, m.output["gas", t] - m.output["gas", m.previous[t]], 8))
    m.spending = Expression(m.plant, rule=lambda m, p: sum(m.cost[p] * m.output[p, t] for t in m.hour), unit="EUR")
    m.total = Objective(
        rule=lambda m: sign * (sum(m.spending[p] for p in m.plant) + 500 * sum(m.unserved[t] for t in m.hour) + 5),
        sense=sense,
        unit="EUR",
    )
    return m


def infeasible() -> Model:
    return dispatch(demand=30.0, limit=1.0)


def unbounded() -> Model:
    m = dispatch()
    m.free = Var()
    m.total.deactivate()
    m.cost = Objective(rule=lambda m: m.free + sum(m.output[p, t] for p in m.plant for t in m.hour))
    return m


def large() -> Model:
    """A transport problem that keeps any solver busy for a while."""
    rng = np.random.default_rng(0)
    m = Model()
    m.i = Set(initialize=range(150))
    m.j = Set(initialize=range(150))
    m.cost = Param(m.i, m.j, initialize=rng.uniform(1, 9, (150, 150)))
    m.x = Var(m.i, m.j, bounds=(0, None))
    m.supply = Constraint(m.i, rule=lambda m, i: sum(m.x[i, j] for j in m.j) <= 1.5)
    m.demand = Constraint(m.j, rule=lambda m, j: sum(m.x[i, j] for i in m.i) >= 1)
    m.total = Objective(rule=lambda m: sum(m.cost[i, j] * m.x[i, j] for i in m.i for j in m.j))
    return m
