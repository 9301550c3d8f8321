"""Audit of balances: the flows of each carrier in each region add up to zero over its balancing window."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.accounts.audit.account import IDENTITY, SOLVED, Account
from h2model.accounts.flows import each_flow
from h2model.accounts.run_data import LONGER_WINDOWS, RunData

DIMS = ("carrier", "region", "period", "time")


def check(data: RunData, account: Account) -> None:
    """Add up all flows by carrier and region."""
    shape = tuple(len(data.names(dim)) for dim in DIMS)
    net, gross = np.zeros(shape), np.zeros(shape)
    for flow in each_flow(data):
        net[flow.carrier, flow.region] += flow.values
        gross[flow.carrier, flow.region] += np.abs(flow.values)
    windows = data.name_array("balance")
    hourly = xr.Variable("carrier", windows == "hour")
    net, gross = xr.Variable(DIMS, net), xr.Variable(DIMS, gross)
    account.equal("balance", net.where(hourly, 0.0), 0.0, gross, "carrier_unit/hour", SOLVED)
    longer = [window for window in LONGER_WINDOWS if window in windows]
    for window in longer:
        of_window = xr.Variable("carrier", windows == window)
        volume, size = (data.over_windows(flow.where(of_window, 0.0), window) for flow in (net, gross))
        account.equal("balance_over_window", volume, 0.0, size, "carrier_unit/year", SOLVED)
    if not longer:
        account.nothing_to_check("balance_over_window", IDENTITY)
    disposal = data.result("disposal")
    account.at_least("disposal", disposal, 0.0)
    account.at_least("downgrade", data.result("downgrade"), 0.0)
    price = data.input("disposal_cost").values[data.positions("carrier", data.results["disposable_carrier"].values)]
    cost = data.over_year(disposal) * xr.Variable("disposable", price)
    account.equal("disposal_cost", data.result("disposal_cost"), cost)
