"""Audit of capacity: existing and new capacity within its lifetime, limits, conversions, and the cost of owning it."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.accounts.audit.account import SOLVED, Account
from h2model.accounts.audit.early_retirement import existing_retired, new_retired
from h2model.accounts.run_data import RunData


def check(data: RunData, account: Account) -> None:
    """Recompute stocks, limits, conversions and the cost of owning."""
    new, capacity = data.result("new_capacity"), data.result("capacity")
    alive = living(data)
    vintage = xr.Variable(("asset", "vintage"), new.transpose("asset", "period").values)
    built = (alive * vintage).sum("vintage")
    converted = converted_capacity(data, new)
    account.equal("capacity_converted", data.result("capacity_converted"), converted)
    lost = converted + new_retired(data).sum("vintage") + existing_retired(data)
    expected = data.input("existing_capacity") + built - lost
    size = data.input("existing_capacity") + built + lost
    account.equal("capacity_stock", capacity, expected, size, tolerance=SOLVED)
    account.at_least("new_capacity", new, data.input("minimum_new_capacity"))
    account.at_most("maximum_new_capacity", new, data.input("maximum_new_capacity"))
    account.at_most("maximum_capacity", capacity, data.input("maximum_capacity"))
    account.at_least("minimum_capacity", capacity, data.input("minimum_capacity"))
    owning_costs(data, account, alive, vintage, converted)
    buffer_room(data, account)


def living(data: RunData) -> xr.Variable:
    """Return 1 where capacity built in a period (vintage) is within its lifetime (asset, vintage, period)."""
    years = np.array(data.names("period"), dtype=float)
    age = years[None, :] - years[:, None]
    lifetime = data.input("lifetime").values[:, None, None]
    # Capacity without a lifetime cannot be built: NaN compares as False.
    return xr.Variable(("asset", "vintage", "period"), ((age >= 0) & (age < lifetime)).astype(float))


def converted_capacity(data: RunData, new: xr.Variable) -> xr.Variable:
    """Return the capacity that retrofits have converted by each period, by original (asset, period)."""
    taken = (new / data.input("retrofit_ratio")).cumsum("period").transpose("asset", "period").values
    originals = data.positions("asset", data.names("retrofit_of"))
    total = np.zeros_like(taken)
    np.add.at(total, originals[originals >= 0], taken[originals >= 0])
    return xr.Variable(("asset", "period"), total)


def owning_costs(
    data: RunData, account: Account, alive: xr.Variable, vintage: xr.Variable, converted: xr.Variable
) -> None:
    """Recompute investment and fixed O&M costs from new capacity by vintage (asset, vintage) and converted capacity."""
    overnight = data.input("overnight_cost").transpose("asset", "period").values
    due = annual_share(data, alive) * np.nan_to_num(overnight)[:, :, None]
    investment = xr.Variable(alive.dims, due) * vintage
    account.equal("investment_cost", data.result("investment_cost"), investment.sum("vintage"))

    share = data.input("fixed_om_share")
    by_vintage = (share * xr.Variable(("asset", "vintage"), np.nan_to_num(overnight))) + data.input("fixed_om_cost")
    of_existing = share * xr.Variable("asset", np.nan_to_num(overnight[:, 0])) + data.input("fixed_om_cost")
    lost, saved = converted + existing_retired(data), (new_retired(data) * by_vintage).sum("vintage")
    new = (alive * vintage * by_vintage).sum("vintage")
    expected = new - saved + of_existing * (data.input("existing_capacity") - lost)
    size = new + saved + of_existing * (data.input("existing_capacity") + lost)
    account.equal("fixed_om_cost", data.result("fixed_om_cost"), expected, size)


def annual_share(data: RunData, alive: xr.Variable) -> np.ndarray:
    """Return the yearly payment for an overnight cost of 1, by vintage (asset, vintage, period)."""
    paid, of_costs = (str(data.input(name).values) for name in ("investment_moment", "cost_moment"))
    growth, years = 1 + float(data.input("discount_rate").values), np.array(data.names("period"), dtype=float)
    if paid == "at building":
        # One payment on the first day of the period has the present value of equal payments in each of its years.
        worth = growth ** -(years - float(data.input("base_year").values))
        spread = worth / (data.input("years_represented").values * data.input("discount_factor").values)
        return np.broadcast_to(np.diag(spread), alive.shape) * alive.values
    rate, lifetime = data.input("interest_rate").values, data.input("lifetime").values
    with np.errstate(divide="ignore", invalid="ignore"):
        annuity = np.where(rate > 0, rate / (1 - (1 + rate) ** -lifetime), 1 / lifetime)
    moment = of_costs if paid == "with costs" else paid
    shift = worth_in_year(moment, growth) / worth_in_year(of_costs, growth)
    return np.nan_to_num(annuity)[:, None, None] * shift * alive.values


def worth_in_year(moment: str, growth: float) -> float:
    """Return the value on the first day of a year of money paid at a moment of it; `growth` is 1 + discount rate."""
    if moment == "continuous":
        return (1 - 1 / growth) / np.log(growth) if growth != 1 else 1.0
    return growth ** -{"start": 0.0, "middle": 0.5, "end": 1.0}[moment]


def buffer_room(data: RunData, account: Account) -> None:
    """Compare the cargo that waits for vehicles with the stores of its carrier at both ends."""
    links, waits = data.of_assets("capacity", "link"), data.input("buffer_time").values
    capacity = data.of_assets("capacity", "store")
    ends = [data.names("link_from"), data.names("link_to")]
    carriers, store_carriers = data.names("link_carrier"), data.name_array("store_carrier")
    store_regions = data.name_array("store_region")
    nodes = sorted({(carriers[i], end[i]) for end in ends for i in np.flatnonzero(waits > 0)})
    for carrier, region in nodes:
        room = capacity.values[(store_carriers == carrier) & (store_regions == region)].sum(axis=0)
        here = [i for i in np.flatnonzero(waits > 0) if carriers[i] == carrier and region in (ends[0][i], ends[1][i])]
        needed = (waits[here, None] * links.values[here]).sum(axis=0)
        account.at_least("buffer_room", xr.Variable("period", room), xr.Variable("period", needed))
    if not nodes:
        account.nothing_to_check("buffer_room")
