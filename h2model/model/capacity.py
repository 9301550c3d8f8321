"""Capacity of plants, stores, links and store power: existing, new, and the cost of owning it.

A retrofit (see retrofit) removes capacity of its original for ever, with its fixed cost. The annuity of the original
is still paid, because an annuity belongs to the capacity that was built. The same holds for capacity that is retired
before the end of its life (see early_retirement).

Capacity with a life shorter than its period is renewed within the period: it serves, and its annuity is paid, until
the end of the period.

**Moment of payment** (`investment_moment` of the case). An annuity is paid in every year of life within the horizon, so
service beyond the horizon is not paid. If annuities are paid at the end of each year (`end`) and the interest rate
equals the discount rate, their present value is the overnight cost less the salvage value of a sinking fund:
C·r/(1 − (1+r)^-L)·(1 − (1+r)^-n)/r = C·(1 − v·(1+r)^-n) with v = 1 − ((1+r)^n − 1)/((1+r)^L − 1), n years of L in the
horizon. All costs have the same discount factor. An annuity due at another moment of the year is converted to its value
at the moment of the other costs. `at building` is the whole overnight cost at the beginning of the period, without a
salvage value. investment_cost spreads it over the years of the period, as equal sums of the same present value.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from h2model.case import (
    MOMENTS,
    Parameter,
    Plausible,
    Provenance,
    annuity_factor,
    present_value_factor,
    rule,
    worth_in_year,
)
from h2model.engine import Constraint, Expression, Model, Param, Set, Var
from h2model.errors import Fault, Severity
from h2model.frame.capacity import buildable, can_be_built, cannot_be_built, living_vintages
from h2model.frame.concern import Binding, Bound, Concern, Relax, Stage, Sums, equation
from h2model.frame.sets import labels

WITH_COSTS, AT_BUILDING = "with costs", "at building"

PARAMETERS = (
    Parameter(
        "investment_moment", dims=(), unit="1", default=WITH_COSTS, choices=(WITH_COSTS, *MOMENTS, AT_BUILDING),
        description="Moment of paying investments: as annuities with the other costs of each year, as annuities at "
        "another moment of each year, or in full at the beginning of the building period, without a salvage value.",
    ),
    Parameter(
        "existing_capacity", dims=("asset", "period"), unit="{capacity}", default=0.0, lower=0.0,
        description="Capacity from before the first period that has not retired by this period.",
    ),
    Parameter(
        "minimum_capacity", dims=("asset", "period"), unit="{capacity}", default=0.0, lower=0.0,
        description="Minimum capacity in the period.",
    ),
    Parameter(
        "maximum_capacity", dims=("asset", "period"), unit="{capacity}", default=np.inf, lower=0.0,
        description="Maximum capacity in the period.",
    ),
    Parameter(
        "maximum_new_capacity", dims=("asset", "period"), unit="{capacity}", default=np.inf, lower=0.0,
        description="Maximum capacity that may be built in the period; 0 if the asset cannot be built.",
    ),
    Parameter(
        "minimum_new_capacity", dims=("asset", "period"), unit="{capacity}", default=0.0, lower=0.0,
        description="Capacity that must be built in the period, such as decided projects.",
    ),
    Parameter(
        "overnight_cost", dims=("asset", "period"), unit="{money}/{capacity}", default=None, lower=0.0,
        plausible=(
            Plausible(5e3, 5e7, "MW"), Plausible(50, 2e6, "MWh"),
            Plausible(1e3, 1e8, "t/h"), Plausible(10, 1e5, "t"),
        ),
        description="Cost of building one unit of capacity in the period, without interest during construction.",
    ),
    Parameter(
        "lifetime", dims=("asset",), unit="year", default=None, lower=1.0,
        plausible=(Plausible(3, 100),),
        description="Years from building to the end of use; the overnight cost is paid off over them.",
    ),
    Parameter(
        "interest_rate", dims=("asset",), unit="1/year", default=None, lower=0.0, upper=1.0,
        plausible=(Plausible(0.005, 0.2),),
        description="Interest rate at which an investment is paid off.",
    ),
    Parameter(
        "fixed_om_cost", dims=("asset", "period"), unit="{money}/{capacity}/year", default=0.0, lower=0.0,
        plausible=(
            Plausible(100, 5e6, "MW"), Plausible(1, 2e5, "MWh"),
            Plausible(100, 1e7, "t/h"), Plausible(0.1, 1e4, "t"),
        ),
        description="Cost of keeping one unit of capacity in operation for a year.",
    ),
    Parameter(
        "fixed_om_share", dims=("asset",), unit="1/year", default=0.0, lower=0.0, upper=1.0,
        plausible=(Plausible(5e-4, 0.2),),
        description="Fixed cost as a share of the overnight cost, added to fixed_om_cost.",
    ),
)  # fmt: skip


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add capacity, new capacity, and the cost of owning capacity."""
    m.existing_capacity = Param(m.asset, m.period, initialize=data["existing_capacity"])
    m.minimum_capacity = Param(m.asset, m.period, initialize=data["minimum_capacity"])
    m.maximum_capacity = Param(m.asset, m.period, initialize=data["maximum_capacity"])
    m.minimum_new_capacity = Param(m.asset, m.period, initialize=data["minimum_new_capacity"])
    m.maximum_new_capacity = Param(m.asset, m.period, initialize=data["maximum_new_capacity"])
    living = living_vintages(data)
    m.vintages = Set(
        m.asset, m.period, within=m.period, initialize=living,
        description="periods whose new capacity still lives in a period",
    )  # fmt: skip
    m.paid_vintages = Set(
        m.asset, m.period, within=m.period, initialize=paid_vintages(data, living),
        description="periods whose new capacity is paid for in a period",
    )  # fmt: skip
    costs = owning_costs(data)
    m.annual_investment = Param(m.asset, m.period, initialize=costs["annual_investment"])
    m.fixed_om_of_new = Param(m.asset, m.period, m.period, initialize=costs["fixed_om_of_new"].values)
    m.fixed_om_of_existing = Param(m.asset, m.period, initialize=costs["fixed_om_of_existing"])

    m.new_capacity = Var(
        m.asset,
        m.period,
        bounds=lambda m, a, y: (m.minimum_new_capacity[a, y], m.maximum_new_capacity[a, y]),
        unit="asset_unit",
        description="capacity built in the period",
    )
    m.capacity = Var(
        m.asset,
        m.period,
        bounds=lambda m, a, y: (m.minimum_capacity[a, y], m.maximum_capacity[a, y]),
        unit="asset_unit",
        description="capacity in the period",
    )
    m.capacity_converted = Expression(
        m.asset, m.period, rule=capacity_converted, unit="asset_unit",
        description="capacity that retrofits have converted by this period",
    )  # fmt: skip
    m.capacity_retired = Expression(
        m.asset, m.period, rule=capacity_retired, unit="asset_unit",
        description="capacity retired by this period before the end of its life",
    )  # fmt: skip
    m.capacity_stock = Constraint(m.asset, m.period, rule=capacity_stock.rule, unit="asset_unit")
    m.retired_limit = Constraint(m.retirable_vintage, rule=retired_limit.rule, unit="asset_unit")
    m.investment_cost = Expression(
        m.asset, m.period, rule=investment_cost, unit="money/year",
        description="annuities of all living capacity, or payments at building, at the moment of other costs",
    )  # fmt: skip
    m.fixed_om_cost = Expression(
        m.asset, m.period, rule=fixed_om_cost, unit="money/year", description="fixed operation and maintenance"
    )
    sums.cost["investment_cost"] = lambda m, y: sum(m.investment_cost[a, y] for a in m.asset)
    sums.cost["fixed_om_cost"] = lambda m, y: sum(m.fixed_om_cost[a, y] for a in m.asset)


