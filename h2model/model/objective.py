"""Objective: the least present cost of everything, over all periods."""

from __future__ import annotations

from functools import partial

import xarray as xr

from h2model.engine import Expression, Model, Objective, Param
from h2model.frame.sums import Sums


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Close the sum of cost parts and minimise it."""
    m.years_represented = Param(m.period, initialize=data["years_represented"], unit="year")
    m.discount_factor = Param(m.period, initialize=data["discount_factor"])
    m.annual_cost = Expression(
        m.period,
        rule=partial(annual_cost, tuple(sums.cost.values())),
        unit="money/year",
        description="cost of a year of the period, all parts together",
    )
    m.total_cost = Objective(rule=total_cost, unit="money", description="present cost of all periods")


def annual_cost(parts, m, y):
    """annual_cost = Σ of all cost parts"""
    return sum(part(m, y) for part in parts)


def total_cost(m):
    """total_cost = Σ over periods of years_represented × discount_factor × annual_cost

    Segments: linear in flows and volumes; prices in time are those of the best hour for who buys or sells.
    """
    return sum(m.years_represented[y] * m.discount_factor[y] * m.annual_cost[y] for y in m.period)


EQUATIONS = (total_cost,)
EXPRESSIONS = (annual_cost,)
