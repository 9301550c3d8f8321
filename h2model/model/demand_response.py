"""Demand response: demand shifts to another time, or is interrupted under contract, at a cost.

A share of a rate may be shifted within its day or month, to an earlier or later step. The demand shifted to a step is
at most the shiftable share of the largest rate of that day or month. So the shiftable part of a constant demand may at
most double.

A share of a rate may be interrupted, up to a number of hours of the year at the full share. Interrupted demand is not
served later.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from h2model.case import Parameter, Provenance
from h2model.constants import ROUNDING
from h2model.engine import Constraint, Expression, Model, Param, Set, Var
from h2model.errors import Fault
from h2model.frame.concern import Concern, Sums, equation
from h2model.frame.sets import carrier_regions, labels, members_by, members_where
from h2model.frame.steps import WINDOWS, straddles, windows

SHIFT_WINDOWS = ("day", "month")

PARAMETERS = (
    Parameter(
        "shiftable_share", dims=("demand",), unit="1", default=0.0, lower=0.0, upper=1.0,
        description="Share of the rate that may be shifted to another time of the shift_window.",
    ),
    Parameter(
        "shift_cost", dims=("demand",), unit="{money}/{amount}", default=None, lower=0.0,
        description="Cost per shifted amount; required with a shiftable_share.",
    ),
    Parameter(
        "shift_window", dims=("demand",), unit="1", default="day", choices=SHIFT_WINDOWS,
        description="Time within which shifted demand is served.",
    ),
    Parameter(
        "interruptible_share", dims=("demand",), unit="1", default=0.0, lower=0.0, upper=1.0,
        description="Share of the rate that may be interrupted under contract, and is not served later.",
    ),
    Parameter(
        "interruption_cost", dims=("demand",), unit="{money}/{amount}", default=None, lower=0.0,
        description="Cost per interrupted amount; required with an interruptible_share.",
    ),
    Parameter(
        "maximum_interruption", dims=("demand",), unit="hour/year", default=np.inf, lower=0.0,
        description="Maximum hours of the year for which the full interruptible share may be interrupted; "
        "a part of it may be interrupted for longer.",
    ),
)  # fmt: skip

BELONGS_TO = {
    "shift_cost": "shiftable_share",
    "shift_window": "shiftable_share",
    "interruption_cost": "interruptible_share",
    "maximum_interruption": "interruptible_share",
}
REQUIRED = (("shiftable_share", "shift_cost"), ("interruptible_share", "interruption_cost"))


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add shifted and interrupted demand, with limits and costs."""
    _declare_shifting(m, data)
    _declare_interruption(m, data)
    sums.cost["shift_cost"] = lambda m, y: sum(m.shift_cost[d, y] for d in m.shiftable_demand)
    sums.cost["interruption_cost"] = lambda m, y: sum(m.interruption_cost[d, y] for d in m.interruptible_demand)
    sums.supply.append(response_supply)


def _declare_shifting(m: Model, data: xr.Dataset) -> None:
    shiftable = data["shiftable_share"] > 0
    m.shiftable_demand = members_where(m.demand, data, shiftable, "demands that may be shifted in time")
    m.shiftable_at, m.shiftable_part = _look_ups(m.shiftable_demand, m, data)
    shiftable_data = data.isel(demand=np.flatnonzero(shiftable.values))
    kind_of = dict(zip(labels(shiftable_data, "demand"), shiftable_data["shift_window"].values.tolist(), strict=True))
    windows_of_kind = windows(data, set(kind_of.values()))
    steps = {(d, w): s for d, kind in kind_of.items() for w, s in windows_of_kind[kind].items()}
    m.shift_period = Set(
        dimen=2,
        initialize=list(steps),
        levels=("shift_period_demand", "shift_period_window"),
        description="demands that may be shifted, and the days or months of their windows",
    )
    m.steps_of_shift = Set(m.shift_period, within=m.time, initialize=steps)
    index = (m.shiftable_demand, m.period, m.time)
    m.most_taken_away = Param(*index, initialize=shiftable_rate(shiftable_data))
    m.most_added = Param(*index, initialize=most_added(shiftable_data))
    m.shift_price = Param(m.shiftable_demand, initialize=shiftable_data["shift_cost"])
    m.shift_down = Var(
        *index,
        bounds=lambda m, d, y, t: (0, m.most_taken_away[d, y, t]),
        unit="demand_unit/hour",
        description="demand shifted away from the step",
    )
    m.shift_up = Var(
        *index,
        bounds=lambda m, d, y, t: (0, m.most_added[d, y, t]),
        unit="demand_unit/hour",
        description="demand shifted to the step",
    )
    m.shift_balance = Constraint(m.shift_period, m.period, rule=shift_balance.rule, unit="demand_unit/year")
    m.shift_cost = Expression(
        m.shiftable_demand, m.period, rule=shift_cost, unit="money/year", description="cost of shifted demand"
    )


