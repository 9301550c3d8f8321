"""Trade: imports from and exports to the world outside the regions, at a price."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from h2model.case import Parameter, Plausible, Provenance, rule
from h2model.engine import Constraint, Expression, Model, Param, Set, Var
from h2model.errors import Fault, Severity
from h2model.frame.concern import Binding, Bound, Concern, Dual, Relax, Stage, Sums, equation
from h2model.frame.sets import carrier_regions, labels, members_by

PARAMETERS = (
    Parameter(
        "price", dims=("trade", "period", "time"), unit="{money}/{amount}", lower=-np.inf, relaxation="buyer",
        plausible=(Plausible(-1000, 2000, "MWh"), Plausible(-2000, 2e4, "t"),),
        description="Price paid for an import or received for an export; negative for a disposal fee.",
    ),
    Parameter(
        "maximum_rate", dims=("trade", "period"), unit="{amount}/hour", default=np.inf, lower=0.0,
        description="Maximum flow at any time.",
    ),
    Parameter(
        "maximum_volume", dims=("trade", "period"), unit="{amount}/year", default=np.inf, lower=0.0,
        description="Maximum volume in a year.",
    ),
    Parameter(
        "upstream_emissions", dims=("trade",), unit="t/{amount}", default=0.0, lower=-np.inf,
        plausible=(Plausible(-2, 2, "MWh"), Plausible(-10, 50, "t"),),
        description="CO2 equivalents released outside the regions per imported amount; counted with `upstream`.",
    ),
    Parameter(
        "export_stored_share", dims=("trade",), unit="1", default=0.0, lower=0.0, upper=1.0,
        description="Share of the carbon in an export that goes to permanent storage.",
    ),
)  # fmt: skip


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add traded flows, their annual limit, the cost of imports and the revenue of exports."""
    m.price = Param(m.trade, m.period, m.time, initialize=data["price"])
    m.maximum_rate = Param(m.trade, m.period, initialize=data["maximum_rate"])
    m.maximum_volume = Param(m.trade, m.period, initialize=data["maximum_volume"])
    is_import = data.variables["trade_direction"] == "import"
    m.is_import = Param(m.trade, initialize=is_import.astype(float), description="1 for imports, 0 for exports")
    limited = np.isfinite(data.variables["maximum_volume"].transpose("trade", "period").values)
    trades, periods = labels(data, "trade"), labels(data, "period")
    m.volume_limited = Set(
        dimen=2,
        initialize=[(trades[i], periods[j]) for i, j in np.argwhere(limited)],
        levels=("volume_limited_trade", "volume_limited_period"),
        description="trades with a limited annual volume",
    )
    m.imports_of = _trades_where(m, data, is_import)
    m.exports_of = _trades_where(m, data, ~is_import)

    m.trade_flow = Var(
        m.trade,
        m.period,
        m.time,
        bounds=lambda m, d, y, t: (0, m.maximum_rate[d, y]),
        unit="trade_unit/hour",
        description="flow bought or sold",
    )
    m.traded = Expression(
        m.trade, m.period, rule=traded, unit="trade_unit/year", description="volume bought or sold in the year"
    )
    m.trade_volume_limit = Constraint(m.volume_limited, rule=trade_volume_limit.rule, unit="trade_unit/year")
    m.import_cost = Expression(m.trade, m.period, rule=import_cost, unit="money/year", description="cost of imports")
    m.export_revenue = Expression(
        m.trade, m.period, rule=export_revenue, unit="money/year", description="revenue of exports, as a negative cost"
    )
    sums.cost["import_cost"] = lambda m, y: sum(m.import_cost[d, y] for d in m.trade)
    sums.cost["export_revenue"] = lambda m, y: sum(m.export_revenue[d, y] for d in m.trade)
    sums.supply.append(trade_supply)


def _trades_where(m: Model, data: xr.Dataset, condition: xr.Variable) -> Set:
    columns = (labels(data, name) for name in ("trade", "trade_carrier", "trade_region"))
    rows = zip(*columns, condition.values, strict=True)
    pairs = (((carrier, region), trade) for trade, carrier, region, holds in rows if holds)
    return Set(m.carrier, m.region, within=m.trade, initialize=members_by(carrier_regions(data), pairs))


@equation(
    dual=Dual(
        "saving from one more unit of the annual volume: the scarcity rent of the import or outlet",
        Binding("yearly volume of {0}: one {1} more"),
    ),
    relax=Relax(Stage.LIMIT, "the maximum_volume of {0} in {1}", limit="maximum_volume", unit="{amount}/year"),
    segments="a sum over the year: the means of segments have the same sum",
)
def trade_volume_limit(m, d, y):
    """traded ≤ maximum_volume"""
    return m.traded[d, y] <= m.maximum_volume[d, y]


