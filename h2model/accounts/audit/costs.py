"""Audit of costs: the parts add up to the annual cost, the years to the objective, and prices follow from duals."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.accounts.audit.account import Account
from h2model.accounts.audit.capacity import worth_in_year
from h2model.accounts.run_data import RunData


def check(data: RunData, account: Account) -> None:
    """Recompute the cost of each year and the present value of all years."""
    parts = []
    for name in np.atleast_1d(data.facts["cost_parts"]).tolist():
        part = data.result(name)
        parts.append(part.sum([dim for dim in part.dims if dim != "period"]))
    yearly, size = sum(parts), sum(abs(part) for part in parts)
    account.equal("annual_cost", data.result("annual_cost"), yearly, size)
    factor = data.input("years_represented") * discounted(data)
    total, scale = (factor * yearly).sum("period"), (factor * size).sum("period")
    account.equal("total_cost", data.result("total_cost"), total, scale)
    stated = xr.Variable((), data.facts["objective"])
    account.equal("objective", stated, total, scale)
    for name, compare in (("lower_bound", account.at_least), ("upper_bound", account.at_most)):
        # A near-optimal plan has no lower bound: it does not minimise its cost.
        if isinstance(data.facts[name], float | np.floating):
            compare(name, stated, float(data.facts[name]), scale)
    if "dual_balance" in data.results:
        prices(data, account, factor)


def discounted(data: RunData) -> xr.Variable:
    """Return the value in the base year of money of each period (period): the mean over its years, each discounted."""
    rate, base = float(data.input("discount_rate").values), float(data.input("base_year").values)
    years = data.input("years_represented").values.astype(int)
    starts = data.input("period").values - base
    worth = [
        sum((1 + rate) ** -(start + year) for year in range(n)) / n for start, n in zip(starts, years, strict=True)
    ]
    return xr.Variable("period", worth_in_year(str(data.input("cost_moment").values), 1 + rate) * np.array(worth))


def prices(data: RunData, account: Account, factor: xr.Variable) -> None:
    """Recompute prices from duals, per amount and undiscounted; `factor` is the present value factor (period)."""
    hourly = data.result("dual_balance") / (factor * data.duration)
    account.equal("price_of_carrier", data.result("price_of_carrier"), hourly)
    account.equal(
        "price_over_window", data.result("price_over_window"), data.result("dual_balance_over_window") / factor
    )
    saved = -1.0 * data.result("dual_capacity_stock")
    account.equal("value_of_capacity", data.result("value_of_capacity"), saved / factor)
    account.equal("price_of_budget", data.result("price_of_budget"), -1.0 * data.result("dual_emission_budget"))
    cap = data.result("dual_emission_cap")
    (pairs,) = cap.dims
    positions = [data.names("period").index(period) for period in data.names(f"{pairs}_period")]
    account.equal(
        "price_of_cap", data.result("price_of_cap"), -1.0 * cap / xr.Variable(pairs, factor.values[positions])
    )
