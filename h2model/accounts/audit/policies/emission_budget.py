"""Audit of emission budgets: the emissions of all years together keep to their total."""

from __future__ import annotations

from h2model.accounts.audit.account import Account
from h2model.accounts.audit.counted import counted_emissions
from h2model.accounts.run_data import RunData

DIMENSION = "budget"


def check(data: RunData, account: Account) -> None:
    """Compare the counted emissions of all years that the periods represent with every budget."""
    emitted, size = counted_emissions(data, account, DIMENSION)
    years = data.input("years_represented")
    over_all = (emitted * years).sum(("region", "period"))
    account.at_most("emission_budget", over_all, data.input("budget_total"), (size * years).sum(("region", "period")))
