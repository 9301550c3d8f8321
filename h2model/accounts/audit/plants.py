"""Audit of plants: activity within available and online capacity, ramps, modes, part-load curves and costs."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.accounts.audit.account import SOLVED, Account
from h2model.accounts.run_data import RunData


def check(data: RunData, account: Account) -> None:
    """Recompute every limit on the activity of plants, and the cost of their operation."""
    activity = data.result("activity")
    decided = data.result("decided_activity")
    account.equal("activity", activity, data.in_first_step(decided, data.names("steady_run")))
    account.at_least("decided_activity", decided, 0.0)
    capacity = data.of_assets("capacity", "plant")
    usable = data.input("availability") * capacity
    activity_limits(data, account, activity, usable)
    online_capacity(data, account, activity, usable)
    ramps(data, account, activity, capacity)
    modes(data, account, activity)
    part_load(data, account, activity, usable)
    more = data.result("more_work", "plant")
    account.at_least("more_work", more, 0.0)
    account.at_most("more_work_limit", more, data.input("more_work_per_heat") * activity)
    account.equal(
        "variable_om_cost",
        data.result("variable_om_cost"),
        data.over_year(activity) * data.input("variable_om_cost"),
    )


def is_committed(data: RunData) -> xr.Variable:
    """Return True for plants with a cost of starts, a use on standby, or stacks that wear without activity (plant)."""
    wears = (data.input("stack_replacement_cost") > 0).any("period") & (data.input("minimum_load") > 0)
    return (data.input("startup_cost") > 0) | (data.input("standby_use") > 0).any("carrier") | wears


def activity_limits(data: RunData, account: Account, activity: xr.Variable, usable: xr.Variable) -> None:
    """Compare activity with available capacity (plant, period, time), and volumes with their limits."""
    has_capacity = xr.Variable("plant", data.name_array("plant_mode_of") == "")
    free = has_capacity & ~is_committed(data)
    account.at_most("activity_limit", activity.where(free, 0.0), usable)
    account.at_least("minimum_run", activity, data.input("minimum_run_rate") * usable)
    account.at_most("annual_activity_limit", data.over_year(activity), data.input("maximum_annual_activity"))
    account.at_least("annual_activity_minimum", data.over_year(activity), data.input("minimum_annual_activity"))


def online_capacity(data: RunData, account: Account, activity: xr.Variable, usable: xr.Variable) -> None:
    """Recompute limits on online capacity, starts, and the costs of starts and of stacks."""
    committed = is_committed(data)
    online, startup = data.result("online", "plant"), data.result("startup", "plant")
    account.at_least("online", online, 0.0)
    account.at_least("startup", startup, 0.0)
    account.at_most("online_limit", online, usable)
    account.at_most("activity_within_online", activity.where(committed, 0.0), online)
    account.at_least("least_load", activity.where(committed, 0.0), data.input("minimum_load") * online)
    starting = data.input("startup_cost") > 0
    rises = (online - data.step_before(online)).where(starting, 0.0)
    account.at_least("starts", startup, rises, online + data.step_before(online))
    cost = (startup * data.weight).sum("time") * data.input("startup_cost")
    account.equal("startup_cost", data.result("startup_cost", "plant"), cost)
    hourly = (data.input("stack_replacement_cost") / data.input("stack_lifetime")).fillna(0.0)
    working = online.where(committed, 0.0) + activity.where(~committed, 0.0)
    account.equal("stack_cost", data.result("stack_cost", "plant"), data.over_year(working) * hourly)


def ramps(data: RunData, account: Account, activity: xr.Variable, capacity: xr.Variable) -> None:
    """Compare changes of activity, from the middle of a step (or window of constant activity) to that of the next."""
    windows = data.names("steady_run")
    hours = np.empty((len(windows), data.hours.size))
    for row, window in enumerate(windows):
        starts = data.first_steps(window)
        counts = np.diff(np.append(starts, data.hours.size))
        lengths = np.repeat(np.add.reduceat(data.hours.values, starts), counts)
        between = (lengths + lengths[data.earlier]) / 2
        hours[row] = np.inf
        hours[row, starts] = between[starts]
    reach = data.input("ramp_rate") * xr.Variable(("plant", "time"), hours)
    # A plant that covers its whole range in the time has no limit.
    allowed = reach.where(reach < 1, np.inf)
    limit = (allowed.where(np.isfinite(allowed), 0.0) * capacity).where(np.isfinite(allowed), np.inf)
    before = data.step_before(activity)
    account.at_most("ramp_up", activity - before, limit, activity + before)
    account.at_most("ramp_down", before - activity, limit, activity + before)


def modes(data: RunData, account: Account, activity: xr.Variable) -> None:
    """Compare the activities of modes with the activity of their plant, and with their shares."""
    hosts = data.positions("plant", data.names("plant_mode_of"))
    is_mode = hosts >= 0
    together = np.zeros(activity.shape)
    np.add.at(together, hosts[is_mode], activity.values[is_mode])
    has_modes = np.isin(np.arange(len(hosts)), hosts[is_mode])
    of_host = xr.Variable(activity.dims, np.where(is_mode[:, None, None], activity.values[hosts], 0.0))
    of_modes = activity.where(xr.Variable("plant", is_mode), 0.0)
    expected = activity.where(xr.Variable("plant", has_modes), 0.0)
    account.equal("mode_sum", xr.Variable(activity.dims, together), expected, tolerance=SOLVED)
    account.at_least("mode_share_minimum", of_modes, data.input("minimum_share") * of_host, of_host)
    account.at_most("mode_share_maximum", of_modes, data.input("maximum_share") * of_host, of_host)


def part_load(data: RunData, account: Account, activity: xr.Variable, usable: xr.Variable) -> None:
    """Compare outputs along a concave curve with each of its lines, and with the chord to full load."""
    made = data.result("part_load_output")
    account.at_least("part_load_output", made, 0.0)
    names = (data.results["curved_output_plant"].values, data.results["curved_output_carrier"].values)
    plants, carriers = (data.positions(dim, labels) for dim, labels in zip(("plant", "carrier"), names, strict=True))
    slope, intercept = (
        xr.Variable(
            ("curved_output", "segment"),
            data.input(name).transpose("plant", "carrier", "segment").values[plants, carriers],
        )
        for name in ("part_load_slope", "part_load_intercept")
    )
    committed = is_committed(data)
    running = data.result("online", "plant").where(committed, 0.0) + usable.where(~committed, 0.0)
    running, load = (
        xr.Variable(("curved_output", "period", "time"), array.transpose("plant", "period", "time").values[plants])
        for array in (running, activity)
    )
    lines = slope * load + intercept * running
    account.at_most("part_load_curve", made, lines.where(slope.notnull(), np.inf))
    at_full_load = (slope + intercept).fillna(np.inf).reduce(np.min, "segment", initial=np.inf)
    account.at_least("part_load_floor", made, at_full_load * load)
