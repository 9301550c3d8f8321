"""Demand: what the region must deliver, as a rate with a profile or as a volume over the year."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from h2model.case import Parameter, Provenance
from h2model.engine import Constraint, Expression, Model, Param, Set, Var
from h2model.errors import Fault
from h2model.model.frame import Sums, carrier_regions, labels, members_by

PARAMETERS = (
    Parameter(
        "rate", dims=("demand", "period", "time"), unit="{amount}/hour", default=0.0, lower=0.0,
        description="Flow that must be delivered in every step.",
    ),
    Parameter(
        "annual_volume", dims=("demand", "period"), unit="{amount}/year", default=0.0, lower=0.0,
        description="Volume that must be delivered over the year, at whatever time suits.",
    ),
    Parameter(
        "unserved_cost", dims=("demand",), unit="{money}/{amount}", default=None, lower=0.0,
        description="Cost of what is not delivered; without it the demand must be served.",
    ),
    Parameter(
        "released_share", dims=("demand",), unit="1", default=None, lower=0.0, upper=1.0,
        description="Share of the delivered carbon that is released in the region (1 for a fuel, 0 for a product); "
        "required where the carrier holds carbon.",
    ),
)  # fmt: skip


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add deliveries, what stays unserved and what that costs."""
    rate, unserved_most = served_rate(data), most_unserved(data)
    m.rate = Param(m.demand, m.period, m.time, initialize=rate)
    m.annual_volume = Param(m.demand, m.period, initialize=data["annual_volume"])
    m.asked = Param(m.demand, m.period, initialize=asked_volume(data), unit="demand_unit/year")
    m.most_unserved = Param(m.demand, m.period, m.time, initialize=unserved_most)
    m.unserved_price = Param(m.demand, initialize=data["unserved_cost"].fillna(0.0))
    is_free = dict(zip(labels(data, "demand"), has_free_timing(data).values.tolist(), strict=True))
    flexible = [demand for demand, free in is_free.items() if free]
    m.flexible_demand = Set(
        within=m.demand, initialize=flexible, description="demands whose timing within the year is free"
    )
    m.flexible_demands_of = _demands_by_place(m, data, flexible)
    m.fixed_demands_of = _demands_by_place(m, data, [demand for demand, free in is_free.items() if not free])

    m.unserved_demand = Var(
        m.demand,
        m.period,
        m.time,
        bounds=lambda m, d, y, t: (0, m.most_unserved[d, y, t]),
        unit="demand_unit/hour",
        description="demand that is not served",
    )
    m.delivery = Var(
        m.flexible_demand,
        m.period,
        m.time,
        bounds=(0, None),
        unit="demand_unit/hour",
        description="flow delivered to a demand whose timing is free",
    )
    m.annual_delivery = Constraint(m.flexible_demand, m.period, rule=annual_delivery, unit="demand_unit/year")
    m.delivered = Expression(
        m.demand, m.period, rule=delivered, unit="demand_unit/year", description="volume delivered in the year"
    )
    m.unserved_cost = Expression(
        m.demand, m.period, rule=unserved_cost, unit="money/year", description="cost of demand that is not served"
    )
    sums.cost["unserved_cost"] = lambda m, y: sum(m.unserved_cost[d, y] for d in m.demand)
    sums.supply.append(demand_supply)


def has_free_timing(data: xr.Dataset) -> xr.DataArray:
    """Demands with an annual volume of a carrier whose balance is closed more often than once a year."""
    balance = data["balance"].sel(carrier=data["demand_carrier"])
    return (data["annual_volume"] > 0).any("period") & (balance.drop_vars("carrier") != "year")


def served_rate(data: xr.Dataset) -> xr.DataArray:
    """The rate to be served in each step.

    Where the carrier is balanced over the year anyway, an annual volume is the same as its mean rate and needs no
    variable of its own.
    """
    hours_of_year = float((data["hours"] * data["weight"]).sum())
    mean_rate = data["annual_volume"].where(~has_free_timing(data), 0.0) / hours_of_year
    return (data["rate"] + mean_rate).transpose("demand", "period", "time")