def capacity_converted(m, a, y):
    """capacity_converted = Σ over its retrofits and all periods until now of new_capacity / retrofit_ratio"""
    return sum(m.new_capacity[r, v] / m.retrofit_ratio[r] for r in m.retrofits_of[a] for v in m.periods_until[y])


def capacity_retired(m, a, y):
    """capacity_retired = Σ over vintages that would still live of retired + existing_retired"""
    new = sum(m.retired[b, v, z] for b, v, z in m.retired_at[a, y])
    return new + sum(m.existing_retired[b, y] for b in m.retirable_part[a])


@equation(
    dual="change of cost from one more unit of existing capacity in this period alone; negative if it saves",
    relax=Relax(
        Stage.LIMIT,
        "the existing_capacity of {0} in {1}",
        limit="existing_capacity",
        unit="{capacity}",
        upper=True,
        only=cannot_be_built,
        zero_counts=False,
    ),
    segments="is not indexed by time",
)
def capacity_stock(m, a, y):
    """capacity = existing_capacity + new_capacity of vintages that live − capacity_converted − capacity_retired"""
    new = sum(m.new_capacity[a, v] for v in m.vintages[a, y])
    gone = m.capacity_converted[a, y] + m.capacity_retired[a, y]
    return m.capacity[a, y] == m.existing_capacity[a, y] + new - gone


