"""Audit of balances: of every carrier, in every region and at every time, as much comes as goes."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.accounts.audit.account import IDENTITY, SOLVED, Account
from h2model.accounts.flows import each_flow
from h2model.accounts.run_data import LONGER_WINDOWS, RunData

DIMS = ("carrier", "region", "period", "time")


def check(data: RunData, account: Account) -> None:
    """Add up all that comes and goes, and compare."""
    shape = tuple(len(data.names(dim)) for dim in DIMS)
    net, gross = np.zeros(shape), np.zeros(shape)
    for flow in each_flow(data):
        net[flow.carrier, flow.region] += flow.values
        gross[flow.carrier, flow.region] += np.abs(flow.values)
    _compare(data, account, xr.Variable(DIMS, net), xr.Variable(DIMS, gross))
    disposal = data.result("disposal")
    account.at_least("disposal", disposal, 0.0)
    account.at_least("downgrade", data.result("downgrade"), 0.0)
    price = data.input("disposal_cost").values[data.positions("carrier", data.results["disposable_carrier"].values)]
    cost = data.over_year(disposal) * xr.Variable("disposable", price)
    account.equal("disposal_cost", data.result("disposal_cost"), cost)


def _compare(data: RunData, account: Account, net: xr.Variable, gross: xr.Variable) -> None:
    kinds = data.name_array("balance")
    hourly = xr.Variable("carrier", kinds == "hour")
    account.equal("balance", net.where(hourly, 0.0), 0.0, gross, "carrier_unit/hour", SOLVED)
    longer = set(kinds.tolist()) & set(LONGER_WINDOWS)
    for kind in LONGER_WINDOWS:
        if kind in longer:
            own = np.flatnonzero(kinds == kind)
            volume, size = (data.over_windows(flow.isel(carrier=own), kind) for flow in (net, gross))
            whole = np.zeros((len(kinds), *volume.shape[1:])), np.zeros((len(kinds), *volume.shape[1:]))
            whole[0][own], whole[1][own] = volume.values, size.values
            volume, size = (xr.Variable(volume.dims, values) for values in whole)
            account.equal("balance_over_window", volume, 0.0, size, "carrier_unit/year", SOLVED)
    if not longer:
        account.nothing_to_check("balance_over_window", IDENTITY)
