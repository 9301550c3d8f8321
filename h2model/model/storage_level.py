"""Storage level: the amount in a store at the end of each step, and its limits.

By default the level at the end of a year, or of a sequence of steps such as a representative day, equals the level at
its beginning. A store with another `final_level` has an opening level of its own.

In segments (`h2model.case.segments`) the level is bounded at their ends only.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from h2model.case import Parameter, Provenance
from h2model.engine import Constraint, Model, Param, Set, Var
from h2model.errors import Fault
from h2model.frame.capacity import is_filled
from h2model.frame.concern import Concern, Relax, Stage, Sums, equation
from h2model.frame.sets import labels, members_by, members_where
from h2model.frame.steps import sequences

AS_BEGUN, NO_LESS, FREE = "as begun", "no less", "free"

PARAMETERS = (
    Parameter(
        "minimum_level", dims=("store", "time"), unit="1", default=0.0, lower=0.0, upper=1.0, relaxation="min",
        description="Share of the capacity that must stay in the store (cushion gas, battery reserve, reservoir rule).",
    ),
    Parameter(
        "initial_level", dims=("store",), unit="{capacity}", default=None, lower=0.0,
        description="Level at the beginning of the year, or of a sequence of steps; chosen by the model if not given.",
    ),
    Parameter(
        "final_level", dims=("store",), unit="1", default=AS_BEGUN, choices=(AS_BEGUN, NO_LESS, FREE),
        description="Level at the end of the year, or of a sequence of steps, compared with that at its beginning.",
    ),
)  # fmt: skip


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add the level of stores and its limits."""
    variables = data.variables
    filled = is_filled(data)
    m.minimum_level = Param(m.store, m.time, initialize=data["minimum_level"])
    m.initial_level = Param(m.store, initialize=data["initial_level"])
    m.moving_store = members_where(m.store, data, filled, "stores whose level moves")
    m.reserve_store = members_where(
        m.store, data, (variables["minimum_level"] > 0).any("time"), "stores with a minimum level"
    )
    as_begun = variables["final_level"] == AS_BEGUN
    m.started_store = members_where(
        m.store, data, variables["initial_level"].notnull() & as_begun, "stores with an initial level"
    )
    # Stores that cannot be charged need no row.
    m.most_level = Param(m.store, initialize=np.where(filled, np.inf, 0.0))
    m.storage_level = Var(
        m.store, m.period, m.time, bounds=lambda m, s, y, t: (0, m.most_level[s]), unit="store_unit",
        description="level at the end of the step",
    )  # fmt: skip
    steps, first, last = np.array(labels(data, "time")), *sequences(data)
    m.first_step = Set(within=m.time, initialize=steps[first].tolist(), description="first steps of sequences")
    m.last_step = Set(
        within=m.time, initialize=steps[last].tolist(), description="last steps of the year, or of sequences"
    )
    index = (m.period, m.time)
    m.storage_level_limit = Constraint(m.moving_store, *index, rule=storage_level_limit.rule, unit="store_unit")
    m.storage_initial_level = Constraint(
        m.started_store, m.period, m.last_step, rule=storage_initial_level.rule, unit="store_unit"
    )
    m.storage_level_minimum = Constraint(m.reserve_store, *index, rule=storage_level_minimum.rule, unit="store_unit")
    _declare_opening(m, data)


def _declare_opening(m: Model, data: xr.Dataset) -> None:
    """Add the opening level of stores whose final level may differ from it."""
    variables = data.variables
    is_open = variables["final_level"] != AS_BEGUN
    steps, (first, last) = np.array(labels(data, "time")), sequences(data)
    lengths = last - first + 1
    m.begin_of = Param(m.time, initialize=steps[np.repeat(first, lengths)], description="first step of the sequence")
    m.end_of = Param(m.time, initialize=steps[np.repeat(last, lengths)], description="last step of the sequence")
    m.open_store = members_where(m.store, data, is_open, "stores whose final level may differ from their initial level")
    m.kept_store = members_where(
        m.store,
        data,
        variables["final_level"] == NO_LESS,
        "stores whose final level must not be below their initial level",
    )
    itself = members_by(labels(data, "store"), ((name, name) for name in m.open_store))
    m.opening = Set(m.store, within=m.open_store, initialize=itself)
    begins = xr.Variable("time", np.isin(np.arange(steps.size), first))
    m.opens = Param(m.store, m.time, initialize=(is_open & begins).astype(float).transpose("store", "time"))
    m.least_opening = Param(m.store, initialize=variables["initial_level"].fillna(0.0))
    m.most_opening = Param(m.store, initialize=variables["initial_level"].fillna(np.inf))
    index = (m.period, m.first_step)
    m.opening_level = Var(
        m.open_store, *index, bounds=lambda m, s, y, t: (m.least_opening[s], m.most_opening[s]), unit="store_unit",
        description="level at the beginning of a sequence of steps, if its final level may differ",
    )  # fmt: skip
    m.opening_level_limit = Constraint(m.open_store, *index, rule=opening_level_limit.rule, unit="store_unit")
    m.opening_level_minimum = Constraint(m.open_store, *index, rule=opening_level_minimum.rule, unit="store_unit")
    m.final_level_minimum = Constraint(m.kept_store, *index, rule=final_level_minimum.rule, unit="store_unit")