def _declare_interruption(m: Model, data: xr.Dataset) -> None:
    interruptible = data.variables["interruptible_share"] > 0
    m.interruptible_demand = members_where(
        m.demand, data, interruptible, "demands that may be interrupted against payment"
    )
    m.interruptible_at, m.interruptible_part = _look_ups(m.interruptible_demand, m, data)
    interruptible_data = data.isel(demand=np.flatnonzero(interruptible.values))
    index = (m.interruptible_demand, m.period)
    m.most_interrupted = Param(*index, m.time, initialize=interruptible_rate(interruptible_data))
    m.contracted_interruption = Param(
        *index, initialize=contracted_interruption(interruptible_data), unit="demand_unit/year"
    )
    m.interruption_price = Param(m.interruptible_demand, initialize=interruptible_data["interruption_cost"])
    m.interrupted = Var(
        *index,
        m.time,
        bounds=lambda m, d, y, t: (0, m.most_interrupted[d, y, t]),
        unit="demand_unit/hour",
        description="demand interrupted under contract",
    )
    m.interrupted_volume = Expression(
        *index, rule=interrupted_volume, unit="demand_unit/year", description="volume interrupted in the year"
    )
    limited = interruptible & np.isfinite(data.variables["maximum_interruption"])
    m.interruption_limited_demand = members_where(
        m.interruptible_demand, data, limited, "demands whose interruptions in a year are limited"
    )
    m.interruption_limit = Constraint(
        m.interruption_limited_demand, m.period, rule=interruption_limit.rule, unit="demand_unit/year"
    )
    m.interruption_cost = Expression(
        *index, rule=interruption_cost, unit="money/year", description="cost of interrupted demand"
    )


def _look_ups(responsive: Set, m: Model, data: xr.Dataset) -> tuple[Set, Set]:
    """Look-ups of some demands by carrier and region, and by demand: itself, or none."""
    columns = (labels(data, name) for name in ("demand", "demand_carrier", "demand_region"))
    pairs = [((carrier, region), d) for d, carrier, region in zip(*columns, strict=True) if d in responsive]
    by_region = Set(m.carrier, m.region, within=responsive, initialize=members_by(carrier_regions(data), pairs))
    itself = members_by(labels(data, "demand"), ((demand, demand) for demand in responsive))
    return by_region, Set(m.demand, within=responsive, initialize=itself)


def shiftable_rate(data: xr.Dataset) -> xr.DataArray:
    """Return the maximum shift away from a step: the shiftable share of its rate (demand, period, time)."""
    return (data["shiftable_share"] * data["rate"]).transpose("demand", "period", "time")


def most_added(data: xr.Dataset) -> xr.DataArray:
    """Return the maximum shift to a step: a share of the largest rate of its window (demand, period, time)."""
    peak = data["rate_peak"] if "rate_peak" in data else data["rate"]
    most = (data["shiftable_share"] * peak).transpose("demand", "period", "time").copy()
    for kind, steps_by_window in windows(data, set(labels(data, "shift_window"))).items():
        lengths = [len(steps) for steps in steps_by_window.values()]
        of_kind = (data["shift_window"] == kind).values
        first_steps = np.cumsum([0, *lengths[:-1]])
        largest = np.maximum.reduceat(most.values[of_kind], first_steps, axis=-1)
        most.values[of_kind] = np.repeat(largest, lengths, axis=-1)
    return most


def interruptible_rate(data: xr.Dataset) -> xr.DataArray:
    """Return the maximum interruption in a step: a share of its rate (demand, period, time)."""
    return (data["interruptible_share"] * data["rate"]).transpose("demand", "period", "time")


def contracted_interruption(data: xr.Dataset) -> xr.DataArray:
    """Return the maximum interruption in a year: hours times a share of the mean rate (demand, period)."""
    duration = data["hours"] * data["weight"]
    mean_rate = (interruptible_rate(data) * duration).sum("time") / duration.sum()
    return (data["maximum_interruption"] * mean_rate).transpose("demand", "period")


@equation(
    dual="cost of one more unit shifted into the window than out of it",
    relax="never: defines shifting: the demand of a window is served within it",
    segments="a sum over whole segments: their means have the same sum",
)
def shift_balance(m, d, w, y):
    """Σ over the day or month of duration × (shift_up − shift_down) = 0"""
    return sum(m.duration[t] * (m.shift_up[d, y, t] - m.shift_down[d, y, t]) for t in m.steps_of_shift[d, w]) == 0


