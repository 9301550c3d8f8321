"""Audit of trades and demands: what is bought, sold, delivered, moved, interrupted and won back, and what it costs."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.accounts.audit.account import IDENTITY, SOLVED, Account
from h2model.accounts.flows import asked_rate, flexible_windows, is_flexible
from h2model.accounts.run_data import LONGER_WINDOWS, RunData


def check(data: RunData, account: Account) -> None:
    """Recompute volumes, limits and costs of everything that crosses the border of the regions."""
    _trades(data, account)
    _unserved(data, account)
    _windows(data, account)
    _responses(data, account)
    _recoveries(data, account)


def _trades(data: RunData, account: Account) -> None:
    flow = data.result("trade_flow")
    volume = data.over_year(flow)
    account.equal("traded", data.result("traded"), volume)
    account.at_least("trade_flow", flow, 0.0)
    account.at_most("maximum_rate", flow, data.input("maximum_rate"))
    account.at_most("trade_volume_limit", volume, data.input("maximum_volume"))
    buys = xr.Variable("trade", data.name_array("trade_direction") == "import")
    paid = flow * data.input("price")
    # Prices may change their sign, so that what is paid and what is received may cancel out over the year.
    size = data.over_year(abs(paid))
    account.equal("import_cost", data.result("import_cost"), data.over_year(paid).where(buys, 0.0), size)
    account.equal("export_revenue", data.result("export_revenue"), -1 * data.over_year(paid).where(~buys, 0.0), size)


def _unserved(data: RunData, account: Account) -> None:
    missing = data.result("unserved_demand")
    may_miss = data.input("unserved_cost").notnull()
    account.at_least("unserved_demand", missing, 0.0)
    most = asked_rate(data).where(~is_flexible(data), np.inf).where(may_miss, 0.0)
    account.at_most("most_unserved", missing, most)
    interrupted = data.result("interrupted", "demand")
    asked = data.over_year(data.input("rate")) + data.input("annual_volume")
    served = asked - data.over_year(missing) - data.over_year(interrupted)
    account.equal("delivered", data.result("delivered"), served, asked)
    cost = data.over_year(missing) * data.input("unserved_cost").fillna(0.0)
    account.equal("unserved_cost", data.result("unserved_cost"), cost)
    responds = (data.input("shiftable_share") > 0) | (data.input("interruptible_share") > 0)
    withheld = missing + data.result("shift_down", "demand") + interrupted
    account.at_most("unserved_limit", withheld.where(responds & may_miss, 0.0), data.input("rate"))


def _windows(data: RunData, account: Account) -> None:
    """A demand whose timing is free is served in full over each of its windows."""
    delivery, missing = data.result("delivery", "demand"), data.result("unserved_demand")
    account.at_least("delivery", delivery, 0.0)
    kinds = np.array([own or "" for own in flexible_windows(data)], dtype=str)
    for kind in LONGER_WINDOWS:
        own = xr.Variable("demand", kinds == kind)
        if own.any():
            served = data.over_windows((delivery + missing).where(own, 0.0), kind)
            asked = data.over_windows(asked_rate(data).where(own, 0.0), kind)
            account.equal("delivery_over_window", served, asked, tolerance=SOLVED)
    if not (kinds != "").any():
        account.nothing_to_check("delivery_over_window", IDENTITY)


def _responses(data: RunData, account: Account) -> None:
    """What is moved is made good within its window; what is interrupted stays within its contract."""
    down, up, interrupted = (data.result(name, "demand") for name in ("shift_down", "shift_up", "interrupted"))
    for name, flow in (("shift_down", down), ("shift_up", up), ("interrupted", interrupted)):
        account.at_least(name, flow, 0.0)
    share, rate = data.input("shiftable_share"), data.input("rate")
    account.at_most("shift_down_limit", down, share * rate)
    kinds, peak = data.name_array("shift_window"), data.inputs.get("rate_peak", rate)
    for kind in ("day", "month"):
        own = xr.Variable("demand", (kinds == kind) & (share.values > 0))
        up_here, down_here = up.where(own, 0.0), down.where(own, 0.0)
        moved = [data.over_windows(flow, kind) for flow in (up_here, down_here)]
        account.equal("shift_balance", *moved, tolerance=SOLVED)
        starts = data.first_steps(kind)
        highest = np.maximum.reduceat(peak.transpose("demand", "period", "time").values, starts, axis=-1)
        lengths = np.diff(np.append(starts, data.hours.size))
        most = share * xr.Variable(("demand", "period", "time"), np.repeat(highest, lengths, axis=-1))
        account.at_most("shift_up_limit", up_here, most)
    cost = data.over_year(down) * data.input("shift_cost").fillna(0.0)
    account.equal("shift_cost", data.result("shift_cost", "demand"), cost)
    _interruptions(data, account, interrupted)


def _interruptions(data: RunData, account: Account, interrupted: xr.Variable) -> None:
    contracted = data.input("interruptible_share") * data.input("rate")
    account.at_most("interrupted_limit", interrupted, contracted)
    volume = data.over_year(interrupted)
    account.equal("interrupted_volume", data.result("interrupted_volume", "demand"), volume)
    hours = data.input("maximum_interruption")
    mean = data.over_year(contracted) / data.duration.sum()
    most = (hours.where(np.isfinite(hours), 0.0) * mean).where(np.isfinite(hours), np.inf)
    account.at_most("interruption_limit", volume, most)
    cost = volume * data.input("interruption_cost").fillna(0.0)
    account.equal("interruption_cost", data.result("interruption_cost", "demand"), cost)


def _recoveries(data: RunData, account: Account) -> None:
    """What is won back was delivered before."""
    recovered = data.result("recovered")
    volume = data.over_year(recovered)
    demand = data.positions("demand", data.results["recovery_demand"].values)
    carrier = data.positions("carrier", data.results["recovery_carrier"].values)
    ratio, price = (
        xr.Variable("recovery", data.input(name).transpose("demand", "carrier").values[demand, carrier])
        for name in ("recoverable", "recovery_cost")
    )
    delivered = xr.Variable(("recovery", "period"), data.result("delivered").values[demand])
    account.at_least("recovered", recovered, 0.0)
    account.equal("recovered_volume", data.result("recovered_volume"), volume)
    account.at_most("recovery_limit", volume, ratio * delivered)
    account.equal("recovery_cost", data.result("recovery_cost"), price * volume)
