"""Arbitrage: earnings by waste, or only because steps are coarse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import xarray as xr

from h2model.case import Provenance, Time, rule
from h2model.checks.existing_capacity import durations, most_capacity, positions
from h2model.constants import HOURS_PER_DAY
from h2model.errors import Fault, Severity
from h2model.frame.sets import labels


def _paid_imports(data: xr.Dataset) -> Iterator[tuple[int, str, str, np.ndarray]]:
    """Imports that are paid for at some moment: place, carrier, region and least price by period."""
    least = data.variables["price"].min("time").transpose("trade", "period").values
    most = data.variables["maximum_rate"].transpose("trade", "period").values > 0
    bought = data.variables["trade_direction"].values == "import"
    for i in np.flatnonzero(bought & ((least < 0) & most).any(axis=1)):
        yield int(i), labels(data, "trade_carrier")[i], labels(data, "trade_region")[i], least[i]


def _endless(data: xr.Dataset) -> np.ndarray:
    """Trades without any limit (trade, period)."""
    rate, volume = (
        data.variables[name].transpose("trade", "period").values for name in ("maximum_rate", "maximum_volume")
    )
    return np.isinf(rate) & np.isinf(volume)


def _vented_at_a_gain(data: xr.Dataset, rows: Provenance, endless: bool, remedy: str) -> Iterable[Fault]:
    """Imports for which one is paid more than venting costs, with or without a limit."""
    disposal = dict(zip(labels(data, "carrier"), data.variables["disposal_cost"].values.tolist(), strict=True))
    is_endless = _endless(data)
    for i, carrier, region, price in _paid_imports(data):
        gains = price + disposal[carrier] < 0
        counts = gains & (is_endless[i] == endless) if endless else gains & ~is_endless[i]
        if counts.any():
            y, trade = int(np.argmin(np.where(counts, price, np.inf))), labels(data, "trade")[i]
            period = labels(data, "period")[y]
            yield Fault(
                rows.where("price", trade, period=period),
                f"{trade} pays up to {-price[y]:.4g} for each amount of {carrier} in {period}, which may be vented in "
                f"{region} for {disposal[carrier]:.4g}: buying to waste it pays",
                remedy,
            )


@rule(Severity.ERROR, against="a scenario without a least cost.")
def waste_has_a_limit(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """Who is paid to take a carrier that may be vented takes no more than a limit."""
    remedy = "give the import a maximum_rate, or raise its price or the disposal_cost"
    yield from _vented_at_a_gain(data, rows, endless=True, remedy=remedy)


@rule(Severity.WARNING, against="earnings from imports that are thrown away at once.")
def waste_does_not_pay(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """Nobody is paid more for taking a carrier than it costs to vent it."""
    remedy = "raise its price or the disposal_cost, or remove the disposal_cost"
    yield from _vented_at_a_gain(data, rows, endless=False, remedy=remedy)


@rule(Severity.WARNING, against="earnings from losses that no operator would make.")
def losses_do_not_pay(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """Where more is paid to be taken than demands and exports there take, nothing stands by in which it can be lost.

    A linear model may charge and discharge a store, or send to and fro over a link, in the same hour, and is paid for
    what is lost. As long as demands and exports at a price take all of it, that does not pay.
    """
    paid = _paid_beyond_use(data)
    losing = _losing(data)
    for (carrier, region), (trades, hours) in paid.items():
        names = [name for own, place, name in losing if (own, place) == (carrier, region)]
        if names:
            yield Fault(
                rows.where("price", trades[0]),
                f"{' and '.join(trades)} may pay for more {carrier} than demands and exports in {region} take, in "
                f"up to {hours:,.0f} hours of a year, and {' and '.join(names)} can lose it: losses could pay",
                "see in the results whether they run both ways in one hour; if they do, cut the price off at 0",
            )


def _paid_beyond_use(data: xr.Dataset) -> dict[tuple[str, str], tuple[list[str], float]]:
    """Places (carrier, region) with imports at a negative price that exceed demands and exports, and in how many hours.

    Of exports count those that earn something, or at least cost nothing.
    """
    given, found = data.variables, {}
    price = given["price"].transpose("trade", "period", "time").values
    rate = given["maximum_rate"].transpose("trade", "period").values[..., None]
    bought = (given["trade_direction"].values == "import")[:, None, None]
    places = list(zip(labels(data, "trade_carrier"), labels(data, "trade_region"), strict=True))
    asked = given["rate"].transpose("demand", "period", "time").values
    asked_at = list(zip(labels(data, "demand_carrier"), labels(data, "demand_region"), strict=True))
    for carrier, region in dict.fromkeys((c, r) for _, c, r, _ in _paid_imports(data)):
        own = [i for i, place in enumerate(places) if place == (carrier, region)]
        paid = np.where(bought[own] & (price[own] < 0), rate[own], 0.0)
        sold = np.where(~bought[own] & (price[own] >= 0), rate[own], 0.0).sum(axis=0)
        used = asked[[i for i, place in enumerate(asked_at) if place == (carrier, region)]].sum(axis=0)
        hours = ((paid.sum(axis=0) > sold + used) * durations(data)).sum(axis=-1).max()
        if hours > 0:
            names = [labels(data, "trade")[i] for i, pays in zip(own, paid.any(axis=(1, 2)), strict=True) if pays]
            found[carrier, region] = (names, float(hours))
    return found


def _losing(data: xr.Dataset) -> list[tuple[str, str, str]]:
    """Carrier, region and name of stores and two-way links that lose some of what goes through them."""
    stands, given = (most_capacity(data) > 0).any(axis=1), data.variables
    round_trip = given["charge_efficiency"].values * given["discharge_efficiency"].values
    stores = (round_trip < 1) & stands[positions(data, "asset", labels(data, "store"))]
    links = (given["loss"].values > 0) & given["link_two_way"].values.astype(bool)
    links &= stands[positions(data, "asset", labels(data, "link"))]
    found = []
    for kind, end, loses in (("store", "region", stores), ("link", "from", links), ("link", "to", links)):
        columns = (labels(data, name) for name in (f"{kind}_carrier", f"{kind}_{end}", kind))
        found += [row for row, lossy in zip(zip(*columns, strict=True), loses, strict=True) if lossy]
    return found


@rule(
    Severity.WARNING,
    against="a lower bound that is far too low, or none at all, because buying in one hour to sell in another pays.",
)
def segments_keep_prices_apart(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """With segments, an import is never cheaper than an export on the same market earns on the same day.

    Within a segment imports cost what the cheapest hour does, and exports earn what the dearest does.
    """
    time = rows.scenario.time if rows.scenario is not None else Time()
    hours = data.variables["hours"].values
    per_day = int(HOURS_PER_DAY // hours[0])
    if (time.segments is None and time.certified is None) or np.ptp(hours) or per_day < 1 or len(hours) % per_day:
        return
    price = data.variables["price"].transpose("trade", "period", "time").values
    by_day = price.reshape(*price.shape[:2], len(hours) // per_day, per_day)
    lowest, highest, endless = by_day.min(axis=-1), by_day.max(axis=-1), _endless(data)
    columns = (labels(data, f"trade_{name}") for name in ("carrier", "region", "market"))
    places, ways = list(zip(*columns, strict=True)), labels(data, "trade_direction")
    names, periods = labels(data, "trade"), labels(data, "period")
    for sale in (i for i, way in enumerate(ways) if way == "export"):
        for purchase in (i for i, way in enumerate(ways) if way == "import" and places[i] == places[sale]):
            gain = (highest[sale] - lowest[purchase]).max(axis=-1)
            if gain.max(initial=0.0) > 0:
                y = int(np.argmax(gain))
                ends = "without any limit" if (endless[sale] & endless[purchase])[y] else "up to their limits"
                yield Fault(
                    rows.where("price", names[sale], period=periods[y]),
                    f"{names[sale]} earns up to {gain[y]:.4g} more than {names[purchase]} costs on the same day of "
                    f"{periods[y]}, so that a segment would buy {places[sale][0]} to sell it, {ends}",
                    "give one of them a maximum_rate, or take steps of 1h",
                )


RULES = (waste_has_a_limit, waste_does_not_pay, losses_do_not_pay, segments_keep_prices_apart)
