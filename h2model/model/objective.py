"""Objective: the least present cost of all periods."""

from __future__ import annotations

from functools import partial

import xarray as xr

from h2model.engine import Expression, Model, Objective, Param
from h2model.frame.concern import Concern, Sums, equation


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Close the sum of cost parts and minimise it."""
    m.years_represented = Param(m.period, initialize=data["years_represented"], unit="year")
    m.discount_factor = Param(m.period, initialize=data["discount_factor"])
    m.annual_cost = Expression(
        m.period,
        rule=partial(annual_cost, tuple(sums.cost.values())),
        unit="money/year",
        description="cost of a year of the period, the sum of all parts",
    )
    m.total_cost = Objective(rule=total_cost.rule, unit="money", description="present cost of all periods")


def annual_cost(parts, m, y):
    """annual_cost = Σ of all cost parts"""
    return sum(part(m, y) for part in parts)


@equation(
    dual="",
    relax="never: is the objective, not a constraint",
    segments="linear in flows and volumes; prices in time are those of the best hour of the buyer or seller",
)
def total_cost(m):
    """total_cost = Σ over periods of years_represented × discount_factor × annual_cost"""
    return sum(m.years_represented[y] * m.discount_factor[y] * m.annual_cost[y] for y in m.period)


CONCERN = Concern(
    __name__,
    __doc__,
    declare=declare,
    equations=(total_cost,),
    expressions=(annual_cost,),
)
