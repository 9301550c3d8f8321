"""Audit of trades and demands: volumes, limits and costs of imports, exports, deliveries, shifts and recovery."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.accounts.audit.account import IDENTITY, SOLVED, Account
from h2model.accounts.flows import asked_rate, flexible_windows, is_flexible
from h2model.accounts.run_data import LONGER_WINDOWS, RunData


def check(data: RunData, account: Account) -> None:
    """Recompute volumes, limits and costs of trades and demands."""
    trades(data, account)
    unserved_demand(data, account)
    delivery_windows(data, account)
    demand_shifts(data, account)
    interruptions(data, account)
    recovery(data, account)


def trades(data: RunData, account: Account) -> None:
    """Compare trades with their limits, and recompute import costs and export revenues."""
    flow = data.result("trade_flow")
    volume = data.over_year(flow)
    account.equal("traded", data.result("traded"), volume)
    account.at_least("trade_flow", flow, 0.0)
    account.at_most("maximum_rate", flow, data.input("maximum_rate"))
    account.at_most("trade_volume_limit", volume, data.input("maximum_volume"))
    buys = xr.Variable("trade", data.name_array("trade_direction") == "import")
    paid = flow * data.input("price")
    # Prices may change their sign, so that payments may cancel out over the year.
    size = data.over_year(abs(paid))
    account.equal("import_cost", data.result("import_cost"), data.over_year(paid).where(buys, 0.0), size)
    account.equal("export_revenue", data.result("export_revenue"), -1 * data.over_year(paid).where(~buys, 0.0), size)


def unserved_demand(data: RunData, account: Account) -> None:
    """Compare unserved demand with its limits, and recompute deliveries and the cost of unserved demand."""
    missing = data.result("unserved_demand")
    may_miss = data.input("unserved_cost").notnull()
    account.at_least("unserved_demand", missing, 0.0)
    most = asked_rate(data).where(~is_flexible(data), np.inf).where(may_miss, 0.0)
    account.at_most("most_unserved", missing, most)
    interrupted = data.result("interrupted", "demand")
    demanded = data.over_year(data.input("rate")) + data.input("annual_volume")
    served = demanded - data.over_year(missing) - data.over_year(interrupted)
    account.equal("delivered", data.result("delivered"), served, demanded)
    cost = data.over_year(missing) * data.input("unserved_cost").fillna(0.0)
    account.equal("unserved_cost", data.result("unserved_cost"), cost)
    responds = (data.input("shiftable_share") > 0) | (data.input("interruptible_share") > 0)
    withheld = missing + data.result("shift_down", "demand") + interrupted
    account.at_most("unserved_limit", withheld.where(responds & may_miss, 0.0), data.input("rate"))


def delivery_windows(data: RunData, account: Account) -> None:
    """Compare deliveries with demand over each window, for demands with free timing."""
    delivery, missing = data.result("delivery", "demand"), data.result("unserved_demand")
    account.at_least("delivery", delivery, 0.0)
    windows = np.array([window or "" for window in flexible_windows(data)], dtype=str)
    for window in LONGER_WINDOWS:
        of_window = xr.Variable("demand", windows == window)
        if of_window.any():
            served = data.over_windows((delivery + missing).where(of_window, 0.0), window)
            demanded = data.over_windows(asked_rate(data).where(of_window, 0.0), window)
            account.equal("delivery_over_window", served, demanded, tolerance=SOLVED)
    if not (windows != "").any():
        account.nothing_to_check("delivery_over_window", IDENTITY)


def demand_shifts(data: RunData, account: Account) -> None:
    """Compare shifted demand with its limits, and with its recovery within the window."""
    down, up = (data.result(name, "demand") for name in ("shift_down", "shift_up"))
    for name, flow in (("shift_down", down), ("shift_up", up)):
        account.at_least(name, flow, 0.0)
    share, rate = data.input("shiftable_share"), data.input("rate")
    account.at_most("shift_down_limit", down, share * rate)
    windows, peak = data.name_array("shift_window"), data.inputs.get("rate_peak", rate)
    for window in ("day", "month"):
        of_window = xr.Variable("demand", (windows == window) & (share.values > 0))
        up_here, down_here = up.where(of_window, 0.0), down.where(of_window, 0.0)
        account.equal(
            "shift_balance", *(data.over_windows(flow, window) for flow in (up_here, down_here)), tolerance=SOLVED
        )
        starts = data.first_steps(window)
        highest = np.maximum.reduceat(peak.transpose("demand", "period", "time").values, starts, axis=-1)
        lengths = np.diff(np.append(starts, data.hours.size))
        most = share * xr.Variable(("demand", "period", "time"), np.repeat(highest, lengths, axis=-1))
        account.at_most("shift_up_limit", up_here, most)
    cost = data.over_year(down) * data.input("shift_cost").fillna(0.0)
    account.equal("shift_cost", data.result("shift_cost", "demand"), cost)


def interruptions(data: RunData, account: Account) -> None:
    """Compare interrupted demand with its contract, and recompute its cost."""
    interrupted = data.result("interrupted", "demand")
    account.at_least("interrupted", interrupted, 0.0)
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


def recovery(data: RunData, account: Account) -> None:
    """Compare recovered volumes with deliveries, and recompute their cost."""
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
