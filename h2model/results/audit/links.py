"""Audit of links: what is sent fits through, what waits in a pipe is what was packed, and it costs what it should."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.results.audit.account import SOLVED, Account
from h2model.results.books import Books
from h2model.results.flows import link_of_way


def check(books: Books, account: Account) -> None:
    """Recompute flows, limits, linepack and the cost of transport."""
    flow, sending = books.found("flow"), books.found("sending")
    link = link_of_way(books)
    kinds = books.words("steady_flow")[link]
    account.equal("flow", flow, books.in_first_step(sending, kinds))
    account.at_least("sending", sending, 0.0)
    sent = np.zeros((len(books.names("link")), *flow.shape[1:]))
    np.add.at(sent, link, flow.values)
    both_ways = xr.Variable(("link", "period", "time"), sent)
    capacity = books.of_assets("capacity", "link")
    account.at_most("link_limit", both_ways, capacity)
    cost = books.over_year(both_ways) * books.given("transport_cost")
    account.equal("transport_cost", books.found("transport_cost"), cost)
    _linepack(books, account, both_ways, capacity)


def _linepack(books: Books, account: Account, sent: xr.Variable, capacity: xr.Variable) -> None:
    packing, level = books.found("packing", "link"), books.found("linepack_level", "link")
    holds = books.given("linepack") > 0
    before = books.before(level)
    size = before + level + books.hours * abs(packing)
    account.equal("linepack_balance", level, before + books.hours * packing, size, tolerance=SOLVED)
    account.at_least("linepack_level", level, 0.0)
    account.at_most("linepack_limit", level, books.given("linepack") * capacity)
    passed = (1 - books.given("loss")) * sent
    account.at_most("packing_limit", packing, passed.where(holds, 0.0), passed)
    account.at_most("arrival_limit", (passed - packing).where(holds, 0.0), capacity, passed)
