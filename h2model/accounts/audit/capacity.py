"""Audit of capacity: what stands is what stood and what was built and lives, within its limits, at its cost."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.accounts.audit.account import SOLVED, Account
from h2model.accounts.audit.early_retirement import existing_retired, new_given_up
from h2model.accounts.run_data import RunData


def check(data: RunData, account: Account) -> None:
    """Recompute stocks, limits, conversions and the cost of owning."""
    new, stands = data.result("new_capacity"), data.result("capacity")
    alive = living(data)
    vintage = xr.Variable(("asset", "vintage"), new.transpose("asset", "period").values)
    built = (alive * vintage).sum("vintage")
    converted = converted_capacity(data, new)
    account.equal("capacity_converted", data.result("capacity_converted"), converted)
    gone = converted + new_given_up(data).sum("vintage") + existing_retired(data)
    expected = data.input("existing_capacity") + built - gone
    size = data.input("existing_capacity") + built + gone
    account.equal("capacity_stock", stands, expected, size, tolerance=SOLVED)
    account.at_least("new_capacity", new, data.input("minimum_new_capacity"))
    account.at_most("maximum_new_capacity", new, data.input("maximum_new_capacity"))
    account.at_most("maximum_capacity", stands, data.input("maximum_capacity"))
    account.at_least("minimum_capacity", stands, data.input("minimum_capacity"))
    _costs(data, account, alive, vintage, converted)
    _waiting_room(data, account, stands)


def living(data: RunData) -> xr.Variable:
    """1 where what an asset was given in one period (vintage) still lives in another (asset, vintage, period)."""
    years = np.array(data.names("period"), dtype=float)
    age = years[None, :] - years[:, None]
    lifetime = data.input("lifetime").values[:, None, None]
    # Capacity without a lifetime cannot be built, and thus never lives.
    return xr.Variable(("asset", "vintage", "period"), ((age >= 0) & (age < lifetime)).astype(float))


def converted_capacity(data: RunData, new: xr.Variable) -> xr.Variable:
    """What retrofits have taken from their originals by each period (asset, period)."""
    taken = (new / data.input("retrofit_ratio")).cumsum("period").transpose("asset", "period").values
    originals = data.positions("asset", data.names("retrofit_of"))
    total = np.zeros_like(taken)
    np.add.at(total, originals[originals >= 0], taken[originals >= 0])
    return xr.Variable(("asset", "period"), total)


def _costs(data: RunData, account: Account, alive: xr.Variable, vintage: xr.Variable, converted: xr.Variable) -> None:
    overnight = data.input("overnight_cost").transpose("asset", "period").values
    due = _due(data, alive) * np.nan_to_num(overnight)[:, :, None]
    investment = xr.Variable(alive.dims, due) * vintage
    account.equal("investment_cost", data.result("investment_cost"), investment.sum("vintage"))

    share = data.input("fixed_om_share")
    by_vintage = (share * xr.Variable(("asset", "vintage"), np.nan_to_num(overnight))) + data.input("fixed_om_cost")
    of_existing = share * xr.Variable("asset", np.nan_to_num(overnight[:, 0])) + data.input("fixed_om_cost")
    lost, saved = converted + existing_retired(data), (new_given_up(data) * by_vintage).sum("vintage")
    new = (alive * vintage * by_vintage).sum("vintage")
    expected = new - saved + of_existing * (data.input("existing_capacity") - lost)
    size = new + saved + of_existing * (data.input("existing_capacity") + lost)
    account.equal("fixed_om_cost", data.result("fixed_om_cost"), expected, size)


def _due(data: RunData, alive: xr.Variable) -> np.ndarray:
    """What is due in each year of a period of an overnight cost of one, by vintage (asset, vintage, period)."""
    paid, of_costs = (str(data.input(name).values) for name in ("investment_moment", "cost_moment"))
    growth, years = 1 + float(data.input("discount_rate").values), np.array(data.names("period"), dtype=float)
    if paid == "at building":
        # Paid on the first day of the period; worth as much as the equal sums in each of its years.
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
    """Worth on the first day of a year of money that is paid at a moment of it; `growth` is 1 + discount rate."""
    if moment == "continuous":
        return (1 - 1 / growth) / np.log(growth) if growth != 1 else 1.0
    return growth ** -{"start": 0.0, "middle": 0.5, "end": 1.0}[moment]


def _waiting_room(data: RunData, account: Account, stands: xr.Variable) -> None:
    """Cargo that waits for vehicles has room in the stores of its carrier at both ends."""
    links, waits = data.of_assets("capacity", "link"), data.input("buffer_time").values
    stores = data.of_assets("capacity", "store")
    ends = [data.names("link_from"), data.names("link_to")]
    carriers, store_carriers = data.names("link_carrier"), data.name_array("store_carrier")
    store_regions = data.name_array("store_region")
    places = sorted({(carriers[i], end[i]) for end in ends for i in np.flatnonzero(waits > 0)})
    for carrier, region in places:
        room = stores.values[(store_carriers == carrier) & (store_regions == region)].sum(axis=0)
        here = [i for i in np.flatnonzero(waits > 0) if carriers[i] == carrier and region in (ends[0][i], ends[1][i])]
        needed = (waits[here, None] * links.values[here]).sum(axis=0)
        account.at_least("buffer_room", xr.Variable("period", room), xr.Variable("period", needed))
    if not places:
        account.nothing_to_check("buffer_room")
