"""Audit of the numbers themselves: no quantity of the results is infinite or NaN."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.accounts.audit.account import Account
from h2model.accounts.run_data import RunData


def check(data: RunData, account: Account) -> None:
    """Record the first quantity that is infinite or NaN."""
    for name, variable in data.results.items():
        if variable.dtype.kind == "f" and name not in data.inputs and name.isidentifier():
            wrong = ~np.isfinite(variable.values)
            if wrong.any():
                bad = xr.Variable(variable.dims, np.where(wrong, np.nan, 0.0))
                account.equal("numbers", bad, 0.0, unit=str(name))
                return
    account.equal("numbers", xr.Variable((), 0.0), 0.0)
