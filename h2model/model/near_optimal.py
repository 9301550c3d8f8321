"""Near-optimal plans: the cost becomes a limit, and new capacity the objective.

Source: DeCarolis, "Using modeling to generate alternatives (MGA) to expand our thinking on energy futures", Energy
Economics 33, 2011; Lombardi et al., "Policy decision support for renewables deployment through spatially explicit
practically optimal alternatives", Joule 4, 2020 (SPORES).
"""

from __future__ import annotations

import xarray as xr

from h2model.engine import Constraint, Model, Objective, Param

#: Number of rows that `explore` adds at the end of the program.
ROWS = 1


def explore(m: Model, weights: xr.DataArray, most_cost: float) -> None:
    """Change a model to minimise a weighted sum of new capacity while its cost stays within a limit.

    Parameters
    ----------
    m
        A model from `build`; it is changed.
    weights
        One number per asset and unit of capacity, dims (asset); negative to build as much as possible.
    most_cost
        Largest present cost of all periods, in money.
    """
    m.total_cost.deactivate()
    m.exploration_weight = Param(m.asset, initialize=weights)
    m.most_cost = Param(initialize=most_cost, unit="money")
    m.cost_limit = Constraint(rule=cost_limit, unit="money", description="cost stays near the minimum")
    m.explored = Objective(rule=explored, unit="capacity", description="weighted sum of new capacity")


def cost_limit(m):
    """Σ over periods of years_represented × discount_factor × annual_cost ≤ most_cost"""
    return sum(m.years_represented[y] * m.discount_factor[y] * m.annual_cost[y] for y in m.period) <= m.most_cost


def explored(m):
    """explored = Σ over assets and periods of exploration_weight × new_capacity"""
    return sum(m.exploration_weight[a] * m.new_capacity[a, y] for a in m.asset for y in m.period)