@equation(
    dual="saving from room for one more unit at the end of this step",
    relax="never: a technical limit of the store, not a choice of the planner",
    segments="applied at the end of a segment only",
)
def storage_level_limit(m, s, y, t):
    """storage_level ≤ capacity"""
    return m.storage_level[s, y, t] <= m.capacity[s, y]


@equation(
    dual="change of cost from one more unit in the store at the beginning and the end",
    relax=Relax(Stage.LIMIT, "the initial_level of {0} in {1}", unit="{capacity}", by_time=True),
    segments="the end of the year is the end of a segment",
)
def storage_initial_level(m, s, y, t):
    """storage_level at the end of the year, or of a sequence of steps = initial_level"""
    return m.storage_level[s, y, t] == m.initial_level[s]


@equation(
    dual="saving from one unit less that must stay in the store at the end of this step",
    relax=Relax(Stage.LIMIT, "the minimum_level of {0} in {1}", unit="{capacity}", by_time=True),
    segments="applied at the end of a segment only, with the minimum of its hours",
)
def storage_level_minimum(m, s, y, t):
    """storage_level ≥ minimum_level × capacity"""
    return m.storage_level[s, y, t] >= m.minimum_level[s, t] * m.capacity[s, y]


@equation(
    dual="saving from room for one more unit at the beginning",
    relax="never: a technical limit of the store, not a choice of the planner",
    segments="applied at the beginning of the year",
)
def opening_level_limit(m, s, y, t):
    """opening_level ≤ capacity"""
    return m.opening_level[s, y, t] <= m.capacity[s, y]


@equation(
    dual="saving from one unit less that must be in the store at the beginning",
    relax="never: a technical limit of the store, not a choice of the planner",
    segments="applied at the beginning of the year, with the minimum of the hours of the first segment",
)
def opening_level_minimum(m, s, y, t):
    """opening_level ≥ minimum_level × capacity"""
    return m.opening_level[s, y, t] >= m.minimum_level[s, t] * m.capacity[s, y]


@equation(
    dual="saving from ending with one unit less than at the beginning",
    relax=Relax(Stage.LIMIT, "the final_level of {0} in {1}", unit="{capacity}", by_time=True),
    segments="the end of the year is the end of a segment",
)
def final_level_minimum(m, s, y, t):
    """storage_level at the end of the sequence ≥ opening_level"""
    return m.storage_level[s, y, m.end_of[t]] >= m.opening_level[s, y, t]


def check(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """A store with a free final_level has an initial_level, and holds no carbon unless its level returns."""
    holds = (data["carbon_content"] != 0).any("origin").to_series()
    columns = ("store", "final_level", "initial_level", "store_carrier")
    for store, final, initial, carrier in zip(*(labels(data, name) for name in columns), strict=True):
        if final == AS_BEGUN:
            continue
        where = provenance.where("final_level", store)
        if final == FREE and np.isnan(initial):
            problem = f"{store} has a free final_level but no initial_level: it would begin full for free"
            yield Fault(where, problem, "add a row initial_level")
        if holds[carrier]:
            problem = f"{store} may end with another level than its first, but the carbon of {carrier} must balance"
            yield Fault(where, problem, "store CO2 permanently by a plant with stored_share 1, or remove the row")


CONCERN = Concern(
    __name__,
    __doc__,
    declare=declare,
    check=check,
    parameters=PARAMETERS,
    equations=(
        storage_level_limit,
        storage_initial_level,
        storage_level_minimum,
        opening_level_limit,
        opening_level_minimum,
        final_level_minimum,
    ),
    needs=("capacity",),
)
