"""Arbitrage: income from waste, or only from coarse time steps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import compress, permutations

import numpy as np
import xarray as xr

from h2model.case import Provenance, Time, rule
from h2model.checks.existing_capacity import capacity_upper_bound, durations, positions
from h2model.constants import HOURS_PER_DAY
from h2model.errors import Fault, Severity
from h2model.frame.sets import labels


def _paid_imports(data: xr.Dataset) -> Iterator[tuple[int, str, str, np.ndarray]]:
    """Yield imports with a negative price at some time: position, carrier, region and lowest price (period)."""
    lowest = data.variables["price"].min("time").transpose("trade", "period").values
    allowed = data.variables["maximum_rate"].transpose("trade", "period").values > 0
    is_import = data.variables["trade_direction"].values == "import"
    for i in np.flatnonzero(is_import & ((lowest < 0) & allowed).any(axis=1)):
        yield int(i), labels(data, "trade_carrier")[i], labels(data, "trade_region")[i], lowest[i]


def _unlimited(data: xr.Dataset) -> np.ndarray:
    """Return whether a trade has neither a maximum_rate nor a maximum_volume (trade, period)."""
    rate, volume = (
        data.variables[name].transpose("trade", "period").values for name in ("maximum_rate", "maximum_volume")
    )
    return np.isinf(rate) & np.isinf(volume)


def _vented_for_profit(data: xr.Dataset, provenance: Provenance, unlimited: bool, remedy: str) -> Iterable[Fault]:
    """Yield a fault for each import whose negative price exceeds the cost of venting, with or without a limit."""
    disposal = dict(zip(labels(data, "carrier"), data.variables["disposal_cost"].values.tolist(), strict=True))
    is_unlimited = _unlimited(data)
    for i, carrier, region, price in _paid_imports(data):
        gains = price + disposal[carrier] < 0
        counts = gains & (is_unlimited[i] == unlimited) if unlimited else gains & ~is_unlimited[i]
        if counts.any():
            y, trade = int(np.argmin(np.where(counts, price, np.inf))), labels(data, "trade")[i]
            period = labels(data, "period")[y]
            yield Fault(
                provenance.where("price", trade, period=period),
                f"{trade} pays up to {-price[y]:.4g} per amount of {carrier} in {period}, and venting it in {region} "
                f"costs {disposal[carrier]:.4g}: venting is profitable",
                remedy,
            )


@rule(Severity.ERROR, against="an unbounded scenario, because more waste always earns more.")
def waste_has_a_limit(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """If venting an import is profitable, the import has a limit."""
    remedy = "set a maximum_rate for the import, or raise its price or the disposal_cost"
    yield from _vented_for_profit(data, provenance, unlimited=True, remedy=remedy)


@rule(Severity.WARNING, against="income from imports that are vented at once.")
def waste_does_not_pay(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """Imports with a negative price are not vented for profit."""
    remedy = "raise its price or the disposal_cost, or remove the disposal_cost"
    yield from _vented_for_profit(data, provenance, unlimited=False, remedy=remedy)


@rule(Severity.WARNING, against="income from losses that no operator would accept.")
def losses_do_not_pay(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """If imports have a negative price, no lossy store or two-way link may waste energy for profit.

    In the same hour a linear model may charge and discharge a store, or use both directions of a link. The losses then
    earn the negative price. This is not profitable as long as demands and exports use all of these imports.
    """
    lossy = _lossy_assets(data)
    for (carrier, region), (trades, hours) in _paid_beyond_use(data).items():
        names = lossy.get((carrier, region))
        if names:
            yield Fault(
                provenance.where("price", trades[0]),
                f"{' and '.join(trades)} may pay for more {carrier} than demands and exports in {region} take, in "
                f"up to {hours:,.0f} hours of a year, and {' and '.join(names)} can dump {carrier} through losses: "
                "losses could be profitable",
                "check in the results whether they run both ways in one hour; if they do, raise negative prices to 0",
            )


def _paid_beyond_use(data: xr.Dataset) -> dict[tuple[str, str], tuple[list[str], float]]:
    """Return nodes (carrier, region) where imports at a negative price can exceed demands and exports.

    Each node has the names of these imports and the hours of a year in which this is possible. Exports at a negative
    price are left out.
    """
    inputs, excess = data.variables, {}
    price = inputs["price"].transpose("trade", "period", "time").values
    limit = inputs["maximum_rate"].transpose("trade", "period").values[..., None]
    is_import = (inputs["trade_direction"].values == "import")[:, None, None]
    trade_nodes = list(zip(labels(data, "trade_carrier"), labels(data, "trade_region"), strict=True))
    demanded = inputs["rate"].transpose("demand", "period", "time").values
    demand_nodes = list(zip(labels(data, "demand_carrier"), labels(data, "demand_region"), strict=True))
    for node in dict.fromkeys((carrier, region) for _, carrier, region, _ in _paid_imports(data)):
        trades = [i for i, trade_node in enumerate(trade_nodes) if trade_node == node]
        paid = np.where(is_import[trades] & (price[trades] < 0), limit[trades], 0.0)
        sold = np.where(~is_import[trades] & (price[trades] >= 0), limit[trades], 0.0).sum(axis=0)
        used = demanded[[i for i, demand_node in enumerate(demand_nodes) if demand_node == node]].sum(axis=0)
        hours = ((paid.sum(axis=0) > sold + used) * durations(data)).sum(axis=-1).max()
        if hours > 0:
            names = [labels(data, "trade")[i] for i, pays in zip(trades, paid.any(axis=(1, 2)), strict=True) if pays]
            excess[node] = (names, float(hours))
    return excess


def _lossy_assets(data: xr.Dataset) -> dict[tuple[str, str], list[str]]:
    """Return the stores and two-way links with losses at each node (carrier, region)."""
    has_capacity, inputs = (capacity_upper_bound(data) > 0).any(axis=1), data.variables
    round_trip = inputs["charge_efficiency"].values * inputs["discharge_efficiency"].values
    stores = (round_trip < 1) & has_capacity[positions(data, "asset", labels(data, "store"))]
    links = (inputs["loss"].values > 0) & inputs["link_two_way"].values.astype(bool)
    links &= has_capacity[positions(data, "asset", labels(data, "link"))]
    lossy = defaultdict(list)
    for kind, end, loses in (("store", "region", stores), ("link", "from", links), ("link", "to", links)):
        columns = (labels(data, name) for name in (f"{kind}_carrier", f"{kind}_{end}", kind))
        for carrier, region, name in compress(zip(*columns, strict=True), loses):
            lossy[carrier, region].append(name)
    return lossy


@rule(Severity.WARNING, against="a lower bound far too low or missing, because a segment buys and sells at two prices.")
def segments_keep_prices_apart(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """With segments, no export earns more than an import on the same market costs on the same day.

    In a segment, imports cost the lowest price of its hours and exports earn the highest.
    """
    time = provenance.scenario.time if provenance.scenario is not None else Time()
    hours = data.variables["hours"].values
    per_day = int(HOURS_PER_DAY // hours[0])
    if (time.segments is None and time.certified is None) or np.ptp(hours) or per_day < 1 or len(hours) % per_day:
        return
    price = data.variables["price"].transpose("trade", "period", "time").values
    by_day = price.reshape(*price.shape[:2], len(hours) // per_day, per_day)
    lowest, highest, unlimited = by_day.min(axis=-1), by_day.max(axis=-1), _unlimited(data)
    columns = (labels(data, f"trade_{name}") for name in ("carrier", "region", "market"))
    markets, directions = list(zip(*columns, strict=True)), labels(data, "trade_direction")
    names, periods = labels(data, "trade"), labels(data, "period")
    for sale, purchase in permutations(range(len(names)), 2):
        if (directions[sale], directions[purchase]) != ("export", "import") or markets[sale] != markets[purchase]:
            continue
        gain = (highest[sale] - lowest[purchase]).max(axis=-1)
        if gain.max(initial=0.0) > 0:
            y = int(np.argmax(gain))
            extent = "without limit" if (unlimited[sale] & unlimited[purchase])[y] else "up to their limits"
            yield Fault(
                provenance.where("price", names[sale], period=periods[y]),
                f"{names[sale]} earns up to {gain[y]:.4g} more than {names[purchase]} costs on the same day of "
                f"{periods[y]}: a segment would buy {markets[sale][0]} to sell it, {extent}",
                "set a maximum_rate for one of them, or use steps of 1h",
            )


RULES = (waste_has_a_limit, waste_does_not_pay, losses_do_not_pay, segments_keep_prices_apart)
