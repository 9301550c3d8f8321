"""Connectivity: the carriers that can be supplied in each region and period, from imports, nature, plants and links.

What can be had is the fixed point of "a plant runs if all its inputs can be had". Begun with nothing it tells what can
be had from outside; begun with everything, what could be had if plants in a circle helped each other to start. All is
arrays over regions × carriers × periods; no hour is looked at but for whether there is one that is not zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr

from h2model.case import Provenance, rule
from h2model.checks.existing_capacity import host_positions, most_capacity, most_import, of_plants, positions
from h2model.errors import Fault, Severity
from h2model.frame.sets import labels
from h2model.model.heat_level import levels


@dataclass
class Network:
    """Who could supply what where; arrays end with period, places are (region, carrier)."""

    data: xr.Dataset

    @cached_property
    def shape(self) -> tuple[int, int, int]:
        """Regions, carriers, periods."""
        return tuple(self.data.sizes[name] for name in ("region", "carrier", "period"))

    @cached_property
    def region_of_plant(self) -> np.ndarray:
        """Place of the region of each plant."""
        return positions(self.data, "region", labels(self.data, "plant_region"))

    @cached_property
    def needs(self) -> np.ndarray:
        """Whether a plant cannot do without a carrier (plant, carrier, period)."""
        given = self.data.variables
        pumped = (given["work_share"] > 0) | (given["source_share"] > 0)
        needs = given["input"].transpose("plant", "carrier", "period").values > 0
        return needs | pumped.transpose("plant", "carrier").values[..., None]

    @cached_property
    def makes(self) -> np.ndarray:
        """Whether a plant makes a carrier (plant, carrier, period)."""
        given = self.data.variables
        curved = given["part_load_slope"].notnull().any("segment").transpose("plant", "carrier").values
        return (given["output"].transpose("plant", "carrier", "period").values > 0) | curved[..., None]

    @cached_property
    def may_run(self) -> np.ndarray:
        """Whether a plant may have capacity, is available at some time and may be active (plant, period)."""
        given, hosts = self.data.variables, host_positions(self.data)
        available = given["availability"].max("time").transpose("plant", "period").values > 0
        available[hosts >= 0] = available[hosts[hosts >= 0]]
        active = given["maximum_annual_activity"].transpose("plant", "period").values > 0
        shared = given["maximum_share"].transpose("plant", "period").values > 0
        return (
            (of_plants(self.data, most_capacity(self.data)) > 0) & available & active & (shared | (hosts < 0)[:, None])
        )

    @cached_property
    def from_outside(self) -> np.ndarray:
        """What imports bring and what flows into stores by itself."""
        found, given = np.zeros(self.shape, dtype=bool), self.data.variables
        bought = (given["trade_direction"].values == "import")[:, None] & (most_import(self.data) > 0)
        inflow = (given["inflow"] > 0).any("time").transpose("store", "period").values
        stands = most_capacity(self.data)[positions(self.data, "asset", labels(self.data, "store"))] > 0
        np.logical_or.at(found, self.places("trade"), bought)
        np.logical_or.at(found, self.places("store"), inflow & stands)
        return found

    def places(self, kind: str, region: str = "region") -> tuple[np.ndarray, np.ndarray]:
        """Places (region, carrier) of trades, stores, links or demands."""
        return (
            positions(self.data, "region", labels(self.data, f"{kind}_{region}")),
            positions(self.data, "carrier", labels(self.data, f"{kind}_carrier")),
        )

    @cached_property
    def asked(self) -> np.ndarray:
        """Whether a demand asks for something (demand, period)."""
        given = self.data.variables
        rate = (given["rate"] > 0).any("time").transpose("demand", "period").values
        return rate | (given["annual_volume"].transpose("demand", "period").values > 0)

    @cached_property
    def edges(self) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...], np.ndarray, np.ndarray]:
        """Ways by which a carrier in one place becomes one in another: from, to, open (edge, period), link or -1.

        Links, both ways where they are two-way; heat that serves a lower level; what is won back from a demand.
        """
        data, given = self.data, self.data.variables
        start, end = self.places("link", "from"), self.places("link", "to")
        stands = most_capacity(data)[positions(data, "asset", labels(data, "link"))] > 0
        is_open = stands & (given["loss"].values < 1)[:, None]
        number, back = np.arange(len(is_open)), given["link_two_way"].values.astype(bool)
        down = [(positions(data, "region", [r] * 2), positions(data, "carrier", [a, b])) for a, b, r in levels(data)]
        demands, won = np.nonzero(given["recoverable"].transpose("demand", "carrier").values > 0)
        at = self.places("demand")
        sources = [start, tuple(ends[back] for ends in end), *(([r[0]], [c[0]]) for r, c in down)]
        targets = [end, tuple(ends[back] for ends in start), *(([r[1]], [c[1]]) for r, c in down)]
        sources.append((at[0][demands], at[1][demands]))
        targets.append((at[0][demands], won))
        opened = [is_open, is_open[back], np.ones((len(down), self.shape[2]), dtype=bool), self.asked[demands]]
        links = [number, number[back], np.full(len(down) + len(demands), -1)]
        joined = (
            tuple(np.concatenate(part).astype(int) for part in zip(*ends, strict=True)) for ends in (sources, targets)
        )
        return (*joined, np.concatenate(opened), np.concatenate(links))

    def running(self, had: np.ndarray) -> np.ndarray:
        """Which plants can run with what can be had (plant, period); a plant with modes needs one that can."""
        hosts = host_positions(self.data)
        fed = self.may_run & ~(self.needs & ~had[self.region_of_plant]).any(axis=1)
        is_mode = hosts >= 0
        if is_mode.any():
            fed[is_mode] &= fed[hosts[is_mode]]
            some_mode = np.zeros_like(fed)
            np.logical_or.at(some_mode, hosts[is_mode], fed[is_mode])
            is_host = np.isin(np.arange(len(hosts)), hosts[is_mode])
            fed[is_host] &= some_mode[is_host]
        return fed

    def next(self, had: np.ndarray) -> np.ndarray:
        """What can be had if plants and links may use what can be had before."""
        found = self.from_outside.copy()
        np.logical_or.at(found, self.region_of_plant, self.makes & self.running(had)[:, None, :])
        source, target, is_open, link = self.edges
        uses = self.data.variables["energy_use"].transpose("link", "carrier").values > 0
        fed = np.ones_like(is_open)
        moved = link >= 0
        fed[moved] = ~(uses[link[moved]][..., None] & ~had[source[0][moved]]).any(axis=1)
        while True:
            grown = found.copy()
            np.logical_or.at(grown, target, found[source] & is_open & fed)
            if (grown == found).all():
                return found
            found = grown

    def fixed_point(self, everything: bool) -> np.ndarray:
        """What can be had (region, carrier, period): begun with everything or with nothing."""
        had = np.full(self.shape, everything)
        while True:
            after = self.next(had)
            if (after == had).all():
                return had
            had = after

    @cached_property
    def from_nothing(self) -> np.ndarray:
        """What can be had from outside (region, carrier, period)."""
        return self.fixed_point(everything=False)

    @cached_property
    def at_best(self) -> np.ndarray:
        """What could be had if circles of plants started by themselves (region, carrier, period)."""
        return self.fixed_point(everything=True)

    def lacking(self, plant: int, period: int, had: np.ndarray) -> list[str]:
        """Inputs of a plant that cannot be had in a period."""
        missing = self.needs[plant, :, period] & ~had[self.region_of_plant[plant], :, period]
        return self.data["carrier"].values[missing].tolist()


def _short(network: Network, had: np.ndarray) -> Iterable[tuple[int, int]]:
    """Demands, and the first period in which each asks for what cannot be had."""
    short = network.asked & ~had[network.places("demand")]
    for i in np.flatnonzero(short.any(axis=1)):
        yield int(i), int(np.argmax(short[i]))


def _why(network: Network, demand: int, period: int) -> str:
    """Who would supply a demand, and what they lack."""
    region, carrier = (ends[demand] for ends in network.places("demand"))
    makers = np.flatnonzero((network.region_of_plant == region) & network.makes[:, carrier, period])
    told = []
    for plant in makers:
        name = str(network.data["plant"].values[plant])
        lacking = network.lacking(int(plant), period, network.at_best)
        told.append(f"{name} lacks {' and '.join(lacking)}" if lacking else f"{name} cannot run")
    return "; ".join(told) or "no plant makes it there, no import or link brings it"


def _demand_faults(data: xr.Dataset, rows: Provenance, may_go_without: bool, remedy: str) -> Iterable[Fault]:
    network = Network(data)
    has_cost = data.variables["unserved_cost"].notnull().values
    for i, y in _short(network, network.at_best):
        if has_cost[i] == may_go_without:
            demand, carrier, region = (labels(data, name)[i] for name in ("demand", "demand_carrier", "demand_region"))
            period = labels(data, "period")[y]
            problem = f"nothing can supply {demand} with {carrier} in {region} in {period}: {_why(network, i, y)}"
            yield Fault(rows.defined(demand), problem, remedy)


@rule(Severity.ERROR, against="a scenario without a plan, which the solver could only call infeasible.")
def demand_can_be_served(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """A demand that must be served can be reached from imports, plants, links or nature."""
    remedy = "add a plant, an import or a link that brings it, or an unserved_cost if it may go without"
    yield from _demand_faults(data, rows, may_go_without=False, remedy=remedy)


@rule(Severity.WARNING, against="a cost of unserved demand that only hides a missing plant, import or link.")
def demand_is_not_always_unserved(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """A demand that may go unserved could be served by something."""
    remedy = "add a plant, an import or a link that brings it, or remove the demand"
    yield from _demand_faults(data, rows, may_go_without=True, remedy=remedy)


@rule(Severity.WARNING, against="a circle that makes more than it takes, or that nothing can start.")
def demand_is_served_from_outside(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """What serves a demand comes from outside, and not only from plants that need each other's products."""
    network = Network(data)
    known = set(_short(network, network.at_best))
    for i, y in _short(network, network.from_nothing):
        if (i, y) not in known:
            demand, carrier, region = (labels(data, name)[i] for name in ("demand", "demand_carrier", "demand_region"))
            yield Fault(
                rows.defined(demand),
                f"{carrier} for {demand} in {region} comes in {labels(data, 'period')[y]} from plants alone that need "
                "each other's products, and nothing from outside",
                "see which input is missing: in a circle something has to come in, such as an import",
            )


