"""Audit of stores: what is in them is what was in them, came and went; within their room, power and reserve."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.results.audit.account import IDENTITY, SOLVED, Account
from h2model.results.audit.books import Books


def check(books: Books, account: Account) -> None:
    """Recompute the path of every level and every limit on it and on what moves it."""
    level, charge, discharge = (books.found(name) for name in ("storage_level", "charge", "discharge"))
    spill, leak = books.found("spill", "store"), books.found("leak", "store")
    inflow = books.given("inflow")
    arriving = books.given("charge_efficiency") * charge + inflow
    leaving = discharge / books.given("discharge_efficiency") + spill
    keeps = 1 - books.given("self_discharge")
    # Within a segment what leaves may have come at its beginning or just before, and have lost accordingly.
    within = keeps ** (books.hours - 1) if books.relaxed else xr.Variable("time", np.ones(books.hours.size))
    before = keeps**books.hours * books.before(level)
    expected = before + books.hours * (arriving - within * leaving) - leak
    size = before + books.hours * (arriving + leaving) + leak
    account.equal("storage_balance", level, expected, size, tolerance=SOLVED)
    moved = books.hours * (arriving + leaving)
    account.at_most("leak_limit", leak, (1 - within) * moved)
    _limits(books, account, level, charge, discharge)
    for name, quantity in (("charge", charge), ("discharge", discharge), ("spill", spill), ("leak", leak)):
        account.at_least(name, quantity, 0.0)
    account.at_least("storage_level", level, 0.0)
    account.at_most("spill_limit", spill, inflow)


def _limits(books: Books, account: Account, level: xr.Variable, charge: xr.Variable, discharge: xr.Variable) -> None:
    capacity = books.of_assets("capacity", "store")
    # A store into which nothing can come is room only: nothing is in it.
    fills = (books.given("charge_rate") > 0) | (books.given("inflow") > 0).any(("period", "time"))
    account.at_most("storage_level_limit", level, capacity.where(fills, 0.0))
    account.at_least("storage_level_minimum", level, books.given("minimum_level") * capacity.where(fills, 0.0))
    for name, flow in (("charge", charge), ("discharge", discharge)):
        rate = books.given(f"{name}_rate")
        most = (rate.where(np.isfinite(rate), 0.0) * capacity).where(np.isfinite(rate), np.inf)
        account.at_most(f"{name}_limit", flow, most.where(fills, 0.0))
    begins = books.given("initial_level")
    last = level.isel(time=-1)
    given = begins.notnull()
    if given.any():
        account.equal("storage_initial_level", last.where(given, 0.0), begins.fillna(0.0), tolerance=SOLVED)
    else:
        account.nothing_to_check("storage_initial_level", IDENTITY)
    _powers(books, account, charge, discharge)


def _powers(books: Books, account: Account, charge: xr.Variable, discharge: xr.Variable) -> None:
    """What goes through a power that is priced apart stays within its capacity."""
    chargers, dischargers = (books.places("asset", books.names(f"store_{end}")) for end in ("charger", "discharger"))
    through = np.zeros((len(books.names("asset")), *charge.shape[1:]))
    for places, flow in ((chargers, charge), (dischargers, discharge)):
        np.add.at(through, places[places >= 0], flow.transpose("store", "period", "time").values[places >= 0])
    powers = np.unique(np.concatenate([chargers, dischargers]))
    is_power = np.isin(np.arange(len(through)), powers[powers >= 0])
    limit = books.found("capacity").where(xr.Variable("asset", is_power), np.inf)
    account.at_most("store_power_limit", xr.Variable(("asset", "period", "time"), through), limit)
