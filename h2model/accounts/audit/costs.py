"""Audit of costs: the parts add up to the cost of a year, the years to the objective, and its bounds enclose it."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.accounts.audit.account import Account
from h2model.accounts.audit.capacity import worth_in_year
from h2model.accounts.run_data import RunData


def check(data: RunData, account: Account) -> None:
    """Recompute the cost of each year and what all of them are worth in the base year."""
    parts = []
    for name in np.atleast_1d(data.facts["cost_parts"]).tolist():
        part = data.result(name)
        parts.append(part.sum([dim for dim in part.dims if dim != "period"]))
    yearly, size = sum(parts), sum(abs(part) for part in parts)
    account.equal("annual_cost", data.result("annual_cost"), yearly, size)
    worth = data.input("years_represented") * _discounted(data)
    total, scale = (worth * yearly).sum("period"), (worth * size).sum("period")
    account.equal("total_cost", data.result("total_cost"), total, scale)
    stated = xr.Variable((), data.facts["objective"])
    account.equal("objective", stated, total, scale)
    for name, compare in (("lower_bound", account.at_least), ("upper_bound", account.at_most)):
        # A near-optimal plan has no lower bound: its cost was not what was minimised.
        if isinstance(data.facts[name], float | np.floating):
            compare(name, stated, float(data.facts[name]), scale)
    if "dual_balance" in data.results:
        _prices(data, account, worth)


def _discounted(data: RunData) -> xr.Variable:
    """Worth in the base year of money of each period: the mean over its years, each discounted from when it is paid."""
    rate, base = float(data.input("discount_rate").values), float(data.input("base_year").values)
    years = data.input("years_represented").values.astype(int)
    starts = data.input("period").values - base
    worth = [
        sum((1 + rate) ** -(start + year) for year in range(n)) / n for start, n in zip(starts, years, strict=True)
    ]
    return xr.Variable("period", worth_in_year(str(data.input("cost_moment").values), 1 + rate) * np.array(worth))


def _prices(data: RunData, account: Account, worth: xr.Variable) -> None:
    """Prices are what duals say, per amount and without discounting."""
    hourly = data.result("dual_balance") / (worth * data.duration)
    account.equal("price_of_carrier", data.result("price_of_carrier"), hourly)
    account.equal(
        "price_over_window", data.result("price_over_window"), data.result("dual_balance_over_window") / worth
    )
    saved = -1.0 * data.result("dual_capacity_stock")
    account.equal("value_of_capacity", data.result("value_of_capacity"), saved / worth)
    account.equal("price_of_budget", data.result("price_of_budget"), -1.0 * data.result("dual_emission_budget"))
    cap = data.result("dual_emission_cap")
    (pairs,) = cap.dims
    own = [data.names("period").index(period) for period in data.names(f"{pairs}_period")]
    account.equal("price_of_cap", data.result("price_of_cap"), -1.0 * cap / xr.Variable(pairs, worth.values[own]))
