"""Audit of early retirement: retired capacity existed before, stays retired, and reduces the capacity."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.accounts.audit.account import Account
from h2model.accounts.run_data import RunData


def check(data: RunData, account: Account) -> None:
    """Compare retired capacity with new and existing capacity."""
    new, existing = new_retired(data), existing_retired(data)
    account.equal("capacity_retired", data.result("capacity_retired"), new.sum("vintage") + existing)
    account.at_least("existing_retired", existing, 0.0)
    existing_capacity = data.input("existing_capacity").transpose("asset", "period")
    account.at_most("existing_retired", existing, existing_capacity)
    # Capacity whose life has ended since the period before may have been retired earlier.
    ended = np.maximum(-np.diff(existing_capacity.values, axis=1), 0.0)
    before = xr.Variable(existing.dims, existing.values[:, :-1] - ended)
    account.at_least("existing_retired_for_good", existing[:, 1:], before)

    retired = data.result("retired")
    assets, vintages, periods = _positions(data)
    built = data.result("new_capacity").transpose("asset", "period").values
    account.at_most("retired_limit", retired, xr.Variable(retired.dims, built[assets, vintages]))
    account.at_least("retired", retired, 0.0)
    earlier = new.values[assets, vintages, np.maximum(periods - 1, 0)]
    account.at_least("retired_for_good", retired, xr.Variable(retired.dims, earlier))


def new_retired(data: RunData) -> xr.Variable:
    """Return new capacity of each vintage that is retired early by each period (asset, vintage, period)."""
    count = len(data.names("period"))
    retired = np.zeros((len(data.names("asset")), count, count))
    retired[_positions(data)] = data.result("retired").values
    return xr.Variable(("asset", "vintage", "period"), retired)


def existing_retired(data: RunData) -> xr.Variable:
    """Return existing capacity that is retired early by each period (asset, period)."""
    return data.result("existing_retired", "asset").transpose("asset", "period")


def _positions(data: RunData) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return positions of asset, vintage and period of all capacity that may be retired."""
    assets = data.positions("asset", data.results["retirable_vintage_asset"].values)
    years = (data.results[f"retirable_vintage_{part}"].values for part in ("vintage", "period"))
    return assets, *(data.positions("period", part) for part in years)
