"""Online capacity: the part of a plant that can run in a step, with the costs of starting and standby.

Most plants are always online with all available capacity. Plants with a start-up cost, a standby use or stack wear have
a continuous variable for their online capacity. This is the linear relaxation of unit commitment: accurate on average
for many units that start one after the other, and a lower bound of the cost of a single large unit. Part-load curves
and stack wear refer to the online capacity.
"""

from __future__ import annotations

from collections.abc import Iterable

import xarray as xr

from h2model.case import Parameter, Plausible, Provenance
from h2model.engine import Constraint, Expression, Model, Param, Set, Var
from h2model.errors import Fault
from h2model.frame.concern import Concern, Sums, equation
from h2model.frame.sets import labels, members_by, members_where, nonzero_pairs, plants_by_node
from h2model.frame.steps import refuse_uneven_weights

PARAMETERS = (
    Parameter(
        "minimum_load", dims=("plant",), unit="1", default=0.0, lower=0.0, upper=1.0,
        description="Minimum activity as a share of the online capacity.",
    ),
    Parameter(
        "startup_cost", dims=("plant",), unit="{money}/{capacity}", default=0.0, lower=0.0,
        plausible=(Plausible(0.1, 1e3, "MW"), Plausible(0.1, 1e5, "t/h"),),
        description="Cost of bringing one unit of capacity online.",
    ),
    Parameter(
        "standby_use", dims=("plant", "carrier"), unit="{carrier}/hour/{capacity}", default=0.0, lower=0.0,
        description="Amount of a carrier used per hour by each unit of capacity that is available but not online.",
    ),
)  # fmt: skip


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add online capacity and starts of the plants that have a start-up cost or a standby use."""
    committed = is_committed(data)
    variables = data.variables
    starting = variables["startup_cost"] > 0
    if bool(starting.any()):
        refuse_uneven_weights(data, "plants with a start-up cost")
    m.committed_plant = members_where(m.plant, data, committed, "plants with a variable online capacity")
    m.starting_plant = members_where(m.plant, data, starting, "plants with a start-up cost")
    m.least_loaded_plant = members_where(
        m.plant, data, committed & (variables["minimum_load"] > 0), "committed plants with a minimum load"
    )
    m.steady_plant = members_where(
        m.plant, data, ~committed & (variables["plant_mode_of"] == ""), "plants that are always online"
    )
    plants = labels(data, "plant")
    for name, members in (("online_of", m.committed_plant), ("steady_of", m.steady_plant)):
        m.add_component(name, Set(m.plant, within=members, initialize=members_by(plants, ((p, p) for p in members))))
    pairs = nonzero_pairs(data, "standby_use", "plant", "carrier")
    m.plants_on_standby = plants_by_node(m, data, pairs)

    m.minimum_load = Param(m.plant, initialize=data["minimum_load"])
    m.startup_price = Param(m.plant, initialize=data["startup_cost"])
    m.standby_use = Param(m.plant, m.carrier, initialize=data["standby_use"])
    steps = (m.period, m.time)
    m.online = Var(m.committed_plant, *steps, bounds=(0, None), unit="plant_unit", description="online capacity")
    m.startup = Var(
        m.starting_plant, *steps, bounds=(0, None), unit="plant_unit", description="capacity brought online in the step"
    )
    m.activity_limit = Constraint(m.steady_plant, *steps, rule=activity_limit.rule, unit="plant_unit")
    m.online_limit = Constraint(m.committed_plant, *steps, rule=online_limit.rule, unit="plant_unit")
    m.activity_within_online = Constraint(
        m.committed_plant, *steps, rule=activity_within_online.rule, unit="plant_unit"
    )
    m.least_load = Constraint(m.least_loaded_plant, *steps, rule=least_load.rule, unit="plant_unit")
    m.starts = Constraint(m.starting_plant, *steps, rule=starts.rule, unit="plant_unit")
    m.startup_cost = Expression(
        m.starting_plant, m.period, rule=startup_cost, unit="money/year", description="cost of bringing plants online"
    )
    sums.cost["startup_cost"] = lambda m, y: sum(m.startup_cost[p, y] for p in m.starting_plant)
    sums.supply.append(standby_supply)


def is_committed(data: xr.Dataset) -> xr.Variable:
    """Return whether the online capacity of a plant matters: going offline or staying online costs (plant)."""
    variables = data.variables
    wears = (variables["stack_replacement_cost"] > 0).any("period") & (variables["minimum_load"] > 0)
    return (variables["startup_cost"] > 0) | (variables["standby_use"] > 0).any("carrier") | wears


@equation(
    dual="saving from one more unit of available capacity in this step: its scarcity rent",
    relax="never: limits of capacity and demands are relaxed instead",
    segments="linear in activity: it holds for the means of segments, with their mean availability",
)
def activity_limit(m, p, y, t):
    """activity ≤ availability × capacity"""
    return m.activity[p, y, t] <= m.availability[p, y, t] * m.capacity[p, y]


@equation(
    dual="saving from one more unit of capacity that may be online in this step",
    relax="never: a technical limit of the plant, not a choice of the planner",
    segments="linear: it holds for the means of segments, with their mean availability",
)
def online_limit(m, p, y, t):
    """online ≤ availability × capacity"""
    return m.online[p, y, t] <= m.availability[p, y, t] * m.capacity[p, y]


@equation(
    dual="saving from making one unit more than is online in this step",
    relax="never: a technical limit of the plant, not a choice of the planner",
    segments="linear: if it holds in every hour, it holds for the means of segments",
)
def activity_within_online(m, p, y, t):
    """activity ≤ online"""
    return m.activity[p, y, t] <= m.online[p, y, t]


@equation(
    dual="saving from a minimum load that is lower by one unit in this step",
    relax="never: a technical limit of the plant, not a choice of the planner",
    segments="linear: if it holds in every hour, it holds for the means of segments",
)
def least_load(m, p, y, t):
    """activity ≥ minimum_load × online"""
    return m.activity[p, y, t] >= m.minimum_load[p] * m.online[p, y, t]


@equation(
    dual="saving from one unit less to start in this step",
    relax="never: defines the startup",
    segments="over the year, means rise by no more than their hours do",
)
def starts(m, p, y, t):
    """startup ≥ online − online in the step before"""
    return m.startup[p, y, t] >= m.online[p, y, t] - m.online[p, y, m.previous[t]]


def startup_cost(m, p, y):
    """startup_cost = Σ over time of weight × startup_cost × startup"""
    return sum(m.weight[t] * m.startup_price[p] * m.startup[p, y, t] for t in m.time)


def standby_supply(m, c, r, y, t):
    """−Σ standby_use × (availability × capacity − online)"""
    return -sum(
        m.standby_use[p, c] * (m.availability[p, y, t] * m.capacity[p, y] - m.online[p, y, t])
        for p in m.plants_on_standby[c, r]
    )


def check(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """Every row has an effect, a mode has no online capacity, and standby uses no carbon."""
    committed = is_committed(data).values
    wears = (data.variables["stack_replacement_cost"] > 0).any("period").values
    columns = (labels(data, name) for name in ("plant", "plant_mode_of", "startup_cost", "minimum_load"))
    for i, (plant, host, cost, load) in enumerate(zip(*columns, strict=True)):
        costs_offline, loaded = "startup_cost" if cost > 0 else "standby_use", load > 0
        if loaded and host:
            problem = f"{plant} is a mode of {host} and has no capacity to bring online"
            yield Fault(provenance.where("minimum_load", plant), problem, "move the row to the plant itself")
        elif loaded and not committed[i]:
            yield Fault(
                provenance.where("minimum_load", plant),
                f"minimum_load has no effect on {plant}: capacity goes offline at no cost",
                "add a startup_cost or a standby_use, or give a minimum_run_rate if it may not stop at all",
            )
        elif committed[i] and host:
            problem = f"{plant} is a mode of {host} and has no capacity to bring online"
            yield Fault(provenance.where(costs_offline, plant), problem, "move the row to the plant itself")
        elif committed[i] and not (loaded or wears[i]):
            problem = f"{costs_offline} has no effect on {plant}: all capacity can stay online at no load"
            yield Fault(provenance.where(costs_offline, plant), problem, "add a minimum_load")
    content = data.variables["carbon_content"].sum("origin").values
    carbon = dict(zip(labels(data, "carrier"), content.tolist(), strict=True))
    for plant, carrier in nonzero_pairs(data, "standby_use", "plant", "carrier"):
        if carbon[carrier] > 0:
            yield Fault(
                provenance.where("standby_use", plant, carrier=carrier),
                f"{plant} uses {carrier} on standby, which holds carbon that would not be counted",
                "give the fuel to a plant that makes heat or power, and use that on standby",
            )


CONCERN = Concern(
    __name__,
    __doc__,
    declare=declare,
    check=check,
    parameters=PARAMETERS,
    equations=(activity_limit, online_limit, activity_within_online, least_load, starts),
    expressions=(startup_cost,),
    needs=("capacity", "activity", "availability"),
)
