"""Audit of carbon: every tonne that comes in is released, stored or goes out, and is counted where it should be.

Twice: each entry of the ledger is recomputed by region and origin, and the whole of it must add up over all regions and
origins to what crosses the border, which knows nothing of plants.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.accounts.audit.account import SOLVED, Account
from h2model.accounts.ledger import Contents, each_carbon_flow, volumes
from h2model.accounts.run_data import RunData

DIMS = ("region", "origin", "period")


def check(data: RunData, account: Account) -> None:
    """Recompute every entry of the ledger, the emissions, and the whole."""
    contents = Contents(data)
    traded, _ = volumes(data)
    entries = _entries(data)
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
    gone = entries["carbon_exported"] * contents.no_removal[None, :, None]
    parts = (entries["carbon_released"], -entries["carbon_taken_up"], entries["carbon_moved"], gone)
    net, size = sum(parts), sum(np.abs(part) for part in parts)
    emissions = data.result("emissions").transpose(*DIMS)
    account.equal("emission_account", emissions, xr.Variable(DIMS, net), xr.Variable(DIMS, size), "t/year", SOLVED)
    _whole(data, account, contents, traded)


def _entries(data: RunData) -> dict[str, np.ndarray]:
    """Sum of each entry of the ledger, by region, origin and period."""
    shape = tuple(len(data.names(dim)) for dim in DIMS)
    entries = {f"carbon_{name}": np.zeros(shape) for name in ("released", "stored", "moved", "imported", "exported")}
    for flow in each_carbon_flow(data):
        entries[f"carbon_{flow.entry}"][flow.region] += flow.tonnes
    return entries


def _whole(data: RunData, account: Account, contents: Contents, traded: np.ndarray) -> None:
    """Over all regions and origins, what imports bring is what is released, stored for good, or taken along.

    Between regions and origins carbon may move; it does not come from, or go, anywhere else.
    """
    buys = data.name_array("trade_direction") == "import"
    brought = contents.of_carriers(data.names("trade_carrier")).sum(axis=1)[buys] @ traded[buys]
    found = [data.result(f"carbon_{name}") for name in ("released", "stored", "exported")]
    together = sum(entry.sum(("region", "origin")) for entry in found)
    size = sum(abs(entry).sum(("region", "origin")) for entry in found)
    account.equal("carbon_conserved", together, xr.Variable("period", brought), size, "t/year", SOLVED)
