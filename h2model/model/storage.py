"""Storage: a store keeps an amount of a carrier up to its capacity; its power may have a capacity of its own.

A reservoir is a store with an inflow, which is kept, sent through the turbine (the discharging power) or spilt.
A store with a charge_rate of 0 and without inflow represents room only, such as a tank for waiting cargo.

In segments (`h2model.case.segments`) the level is bounded at their ends only. An amount charged or discharged within a
segment may have been stored for all of the segment or for none of it; these cases bound its loss.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import xarray as xr

from h2model.case import Parameter, Plausible, Provenance
from h2model.engine import Constraint, Model, Param, Set, Var
from h2model.errors import Fault
from h2model.frame.capacity import is_filled
from h2model.frame.concern import Concern, Sums, equation
from h2model.frame.sets import carrier_regions, labels, members_by, members_where
from h2model.frame.steps import is_relaxed, refuse_uneven_weights

PARAMETERS = (
    Parameter(
        "charge_efficiency", dims=("store",), unit="1", lower=1e-6, upper=1.0,
        description="Share of the charged amount that arrives in the store.",
    ),
    Parameter(
        "discharge_efficiency", dims=("store",), unit="1", lower=1e-6, upper=1.0,
        description="Share of the amount leaving the store that is delivered.",
    ),
    Parameter(
        "self_discharge", dims=("store",), unit="1/hour", default=0.0, lower=0.0, upper=1.0,
        plausible=(Plausible(1e-7, 0.05),),
        description="Share of the level lost per hour.",
    ),
    Parameter(
        "charge_rate", dims=("store",), unit="1/hour", default=np.inf, lower=0.0,
        description="Maximum charging per hour, as a share of the capacity.",
    ),
    Parameter(
        "discharge_rate", dims=("store",), unit="1/hour", default=np.inf, lower=0.0,
        description="Maximum discharging per hour, as a share of the capacity.",
    ),
    Parameter(
        "inflow", dims=("store", "period", "time"), unit="{amount}/hour", default=0.0, lower=0.0,
        description="Natural inflow of the store, such as water into a reservoir; excess is spilt.",
    ),
)  # fmt: skip


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add charging and discharging of stores, their limits, and the storage balance."""
    for name in ("charge_efficiency", "discharge_efficiency", "charge_rate", "discharge_rate"):
        m.add_component(name, Param(m.store, initialize=data[name]))
    m.inflow = Param(m.store, m.period, m.time, initialize=data["inflow"])
    _declare_memory(m, data)
    _declare_look_ups(m, data)
    for name, description in (("charge", "flow into"), ("discharge", "flow out of")):
        flow = Var(
            m.store, m.period, m.time, bounds=bounds_up_to(f"most_{name}"), unit="store_unit/hour",
            description=f"{description} the store, measured outside it",
        )  # fmt: skip
        m.add_component(name, flow)
    m.spill = Var(
        m.filling_store,
        m.period,
        m.time,
        bounds=lambda m, s, y, t: (0, m.inflow[s, y, t]),
        unit="store_unit/hour",
        description="spilt inflow",
    )
    m.leak = Var(
        m.leaking_store, m.period, m.time, bounds=(0, None), unit="store_unit",
        description="loss within the step of amounts charged or discharged in it",
    )  # fmt: skip
    steps = (m.period, m.time)
    m.storage_balance = Constraint(m.moving_store, *steps, rule=storage_balance.rule, unit="store_unit")
    m.leak_limit = Constraint(m.leaking_store, *steps, rule=leak_limit.rule, unit="store_unit")
    m.charge_limit = Constraint(m.charge_limited_store, *steps, rule=charge_limit.rule, unit="store_unit/hour")
    m.discharge_limit = Constraint(m.discharge_limited_store, *steps, rule=discharge_limit.rule, unit="store_unit/hour")
    m.store_power_limit = Constraint(m.store_power, *steps, rule=store_power_limit.rule, unit="store_unit/hour")
    sums.supply.append(storage_supply)


def bounds_up_to(most: str) -> Callable:
    """Return bounds of charge or discharge: from 0 to the parameter with this name."""

    def bounds(m, s, y, t):
        return 0, m.component(most)[s]

    return bounds


def _declare_memory(m: Model, data: xr.Dataset) -> None:
    """Add the share of the level that remains after a step; the first step follows the last."""
    if data.sizes["store"]:
        refuse_uneven_weights(data, "stores")
    loss, hours = data.variables["self_discharge"], data.variables["hours"]
    kept = (1 - loss) ** hours
    m.kept_share = Param(m.store, m.time, initialize=kept.transpose("store", "time"))
    within = (1 - loss) ** (hours - 1 if is_relaxed(data) else 0 * hours)
    m.kept_within = Param(m.store, m.time, initialize=within.transpose("store", "time"))
    m.leaking_store = members_where(
        m.store, data, (within < 1).any("time") & is_filled(data), "stores with losses within a step"
    )
    names = labels(data, "store")
    m.leaking = Set(m.store, within=m.leaking_store, initialize=members_by(names, ((s, s) for s in m.leaking_store)))