@rule(Severity.WARNING, against="an option that was entered and can never be chosen.")
def plant_can_run(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """A plant that may stand has all its inputs in some period."""
    network = Network(data)
    never = network.may_run.any(axis=1) & ~network.running(network.at_best).any(axis=1)
    for i in np.flatnonzero(never):
        plant, period = labels(data, "plant")[i], int(np.argmax(network.may_run[i]))
        lacking = network.lacking(int(i), period, network.at_best)
        if lacking:
            problem = (
                f"{plant} can never run: nothing supplies {' or '.join(lacking)} in {labels(data, 'plant_region')[i]}"
            )
            yield Fault(rows.defined(plant), problem, "add an import, a plant or a link that brings it")


@rule(Severity.WARNING, against="a plant that stands still because nobody takes a by-product.")
def product_has_a_taker(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """What a plant makes can be used, sold, sent away or vented in its region."""
    network = Network(data)
    taken = _takers(network)
    stranded = (network.makes & network.may_run[:, None, :]).any(axis=2) & ~taken[network.region_of_plant]
    for i, c in np.argwhere(stranded):
        plant, carrier, region = labels(data, "plant")[i], labels(data, "carrier")[c], labels(data, "plant_region")[i]
        yield Fault(
            rows.where("output", plant, carrier=carrier),
            f"{plant} makes {carrier}, which nobody in {region} uses, buys, sends away or may vent: it can never run",
            f"add a demand, an export or a link for it, or a disposal_cost of {carrier}",
        )


def _takers(network: Network) -> np.ndarray:
    """Where something takes a carrier (region, carrier)."""
    data, given = network.data, network.data.variables
    taken = np.zeros(network.shape[:2], dtype=bool)
    standby = given["standby_use"].transpose("plant", "carrier").values > 0
    np.logical_or.at(taken, network.region_of_plant, network.needs.any(axis=2) | standby)
    sold = (given["trade_direction"].values == "export") & (most_import(data) > 0).any(axis=1)
    np.logical_or.at(taken, network.places("trade"), sold)
    np.logical_or.at(taken, network.places("demand"), network.asked.any(axis=1))
    source, _, is_open, _ = network.edges
    np.logical_or.at(taken, source, is_open.any(axis=1))
    uses = given["energy_use"].transpose("link", "carrier").values > 0
    for end in ("from", "to"):
        np.logical_or.at(taken, network.places("link", end)[0], uses)
    return taken | given["disposal_cost"].notnull().values[None, :]


RULES = (
    demand_can_be_served,
    demand_is_not_always_unserved,
    demand_is_served_from_outside,
    plant_can_run,
    product_has_a_taker,
)
