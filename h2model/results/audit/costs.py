"""Audit of costs: the parts add up to the cost of a year, the years to the objective, and its bounds enclose it."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.results.audit.account import Account
from h2model.results.audit.capacity import worth_in_year
from h2model.results.books import Books


def check(books: Books, account: Account) -> None:
    """Recompute the cost of each year and what all of them are worth in the base year."""
    parts = []
    for name in np.atleast_1d(books.facts["cost_parts"]).tolist():
        part = books.found(name)
        parts.append(part.sum([dim for dim in part.dims if dim != "period"]))
    yearly, size = sum(parts), sum(abs(part) for part in parts)
    account.equal("annual_cost", books.found("annual_cost"), yearly, size)
    worth = books.given("years_represented") * _discounted(books)
    total, scale = (worth * yearly).sum("period"), (worth * size).sum("period")
    account.equal("total_cost", books.found("total_cost"), total, scale)
    stated = xr.Variable((), books.facts["objective"])
    account.equal("objective", stated, total, scale)
    for name, compare in (("lower_bound", account.at_least), ("upper_bound", account.at_most)):
        # A near-optimal plan has no lower bound: its cost was not what was minimised.
        if isinstance(books.facts[name], float | np.floating):
            compare(name, stated, float(books.facts[name]), scale)
    if "dual_balance" in books.results:
        _prices(books, account, worth)


def _discounted(books: Books) -> xr.Variable:
    """Worth in the base year of money of each period: the mean over its years, each discounted from when it is paid."""
    rate, base = float(books.given("discount_rate").values), float(books.given("base_year").values)
    years = books.given("years_represented").values.astype(int)
    starts = books.given("period").values - base
    worth = [
        sum((1 + rate) ** -(start + year) for year in range(n)) / n for start, n in zip(starts, years, strict=True)
    ]
    return xr.Variable("period", worth_in_year(str(books.given("cost_moment").values), 1 + rate) * np.array(worth))


def _prices(books: Books, account: Account, worth: xr.Variable) -> None:
    """Prices are what duals say, per amount and without discounting."""
    hourly = books.found("dual_balance") / (worth * books.duration)
    account.equal("price_of_carrier", books.found("price_of_carrier"), hourly)
    account.equal(
        "price_over_window", books.found("price_over_window"), books.found("dual_balance_over_window") / worth
    )
    saved = -1.0 * books.found("dual_capacity_stock")
    account.equal("value_of_capacity", books.found("value_of_capacity"), saved / worth)
    account.equal("price_of_budget", books.found("price_of_budget"), -1.0 * books.found("dual_emission_budget"))
    cap = books.found("dual_emission_cap")
    (pairs,) = cap.dims
    own = [books.names("period").index(period) for period in books.names(f"{pairs}_period")]
    account.equal("price_of_cap", books.found("price_of_cap"), -1.0 * cap / xr.Variable(pairs, worth.values[own]))
