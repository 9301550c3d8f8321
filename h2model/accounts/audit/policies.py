"""Audit of policies: what caps, budgets and prices count, and that every limit that a scenario sets is kept."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.accounts.audit.account import Account
from h2model.accounts.run_data import RunData


def check(data: RunData, account: Account) -> None:
    """Recompute counted emissions and hold them, and all else that is limited, against the scenario."""
    counted = {name: _counted(data, account, name) for name in ("cap", "budget", "carbon_price")}
    emitted, size = counted["cap"]
    limit = data.input("cap_limit").fillna(np.inf)
    account.at_most("emission_cap", emitted.sum("region"), limit, size.sum("region"), unit="t/year")
    years = data.input("years_represented")
    emitted, size = counted["budget"]
    over_all = (emitted * years).sum(("region", "period"))
    account.at_most("emission_budget", over_all, data.input("budget_total"), (size * years).sum(("region", "period")))
    emitted, _ = counted["carbon_price"]
    cost = emitted * data.input("carbon_price_height")
    account.equal("carbon_price_cost", data.result("carbon_price_cost"), cost)
    _shares(data, account)
    _building(data, account)
    _resources(data, account)
    _margins(data, account)
    _growth(data, account)


def _counted(data: RunData, account: Account, policy: str) -> tuple[xr.Variable, xr.Variable]:
    """Emissions that each entry of a policy counts, by region and period, and the sum of their sizes."""
    origins = data.input(f"{policy}_origin")
    emissions, sold = data.result("emissions") * origins, data.result("carbon_sold") * origins
    sold = sold * data.input(f"{policy}_exports")
    upstream = data.result("upstream_emissions") * data.input(f"{policy}_upstream")
    inside = data.input(f"{policy}_region")
    net = inside * (emissions.sum("origin") + sold.sum("origin") + upstream)
    size = inside * (abs(emissions).sum("origin") + abs(sold).sum("origin") + abs(upstream))
    order = (policy, "region", "period")
    net, size = net.transpose(*order), size.transpose(*order)
    found = data.result(f"{policy}_emissions")
    account.equal(f"{policy}_emissions", found, net, size, "t/year")
    return net, size


def _shares(data: RunData, account: Account) -> None:
    """Of what is made of a carrier in a year, named technologies make their share."""
    made = {}
    carriers = data.positions("carrier", data.names("share_carrier"))
    for group in ("named", "counted"):
        made[group] = np.zeros((len(carriers), len(data.names("period"))))
        members = data.input(f"share_{group}").transpose("share_rule", "plant").values > 0
        for rule, carrier in enumerate(carriers):
            made[group][rule] = production(data, carrier)[members[rule]].sum(axis=0)
    rules = data.positions("share_rule", data.results["share_bound_rule"].values)
    periods = data.positions("period", data.results["share_bound_period"].values)
    for name, group in (("named_production", "named"), ("total_production", "counted")):
        expected = xr.Variable("share_bound", made[group][rules, periods])
        account.equal(name, data.result(name), expected)
    least = data.input("share_required").fillna(0.0)
    named, total = (xr.Variable(("share_rule", "period"), made[group]) for group in ("named", "counted"))
    account.at_least("production_share", named, least * total, total)


def production(data: RunData, carrier: int) -> np.ndarray:
    """What each plant makes of a carrier in a year, by fixed ratio or along a curve (plant, period)."""
    ratio = data.input("output").transpose("plant", "carrier", "period").values[:, carrier]
    made = ratio * data.over_year(data.result("activity")).transpose("plant", "period").values
    curved = data.over_year(data.result("part_load_output")).values
    plants = data.positions("plant", data.results["curved_output_plant"].values)
    own = data.positions("carrier", data.results["curved_output_carrier"].values) == carrier
    np.add.at(made, plants[own], curved[own])
    return made


def _building(data: RunData, account: Account) -> None:
    """What is built of named technologies together keeps to what their industry can build."""
    periods, represented = np.array(data.names("period"), dtype=float), data.input("years_represented").values
    years = xr.Variable("period", np.append(represented[:1], np.diff(periods)))
    built = (data.result("new_capacity") * (data.input("build_counted") > 0)).sum("asset")
    most = data.input("build_per_year").fillna(np.inf) * years
    account.at_most("build_rate", built.transpose("build_limit", "period"), most)


def _resources(data: RunData, account: Account) -> None:
    """What is imported of scarce carriers keeps to its volume."""
    volume = data.over_year(data.result("trade_flow"))
    imported = (volume * (data.input("resource_import") > 0)).sum("trade")
    most = data.input("resource_volume").fillna(np.inf)
    account.at_most("resource_budget", imported.transpose("resource", "period"), most)


def _margins(data: RunData, account: Account) -> None:
    """What named plants can make for sure exceeds what is made of a carrier, in every step, by a margin."""
    carriers = data.positions("carrier", data.names("margin_carrier"))
    ratio = data.input("output").transpose("plant", "carrier", "period")
    share = data.input("margin_firm_share").transpose("margin_rule", "plant").values
    inside = data.input("margin_counted").transpose("margin_rule", "plant").values
    stands = data.of_assets("capacity", "plant").values
    activity = data.result("activity").transpose("plant", "period", "time").values
    firm = np.zeros((len(carriers), stands.shape[1]))
    made = np.zeros((len(carriers), *activity.shape[1:]))
    curved = data.result("part_load_output")
    curved_plants = data.positions("plant", data.results["curved_output_plant"].values)
    curved_carriers = data.positions("carrier", data.results["curved_output_carrier"].values)
    for rule, carrier in enumerate(carriers):
        own = ratio.values[:, carrier]
        firm[rule] = (share[rule, :, None] * own * stands).sum(axis=0)
        made[rule] = (inside[rule, :, None, None] * own[:, :, None] * activity).sum(axis=0)
        weight = inside[rule, curved_plants] * (curved_carriers == carrier)
        made[rule] += (weight[:, None, None] * curved.values).sum(axis=0)
    rules = data.positions("margin_rule", data.results["margin_bound_rule"].values)
    periods = data.positions("period", data.results["margin_bound_period"].values)
    account.equal("firm_capacity", data.result("firm_capacity"), xr.Variable("margin_bound", firm[rules, periods]))
    needed = 1 + data.input("margin_required").transpose("margin_rule", "period").values[rules, periods, None]
    least = xr.Variable(("margin_bound", "time"), needed * made[rules, periods])
    account.at_least("reserve_margin", xr.Variable("margin_bound", firm[rules, periods]) + 0 * least, least)


def _growth(data: RunData, account: Account) -> None:
    """Technologies grow no faster than their rate, over the years since the period before."""
    years = np.array(data.names("period"), dtype=float)
    years = np.append(data.input("years_represented").values[:1], np.diff(years))
    activity = data.over_year(data.result("activity"))
    stands = (data.input("growth_asset") * data.result("capacity")).sum("asset")
    grown = (stands + (data.input("growth_plant") * activity).sum("plant")).transpose("growth", "period")
    account.equal("growing", data.result("growing"), grown)
    first = data.input("growth_before").values[:, None]
    before = np.concatenate([first, grown.values[:, :-1]], axis=1)
    most = (1 + data.input("growth_rate").transpose("growth", "period").values) ** years * before
    most = np.nan_to_num(most + data.input("growth_seed").values[:, None], nan=np.inf)
    account.at_most("growth_limit", grown, xr.Variable(grown.dims, most))