@equation(
    dual="saving from one more unit that may be interrupted in the year",
    relax="never: a contract with the consumer; the demand itself is relaxed instead",
    segments="a sum over the year: the means of segments have the same sum",
)
def interruption_limit(m, d, y):
    """interrupted_volume ≤ maximum_interruption × interruptible_share × mean rate over the year"""
    return m.interrupted_volume[d, y] <= m.contracted_interruption[d, y]


def interrupted_volume(m, d, y):
    """interrupted_volume = Σ over time of duration × interrupted"""
    return sum(m.duration[t] * m.interrupted[d, y, t] for t in m.time)


def shift_cost(m, d, y):
    """shift_cost = Σ over time of duration × shift_cost × shift_down"""
    return sum(m.duration[t] * m.shift_price[d] * m.shift_down[d, y, t] for t in m.time)


def interruption_cost(m, d, y):
    """interruption_cost = interruption_cost × interrupted_volume"""
    return m.interruption_price[d] * m.interrupted_volume[d, y]


def response_supply(m, c, r, y, t):
    """Σ shift_down − Σ shift_up + Σ interrupted"""
    shifted = sum(m.shift_down[d, y, t] - m.shift_up[d, y, t] for d in m.shiftable_at[c, r])
    return shifted + sum(m.interrupted[d, y, t] for d in m.interruptible_at[c, r])


def check(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """Only a rate responds, by at most all of it, at a stated cost; every row has an effect."""
    numbers = {name: labels(data, name) for pair in REQUIRED for name in pair}
    has_volume = (data.variables["annual_volume"] > 0).any("period").values
    for i, (demand, window) in enumerate(zip(labels(data, "demand"), labels(data, "window"), strict=True)):
        shares = {name: numbers[name][i] for name in ("shiftable_share", "interruptible_share")}
        for parameter, share in BELONGS_TO.items():
            useless = provenance.row(parameter, demand)
            if useless and not shares[share] > 0:
                yield Fault(
                    useless, f"{parameter} has no effect on {demand}, which has no {share}", f"add {share} or remove it"
                )
        for share, cost in REQUIRED:
            if shares[share] > 0 and np.isnan(numbers[cost][i]):
                yield Fault(
                    provenance.where(share, demand),
                    f"{demand} has {share}, but no {cost}",
                    f"add a row {cost}, 0 if none",
                )
        if sum(shares.values()) > 1 + ROUNDING:
            yield Fault(
                provenance.where("interruptible_share", demand),
                f"shiftable_share and interruptible_share of {demand} add up to {sum(shares.values()):.4g}",
                "keep their sum within 1: shifted demand cannot be interrupted as well",
            )
        is_a_rate = window == "hour" and not has_volume[i]
        for share in (name for name, value in shares.items() if value > 0 and not is_a_rate):
            yield Fault(
                provenance.where(share, demand),
                f"{demand} has {share}, but needs no service in every step",
                f"remove the {share}, or give the demand a rate with a window of an hour",
            )
    yield from _idle_or_uneven_shifts(data, provenance)


def _idle_or_uneven_shifts(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """Faults if the balance time of the carrier makes shifting needless, or if steps cross the end of a window."""
    balance_of = dict(zip(labels(data, "carrier"), labels(data, "balance"), strict=True))
    balances = [balance_of[carrier] for carrier in labels(data, "demand_carrier")]
    columns = (labels(data, "demand"), labels(data, "shift_window"), balances)
    shifts = data.variables["shiftable_share"].values > 0
    rated = [row for row, shifted in zip(zip(*columns, strict=True), shifts, strict=True) if shifted]
    for demand, window, balance in rated:
        if WINDOWS.index(window) <= WINDOWS.index(balance):
            yield Fault(
                provenance.where("shiftable_share", demand),
                f"{demand} may be shifted within a {window}, but its carrier is balanced per {balance}: no effect",
                "remove the shiftable_share, or choose a longer shift_window",
            )
    for kind in SHIFT_WINDOWS:
        demands = [demand for demand, window, _ in rated if window == kind]
        if demands and straddles(data, kind):
            yield Fault(
                "scenario: time.resolution",
                f"some steps cross the end of a {kind}, but {', '.join(demands)} is shifted within each {kind}",
                "choose steps that fit into a day (1h, 2h, 3h, 4h, 6h, 12h, 24h)",
            )


CONCERN = Concern(
    __name__,
    __doc__,
    declare=declare,
    check=check,
    parameters=PARAMETERS,
    equations=(shift_balance, interruption_limit),
    expressions=(shift_cost, interrupted_volume, interruption_cost),
)
