"""Demand: the deliveries that a region needs, as a rate with a profile or as a volume over the year.

By default a rate is served in every step. If its *window* is a day, a month or the year, only the total of each window
must be served, at any time within it. An annual volume is an even rate with a window of a year.

The balance time of a carrier is the time over which its supply and use must match. Within it, the moment of delivery
makes no difference. So a demand has variables for its timing (`delivery`) only if its window is longer.

Unserved demand costs `unserved_cost`. Shifted and interrupted demand is in demand_response.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from h2model.case import Parameter, Plausible, Provenance
from h2model.engine import Constraint, Expression, Model, Param, Set, Var
from h2model.errors import Fault
from h2model.frame.concern import Bound, Concern, Relax, Stage, Sums, equation
from h2model.frame.sets import carrier_regions, labels, members_by, members_where
from h2model.frame.steps import WINDOWS, straddles, windows

PARAMETERS = (
    Parameter(
        "rate", dims=("demand", "period", "time"), unit="{amount}/hour", default=0.0, lower=0.0,
        relaxation="mean and peak",
        profile_mean=(0.8, 1.25),
        description="Flow to deliver, in every step or on average over each window.",
    ),
    Parameter(
        "annual_volume", dims=("demand", "period"), unit="{amount}/year", default=0.0, lower=0.0,
        description="Volume to deliver over the year, at any time.",
    ),
    Parameter(
        "window", dims=("demand",), unit="1", default="hour", choices=WINDOWS,
        description="Time over which only the total of the rate must be served; the year for an annual volume.",
    ),
    Parameter(
        "unserved_cost", dims=("demand",), unit="{money}/{amount}", default=None, lower=0.0,
        plausible=(Plausible(100, 1e5, "MWh"), Plausible(100, 1e6, "t"),),
        description="Cost of unserved demand. Without it, the demand must be served.",
    ),
    Parameter(
        "released_share", dims=("demand",), unit="1", default=None, lower=0.0, upper=1.0,
        description="Share of the delivered carbon that is released in the region (1 for a fuel, 0 for a product); "
        "required if the carrier holds carbon.",
    ),
)  # fmt: skip


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add deliveries, unserved demand and its cost."""
    m.rate = Param(m.demand, m.period, m.time, initialize=demanded_rate(data))
    m.asked = Param(m.demand, m.period, initialize=demanded_volume(data), unit="demand_unit/year")
    m.most_unserved = Param(m.demand, m.period, m.time, initialize=most_unserved(data))
    m.unserved_price = Param(m.demand, initialize=data.variables["unserved_cost"].fillna(0.0))
    _declare_timing(m, data)

    m.unserved_demand = Var(
        m.demand,
        m.period,
        m.time,
        bounds=lambda m, d, y, t: (0, m.most_unserved[d, y, t]),
        unit="demand_unit/hour",
        description="unserved demand",
    )
    m.delivery = Var(
        m.flexible_demand,
        m.period,
        m.time,
        bounds=(0, None),
        unit="demand_unit/hour",
        description="flow delivered to a demand with free timing",
    )
    m.delivery_over_window = Constraint(
        m.delivery_window, m.period, rule=delivery_over_window.rule, unit="demand_unit/year"
    )
    m.unserved_limit = Constraint(
        m.responsive_unserved_demand, m.period, m.time, rule=unserved_limit.rule, unit="demand_unit/hour"
    )
    m.delivered = Expression(
        m.demand, m.period, rule=delivered, unit="demand_unit/year", description="volume delivered in the year"
    )
    m.unserved_cost = Expression(
        m.demand, m.period, rule=unserved_cost, unit="money/year", description="cost of unserved demand"
    )
    sums.cost["unserved_cost"] = lambda m, y: sum(m.unserved_cost[d, y] for d in m.demand)
    sums.supply.append(demand_supply)


