"""Audit of early retirement: what is given up was there, does not come back, and is taken off what stands."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.accounts.audit.account import Account
from h2model.accounts.run_data import RunData


def check(data: RunData, account: Account) -> None:
    """Recompute what is gone before the end of its life, and hold it against what was built and what stood."""
    new, existing = new_given_up(data), existing_retired(data)
    account.equal("capacity_retired", data.result("capacity_retired"), new.sum("vintage") + existing)
    account.at_least("existing_retired", existing, 0.0)
    stood = data.input("existing_capacity").transpose("asset", "period")
    account.at_most("existing_retired", existing, stood)
    # What has ended by itself since the period before may have been gone by then.
    ended = np.maximum(-np.diff(stood.values, axis=1), 0.0)
    before = xr.Variable(existing.dims, existing.values[:, :-1] - ended)
    account.at_least("existing_retired_for_good", existing[:, 1:], before)

    gone = data.result("retired")
    assets, vintages, periods = _places(data)
    built = data.result("new_capacity").transpose("asset", "period").values
    account.at_most("retired_limit", gone, xr.Variable(gone.dims, built[assets, vintages]))
    account.at_least("retired", gone, 0.0)
    earlier = new.values[assets, vintages, np.maximum(periods - 1, 0)]
    account.at_least("retired_for_good", gone, xr.Variable(gone.dims, earlier))


def new_given_up(data: RunData) -> xr.Variable:
    """New capacity of each vintage that is gone early by each period (asset, vintage, period)."""
    count = len(data.names("period"))
    gone = np.zeros((len(data.names("asset")), count, count))
    gone[_places(data)] = data.result("retired").values
    return xr.Variable(("asset", "vintage", "period"), gone)


def existing_retired(data: RunData) -> xr.Variable:
    """Existing capacity that is gone early by each period (asset, period)."""
    return data.result("existing_retired", "asset").transpose("asset", "period")


def _places(data: RunData) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions of asset, vintage and period of all that may be given up."""
    assets = data.positions("asset", data.results["retirable_vintage_asset"].values)
    years = (data.results[f"retirable_vintage_{part}"].values for part in ("vintage", "period"))
    return assets, *(data.positions("period", part) for part in years)
