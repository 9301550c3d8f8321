"""Audit of carbon: every tonne that comes in is released, stored or goes out, and is counted where it should be.

Twice: each entry of the ledger is recomputed by region and origin, and the whole of it must add up over all regions and
origins to what crosses the border, which knows nothing of plants.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.results.audit.account import SOLVED, Account
from h2model.results.books import Books
from h2model.results.flows import ends_of_ways, link_of_way

DIMS = ("region", "origin", "period")
FROM_AIR, NO_REMOVAL = ("biogenic", "atmospheric"), ("biogenic", "atmospheric", "pooled")
#: Carbon of a plant below this, in t per amount, is what rounding leaves of ratios that should cancel out.
DUST = 1e-9


class Ledger:
    """Tonnes of carbon (as CO2) by region, origin and period."""

    def __init__(self, books: Books) -> None:
        """Open the ledger with the content of every carrier."""
        self.books = books
        self.content = books.given("carbon_content").transpose("carrier", "origin").values
        origins = books.words("origin")
        self.from_air, self.no_removal = np.isin(origins, FROM_AIR), np.isin(origins, NO_REMOVAL)
        self.is_pooled = origins == "pooled"

    def entry(self, region_names: list[str], per_amount: np.ndarray, volume: np.ndarray) -> np.ndarray:
        """Sum, by region, of carbon per amount (member, origin[, period]) times volume per year (member, period)."""
        regions = self.books.places("region", region_names)
        total = np.zeros(tuple(len(self.books.names(dim)) for dim in DIMS))
        if per_amount.ndim == 2:
            per_amount = per_amount[:, :, None]
        np.add.at(total, regions, per_amount * volume[:, None, :])
        return total

    def of_carriers(self, names: list[str]) -> np.ndarray:
        """Carbon content of named carriers (member, origin)."""
        return self.content[self.books.places("carrier", names)]

    def plants(self) -> np.ndarray:
        """Carbon that goes into plants and not into their outputs, per amount of activity (plant, origin, period)."""
        taken, made = (
            np.einsum(
                "pcy,co->poy", self.books.given(name).transpose("plant", "carrier", "period").values, self.content
            )
            for name in ("input", "output")
        )
        kept = taken - np.where(self.is_pooled[None, :, None], 0.0, made)
        pooled = made[:, self.is_pooled].sum(axis=1)
        total = kept.sum(axis=1)
        # CO2 of mixed origin takes of each origin the same share.
        share = np.divide(pooled, total, out=np.zeros_like(total), where=total > 0)
        left = kept * (1 - share[:, None, :])
        return np.where(np.abs(left) > DUST, left, 0.0)


def check(books: Books, account: Account) -> None:
    """Recompute every entry of the ledger, the emissions, and the whole."""
    ledger = Ledger(books)
    traded, delivered = _volumes(books)
    entries = {**_inside(books, ledger, delivered), **_across_borders(books, ledger, traded, delivered)}
    entries["carbon_stored"] += entries.pop("stored_abroad")
    entries["carbon_taken_up"] = entries["carbon_imported"] * ledger.from_air[None, :, None]
    entries["carbon_sold"] = entries["carbon_exported"] * ~ledger.no_removal[None, :, None]
    for name, expected in entries.items():
        size = max(1.0, float(np.abs(expected).max(initial=0.0)))
        account.equal(name, books.found(name).transpose(*DIMS), xr.Variable(DIMS, expected), size, "t/year")
    upstream = np.zeros((len(books.names("region")), len(books.names("period"))))
    buys = books.words("trade_direction") == "import"
    regions = books.places("region", books.names("trade_region"))
    np.add.at(upstream, regions[buys], (books.given("upstream_emissions").values[:, None] * traded)[buys])
    account.equal("upstream_emissions", books.found("upstream_emissions"), xr.Variable(("region", "period"), upstream))
    gone = entries["carbon_exported"] * ledger.no_removal[None, :, None]
    parts = (entries["carbon_released"], -entries["carbon_taken_up"], entries["carbon_moved"], gone)
    net, size = sum(parts), sum(np.abs(part) for part in parts)
    emissions = books.found("emissions").transpose(*DIMS)
    account.equal("emission_account", emissions, xr.Variable(DIMS, net), xr.Variable(DIMS, size), "t/year", SOLVED)
    _whole(books, account, ledger, traded, entries)


def _volumes(books: Books) -> tuple[np.ndarray, np.ndarray]:
    """What is traded and delivered in a year, from the flows themselves."""
    traded = books.over_year(books.found("trade_flow")).transpose("trade", "period").values
    missing = books.over_year(books.found("unserved_demand") + books.found("interrupted", "demand"))
    asked = books.over_year(books.given("rate")) + books.given("annual_volume")
    return traded, (asked - missing).transpose("demand", "period").values


def _inside(books: Books, ledger: Ledger, delivered: np.ndarray) -> dict[str, np.ndarray]:
    """What plants, links, fuel demands and venting release, plants store, and links carry from region to region."""
    activity = books.over_year(books.found("activity")).transpose("plant", "period").values
    left, stored = ledger.plants(), books.given("stored_share").values[:, None, None]
    regions = books.names("plant_region")
    released = ledger.entry(regions, left * (1 - stored), activity)
    burnt = np.nan_to_num(books.given("released_share").values)[:, None]
    demand_content = ledger.of_carriers(books.names("demand_carrier"))
    released += ledger.entry(books.names("demand_region"), burnt * demand_content, delivered)
    vented = books.over_year(books.found("disposal")).transpose("disposable", "period").values
    carriers, places = (books.results[f"disposable_{part}"].values.tolist() for part in ("carrier", "region"))
    released += ledger.entry(places, ledger.of_carriers(carriers), vented)

    link, (start, end) = link_of_way(books), ends_of_ways(books)
    sent = books.over_year(books.found("flow")).transpose("way", "period").values
    content = ledger.of_carriers(books.names("link_carrier"))[link]
    loss = books.given("loss").values[link][:, None]
    used = (books.given("energy_use").transpose("link", "carrier").values @ ledger.content)[link]
    names = books.words("region")
    released += ledger.entry(names[start].tolist(), loss * content + used, sent)
    arriving = (1 - loss) * content * ledger.from_air
    moved = ledger.entry(names[start].tolist(), arriving, sent) - ledger.entry(names[end].tolist(), arriving, sent)
    return {
        "carbon_released": released,
        "carbon_stored": ledger.entry(regions, left * stored, activity),
        "carbon_moved": moved,
    }


def _across_borders(books: Books, ledger: Ledger, traded: np.ndarray, delivered: np.ndarray) -> dict[str, np.ndarray]:
    """What imports bring, and what exports and products take along; adds to what is stored."""
    buys = (books.words("trade_direction") == "import")[:, None]
    content, regions = ledger.of_carriers(books.names("trade_carrier")), books.names("trade_region")
    stored_share = books.given("export_stored_share").values[:, None]
    taken_along = ledger.entry(regions, content * ~buys * (1 - stored_share), traded)
    products = 1 - np.nan_to_num(books.given("released_share").values)[:, None]
    demand_content = ledger.of_carriers(books.names("demand_carrier"))
    taken_along += ledger.entry(books.names("demand_region"), products * demand_content, delivered)
    back = books.over_year(books.found("recovered")).transpose("recovery", "period").values
    region_of = dict(zip(books.names("demand"), books.names("demand_region"), strict=True))
    places = [region_of[demand] for demand in books.results["recovery_demand"].values]
    taken_along -= ledger.entry(places, ledger.of_carriers(books.results["recovery_carrier"].values.tolist()), back)
    return {
        "carbon_imported": ledger.entry(regions, content * buys, traded),
        "carbon_exported": taken_along,
        "stored_abroad": ledger.entry(regions, content * ~buys * stored_share, traded),
    }


def _whole(books: Books, account: Account, ledger: Ledger, traded: np.ndarray, entries: dict[str, np.ndarray]) -> None:
    """Over all regions and origins, what imports bring is what is released, stored for good, or taken along.

    Between regions and origins carbon may move; it does not come from, or go, anywhere else.
    """
    buys = books.words("trade_direction") == "import"
    brought = ledger.of_carriers(books.names("trade_carrier")).sum(axis=1)[buys] @ traded[buys]
    found = [books.found(f"carbon_{name}") for name in ("released", "stored", "exported")]
    together = sum(entry.sum(("region", "origin")) for entry in found)
    size = sum(abs(entry).sum(("region", "origin")) for entry in found)
    account.equal("carbon_conserved", together, xr.Variable("period", brought), size, "t/year", SOLVED)
