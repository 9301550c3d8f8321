"""Audit of balances: of every carrier, in every region and at every time, as much comes as goes."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.results.audit.account import IDENTITY, SOLVED, Account
from h2model.results.books import LONGER_WINDOWS, Books
from h2model.results.flows import each_flow

DIMS = ("carrier", "region", "period", "time")


def check(books: Books, account: Account) -> None:
    """Add up all that comes and goes, and compare."""
    shape = tuple(len(books.names(dim)) for dim in DIMS)
    net, gross = np.zeros(shape), np.zeros(shape)
    for flow in each_flow(books):
        net[flow.carrier, flow.region] += flow.values
        gross[flow.carrier, flow.region] += np.abs(flow.values)
    _compare(books, account, xr.Variable(DIMS, net), xr.Variable(DIMS, gross))
    disposal = books.found("disposal")
    account.at_least("disposal", disposal, 0.0)
    account.at_least("downgrade", books.found("downgrade"), 0.0)
    price = books.given("disposal_cost").values[books.places("carrier", books.results["disposable_carrier"].values)]
    cost = books.over_year(disposal) * xr.Variable("disposable", price)
    account.equal("disposal_cost", books.found("disposal_cost"), cost)


def _compare(books: Books, account: Account, net: xr.Variable, gross: xr.Variable) -> None:
    kinds = books.words("balance")
    hourly = xr.Variable("carrier", kinds == "hour")
    account.equal("balance", net.where(hourly, 0.0), 0.0, gross, "carrier_unit/hour", SOLVED)
    longer = set(kinds.tolist()) & set(LONGER_WINDOWS)
    for kind in LONGER_WINDOWS:
        if kind in longer:
            own = np.flatnonzero(kinds == kind)
            volume, size = (books.over_windows(flow.isel(carrier=own), kind) for flow in (net, gross))
            whole = np.zeros((len(kinds), *volume.shape[1:])), np.zeros((len(kinds), *volume.shape[1:]))
            whole[0][own], whole[1][own] = volume.values, size.values
            volume, size = (xr.Variable(volume.dims, values) for values in whole)
            account.equal("balance_over_window", volume, 0.0, size, "carrier_unit/year", SOLVED)
    if not longer:
        account.nothing_to_check("balance_over_window", IDENTITY)
