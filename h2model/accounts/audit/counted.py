"""Emissions that caps, budgets and prices count, recomputed from the carbon ledger of a run."""

from __future__ import annotations

import xarray as xr

from h2model.accounts.audit.account import Account
from h2model.accounts.run_data import RunData


def counted_emissions(data: RunData, account: Account, policy: str) -> tuple[xr.Variable, xr.Variable]:
    """Emissions that each entry of a policy counts, by region and period, and the sum of their sizes."""
    origins = data.input(f"{policy}_origin")
    emissions, sold = data.result("emissions") * origins, data.result("carbon_sold") * origins
    sold = sold * data.input(f"{policy}_exports")
    upstream = data.result("upstream_emissions") * data.input(f"{policy}_upstream")
    inside = data.input(f"{policy}_region")
    net = inside * (emissions.sum("origin") + sold.sum("origin") + upstream)
    size = inside * (abs(emissions).sum("origin") + abs(sold).sum("origin") + abs(upstream))
    order = (policy, "region", "period")
    net, size = net.transpose(*order), size.transpose(*order)
    reported = data.result(f"{policy}_emissions")
    account.equal(f"{policy}_emissions", reported, net, size, "t/year")
    return net, size
