"""Balance: supply equals use, for each carrier, region, period and balance step (hour, day, month or year).

Closes the sum of supplies of all other concerns. Its dual, per hour and undiscounted, is the price
of the carrier (`price_of_carrier` in results).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import xarray as xr

from h2model.case import Parameter, Provenance
from h2model.engine import Constraint, Expression, Model, Param, Set, Var
from h2model.errors import Fault
from h2model.frame.concern import Concern, Relax, Stage, Sums, equation
from h2model.frame.sets import carrier_regions, labels, members_by, occurring
from h2model.frame.steps import straddles, windows

PARAMETERS = (
    Parameter(
        "disposal_cost", dims=("carrier",), unit="{money}/{amount}", default=None, lower=0.0,
        description="Cost of venting or dumping the carrier. Without it, all of the carrier must be used. "
        "Carbon in what is vented is released.",
    ),
)  # fmt: skip


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add disposal, then close the balance of every carrier in every region where it occurs."""
    occurrences = occurring(data)
    _declare_disposal(m, data, occurrences, sums)
    balance_of = dict(zip(labels(data, "carrier"), labels(data, "balance"), strict=True))
    m.hourly_balance = Set(
        dimen=2,
        initialize=[(c, r) for c, r in occurrences if balance_of[c] == "hour"],
        levels=("hourly_balance_carrier", "hourly_balance_region"),
        description="carriers and regions balanced in every step",
    )
    longer = windows(data, set(balance_of.values()) - {"hour"})
    m.window_balance = Set(
        dimen=3,
        initialize=[(c, r, w) for c, r in occurrences for w in longer.get(balance_of[c], ())],
        levels=("window_balance_carrier", "window_balance_region", "window_balance_window"),
        description="carriers and regions balanced over a day, a month or the year",
    )
    m.window = Set(initialize=[w for names in longer.values() for w in names], description="days, months, the year")
    m.steps_in = Set(
        m.window,
        within=m.time,
        initialize={w: s for steps_by_window in longer.values() for w, s in steps_by_window.items()},
    )
    supply = tuple(sums.supply)
    m.balance = Constraint(
        m.hourly_balance, m.period, m.time, rule=partial(balance.rule, supply), unit="carrier_unit/hour"
    )
    m.balance_over_window = Constraint(
        m.window_balance, m.period, rule=partial(balance_over_window.rule, supply), unit="carrier_unit/year"
    )


def _declare_disposal(m: Model, data: xr.Dataset, occurrences: list[tuple[str, str]], sums: Sums) -> None:
    """Add the disposal of carriers that may be vented, with its cost."""
    ventable = set(data["carrier"].values[data["disposal_cost"].notnull().values].tolist())
    pairs = [(c, r) for c, r in occurrences if c in ventable]
    m.disposal_price = Param(m.carrier, initialize=data["disposal_cost"].fillna(0.0))
    m.disposable = Set(
        dimen=2,
        initialize=pairs,
        levels=("disposable_carrier", "disposable_region"),
        description="carriers that may be vented, and regions",
    )
    m.disposable_at = Set(
        m.carrier,
        m.region,
        dimen=2,
        within=m.disposable,
        initialize=members_by(carrier_regions(data), zip(pairs, pairs, strict=True)),
    )
    m.disposal = Var(
        m.disposable, m.period, m.time, bounds=(0, None), unit="carrier_unit/hour", description="vented or dumped"
    )
    m.disposal_cost = Expression(
        m.disposable, m.period, rule=disposal_cost, unit="money/year", description="cost of venting or dumping"
    )
    sums.cost["disposal_cost"] = lambda m, y: sum(m.disposal_cost[c, r, y] for c, r in m.disposable)
    sums.supply.append(disposal_supply)


@equation(
    dual="price of the carrier: cost of one more unit per hour used in this step; negative if more supply is a burden",
    relax=Relax(Stage.BALANCE, "the balance of {0} in {1} in {2}", unit="{amount}/year", by_time=True),
    segments="linear in flows: if it holds in every hour, it holds for the means of segments",
)
def balance(supply, m, c, r, y, t):
    """production + imports + discharge + arrivals + unserved = use + exports + charge + departures + demand + vented"""
    return sum(part(m, c, r, y, t) for part in supply) == 0


@equation(
    dual="price of the carrier: cost of one more unit used in the window",
    relax=Relax(Stage.BALANCE, "the balance of {0} in {1} over the {2} in {3}", unit="{amount}/year"),
    segments="sums over whole segments, which lie within days: their means have the same sums",
)
def balance_over_window(supply, m, c, r, w, y):
    """Σ over the day, month or year of duration × (the terms of balance) = 0"""
    return sum(m.duration[t] * sum(part(m, c, r, y, t) for part in supply) for t in m.steps_in[w]) == 0


def disposal_cost(m, c, r, y):
    """disposal_cost = Σ over time of duration × disposal_cost × disposal"""
    return sum(m.duration[t] * m.disposal_price[c] * m.disposal[c, r, y, t] for t in m.time)


def disposal_supply(m, c, r, y, t):
    """−disposal"""
    return -sum(m.disposal[k, q, y, t] for k, q in m.disposable_at[c, r])


def check(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """Steps end with the day if a carrier is balanced per day, and with the month if per month."""
    for kind, others in (("day", "month or year"), ("month", "year")):
        carriers = data["carrier"].values[(data["balance"] == kind).values].tolist()
        if carriers and straddles(data, kind):
            yield Fault(
                "scenario: time.resolution",
                f"some steps cross the end of a {kind}, but {', '.join(carriers)} is balanced per {kind}",
                f"choose steps that fit into a day (1h, 2h, 3h, 4h, 6h, 12h, 24h), or balance the carrier per {others}",
            )


CONCERN = Concern(
    __name__,
    __doc__,
    declare=declare,
    check=check,
    parameters=PARAMETERS,
    equations=(balance, balance_over_window),
    expressions=(disposal_cost,),
)
