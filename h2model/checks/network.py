"""The supply network of a case: carriers available by region and period, from imports, inflows, plants and links.

Availability is the fixed point of "a plant runs if all its inputs are available". Starting from nothing, it gives the
carriers available from outside. Starting from everything, it also contains the products of plants in a circle. All
arrays have the dimensions region × carrier × period. Time steps matter only for whether a value is ever above zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr

from h2model.checks.existing_capacity import (
    annual_trade_limit,
    capacity_upper_bound,
    host_positions,
    of_plants,
    positions,
)
from h2model.frame.sets import labels
from h2model.model.heat_level import levels


@dataclass
class Network:
    """Possible supply and use of carriers at nodes (region, carrier); the last dimension of arrays is the period."""

    data: xr.Dataset

    @cached_property
    def shape(self) -> tuple[int, int, int]:
        """Numbers of regions, carriers and periods."""
        return tuple(self.data.sizes[name] for name in ("region", "carrier", "period"))

    @cached_property
    def region_of_plant(self) -> np.ndarray:
        """Position of the region of each plant."""
        return positions(self.data, "region", labels(self.data, "plant_region"))

    @cached_property
    def needs(self) -> np.ndarray:
        """Whether a plant requires a carrier as input (plant, carrier, period)."""
        inputs = self.data.variables
        pumped = (inputs["work_share"] > 0) | (inputs["source_share"] > 0)
        needs = inputs["input"].transpose("plant", "carrier", "period").values > 0
        return needs | pumped.transpose("plant", "carrier").values[..., None]

    @cached_property
    def makes(self) -> np.ndarray:
        """Whether a plant makes a carrier (plant, carrier, period)."""
        inputs = self.data.variables
        curved = inputs["part_load_slope"].notnull().any("segment").transpose("plant", "carrier").values
        return (inputs["output"].transpose("plant", "carrier", "period").values > 0) | curved[..., None]

    @cached_property
    def may_run(self) -> np.ndarray:
        """Whether a plant can have capacity, is available at some time and may be active (plant, period)."""
        inputs, hosts = self.data.variables, host_positions(self.data)
        is_available = inputs["availability"].max("time").transpose("plant", "period").values > 0
        is_available[hosts >= 0] = is_available[hosts[hosts >= 0]]
        active = inputs["maximum_annual_activity"].transpose("plant", "period").values > 0
        shared = inputs["maximum_share"].transpose("plant", "period").values > 0
        has_capacity = of_plants(self.data, capacity_upper_bound(self.data)) > 0
        return has_capacity & is_available & active & (shared | (hosts < 0)[:, None])

    @cached_property
    def from_outside(self) -> np.ndarray:
        """Whether imports or inflows into stores supply a carrier (region, carrier, period)."""
        supplied, inputs = np.zeros(self.shape, dtype=bool), self.data.variables
        imported = (inputs["trade_direction"].values == "import")[:, None] & (annual_trade_limit(self.data) > 0)
        inflow = (inputs["inflow"] > 0).any("time").transpose("store", "period").values
        has_capacity = capacity_upper_bound(self.data)[positions(self.data, "asset", labels(self.data, "store"))] > 0
        np.logical_or.at(supplied, self.nodes("trade"), imported)
        np.logical_or.at(supplied, self.nodes("store"), inflow & has_capacity)
        return supplied

    def nodes(self, kind: str, end: str = "region") -> tuple[np.ndarray, np.ndarray]:
        """Return positions of region and carrier of all trades, stores, demands, or one `end` of links."""
        return (
            positions(self.data, "region", labels(self.data, f"{kind}_{end}")),
            positions(self.data, "carrier", labels(self.data, f"{kind}_carrier")),
        )

    @cached_property
    def demanded(self) -> np.ndarray:
        """Whether a demand is above zero (demand, period)."""
        inputs = self.data.variables
        rate = (inputs["rate"] > 0).any("time").transpose("demand", "period").values
        return rate | (inputs["annual_volume"].transpose("demand", "period").values > 0)

    @cached_property
    def edges(self) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...], np.ndarray, np.ndarray]:
        """Edges between nodes: source, target, open (edge, period), and the position of the link or -1.

        Edges are links (both ways if two-way), heat that serves a lower level, and carriers recovered from a demand.
        """
        data, inputs = self.data, self.data.variables
        start, end = self.nodes("link", "from"), self.nodes("link", "to")
        has_capacity = capacity_upper_bound(data)[positions(data, "asset", labels(data, "link"))] > 0
        is_open = has_capacity & (inputs["loss"].values < 1)[:, None]
        number, back = np.arange(len(is_open)), inputs["link_two_way"].values.astype(bool)
        down = [(positions(data, "region", [r] * 2), positions(data, "carrier", [a, b])) for a, b, r in levels(data)]
        demands, recovered = np.nonzero(inputs["recoverable"].transpose("demand", "carrier").values > 0)
        used = self.nodes("demand")
        sources = [start, tuple(ends[back] for ends in end), *(([r[0]], [c[0]]) for r, c in down)]
        targets = [end, tuple(ends[back] for ends in start), *(([r[1]], [c[1]]) for r, c in down)]
        sources.append((used[0][demands], used[1][demands]))
        targets.append((used[0][demands], recovered))
        opened = [is_open, is_open[back], np.ones((len(down), self.shape[2]), dtype=bool), self.demanded[demands]]
        links = [number, number[back], np.full(len(down) + len(demands), -1)]
        joined = (
            tuple(np.concatenate(part).astype(int) for part in zip(*ends, strict=True)) for ends in (sources, targets)
        )
        return (*joined, np.concatenate(opened), np.concatenate(links))

    def running(self, available: np.ndarray) -> np.ndarray:
        """Return whether plants can run with available carriers (plant, period); a host needs a mode that can run."""
        hosts = host_positions(self.data)
        fed = self.may_run & ~(self.needs & ~available[self.region_of_plant]).any(axis=1)
        is_mode = hosts >= 0
        if is_mode.any():
            fed[is_mode] &= fed[hosts[is_mode]]
            some_mode = np.zeros_like(fed)
            np.logical_or.at(some_mode, hosts[is_mode], fed[is_mode])
            is_host = np.isin(np.arange(len(hosts)), hosts[is_mode])
            fed[is_host] &= some_mode[is_host]
        return fed

    def next(self, available: np.ndarray) -> np.ndarray:
        """Return the carriers available if plants and links use those of the step before."""
        supplied = self.from_outside.copy()
        np.logical_or.at(supplied, self.region_of_plant, self.makes & self.running(available)[:, None, :])
        source, target, is_open, link = self.edges
        uses = self.data.variables["energy_use"].transpose("link", "carrier").values > 0
        fed = np.ones_like(is_open)
        moved = link >= 0
        fed[moved] = ~(uses[link[moved]][..., None] & ~available[source[0][moved]]).any(axis=1)
        while True:
            grown = supplied.copy()
            np.logical_or.at(grown, target, supplied[source] & is_open & fed)
            if (grown == supplied).all():
                return supplied
            supplied = grown

    def fixed_point(self, everything: bool) -> np.ndarray:
        """Return the available carriers (region, carrier, period), starting from everything or from nothing."""
        available = np.full(self.shape, everything)
        while True:
            after = self.next(available)
            if (after == available).all():
                return available
            available = after

    @cached_property
    def from_nothing(self) -> np.ndarray:
        """Carriers available from outside (region, carrier, period)."""
        return self.fixed_point(everything=False)

    @cached_property
    def at_best(self) -> np.ndarray:
        """Carriers available if circles of plants could start by themselves (region, carrier, period)."""
        return self.fixed_point(everything=True)

    def lacking(self, plant: int, period: int) -> list[str]:
        """Return the inputs of a plant that are unavailable in a period, even at best."""
        missing = self.needs[plant, :, period] & ~self.at_best[self.region_of_plant[plant], :, period]
        return self.data["carrier"].values[missing].tolist()

    def unserved(self, available: np.ndarray) -> list[tuple[int, int]]:
        """Return the demands whose carrier is unavailable, each with the first period of this."""
        return first_periods(self.demanded & ~available[self.nodes("demand")])

    def shortage(self, demand: int, period: int) -> str:
        """Return why a demand cannot be supplied: the plants that would supply it, and the inputs they lack."""
        region, carrier = (ends[demand] for ends in self.nodes("demand"))
        makers = np.flatnonzero((self.region_of_plant == region) & self.makes[:, carrier, period])
        reasons = []
        for plant in makers.tolist():
            name, lacking = str(self.data["plant"].values[plant]), self.lacking(plant, period)
            reasons.append(f"{name} lacks {' and '.join(lacking)}" if lacking else f"{name} cannot run")
        return "; ".join(reasons) or "no plant makes it there, and no import or link supplies it"

    @cached_property
    def outlets(self) -> np.ndarray:
        """Whether a carrier can be used, sold, transported or vented (region, carrier)."""
        data, inputs = self.data, self.data.variables
        taken = np.zeros(self.shape[:2], dtype=bool)
        standby = inputs["standby_use"].transpose("plant", "carrier").values > 0
        np.logical_or.at(taken, self.region_of_plant, self.needs.any(axis=2) | standby)
        sold = (inputs["trade_direction"].values == "export") & (annual_trade_limit(data) > 0).any(axis=1)
        np.logical_or.at(taken, self.nodes("trade"), sold)
        np.logical_or.at(taken, self.nodes("demand"), self.demanded.any(axis=1))
        source, _, is_open, _ = self.edges
        np.logical_or.at(taken, source, is_open.any(axis=1))
        uses = inputs["energy_use"].transpose("link", "carrier").values > 0
        for end in ("from", "to"):
            np.logical_or.at(taken, self.nodes("link", end)[0], uses)
        return taken | inputs["disposal_cost"].notnull().values[None, :]

    @cached_property
    def supplied_without_imports(self) -> np.ndarray:
        """Whether a plant, inflow, higher heat level or recovery supplies a carrier (region, carrier, period)."""
        supplied = np.zeros(self.shape, dtype=bool)
        np.logical_or.at(supplied, self.region_of_plant, self.makes & self.may_run[:, None, :])
        inflow = (self.data.variables["inflow"] > 0).any("time").transpose("store", "period").values
        np.logical_or.at(supplied, self.nodes("store"), inflow)
        _, target, is_open, link = self.edges
        is_local = link < 0
        np.logical_or.at(supplied, tuple(ends[is_local] for ends in target), is_open[is_local])
        return supplied

    def joined_regions(self, carrier: int) -> Iterable[np.ndarray]:
        """Return groups of regions (positions) that links of a carrier join."""
        group = np.arange(self.shape[0])
        source, target, _, link = self.edges
        moves_carrier = (link >= 0) & (source[1] == carrier)
        for start, end in zip(source[0][moves_carrier].tolist(), target[0][moves_carrier].tolist(), strict=True):
            group[group == group[end]] = group[start]
        return [np.flatnonzero(group == number) for number in np.unique(group)]


def first_periods(condition: np.ndarray) -> list[tuple[int, int]]:
    """Return the positions of entities that meet a condition (entity, period), each with its first such period."""
    return [(int(i), int(np.argmax(condition[i]))) for i in np.flatnonzero(condition.any(axis=1))]
