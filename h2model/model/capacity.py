"""Capacity of plants, stores, links and store power: what stands, what is built, what it costs to own.

What a retrofit converts (see retrofit) leaves the stock of its original for ever, and its fixed cost with it. What is
still owed for it is paid on: an annuity belongs to what was built, not to what stands.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from h2model.case import Parameter, Provenance, annuity_factor
from h2model.engine import Constraint, Expression, Model, Param, Set, Var
from h2model.errors import Fault
from h2model.model.frame import Sums, labels

PARAMETERS = (
    Parameter(
        "existing_capacity", dims=("asset", "period"), unit="{capacity}", default=0.0, lower=0.0,
        description="Capacity that stands before the first period and has not retired by this period.",
    ),
    Parameter(
        "minimum_capacity", dims=("asset", "period"), unit="{capacity}", default=0.0, lower=0.0,
        description="Capacity that must stand in the period.",
    ),
    Parameter(
        "maximum_capacity", dims=("asset", "period"), unit="{capacity}", default=np.inf, lower=0.0,
        description="Most capacity that may stand in the period.",
    ),
    Parameter(
        "maximum_new_capacity", dims=("asset", "period"), unit="{capacity}", default=np.inf, lower=0.0,
        description="Most capacity that may be built in the period; 0 where nothing can be built.",
    ),
    Parameter(
        "overnight_cost", dims=("asset", "period"), unit="{money}/{capacity}", default=None, lower=0.0,
        description="Cost of building one unit of capacity in the period, without interest during construction.",
    ),
    Parameter(
        "lifetime", dims=("asset",), unit="year", default=None, lower=1.0,
        description="Years from building to the end of use; the overnight cost is paid off over them.",
    ),
    Parameter(
        "interest_rate", dims=("asset",), unit="1/year", default=None, lower=0.0, upper=1.0,
        description="Interest rate at which an investment is paid off.",
    ),
    Parameter(
        "fixed_om_cost", dims=("asset", "period"), unit="{money}/{capacity}/year", default=0.0, lower=0.0,
        description="Cost of keeping one unit of capacity in operation for a year.",
    ),
    Parameter(
        "fixed_om_share", dims=("asset",), unit="1/year", default=0.0, lower=0.0, upper=1.0,
        description="The same as a share of the overnight cost, added to fixed_om_cost.",
    ),
)  # fmt: skip


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add capacity, its growth over the periods, and the cost of owning it."""
    m.existing_capacity = Param(m.asset, m.period, initialize=data["existing_capacity"])
    m.minimum_capacity = Param(m.asset, m.period, initialize=data["minimum_capacity"])
    m.maximum_capacity = Param(m.asset, m.period, initialize=data["maximum_capacity"])
    m.maximum_new_capacity = Param(m.asset, m.period, initialize=data["maximum_new_capacity"])
    m.vintages = Set(
        m.asset,
        m.period,
        within=m.period,
        initialize=living_vintages(data),
        description="periods whose new capacity still lives in a period",
    )
    costs = owning_costs(data)
    m.annual_investment = Param(m.asset, m.period, initialize=costs["annual_investment"])
    m.fixed_om_of_new = Param(m.asset, m.period, m.period, initialize=costs["fixed_om_of_new"].values)
    m.fixed_om_of_existing = Param(m.asset, m.period, initialize=costs["fixed_om_of_existing"])

    m.new_capacity = Var(
        m.asset,
        m.period,
        bounds=lambda m, a, y: (0, m.maximum_new_capacity[a, y]),
        unit="asset_unit",
        description="capacity built in the period",
    )
    m.capacity = Var(
        m.asset,
        m.period,
        bounds=lambda m, a, y: (m.minimum_capacity[a, y], m.maximum_capacity[a, y]),
        unit="asset_unit",
        description="capacity that stands in the period",
    )
    m.capacity_converted = Expression(
        m.asset, m.period, rule=capacity_converted, unit="asset_unit",
        description="capacity that retrofits have converted by this period",
    )  # fmt: skip
    m.capacity_stock = Constraint(m.asset, m.period, rule=capacity_stock, unit="asset_unit")
    m.investment_cost = Expression(
        m.asset, m.period, rule=investment_cost, unit="money/year", description="annuities of all living capacity"
    )
    m.fixed_om_cost = Expression(
        m.asset, m.period, rule=fixed_om_cost, unit="money/year", description="fixed operation and maintenance"
    )
    sums.cost["investment_cost"] = lambda m, y: sum(m.investment_cost[a, y] for a in m.asset)
    sums.cost["fixed_om_cost"] = lambda m, y: sum(m.fixed_om_cost[a, y] for a in m.asset)


def capacity_converted(m, a, y):
    """capacity_converted = Σ over its retrofits and all periods until now of new_capacity / retrofit_ratio"""
    return sum(m.new_capacity[r, v] / m.retrofit_ratio[r] for r in m.retrofits_of[a] for v in m.periods_until[y])


