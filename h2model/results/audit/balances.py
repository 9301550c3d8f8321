"""Audit of balances: of every carrier, in every region and at every time, as much comes as goes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from h2model.results.audit.account import IDENTITY, SOLVED, Account
from h2model.results.audit.books import LONGER_WINDOWS, Books
from h2model.results.audit.links import ends_of_ways, link_of_way
from h2model.results.audit.trades import is_flexible

DIMS = ("carrier", "region", "period", "time")


class Flows:
    """What comes less what goes, and all of it together, by carrier, region, period and time."""

    def __init__(self, books: Books) -> None:
        """Begin with nothing."""
        self.books = books
        shape = tuple(len(books.names(dim)) for dim in DIMS)
        self.net, self.all = np.zeros(shape), np.zeros(shape)

    def add(self, carrier: int, region: int, flow: np.ndarray) -> None:
        """Add a flow (period, time) that comes, or goes if negative."""
        self.net[carrier, region] += flow
        self.all[carrier, region] += np.abs(flow)

    def of_members(self, kind: str, flow: xr.Variable, sign: float = 1.0, places: tuple | None = None) -> None:
        """Add the flows of all members of a kind, each of its own carrier in its own region."""
        names = places or (self.books.names(f"{kind}_carrier"), self.books.names(f"{kind}_region"))
        carriers = self.books.places("carrier", names[0])
        regions = self.books.places("region", names[1])
        values = flow.transpose(..., "period", "time").values
        for carrier, region, own in zip(carriers, regions, values, strict=True):
            self.add(carrier, region, sign * own)


def check(books: Books, account: Account) -> None:
    """Add up all that comes and goes, and compare."""
    flows = Flows(books)
    _plants(books, flows)
    _links(books, flows)
    flows.of_members("store", books.found("discharge") - books.found("charge"))
    buys = books.words("trade_direction") == "import"
    flows.of_members("trade", books.found("trade_flow") * xr.Variable("trade", np.where(buys, 1.0, -1.0)))
    _demands(books, flows)
    for name, sign in (("recovery", 1.0), ("disposable", -1.0)):
        _pairs(books, flows, name, sign)
    _heat(books, flows)
    _compare(books, account, flows)
    disposal = books.found("disposal")
    account.at_least("disposal", disposal, 0.0)
    account.at_least("downgrade", books.found("downgrade"), 0.0)
    price = books.given("disposal_cost").values[books.places("carrier", books.results["disposable_carrier"].values)]
    cost = books.over_year(disposal) * xr.Variable("disposable", price)
    account.equal("disposal_cost", books.found("disposal_cost"), cost)


def _plants(books: Books, flows: Flows) -> None:
    """What plants make and use: by fixed ratios, along curves, as heat pumps and on standby."""
    regions = books.places("region", books.names("plant_region"))
    activity = books.found("activity").values
    ratios = (books.given("output") - books.given("input")).transpose("plant", "carrier", "period").values
    for plant, carrier in np.argwhere((ratios != 0).any(axis=-1)):
        flows.add(carrier, regions[plant], ratios[plant, carrier][:, None] * activity[plant])
    curved = (books.results["curved_output_plant"].values, books.results["curved_output_carrier"].values)
    region_of = dict(zip(books.names("plant"), books.names("plant_region"), strict=True))
    places = (curved[1], [region_of[plant] for plant in curved[0]])
    flows.of_members("curved_output", books.found("part_load_output"), places=places)
    _heat_pumps(books, flows, regions, activity)
    used = books.given("standby_use").transpose("plant", "carrier").values
    idle = books.given("availability") * books.of_assets("capacity", "plant") - books.found("online", "plant")
    idle = idle.transpose("plant", "period", "time").values
    for plant, carrier in np.argwhere(used != 0):
        flows.add(carrier, regions[plant], -used[plant, carrier] * idle[plant])


def _heat_pumps(books: Books, flows: Flows, regions: np.ndarray, activity: np.ndarray) -> None:
    work = books.given("work_per_heat").values[:, None, :] * activity + books.found("more_work", "plant").values
    for name, taken in (("work_share", work), ("source_share", activity - work)):
        share = books.given(name).transpose("plant", "carrier").values
        for plant, carrier in np.argwhere(share != 0):
            flows.add(carrier, regions[plant], -share[plant, carrier] * taken[plant])


def _links(books: Books, flows: Flows) -> None:
    """What leaves a region, what arrives in another, and what is used on the way."""
    link, (start, end) = link_of_way(books), ends_of_ways(books)
    flow = books.found("flow").values
    carriers = books.places("carrier", books.names("link_carrier"))
    loss, used = books.given("loss").values, books.given("energy_use").transpose("link", "carrier").values
    for way, own in enumerate(link):
        flows.add(carriers[own], start[way], -flow[way])
        flows.add(carriers[own], end[way], (1 - loss[own]) * flow[way])
        for carrier in np.flatnonzero(used[own]):
            flows.add(carrier, start[way], -used[own, carrier] * flow[way])
    packed = books.found("packing", "link").values
    ends = books.places("region", books.names("link_to"))
    for own in np.flatnonzero(books.given("linepack").values > 0):
        flows.add(carriers[own], ends[own], -packed[own])


def _demands(books: Books, flows: Flows) -> None:
    flexible = is_flexible(books)
    # An annual volume has the whole year, so that without a free timing it is a steady flow.
    asked = books.given("rate") + books.given("annual_volume") / books.duration.sum()
    fixed = asked - books.found("unserved_demand")
    flows.of_members("demand", fixed.where(~flexible, 0.0) + books.found("delivery", "demand"), -1.0)
    moved = books.found("shift_down", "demand") - books.found("shift_up", "demand")
    flows.of_members("demand", moved + books.found("interrupted", "demand"))


def _pairs(books: Books, flows: Flows, name: str, sign: float) -> None:
    """What is won back, and what is vented."""
    carriers = books.results[f"{name}_carrier"].values
    if name == "recovery":
        region_of = dict(zip(books.names("demand"), books.names("demand_region"), strict=True))
        regions: Iterable[str] = [region_of[demand] for demand in books.results["recovery_demand"].values]
        flow = books.found("recovered")
    else:
        regions, flow = books.results["disposable_region"].values, books.found("disposal")
    flows.of_members(name, flow, sign, places=(carriers, regions))


def _heat(books: Books, flows: Flows) -> None:
    """Heat that goes down from one level to the next."""
    down, regions = books.found("downgrade"), books.results["heat_step_region"].values
    for end, sign in (("from", -1.0), ("to", 1.0)):
        flows.of_members("heat_step", down, sign, places=(books.results[f"heat_step_{end}"].values, regions))


def _compare(books: Books, account: Account, flows: Flows) -> None:
    kinds = books.words("balance")
    net, gross = xr.Variable(DIMS, flows.net), xr.Variable(DIMS, flows.all)
    hourly = xr.Variable("carrier", kinds == "hour")
    account.equal("balance", net.where(hourly, 0.0), 0.0, gross, "carrier_unit/hour", SOLVED)
    longer = set(kinds.tolist()) & set(LONGER_WINDOWS)
    for kind in LONGER_WINDOWS:
        if kind in longer:
            own = np.flatnonzero(kinds == kind)
            volume, size = (books.over_windows(flow.isel(carrier=own), kind) for flow in (net, gross))
            whole = np.zeros((len(kinds), *volume.shape[1:])), np.zeros((len(kinds), *volume.shape[1:]))
            whole[0][own], whole[1][own] = volume.values, size.values
            volume, size = (xr.Variable(volume.dims, values) for values in whole)
            account.equal("balance_over_window", volume, 0.0, size, "carrier_unit/year", SOLVED)
    if not longer:
        account.nothing_to_check("balance_over_window", IDENTITY)
