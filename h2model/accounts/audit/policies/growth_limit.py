"""Audit of growth limits: technologies grow at most at their rate."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.accounts.audit.account import Account
from h2model.accounts.run_data import RunData

DIMENSION = "growth"


def check(data: RunData, account: Account) -> None:
    """Check that technologies grow at most at their rate over the years since the period before."""
    years = np.array(data.names("period"), dtype=float)
    years = np.append(data.input("years_represented").values[:1], np.diff(years))
    activity = data.over_year(data.result("activity"))
    stands = (data.input("growth_asset") * data.result("capacity")).sum("asset")
    grown = (stands + (data.input("growth_plant") * activity).sum("plant")).transpose("growth", "period")
    account.equal("growing", data.result("growing"), grown)
    first = data.input("growth_before").values[:, None]
    before = np.concatenate([first, grown.values[:, :-1]], axis=1)
    most = (1 + data.input("growth_rate").transpose("growth", "period").values) ** years * before
    most = np.nan_to_num(most + data.input("growth_seed").values[:, None], nan=np.inf)
    account.at_most("growth_limit", grown, xr.Variable(grown.dims, most))
