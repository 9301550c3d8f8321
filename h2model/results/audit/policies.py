"""Audit of policies: what caps, budgets and prices count, and that every limit that a scenario sets is kept."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.results.audit.account import Account
from h2model.results.books import Books


def check(books: Books, account: Account) -> None:
    """Recompute counted emissions and hold them, and all else that is limited, against the scenario."""
    counted = {name: _counted(books, account, name) for name in ("cap", "budget", "carbon_price")}
    emitted, size = counted["cap"]
    limit = books.given("cap_limit").fillna(np.inf)
    account.at_most("emission_cap", emitted.sum("region"), limit, size.sum("region"), unit="t/year")
    years = books.given("years_represented")
    emitted, size = counted["budget"]
    over_all = (emitted * years).sum(("region", "period"))
    account.at_most("emission_budget", over_all, books.given("budget_total"), (size * years).sum(("region", "period")))
    emitted, _ = counted["carbon_price"]
    cost = emitted * books.given("carbon_price_height")
    account.equal("carbon_price_cost", books.found("carbon_price_cost"), cost)
    _shares(books, account)
    _building(books, account)
    _resources(books, account)
    _margins(books, account)
    _growth(books, account)


def _counted(books: Books, account: Account, policy: str) -> tuple[xr.Variable, xr.Variable]:
    """Emissions that each entry of a policy counts, by region and period, and the sum of their sizes."""
    origins = books.given(f"{policy}_origin")
    emissions, sold = books.found("emissions") * origins, books.found("carbon_sold") * origins
    sold = sold * books.given(f"{policy}_exports")
    upstream = books.found("upstream_emissions") * books.given(f"{policy}_upstream")
    inside = books.given(f"{policy}_region")
    net = inside * (emissions.sum("origin") + sold.sum("origin") + upstream)
    size = inside * (abs(emissions).sum("origin") + abs(sold).sum("origin") + abs(upstream))
    order = (policy, "region", "period")
    net, size = net.transpose(*order), size.transpose(*order)
    found = books.found(f"{policy}_emissions")
    account.equal(f"{policy}_emissions", found, net, size, "t/year")
    return net, size


def _shares(books: Books, account: Account) -> None:
    """Of what is made of a carrier in a year, named technologies make their share."""
    made = {}
    carriers = books.places("carrier", books.names("share_carrier"))
    for group in ("named", "counted"):
        made[group] = np.zeros((len(carriers), len(books.names("period"))))
        members = books.given(f"share_{group}").transpose("share_rule", "plant").values > 0
        for rule, carrier in enumerate(carriers):
            made[group][rule] = production(books, carrier)[members[rule]].sum(axis=0)
    rules = books.places("share_rule", books.results["share_bound_rule"].values)
    periods = books.places("period", books.results["share_bound_period"].values)
    for name, group in (("named_production", "named"), ("total_production", "counted")):
        expected = xr.Variable("share_bound", made[group][rules, periods])
        account.equal(name, books.found(name), expected)
    least = books.given("share_required").fillna(0.0)
    named, total = (xr.Variable(("share_rule", "period"), made[group]) for group in ("named", "counted"))
    account.at_least("production_share", named, least * total, total)


def production(books: Books, carrier: int) -> np.ndarray:
    """What each plant makes of a carrier in a year, by fixed ratio or along a curve (plant, period)."""
    ratio = books.given("output").transpose("plant", "carrier", "period").values[:, carrier]
    made = ratio * books.over_year(books.found("activity")).transpose("plant", "period").values
    curved = books.over_year(books.found("part_load_output")).values
    plants = books.places("plant", books.results["curved_output_plant"].values)
    own = books.places("carrier", books.results["curved_output_carrier"].values) == carrier
    np.add.at(made, plants[own], curved[own])
    return made


def _building(books: Books, account: Account) -> None:
    """What is built of named technologies together keeps to what their industry can build."""
    periods, represented = np.array(books.names("period"), dtype=float), books.given("years_represented").values
    years = xr.Variable("period", np.append(represented[:1], np.diff(periods)))
    built = (books.found("new_capacity") * (books.given("build_counted") > 0)).sum("asset")
    most = books.given("build_per_year").fillna(np.inf) * years
    account.at_most("build_rate", built.transpose("build_limit", "period"), most)


def _resources(books: Books, account: Account) -> None:
    """What is imported of scarce carriers keeps to its volume."""
    volume = books.over_year(books.found("trade_flow"))
    imported = (volume * (books.given("resource_import") > 0)).sum("trade")
    most = books.given("resource_volume").fillna(np.inf)
    account.at_most("resource_budget", imported.transpose("resource", "period"), most)


def _margins(books: Books, account: Account) -> None:
    """What named plants can make for sure exceeds what is made of a carrier, in every step, by a margin."""
    carriers = books.places("carrier", books.names("margin_carrier"))
    ratio = books.given("output").transpose("plant", "carrier", "period")
    share = books.given("margin_firm_share").transpose("margin_rule", "plant").values
    inside = books.given("margin_counted").transpose("margin_rule", "plant").values
    stands = books.of_assets("capacity", "plant").values
    activity = books.found("activity").transpose("plant", "period", "time").values
    firm = np.zeros((len(carriers), stands.shape[1]))
    made = np.zeros((len(carriers), *activity.shape[1:]))
    curved = books.found("part_load_output")
    curved_plants = books.places("plant", books.results["curved_output_plant"].values)
    curved_carriers = books.places("carrier", books.results["curved_output_carrier"].values)
    for rule, carrier in enumerate(carriers):
        own = ratio.values[:, carrier]
        firm[rule] = (share[rule, :, None] * own * stands).sum(axis=0)
        made[rule] = (inside[rule, :, None, None] * own[:, :, None] * activity).sum(axis=0)
        weight = inside[rule, curved_plants] * (curved_carriers == carrier)
        made[rule] += (weight[:, None, None] * curved.values).sum(axis=0)
    rules = books.places("margin_rule", books.results["margin_bound_rule"].values)
    periods = books.places("period", books.results["margin_bound_period"].values)
    account.equal("firm_capacity", books.found("firm_capacity"), xr.Variable("margin_bound", firm[rules, periods]))
    needed = 1 + books.given("margin_required").transpose("margin_rule", "period").values[rules, periods, None]
    least = xr.Variable(("margin_bound", "time"), needed * made[rules, periods])
    account.at_least("reserve_margin", xr.Variable("margin_bound", firm[rules, periods]) + 0 * least, least)


def _growth(books: Books, account: Account) -> None:
    """Technologies grow no faster than their rate, over the years since the period before."""
    years = np.array(books.names("period"), dtype=float)
    years = np.append(books.given("years_represented").values[:1], np.diff(years))
    activity = books.over_year(books.found("activity"))
    stands = (books.given("growth_asset") * books.found("capacity")).sum("asset")
    grown = (stands + (books.given("growth_plant") * activity).sum("plant")).transpose("growth", "period")
    account.equal("growing", books.found("growing"), grown)
    first = books.given("growth_before").values[:, None]
    before = np.concatenate([first, grown.values[:, :-1]], axis=1)
    most = (1 + books.given("growth_rate").transpose("growth", "period").values) ** years * before
    most = np.nan_to_num(most + books.given("growth_seed").values[:, None], nan=np.inf)
    account.at_most("growth_limit", grown, xr.Variable(grown.dims, most))
