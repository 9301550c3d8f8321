"""Audit of stores: levels follow from flows, within capacity, power and minimum level."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.accounts.audit.account import IDENTITY, SOLVED, Account
from h2model.accounts.run_data import RunData


def check(data: RunData, account: Account) -> None:
    """Recompute every level, and every limit on levels and flows."""
    level, charge, discharge = (data.result(name) for name in ("storage_level", "charge", "discharge"))
    spill, leak = data.result("spill", "store"), data.result("leak", "store")
    inflow = data.input("inflow")
    arriving = data.input("charge_efficiency") * charge + inflow
    leaving = discharge / data.input("discharge_efficiency") + spill
    keeps = 1 - data.input("self_discharge")
    # Within a segment, discharged energy may have entered at its beginning or end, with more or less self-discharge.
    within = keeps ** (data.hours - 1) if data.relaxed else xr.Variable("time", np.ones(data.hours.size))
    before = keeps**data.hours * level_before(data, level)
    expected = before + data.hours * (arriving - within * leaving) - leak
    size = before + data.hours * (arriving + leaving) + leak
    account.equal("storage_balance", level, expected, size, tolerance=SOLVED)
    moved = data.hours * (arriving + leaving)
    account.at_most("leak_limit", leak, (1 - within) * moved)
    store_limits(data, account, level, charge, discharge)
    for name, quantity in (("charge", charge), ("discharge", discharge), ("spill", spill), ("leak", leak)):
        account.at_least(name, quantity, 0.0)
    account.at_least("storage_level", level, 0.0)
    account.at_most("spill_limit", spill, inflow)


def level_before(data: RunData, level: xr.Variable) -> xr.Variable:
    """Return the level at the beginning of each step; the opening level for a store that is not cyclic."""
    before = data.step_before(level).transpose("store", "period", "time").copy()
    opened = data.result("opening_level", "store").transpose("store", "period", ...).values
    is_open = data.name_array("final_level") != "as begun"
    before.values[np.ix_(is_open, np.arange(before.shape[1]), data.first_of_sequence)] = opened[is_open]
    return before


def opening_levels(data: RunData, account: Account, level: xr.Variable, capacity: xr.Variable) -> None:
    """Compare the opening level of stores that are not cyclic with the input, the capacity and the final level."""
    final = data.name_array("final_level")
    opened = data.result("opening_level", "store")
    opened = xr.Variable(("store", "period", "time"), opened.transpose("store", "period", ...).values)
    is_open = xr.Variable("store", final != "as begun")
    least = data.input("minimum_level").isel(time=data.first_of_sequence) * capacity
    account.at_most("opening_level_limit", opened, capacity)
    account.at_least("opening_level_minimum", opened, least.where(is_open, 0.0))
    begins = data.input("initial_level")
    is_set = begins.notnull() & is_open
    account.equal("opening_level", opened.where(is_set, 0.0), begins.where(is_set, 0.0), tolerance=SOLVED)
    last = level.isel(time=data.last_of_sequence)
    account.at_least("final_level_minimum", last, opened.where(xr.Variable("store", final == "no less"), 0.0))


def store_limits(
    data: RunData, account: Account, level: xr.Variable, charge: xr.Variable, discharge: xr.Variable
) -> None:
    """Compare levels and flows with capacity, rates, minimum and initial levels."""
    capacity = data.of_assets("capacity", "store")
    # A store that cannot be charged has a level of 0.
    fills = (data.input("charge_rate") > 0) | (data.input("inflow") > 0).any(("period", "time"))
    account.at_most("storage_level_limit", level, capacity.where(fills, 0.0))
    account.at_least("storage_level_minimum", level, data.input("minimum_level") * capacity.where(fills, 0.0))
    for name, flow in (("charge", charge), ("discharge", discharge)):
        rate = data.input(f"{name}_rate")
        most = (rate.where(np.isfinite(rate), 0.0) * capacity).where(np.isfinite(rate), np.inf)
        account.at_most(f"{name}_limit", flow, most.where(fills, 0.0))
    opening_levels(data, account, level, capacity)
    begins = data.input("initial_level")
    last = level.isel(time=data.last_of_sequence)
    is_fixed = begins.notnull() & xr.Variable("store", data.name_array("final_level") == "as begun")
    if is_fixed.any():
        account.equal("storage_initial_level", last.where(is_fixed, 0.0), begins.fillna(0.0), tolerance=SOLVED)
    else:
        account.nothing_to_check("storage_initial_level", IDENTITY)
    store_power(data, account, charge, discharge)


def store_power(data: RunData, account: Account, charge: xr.Variable, discharge: xr.Variable) -> None:
    """Compare flows through separately priced power with its capacity."""
    chargers, dischargers = (data.positions("asset", data.names(f"store_{end}")) for end in ("charger", "discharger"))
    through = np.zeros((len(data.names("asset")), *charge.shape[1:]))
    for positions, flow in ((chargers, charge), (dischargers, discharge)):
        np.add.at(through, positions[positions >= 0], flow.transpose("store", "period", "time").values[positions >= 0])
    powers = np.unique(np.concatenate([chargers, dischargers]))
    is_power = np.isin(np.arange(len(through)), powers[powers >= 0])
    limit = data.result("capacity").where(xr.Variable("asset", is_power), np.inf)
    account.at_most("store_power_limit", xr.Variable(("asset", "period", "time"), through), limit)
