"""Audit of trades and demands: what is bought, sold, delivered, moved, interrupted and won back, and what it costs."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.results.audit.account import IDENTITY, SOLVED, Account
from h2model.results.books import LONGER_WINDOWS, Books
from h2model.results.flows import asked_rate, flexible_windows, is_flexible


def check(books: Books, account: Account) -> None:
    """Recompute volumes, limits and costs of everything that crosses the border of the regions."""
    _trades(books, account)
    _unserved(books, account)
    _windows(books, account)
    _responses(books, account)
    _recoveries(books, account)


def _trades(books: Books, account: Account) -> None:
    flow = books.found("trade_flow")
    volume = books.over_year(flow)
    account.equal("traded", books.found("traded"), volume)
    account.at_least("trade_flow", flow, 0.0)
    account.at_most("maximum_rate", flow, books.given("maximum_rate"))
    account.at_most("trade_volume_limit", volume, books.given("maximum_volume"))
    buys = xr.Variable("trade", books.words("trade_direction") == "import")
    paid = flow * books.given("price")
    # Prices may change their sign, so that what is paid and what is received may cancel out over the year.
    size = books.over_year(abs(paid))
    account.equal("import_cost", books.found("import_cost"), books.over_year(paid).where(buys, 0.0), size)
    account.equal("export_revenue", books.found("export_revenue"), -1 * books.over_year(paid).where(~buys, 0.0), size)


def _unserved(books: Books, account: Account) -> None:
    missing = books.found("unserved_demand")
    may_miss = books.given("unserved_cost").notnull()
    account.at_least("unserved_demand", missing, 0.0)
    most = asked_rate(books).where(~is_flexible(books), np.inf).where(may_miss, 0.0)
    account.at_most("most_unserved", missing, most)
    interrupted = books.found("interrupted", "demand")
    asked = books.over_year(books.given("rate")) + books.given("annual_volume")
    served = asked - books.over_year(missing) - books.over_year(interrupted)
    account.equal("delivered", books.found("delivered"), served, asked)
    cost = books.over_year(missing) * books.given("unserved_cost").fillna(0.0)
    account.equal("unserved_cost", books.found("unserved_cost"), cost)
    responds = (books.given("shiftable_share") > 0) | (books.given("interruptible_share") > 0)
    withheld = missing + books.found("shift_down", "demand") + interrupted
    account.at_most("unserved_limit", withheld.where(responds & may_miss, 0.0), books.given("rate"))


def _windows(books: Books, account: Account) -> None:
    """A demand whose timing is free is served in full over each of its windows."""
    delivery, missing = books.found("delivery", "demand"), books.found("unserved_demand")
    account.at_least("delivery", delivery, 0.0)
    kinds = np.array([own or "" for own in flexible_windows(books)], dtype=str)
    for kind in LONGER_WINDOWS:
        own = xr.Variable("demand", kinds == kind)
        if own.any():
            served = books.over_windows((delivery + missing).where(own, 0.0), kind)
            asked = books.over_windows(asked_rate(books).where(own, 0.0), kind)
            account.equal("delivery_over_window", served, asked, tolerance=SOLVED)
    if not (kinds != "").any():
        account.nothing_to_check("delivery_over_window", IDENTITY)


def _responses(books: Books, account: Account) -> None:
    """What is moved is made good within its window; what is interrupted stays within its contract."""
    down, up, interrupted = (books.found(name, "demand") for name in ("shift_down", "shift_up", "interrupted"))
    for name, flow in (("shift_down", down), ("shift_up", up), ("interrupted", interrupted)):
        account.at_least(name, flow, 0.0)
    share, rate = books.given("shiftable_share"), books.given("rate")
    account.at_most("shift_down_limit", down, share * rate)
    kinds, peak = books.words("shift_window"), books.inputs.get("rate_peak", rate)
    for kind in ("day", "month"):
        own = xr.Variable("demand", (kinds == kind) & (share.values > 0))
        up_here, down_here = up.where(own, 0.0), down.where(own, 0.0)
        moved = [books.over_windows(flow, kind) for flow in (up_here, down_here)]
        account.equal("shift_balance", *moved, tolerance=SOLVED)
        starts = books.first_steps(kind)
        highest = np.maximum.reduceat(peak.transpose("demand", "period", "time").values, starts, axis=-1)
        lengths = np.diff(np.append(starts, books.hours.size))
        most = share * xr.Variable(("demand", "period", "time"), np.repeat(highest, lengths, axis=-1))
        account.at_most("shift_up_limit", up_here, most)
    cost = books.over_year(down) * books.given("shift_cost").fillna(0.0)
    account.equal("shift_cost", books.found("shift_cost", "demand"), cost)
    _interruptions(books, account, interrupted)


def _interruptions(books: Books, account: Account, interrupted: xr.Variable) -> None:
    contracted = books.given("interruptible_share") * books.given("rate")
    account.at_most("interrupted_limit", interrupted, contracted)
    volume = books.over_year(interrupted)
    account.equal("interrupted_volume", books.found("interrupted_volume", "demand"), volume)
    hours = books.given("maximum_interruption")
    mean = books.over_year(contracted) / books.duration.sum()
    most = (hours.where(np.isfinite(hours), 0.0) * mean).where(np.isfinite(hours), np.inf)
    account.at_most("interruption_limit", volume, most)
    cost = volume * books.given("interruption_cost").fillna(0.0)
    account.equal("interruption_cost", books.found("interruption_cost", "demand"), cost)


def _recoveries(books: Books, account: Account) -> None:
    """What is won back was delivered before."""
    recovered = books.found("recovered")
    volume = books.over_year(recovered)
    demand = books.places("demand", books.results["recovery_demand"].values)
    carrier = books.places("carrier", books.results["recovery_carrier"].values)
    ratio, price = (
        xr.Variable("recovery", books.given(name).transpose("demand", "carrier").values[demand, carrier])
        for name in ("recoverable", "recovery_cost")
    )
    delivered = xr.Variable(("recovery", "period"), books.found("delivered").values[demand])
    account.at_least("recovered", recovered, 0.0)
    account.equal("recovered_volume", books.found("recovered_volume"), volume)
    account.at_most("recovery_limit", volume, ratio * delivered)
    account.equal("recovery_cost", books.found("recovery_cost"), price * volume)