def asked_volume(data: xr.Dataset) -> xr.DataArray:
    """All that a demand asks for in a year, amount per year (demand, period)."""
    at_a_rate = (data["rate"] * data["hours"] * data["weight"]).sum("time")
    return (at_a_rate + data["annual_volume"]).transpose("demand", "period")


def most_unserved(data: xr.Dataset) -> xr.DataArray:
    """Upper bound of what may stay unserved: nothing without a stated cost, else all of it."""
    everything = served_rate(data).where(~has_free_timing(data), np.inf)
    return everything.where(data["unserved_cost"].notnull(), 0.0).transpose("demand", "period", "time")


def _demands_by_place(m: Model, data: xr.Dataset, names: Iterable[str]) -> Set:
    place = {
        demand: (carrier, region)
        for demand, carrier, region in zip(
            *(data[n].values.tolist() for n in ("demand", "demand_carrier", "demand_region")), strict=True
        )
    }
    pairs = ((place[demand], demand) for demand in names)
    return Set(m.carrier, m.region, within=m.demand, initialize=members_by(carrier_regions(data), pairs))


def annual_delivery(m, d, y):
    """Σ over time of duration × (delivery + unserved_demand) = annual_volume"""
    served = sum(m.duration[t] * (m.delivery[d, y, t] + m.unserved_demand[d, y, t]) for t in m.time)
    return served == m.annual_volume[d, y]


def delivered(m, d, y):
    """delivered = what is asked for in the year − Σ over time of duration × unserved_demand"""
    return m.asked[d, y] - sum(m.duration[t] * m.unserved_demand[d, y, t] for t in m.time)


def unserved_cost(m, d, y):
    """unserved_cost = Σ over time of duration × unserved_cost × unserved_demand"""
    return sum(m.duration[t] * m.unserved_price[d] * m.unserved_demand[d, y, t] for t in m.time)


def demand_supply(m, c, r, y, t):
    """Σ unserved_demand − Σ rate, less Σ delivery where the timing is free"""
    fixed = sum(m.unserved_demand[d, y, t] - m.rate[d, y, t] for d in m.fixed_demands_of[c, r])
    return fixed - sum(m.delivery[d, y, t] for d in m.flexible_demands_of[c, r])


EQUATIONS = (annual_delivery,)
EXPRESSIONS = (delivered, unserved_cost)


def check(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """A demand has a rate or a volume, and says what becomes of its carbon."""
    has_rate = (data["rate"] > 0).any(("period", "time")).values
    has_volume = (data["annual_volume"] > 0).any("period").values
    carbon = data["carbon_content"].sum("origin").sel(carrier=data["demand_carrier"]).values
    silent = (carbon > 0) & data["released_share"].isnull().values
    for i, demand in enumerate(labels(data, "demand")):
        if has_rate[i] and has_volume[i]:
            yield Fault(
                rows.where("annual_volume", demand),
                f"demand {demand} has both a rate and an annual_volume",
                "keep one; two demands may share a carrier and a region",
            )
        if not has_rate[i] and not has_volume[i]:
            yield Fault(
                rows.where("rate", demand),
                f"demand {demand} asks for nothing",
                "add a row rate or annual_volume in assets.csv, or remove the demand",
            )
        useless = rows.row("released_share", demand)
        if useless and not carbon[i] > 0:
            carrier = data["demand_carrier"].values[i]
            yield Fault(
                useless, f"released_share has no effect on {demand}: {carrier} holds no carbon", "remove the row"
            )
        if silent[i]:
            carrier = data["demand_carrier"].values[i]
            yield Fault(
                rows.where("released_share", demand),
                f"{carrier} holds carbon, and demand {demand} does not say what becomes of it",
                "add a row released_share: 1 if it is burnt in the region, 0 if it leaves in a product",
            )
