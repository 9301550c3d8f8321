"""Audit of capacity: what stands is what stood and what was built and lives, within its limits, at its cost."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.results.audit.account import SOLVED, Account
from h2model.results.audit.books import Books


def check(books: Books, account: Account) -> None:
    """Recompute stocks, limits, conversions and the cost of owning."""
    new, stands = books.found("new_capacity"), books.found("capacity")
    alive = living(books)
    vintage = xr.Variable(("asset", "vintage"), new.transpose("asset", "period").values)
    built = (alive * vintage).sum("vintage")
    converted = converted_capacity(books, new)
    account.equal("capacity_converted", books.found("capacity_converted"), converted)
    expected = books.given("existing_capacity") + built - converted
    size = books.given("existing_capacity") + built + converted
    account.equal("capacity_stock", stands, expected, size, tolerance=SOLVED)
    account.at_least("new_capacity", new, 0.0)
    account.at_most("maximum_new_capacity", new, books.given("maximum_new_capacity"))
    account.at_most("maximum_capacity", stands, books.given("maximum_capacity"))
    account.at_least("minimum_capacity", stands, books.given("minimum_capacity"))
    _costs(books, account, alive, vintage, converted)
    _waiting_room(books, account, stands)


def living(books: Books) -> xr.Variable:
    """1 where what an asset was given in one period (vintage) still lives in another (asset, vintage, period)."""
    years = np.array(books.names("period"), dtype=float)
    age = years[None, :] - years[:, None]
    lifetime = books.given("lifetime").values[:, None, None]
    # Capacity without a lifetime cannot be built, and thus never lives.
    return xr.Variable(("asset", "vintage", "period"), ((age >= 0) & (age < lifetime)).astype(float))


def converted_capacity(books: Books, new: xr.Variable) -> xr.Variable:
    """What retrofits have taken from their originals by each period (asset, period)."""
    taken = (new / books.given("retrofit_ratio")).cumsum("period").transpose("asset", "period").values
    originals = books.places("asset", books.names("retrofit_of"))
    total = np.zeros_like(taken)
    np.add.at(total, originals[originals >= 0], taken[originals >= 0])
    return xr.Variable(("asset", "period"), total)


def _costs(books: Books, account: Account, alive: xr.Variable, vintage: xr.Variable, converted: xr.Variable) -> None:
    rate, lifetime = books.given("interest_rate").values, books.given("lifetime").values
    with np.errstate(divide="ignore", invalid="ignore"):
        annuity = np.where(rate > 0, rate / (1 - (1 + rate) ** -lifetime), 1 / lifetime)
    overnight = books.given("overnight_cost").transpose("asset", "period").values
    yearly = xr.Variable(("asset", "vintage"), np.nan_to_num(annuity[:, None] * overnight))
    account.equal("investment_cost", books.found("investment_cost"), (alive * vintage * yearly).sum("vintage"))

    share = books.given("fixed_om_share")
    by_vintage = (share * xr.Variable(("asset", "vintage"), np.nan_to_num(overnight))) + books.given("fixed_om_cost")
    of_existing = share * xr.Variable("asset", np.nan_to_num(overnight[:, 0])) + books.given("fixed_om_cost")
    kept = books.given("existing_capacity") - converted
    new = alive * vintage * by_vintage
    expected = new.sum("vintage") + of_existing * kept
    size = new.sum("vintage") + of_existing * (books.given("existing_capacity") + converted)
    account.equal("fixed_om_cost", books.found("fixed_om_cost"), expected, size)


def _waiting_room(books: Books, account: Account, stands: xr.Variable) -> None:
    """Cargo that waits for vehicles has room in the stores of its carrier at both ends."""
    links, waits = books.of_assets("capacity", "link"), books.given("buffer_time").values
    stores = books.of_assets("capacity", "store")
    ends = [books.names("link_from"), books.names("link_to")]
    carriers, store_carriers = books.names("link_carrier"), books.words("store_carrier")
    store_regions = books.words("store_region")
    places = sorted({(carriers[i], end[i]) for end in ends for i in np.flatnonzero(waits > 0)})
    for carrier, region in places:
        room = stores.values[(store_carriers == carrier) & (store_regions == region)].sum(axis=0)
        here = [i for i in np.flatnonzero(waits > 0) if carriers[i] == carrier and region in (ends[0][i], ends[1][i])]
        needed = (waits[here, None] * links.values[here]).sum(axis=0)
        account.at_least("buffer_room", xr.Variable("period", room), xr.Variable("period", needed))
    if not places:
        account.nothing_to_check("buffer_room")