def _declare_timing(m: Model, data: xr.Dataset) -> None:
    """Add look-ups of demands with free timing, of their windows, and of the other demands."""
    is_free = has_free_timing(data)
    m.flexible_demand = members_where(m.demand, data, is_free, "demands to be met over a window of time")
    m.flexible_demands_of = _demands_where(m, data, is_free)
    m.fixed_demands_of = _demands_where(m, data, ~is_free)
    kind_of = dict(zip(labels(data, "demand"), delivery_window(data).values.tolist(), strict=True))
    windows_of_kind = windows(data, {kind_of[demand] for demand in m.flexible_demand})
    steps = {(d, w): s for d in m.flexible_demand for w, s in windows_of_kind[kind_of[d]].items()}
    m.delivery_window = Set(
        dimen=2,
        initialize=list(steps),
        levels=("delivery_window_demand", "delivery_window_window"),
        description="pairs of a demand with free timing and one of its windows: a day, a month or the year",
    )
    m.steps_of_delivery = Set(m.delivery_window, within=m.time, initialize=steps)
    variables = data.variables
    responds = (variables["shiftable_share"] > 0) | (variables["interruptible_share"] > 0)
    m.responsive_unserved_demand = members_where(
        m.demand, data, responds & variables["unserved_cost"].notnull(), "responsive demands that may go unserved"
    )


def delivery_window(data: xr.Dataset) -> xr.Variable:
    """Return the time over which only the total of a demand must be served (demand)."""
    has_volume = (data.variables["annual_volume"] > 0).any("period")
    return data.variables["window"].where(~has_volume, "year")


def has_free_timing(data: xr.Dataset) -> xr.Variable:
    """Return whether the window of a demand is longer than the balance time of its carrier (demand)."""
    kinds = zip(delivery_window(data).values.tolist(), balances(data), strict=True)
    longer = [WINDOWS.index(window) > WINDOWS.index(balance) for window, balance in kinds]
    return xr.Variable("demand", np.array(longer, dtype=bool))


def balances(data: xr.Dataset) -> list[str]:
    """Return the balance time of the carrier of each demand."""
    balance_of = dict(zip(labels(data, "carrier"), labels(data, "balance"), strict=True))
    return [balance_of[carrier] for carrier in labels(data, "demand_carrier")]


def demanded_rate(data: xr.Dataset) -> xr.Variable:
    """Return the rate of each demand; an annual volume counts as its mean rate (demand, period, time)."""
    variables = data.variables
    hours_of_year = float((variables["hours"] * variables["weight"]).sum())
    return (variables["rate"] + variables["annual_volume"] / hours_of_year).transpose("demand", "period", "time")


def demanded_volume(data: xr.Dataset) -> xr.Variable:
    """Return the volume of a demand in a year, amount per year (demand, period)."""
    variables = data.variables
    at_a_rate = (variables["rate"] * variables["hours"] * variables["weight"]).sum("time")
    return (at_a_rate + variables["annual_volume"]).transpose("demand", "period")


def most_unserved(data: xr.Dataset) -> xr.Variable:
    """Return the upper bound of unserved demand (demand, period, time).

    It is 0 without an unserved_cost; otherwise the rate, or infinite if the demand has free timing.
    """
    everything = demanded_rate(data).where(~has_free_timing(data), np.inf)
    return everything.where(data.variables["unserved_cost"].notnull(), 0.0).transpose("demand", "period", "time")


def _demands_where(m: Model, data: xr.Dataset, condition: xr.Variable) -> Set:
    columns = (labels(data, name) for name in ("demand", "demand_carrier", "demand_region"))
    rows = zip(*columns, condition.values, strict=True)
    pairs = (((carrier, region), demand) for demand, carrier, region, holds in rows if holds)
    return Set(m.carrier, m.region, within=m.demand, initialize=members_by(carrier_regions(data), pairs))


@equation(
    dual="cost of one more unit of demand in the window",
    relax="never: the bound of unserved_demand is relaxed instead",
    segments="a sum over whole segments: their means have the same sum",
)
def delivery_over_window(m, d, w, y):
    """Σ over the window of duration × (delivery + unserved_demand) = Σ over the window of duration × rate"""
    steps = m.steps_of_delivery[d, w]
    return sum(m.duration[t] * (m.delivery[d, y, t] + m.unserved_demand[d, y, t] - m.rate[d, y, t]) for t in steps) == 0


@equation(
    dual="saving from one more unit that may stay unserved in this step",
    relax="never: the bound of unserved_demand is relaxed instead",
    segments="linear in flows: it holds for the means of segments, with their mean rate",
)
def unserved_limit(m, d, y, t):
    """unserved_demand + shift_down + interrupted ≤ rate, for responsive demands that may go unserved"""
    shifted = sum(m.shift_down[i, y, t] for i in m.shiftable_part[d])
    interrupted = sum(m.interrupted[i, y, t] for i in m.interruptible_part[d])
    return m.unserved_demand[d, y, t] + shifted + interrupted <= m.rate[d, y, t]


