"""Audit of carbon prices: the cost is the price times the counted emissions."""

from __future__ import annotations

from h2model.accounts.audit.account import Account
from h2model.accounts.audit.counted import counted_emissions
from h2model.accounts.run_data import RunData

DIMENSION = "carbon_price"


def check(data: RunData, account: Account) -> None:
    """Recompute the cost of every price, region and period."""
    emitted, _ = counted_emissions(data, account, DIMENSION)
    cost = emitted * data.input("carbon_price_height")
    account.equal("carbon_price_cost", data.result("carbon_price_cost"), cost)
