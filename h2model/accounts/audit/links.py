"""Audit of links: flows within capacity, linepack, and the cost of transport."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.accounts.audit.account import SOLVED, Account
from h2model.accounts.flows import link_of_way
from h2model.accounts.run_data import RunData


def check(data: RunData, account: Account) -> None:
    """Recompute flows, limits, linepack and the cost of transport."""
    flow, decided = data.result("flow"), data.result("decided_flow")
    link = link_of_way(data)
    windows = data.name_array("steady_flow")[link]
    account.equal("flow", flow, data.in_first_step(decided, windows))
    account.at_least("decided_flow", decided, 0.0)
    sent = np.zeros((len(data.names("link")), *flow.shape[1:]))
    np.add.at(sent, link, flow.values)
    both_ways = xr.Variable(("link", "period", "time"), sent)
    capacity = data.of_assets("capacity", "link")
    account.at_most("link_limit", both_ways, capacity)
    cost = data.over_year(both_ways) * data.input("transport_cost")
    account.equal("transport_cost", data.result("transport_cost"), cost)
    linepack(data, account, both_ways, capacity)


def linepack(data: RunData, account: Account, sent: xr.Variable, capacity: xr.Variable) -> None:
    """Recompute the level of linepack from flows in both directions and capacity (link, …)."""
    packing, level = data.result("packing", "link"), data.result("linepack_level", "link")
    holds = data.input("linepack") > 0
    before = data.step_before(level)
    size = before + level + data.hours * abs(packing)
    account.equal("linepack_balance", level, before + data.hours * packing, size, tolerance=SOLVED)
    account.at_least("linepack_level", level, 0.0)
    account.at_most("linepack_limit", level, data.input("linepack") * capacity)
    passed = (1 - data.input("loss")) * sent
    account.at_most("packing_limit", packing, passed.where(holds, 0.0), passed)
    account.at_most("arrival_limit", (passed - packing).where(holds, 0.0), capacity, passed)