def delivered(m, d, y):
    """delivered = volume of the year − Σ over time of duration × unserved_demand − interrupted volume"""
    interrupted = sum(m.interrupted_volume[i, y] for i in m.interruptible_part[d])
    return m.asked[d, y] - sum(m.duration[t] * m.unserved_demand[d, y, t] for t in m.time) - interrupted


def unserved_cost(m, d, y):
    """unserved_cost = Σ over time of duration × unserved_cost per amount × unserved_demand"""
    return sum(m.duration[t] * m.unserved_price[d] * m.unserved_demand[d, y, t] for t in m.time)


def demand_supply(m, c, r, y, t):
    """Σ (unserved_demand − rate) over demands with fixed timing − Σ delivery over demands with free timing"""
    fixed = sum(m.unserved_demand[d, y, t] - m.rate[d, y, t] for d in m.fixed_demands_of[c, r])
    return fixed - sum(m.delivery[d, y, t] for d in m.flexible_demands_of[c, r])


def check(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """A demand has a rate or a volume, a released_share if its carrier holds carbon, and a window of whole steps."""
    has_rate = (data.variables["rate"] > 0).any(("period", "time")).values
    has_volume = (data.variables["annual_volume"] > 0).any("period").values
    for i, demand in enumerate(labels(data, "demand")):
        if has_rate[i] and has_volume[i]:
            yield Fault(
                provenance.where("annual_volume", demand),
                f"demand {demand} has both a rate and an annual_volume",
                "remove one of them, or split it into two demands of the same carrier and region",
            )
        if not has_rate[i] and not has_volume[i]:
            yield Fault(
                provenance.where("rate", demand),
                f"demand {demand} has neither a rate nor an annual_volume",
                "add a row rate or annual_volume in assets.csv, or remove the demand",
            )
        useless = provenance.row("window", demand)
        if useless and has_volume[i]:
            problem = f"window has no effect on {demand}: the window of an annual_volume is the year"
            yield Fault(useless, problem, "remove the row")
    yield from _uneven_windows(data)
    yield from _carbon_faults(data, provenance)


def _uneven_windows(data: xr.Dataset) -> Iterable[Fault]:
    """Faults if a step crosses the end of a window."""
    for kind, others in (("day", "month or year"), ("month", "year")):
        demands = data["demand"].values[(has_free_timing(data) & (delivery_window(data) == kind)).values].tolist()
        if demands and straddles(data, kind):
            yield Fault(
                "scenario: time.resolution",
                f"some steps cross the end of a {kind}, but {', '.join(demands)} is served within each {kind}",
                f"choose steps that fit into a day (1h, 2h, 3h, 4h, 6h, 12h, 24h), or a window of a {others}",
            )


def _carbon_faults(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """Faults if a demand has no released_share although its carrier holds carbon, or has one without carbon."""
    carriers = labels(data, "demand_carrier")
    content = data.variables["carbon_content"].sum("origin").values
    carbon = content[data.get_index("carrier").get_indexer(carriers)]
    is_silent = np.isnan(data.variables["released_share"].values)
    for i, demand in enumerate(labels(data, "demand")):
        useless = provenance.row("released_share", demand)
        if useless and not carbon[i] > 0:
            yield Fault(
                useless, f"released_share has no effect on {demand}: {carriers[i]} holds no carbon", "remove the row"
            )
        if carbon[i] > 0 and is_silent[i]:
            yield Fault(
                provenance.where("released_share", demand),
                f"{carriers[i]} holds carbon, but demand {demand} has no released_share",
                "add a row released_share: 1 if it is burnt in the region, 0 if it leaves in a product",
            )


UNSERVED = Bound(
    "unserved_demand",
    Relax(
        Stage.DEMAND,
        "the demand {0} in {1}",
        unit="{amount}/year",
        by_time=True,
        upper=True,
        size=demanded_volume,
    ),
)

CONCERN = Concern(
    __name__,
    __doc__,
    declare=declare,
    check=check,
    parameters=PARAMETERS,
    equations=(delivery_over_window, unserved_limit),
    expressions=(delivered, unserved_cost),
    bounds=(UNSERVED,),
    needs=("interrupted", "interrupted_volume", "interruptible_part", "shift_down", "shiftable_part"),
)
