"""Audit of carbon: every tonne that is imported is released, stored or exported, and is counted in the right region.

It compares twice. Each entry of the ledger is recomputed by region and origin. Over all regions and origins, the
entries must add up to the carbon of imports, which does not depend on plants.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.accounts.audit.account import SOLVED, Account
from h2model.accounts.ledger import Contents, each_carbon_flow, volumes
from h2model.accounts.run_data import RunData

DIMS = ("region", "origin", "period")


def check(data: RunData, account: Account) -> None:
    """Recompute every entry of the ledger, emissions, and their sum over all regions and origins."""
    contents = Contents(data)
    traded, _ = volumes(data)
    shape = tuple(len(data.names(dim)) for dim in DIMS)
    entries = {f"carbon_{name}": np.zeros(shape) for name in ("released", "stored", "moved", "imported", "exported")}
    for flow in each_carbon_flow(data):
        entries[f"carbon_{flow.entry}"][flow.region] += flow.tonnes
    entries["carbon_taken_up"] = entries["carbon_imported"] * contents.from_air[None, :, None]
    entries["carbon_sold"] = entries["carbon_exported"] * ~contents.no_removal[None, :, None]
    for name, expected in entries.items():
        size = max(1.0, float(np.abs(expected).max(initial=0.0)))
        account.equal(name, data.result(name).transpose(*DIMS), xr.Variable(DIMS, expected), size, "t/year")
    upstream = np.zeros((len(data.names("region")), len(data.names("period"))))
    buys = data.name_array("trade_direction") == "import"
    regions = data.positions("region", data.names("trade_region"))
    np.add.at(upstream, regions[buys], (data.input("upstream_emissions").values[:, None] * traded)[buys])
    account.equal("upstream_emissions", data.result("upstream_emissions"), xr.Variable(("region", "period"), upstream))
    no_removal = entries["carbon_exported"] * contents.no_removal[None, :, None]
    parts = (entries["carbon_released"], -entries["carbon_taken_up"], entries["carbon_moved"], no_removal)
    net, size = sum(parts), sum(np.abs(part) for part in parts)
    emissions = data.result("emissions").transpose(*DIMS)
    account.equal("emission_account", emissions, xr.Variable(DIMS, net), xr.Variable(DIMS, size), "t/year", SOLVED)
    conservation(data, account, contents, traded)


def conservation(data: RunData, account: Account, contents: Contents, traded: np.ndarray) -> None:
    """Compare imported carbon with released, stored and exported carbon, over all regions and origins.

    Carbon may move between regions and origins. `traded` holds yearly volumes (trade, period).
    """
    buys = data.name_array("trade_direction") == "import"
    brought = contents.of_carriers(data.names("trade_carrier")).sum(axis=1)[buys] @ traded[buys]
    entries = [data.result(f"carbon_{name}") for name in ("released", "stored", "exported")]
    together = sum(entry.sum(("region", "origin")) for entry in entries)
    size = sum(abs(entry).sum(("region", "origin")) for entry in entries)
    account.equal("carbon_conserved", together, xr.Variable("period", brought), size, "t/year", SOLVED)
