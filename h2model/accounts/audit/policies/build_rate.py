"""Audit of build rates: the new capacity of named technologies keeps to the rate of their industry."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.accounts.audit.account import Account
from h2model.accounts.run_data import RunData

DIMENSION = "build_limit"


def check(data: RunData, account: Account) -> None:
    """Check that the new capacity of each group of technologies keeps to the rate of their industry."""
    periods, represented = np.array(data.names("period"), dtype=float), data.input("years_represented").values
    years = xr.Variable("period", np.append(represented[:1], np.diff(periods)))
    built = (data.result("new_capacity") * (data.input("build_counted") > 0)).sum("asset")
    most = data.input("build_per_year").fillna(np.inf) * years
    account.at_most("build_rate", built.transpose("build_limit", "period"), most)
