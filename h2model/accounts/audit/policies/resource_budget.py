"""Audit of resource budgets: imports of scarce carriers keep to their volume."""

from __future__ import annotations

import numpy as np

from h2model.accounts.audit.account import Account
from h2model.accounts.run_data import RunData

DIMENSION = "resource"


def check(data: RunData, account: Account) -> None:
    """Check that the imports of scarce carriers keep to their volume."""
    volume = data.over_year(data.result("trade_flow"))
    imported = (volume * (data.input("resource_import") > 0)).sum("trade")
    most = data.input("resource_volume").fillna(np.inf)
    account.at_most("resource_budget", imported.transpose("resource", "period"), most)