def traded(m, d, y):
    """traded = Σ over time of duration × trade_flow"""
    return sum(m.duration[t] * m.trade_flow[d, y, t] for t in m.time)


def import_cost(m, d, y):
    """import_cost = Σ over time of duration × price × trade_flow, for imports"""
    return sum(m.duration[t] * m.is_import[d] * m.price[d, y, t] * m.trade_flow[d, y, t] for t in m.time)


def export_revenue(m, d, y):
    """export_revenue = −Σ over time of duration × price × trade_flow, for exports"""
    return sum(m.duration[t] * (m.is_import[d] - 1) * m.price[d, y, t] * m.trade_flow[d, y, t] for t in m.time)


def trade_supply(m, c, r, y, t):
    """Σ imports − Σ exports"""
    bought = sum(m.trade_flow[d, y, t] for d in m.imports_of[c, r])
    sold = sum(m.trade_flow[d, y, t] for d in m.exports_of[c, r])
    return bought - sold


@rule(Severity.ERROR, against="earnings that no market gives, and a scenario without a least cost.")
def buying_to_sell_does_not_pay(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """Buying and selling at the same time on one market is not profitable."""
    prices = dict(zip(labels(data, "trade"), data["price"].transpose("trade", "period", "time").values, strict=True))
    bought = _trades(data, "import")
    for sale, outlet in _trades(data, "export").items():
        for purchase in (name for name, source in bought.items() if source == outlet):
            gain = prices[sale] - prices[purchase]
            if (gain > 0).any():
                period = labels(data, "period")[int(np.argmax(gain.max(axis=1)))]
                yield Fault(
                    provenance.where("price", sale, period=period),
                    f"{sale} earns up to {gain.max():.4g} more than {purchase} costs at the same time in {period}, "
                    f"so buying {outlet[0]} to sell it at once is profitable",
                    "lower the export price or raise the import price; "
                    "trades with different markets in trades.csv may resell",
                )


def check(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """Parameters of imports apply to imports only, and those of exports to exports only."""
    for parameter, direction in (("upstream_emissions", "export"), ("export_stored_share", "import")):
        for trade in _trades(data, direction):
            where = provenance.row(parameter, trade)
            if where:
                yield Fault(where, f"{parameter} has no effect on {trade}, which is an {direction}", "remove the row")


def _trades(data: xr.Dataset, direction: str) -> dict[str, tuple[str, str, str]]:
    """Carrier, region and market of each trade of one direction."""
    columns = ("trade", "trade_direction", "trade_carrier", "trade_region", "trade_market")
    rows = zip(*(labels(data, name) for name in columns), strict=True)
    return {
        trade: (carrier, region, market)
        for trade, direction_of_trade, carrier, region, market in rows
        if direction_of_trade == direction
    }


@rule(Severity.ERROR, against="a scenario without a least cost, because a trade grows for ever.")
def transit_is_limited(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """A profitable transit between two markets has a limit on one side."""
    variables, order = data.variables, ("trade", "period")
    endless = (np.isinf(variables["maximum_rate"]) & np.isinf(variables["maximum_volume"])).transpose(*order).values
    price = variables["price"].transpose(*order, "time").values
    position_of = {trade: position for position, trade in enumerate(labels(data, "trade"))}
    bought = _trades(data, "import")
    for sale, outlet in _trades(data, "export").items():
        for purchase in (name for name, source in bought.items() if source[:2] == outlet[:2] and source != outlet):
            sold, paid = position_of[sale], position_of[purchase]
            free = endless[sold] & endless[paid]
            gains = (price[sold] > price[paid]).any(axis=1)
            if (free & gains).any():
                period = labels(data, "period")[int(np.argmax(free & gains))]
                problem = f"{outlet[0]} bought from {purchase} and sold to {sale} earns without any limit in {period}"
                yield Fault(provenance.where("price", sale, period=period), problem, "give one of them a maximum_rate")


MAXIMUM_RATE = Bound(
    "trade_flow",
    Relax(
        Stage.LIMIT,
        "the maximum_rate of {0} in {1}",
        limit="maximum_rate",
        unit="{amount}/h",
        by_time=True,
        upper=True,
    ),
)

CONCERN = Concern(
    __name__,
    __doc__,
    declare=declare,
    check=check,
    rules=(buying_to_sell_does_not_pay, transit_is_limited),
    parameters=PARAMETERS,
    equations=(trade_volume_limit,),
    expressions=(traded, import_cost, export_revenue),
    bounds=(MAXIMUM_RATE,),
)