def _declare_look_ups(m: Model, data: xr.Dataset) -> None:
    """Add sets of stores by carrier and region, limited rate, and power."""
    stores = labels(data, "store")
    pairs = zip(labels(data, "store_carrier"), labels(data, "store_region"), strict=True)
    by_region = members_by(carrier_regions(data), zip(pairs, stores, strict=True))
    m.stores_of = Set(m.carrier, m.region, within=m.store, initialize=by_region)
    variables = data.variables
    m.filling_store = members_where(
        m.store, data, (variables["inflow"] > 0).any(("period", "time")), "stores with an inflow of their own"
    )
    m.spilling = Set(m.store, within=m.filling_store, initialize=members_by(stores, ((s, s) for s in m.filling_store)))
    charged, moving = variables["charge_rate"] > 0, is_filled(data)
    # Bounds of flows that are 0 for any capacity, so that they need no row.
    m.most_charge = Param(m.store, initialize=np.where(charged, np.inf, 0.0))
    m.most_discharge = Param(m.store, initialize=np.where(moving, np.inf, 0.0))
    m.charge_limited_store = members_where(
        m.store, data, charged & np.isfinite(variables["charge_rate"]), "stores whose capacity limits charging"
    )
    m.discharge_limited_store = members_where(
        m.store, data, moving & np.isfinite(variables["discharge_rate"]), "stores whose capacity limits discharging"
    )

    chargers, dischargers = labels(data, "store_charger"), labels(data, "store_discharger")
    powers = list(dict.fromkeys(name for pair in zip(chargers, dischargers, strict=True) for name in pair if name))
    m.store_power = Set(within=m.asset, initialize=powers, description="priced power of stores")
    charging = members_by(powers, zip(chargers, stores, strict=True))
    discharging = members_by(powers, zip(dischargers, stores, strict=True))
    m.charging_through = Set(m.store_power, within=m.store, initialize=charging)
    m.discharging_through = Set(m.store_power, within=m.store, initialize=discharging)


def stored(m, s, y, t):
    """charge × efficiency + inflow"""
    return m.charge_efficiency[s] * m.charge[s, y, t] + m.inflow[s, y, t]


def taken(m, s, y, t):
    """discharge ÷ efficiency + spill"""
    return m.discharge[s, y, t] / m.discharge_efficiency[s] + sum(m.spill[q, y, t] for q in m.spilling[s])


def level_before(m, s, y, t):
    """level at the end of the step before, or the opening level of an open store"""
    closed = (1 - m.opens[s, t]) * m.storage_level[s, y, m.previous[t]]
    return closed + sum(m.opens[q, t] * m.opening_level[q, y, m.begin_of[t]] for q in m.opening[s])


@equation(
    dual="change of cost from one more unit in the store at the end of this step: minus its value",
    relax="never: defines the level: energy is conserved",
    segments="what is discharged may have come last and lost nothing; otherwise the leak lowers the level",
)
def storage_balance(m, s, y, t):
    """storage_level = kept × level before + hours × (charge × efficiency + inflow − discharge ÷ efficiency − spill)"""
    before = m.kept_share[s, t] * level_before(m, s, y, t)
    change = m.hours[t] * (stored(m, s, y, t) - m.kept_within[s, t] * taken(m, s, y, t))
    return m.storage_level[s, y, t] == before + change - sum(m.leak[q, y, t] for q in m.leaking[s])


@equation(
    dual="saving from one more unit that leaks within the segment",
    relax="never: defines the largest leak in a segment",
    segments="the loss within a segment is at most the amount moved, times the share lost in all its hours but one",
)
def leak_limit(m, s, y, t):
    """leak ≤ (1 − kept within the step) × hours × (charge × efficiency + inflow + discharge ÷ efficiency + spill)"""
    moved = m.hours[t] * (stored(m, s, y, t) + taken(m, s, y, t))
    return m.leak[s, y, t] <= (1 - m.kept_within[s, t]) * moved


@equation(
    dual="saving from one more unit of charging in this step",
    relax="never: a technical limit of the store, not a choice of the planner",
    segments="linear in flows: if it holds in every hour, it holds for the means of segments",
)
def charge_limit(m, s, y, t):
    """charge ≤ charge_rate × capacity"""
    return m.charge[s, y, t] <= m.charge_rate[s] * m.capacity[s, y]


@equation(
    dual="saving from one more unit of discharging in this step",
    relax="never: a technical limit of the store, not a choice of the planner",
    segments="linear in flows: if it holds in every hour, it holds for the means of segments",
)
def discharge_limit(m, s, y, t):
    """discharge ≤ discharge_rate × capacity"""
    return m.discharge[s, y, t] <= m.discharge_rate[s] * m.capacity[s, y]


@equation(
    dual="saving from one more unit of the power in this step",
    relax="never: a technical limit of the store, not a choice of the planner",
    segments="linear in flows: if it holds in every hour, it holds for the means of segments",
)
def store_power_limit(m, a, y, t):
    """Σ charge + Σ discharge through a priced power ≤ its capacity"""
    charging = sum(m.charge[s, y, t] for s in m.charging_through[a])
    discharging = sum(m.discharge[s, y, t] for s in m.discharging_through[a])
    return charging + discharging <= m.capacity[a, y]


def storage_supply(m, c, r, y, t):
    """Σ discharge − Σ charge"""
    return sum(m.discharge[s, y, t] - m.charge[s, y, t] for s in m.stores_of[c, r])


def check(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """A store that cannot be charged sets no initial_level, minimum_level, discharge_rate or self_discharge."""
    for store in data["store"].values[~is_filled(data).values].tolist():
        for name in ("initial_level", "minimum_level", "discharge_rate", "self_discharge"):
            where = provenance.row(name, store)
            if where:
                problem = f"{name} has no effect on {store}, which cannot be charged: its charge_rate is 0"
                yield Fault(where, problem, "remove the row, or raise the charge_rate, or add an inflow")


CONCERN = Concern(
    __name__,
    __doc__,
    declare=declare,
    check=check,
    parameters=PARAMETERS,
    equations=(storage_balance, leak_limit, charge_limit, discharge_limit, store_power_limit),
    needs=("begin_of", "moving_store", "opening", "opening_level", "opens", "storage_level", "capacity"),
)