@equation(
    dual="saving from retiring one unit more than was built",
    relax="never: only what was built can be retired",
    segments="is not indexed by time",
)
def retired_limit(m, a, v, y):
    """retired ≤ new_capacity of the vintage"""
    return m.retired[a, v, y] <= m.new_capacity[a, v]


def investment_cost(m, a, y):
    """investment_cost = Σ over vintages that are paid for of annual_investment × new_capacity"""
    return sum(m.annual_investment[a, v] * m.new_capacity[a, v] for v in m.paid_vintages[a, y])


def fixed_om_cost(m, a, y):
    """fixed_om_cost = (fixed_om_cost + fixed_om_share × overnight_cost) × capacity, by vintage"""
    new = sum(m.fixed_om_of_new[a, v, y] * m.new_capacity[a, v] for v in m.vintages[a, y])
    saved = sum(m.fixed_om_of_new[b, v, z] * m.retired[b, v, z] for b, v, z in m.retired_at[a, y])
    gone = m.capacity_converted[a, y] + sum(m.existing_retired[b, y] for b in m.retirable_part[a])
    return new - saved + m.fixed_om_of_existing[a, y] * (m.existing_capacity[a, y] - gone)


def paid_vintages(data: xr.Dataset, living: dict[tuple, list[int]]) -> dict[tuple, list[int]]:
    """Return for each asset and period the periods whose new capacity is paid for in it."""
    if data.variables["investment_moment"].item() != AT_BUILDING:
        return living
    return {(asset, period): [y for y in built if y == period] for (asset, period), built in living.items()}


def annual_investment(data: xr.Dataset) -> xr.Variable:
    """Return the yearly payment per capacity built in a period, at the moment of other costs (asset, period)."""
    variables = data.variables
    moment, of_costs = variables["investment_moment"].item(), variables["cost_moment"].item()
    overnight = variables["overnight_cost"]
    if moment == AT_BUILDING:
        years_before = variables["period"].to_base_variable() - variables["base_year"].item()
        worth = (1 + variables["discount_rate"].item()) ** -years_before
        return overnight * worth / present_value_factor(variables)
    annuity = annuity_factor(variables["interest_rate"], variables["lifetime"]) * overnight
    if moment in (WITH_COSTS, of_costs):
        return annuity
    rate = variables["discount_rate"].item()
    return annuity * (worth_in_year(moment, rate) / worth_in_year(of_costs, rate))


def owning_costs(data: xr.Dataset) -> dict[str, xr.Variable]:
    """Return the annual costs per unit of capacity, by vintage: payments for the investment, and fixed O&M.

    Not-a-number stays where an asset has no overnight cost; `check` sees to it that nothing can be built there.
    """
    variables = data.variables
    overnight, share, fixed = (variables[name] for name in ("overnight_cost", "fixed_om_share", "fixed_om_cost"))
    # Existing capacity keeps its cost, even if new capacity becomes cheaper.
    share_of_existing = (share * overnight.isel(period=0)).where(share > 0, 0.0)
    # Both axes have the same labels: the vintage is the period of building, the period that of operation.
    vintage_cost = xr.Variable(("asset", "vintage"), overnight.transpose("asset", "period").values)
    share_of_vintage = (share * vintage_cost).where(share > 0, 0.0)
    return {
        "annual_investment": annual_investment(data),
        "fixed_om_of_new": (share_of_vintage + fixed).transpose("asset", "vintage", "period"),
        "fixed_om_of_existing": (share_of_existing + fixed).transpose("asset", "period"),
    }


