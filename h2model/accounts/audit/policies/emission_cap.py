"""Audit of emission caps: the emissions that a cap counts keep to its limit."""

from __future__ import annotations

import numpy as np

from h2model.accounts.audit.account import Account
from h2model.accounts.audit.counted import counted_emissions
from h2model.accounts.run_data import RunData

DIMENSION = "cap"


def check(data: RunData, account: Account) -> None:
    """Compare the counted emissions of every cap and period with its limit."""
    emitted, size = counted_emissions(data, account, DIMENSION)
    limit = data.input("cap_limit").fillna(np.inf)
    account.at_most("emission_cap", emitted.sum("region"), limit, size.sum("region"), unit="t/year")