def capacity_stock(m, a, y):
    """capacity = existing_capacity + new_capacity of every vintage that still lives − capacity_converted

    Segments: knows no time.
    """
    new = sum(m.new_capacity[a, v] for v in m.vintages[a, y])
    return m.capacity[a, y] == m.existing_capacity[a, y] + new - m.capacity_converted[a, y]


def investment_cost(m, a, y):
    """investment_cost = Σ over living vintages of annuity_factor × overnight_cost × new_capacity"""
    return sum(m.annual_investment[a, v] * m.new_capacity[a, v] for v in m.vintages[a, y])


def fixed_om_cost(m, a, y):
    """fixed_om_cost = (fixed_om_cost + fixed_om_share × overnight_cost) × capacity that stands, by vintage"""
    new = sum(m.fixed_om_of_new[a, v, y] * m.new_capacity[a, v] for v in m.vintages[a, y])
    return new + m.fixed_om_of_existing[a, y] * (m.existing_capacity[a, y] - m.capacity_converted[a, y])


EQUATIONS = (capacity_stock,)
EXPRESSIONS = (capacity_converted, investment_cost, fixed_om_cost)


def buildable(data: xr.Dataset) -> xr.Variable:
    """Where (asset × period) new capacity is possible at all."""
    return data.variables["maximum_new_capacity"] > 0


def living_vintages(data: xr.Dataset) -> dict[tuple[str, int], list[int]]:
    """For each asset and period: the periods whose new capacity lives in it (built ≤ period < built + lifetime).

    Capacity lives in whole periods: what reaches into a period serves, and is paid for, until its end.
    """
    periods = labels(data, "period")
    lifetimes = labels(data, "lifetime")
    can_build = buildable(data).transpose("asset", "period").values
    return {
        (asset, period): [
            built
            for column, built in enumerate(periods)
            if can_build[row, column] and built <= period < built + lifetimes[row]
        ]
        for row, asset in enumerate(labels(data, "asset"))
        for period in periods
    }


def owning_costs(data: xr.Dataset) -> dict[str, xr.Variable]:
    """Annual costs per unit of capacity, by vintage: annuity and fixed O&M.

    Not-a-number stays where an asset has no overnight cost; `check` sees to it that nothing can be built there.
    """
    given = data.variables
    overnight, share, fixed = (given[name] for name in ("overnight_cost", "fixed_om_share", "fixed_om_cost"))
    # What stands since before the first period keeps its cost, however cheap new capacity becomes.
    share_of_existing = (share * overnight.isel(period=0)).where(share > 0, 0.0)
    # Same labels on both axes: the vintage is what was built, the period is when it is kept up.
    vintage_cost = xr.Variable(("asset", "vintage"), overnight.transpose("asset", "period").values)
    share_of_vintage = (share * vintage_cost).where(share > 0, 0.0)
    return {
        "annual_investment": annuity_factor(given["interest_rate"], given["lifetime"]) * overnight,
        "fixed_om_of_new": (share_of_vintage + fixed).transpose("asset", "vintage", "period"),
        "fixed_om_of_existing": (share_of_existing + fixed).transpose("asset", "period"),
    }


def check(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """What can be built needs a cost, a lifetime and an interest rate; limits must leave room for what stands."""
    can_build = buildable(data)
    given = data.variables
    for name in ("overnight_cost", "lifetime", "interest_rate"):
        missing = can_build & given[name].isnull()
        for asset, period in _first_period_each(data, missing):
            yield Fault(
                rows.where(name, asset, period=period),
                f"{asset} may be built in {period} but has no {name}",
                f"add a row {name}, or maximum_new_capacity 0 if it cannot be built",
            )
    costless = (given["existing_capacity"] > 0) & (given["fixed_om_share"] > 0) & given["overnight_cost"].isnull()
    for asset, period in _first_period_each(data, costless):
        yield Fault(
            rows.where("fixed_om_share", asset, period=period),
            f"{asset} has existing capacity and a fixed_om_share, but no overnight_cost of which it is a share",
            "give fixed_om_cost as money per capacity and year, or an overnight_cost",
        )
    for asset, period in _first_period_each(data, given["existing_capacity"] > given["maximum_capacity"]):
        yield Fault(
            rows.where("existing_capacity", asset, period=period),
            f"{asset} has more existing_capacity than maximum_capacity in {period}",
            "raise maximum_capacity or let existing capacity retire",
        )
    for asset, period in _first_period_each(data, given["minimum_capacity"] > given["maximum_capacity"]):
        yield Fault(
            rows.where("minimum_capacity", asset, period=period),
            f"{asset} has a minimum_capacity above its maximum_capacity in {period}",
            "lower minimum_capacity or raise maximum_capacity",
        )


def _first_period_each(data: xr.Dataset, where: xr.Variable) -> list[tuple[str, int]]:
    """The first period of each asset for which the condition holds: one fault per asset is enough."""
    flags = where.transpose("asset", "period").values
    assets, periods = labels(data, "asset"), labels(data, "period")
    return [(assets[row], periods[int(np.argmax(flags[row]))]) for row in np.flatnonzero(flags.any(axis=1))]