@rule(Severity.ERROR, against="capacity for nothing.")
def new_capacity_has_a_cost(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """A buildable asset has a cost, a lifetime and an interest rate; a fixed_om_share has an overnight cost."""
    can_build = buildable(data)
    variables = data.variables
    at_once = variables["investment_moment"].item() == AT_BUILDING
    for name in ("overnight_cost", "lifetime", *(() if at_once else ("interest_rate",))):
        missing = can_build & variables[name].isnull()
        for asset, period in _first_period_each(data, missing):
            yield Fault(
                provenance.where(name, asset, period=period),
                f"{asset} may be built in {period} but has no {name}",
                f"add a row {name}, or maximum_new_capacity 0 if it cannot be built",
            )
    costless = (
        (variables["existing_capacity"] > 0) & (variables["fixed_om_share"] > 0) & variables["overnight_cost"].isnull()
    )
    for asset, period in _first_period_each(data, costless):
        yield Fault(
            provenance.where("fixed_om_share", asset, period=period),
            f"{asset} has existing capacity and a fixed_om_share, but no overnight_cost that the share refers to",
            "give fixed_om_cost as money per capacity and year, or an overnight_cost",
        )


@rule(Severity.ERROR, against="an infeasible scenario, because a limit was meant for new capacity alone.")
def existing_capacity_has_room(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """Existing capacity is at most maximum_capacity."""
    variables = data.variables
    for asset, period in _first_period_each(data, variables["existing_capacity"] > variables["maximum_capacity"]):
        yield Fault(
            provenance.where("existing_capacity", asset, period=period),
            f"{asset} has more existing_capacity than maximum_capacity in {period}",
            "raise maximum_capacity or let existing capacity retire",
        )


@rule(Severity.ERROR, against="an infeasible scenario.")
def minimum_below_maximum(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """Minimum capacity is at most maximum capacity, also for new capacity."""
    variables = data.variables
    for asset, period in _first_period_each(data, variables["minimum_capacity"] > variables["maximum_capacity"]):
        yield Fault(
            provenance.where("minimum_capacity", asset, period=period),
            f"{asset} has a minimum_capacity above its maximum_capacity in {period}",
            "lower minimum_capacity or raise maximum_capacity",
        )
    for asset, period in _first_period_each(
        data, variables["minimum_new_capacity"] > variables["maximum_new_capacity"]
    ):
        yield Fault(
            provenance.where("minimum_new_capacity", asset, period=period),
            f"{asset} has a minimum_new_capacity above its maximum_new_capacity in {period}",
            "lower minimum_new_capacity or raise maximum_new_capacity",
        )


def _first_period_each(data: xr.Dataset, where: xr.Variable) -> list[tuple[str, int]]:
    """The first period in which a condition holds, for each asset with such a period: one fault each suffices."""
    flags = where.transpose("asset", "period").values
    assets, periods = labels(data, "asset"), labels(data, "period")
    return [(assets[row], periods[int(np.argmax(flags[row]))]) for row in np.flatnonzero(flags.any(axis=1))]


BOUNDS = (
    Bound(
        "new_capacity",
        Relax(
            Stage.LIMIT,
            "the maximum_new_capacity of {0} in {1}",
            limit="maximum_new_capacity",
            unit="{capacity}",
            upper=True,
            only=can_be_built,
        ),
        Binding("building of {0}: one {1} more", "{0} (present worth)", unit="{capacity}", over_life=True),
    ),
    Bound(
        "new_capacity",
        Relax(
            Stage.LIMIT,
            "the minimum_new_capacity of {0} in {1}",
            limit="minimum_new_capacity",
            unit="{capacity}",
            upper=False,
            only=can_be_built,
            zero_counts=False,
        ),
    ),
    Bound(
        "capacity",
        Relax(
            Stage.LIMIT,
            "the maximum_capacity of {0} in {1}",
            limit="maximum_capacity",
            unit="{capacity}",
            upper=True,
        ),
        Binding("capacity of {0}: one {1} more room", "{0}/year", unit="{capacity}"),
    ),
    Bound(
        "capacity",
        Relax(
            Stage.LIMIT,
            "the minimum_capacity of {0} in {1}",
            limit="minimum_capacity",
            unit="{capacity}",
            upper=False,
            zero_counts=False,
        ),
    ),
)

CONCERN = Concern(
    __name__,
    __doc__,
    declare=declare,
    rules=(new_capacity_has_a_cost, existing_capacity_has_room, minimum_below_maximum),
    parameters=PARAMETERS,
    equations=(capacity_stock, retired_limit),
    expressions=(capacity_converted, capacity_retired, investment_cost, fixed_om_cost),
    bounds=BOUNDS,
    needs=(
        "periods_until",
        "retrofit_ratio",
        "retrofits_of",
        "existing_retired",
        "retired",
        "retired_at",
        "retirable_part",
        "retirable_vintage",
    ),
)
