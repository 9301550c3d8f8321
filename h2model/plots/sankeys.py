"""Flows of carbon and energy from their sources through carriers and technologies to their ends."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from h2model.accounts.derived import read_run_data
from h2model.accounts.ledger import each_carbon_flow
from h2model.constants import TONNES_PER_KILOTONNE
from h2model.plots.chart import Sankey
from h2model.plots.colours import colours_of
from h2model.plots.words import words
from h2model.tables import balance
from h2model.tables.arguments import last_period

#: Flows below this share of the largest are left out: they would be too thin to see.
LEAST_SHARE = 0.002
MWH_PER_TWH = 1e6


class Node(NamedTuple):
    """A carrier, a technology or an end, such as an import or a demand. A carrier and a technology may share a name."""

    kind: str
    name: str


AIR, STORED, SOLD, LOSSES, AMBIENT = (
    Node("end", name)
    for name in ("the air", "permanent storage", "products and exports", "losses and venting", "ambient sources")
)
Links = dict[tuple[Node, Node], float]


def carbon(run: xr.Dataset, period: int | None) -> Sankey:
    """Return carbon from stone, fuels and biomass to products, the air and permanent storage, in kt of CO2 per year."""
    period = last_period(run, period)
    data, volumes = read_run_data(run), balance.yearly_flows(run)[period]
    # Carbon in each carrier, of all origins, in t of CO2 per amount.
    content = np.nan_to_num(run["carbon_content"].transpose("carrier", "origin").values).sum(axis=1)
    flows = _YearlyFlows(run, volumes, content)
    links = flows.through_technologies()
    ends = {"released": AIR, "stored": STORED, "exported": SOLD}
    position = run.get_index("period").get_loc(period)
    for flow in each_carbon_flow(data):
        if flow.entry in ends:
            links[flows.node_of(flow.kind, flow.name), ends[flow.entry]] += float(flow.tonnes.sum(axis=0)[position])
    return _sankey(f"Carbon flows, {period}", "kt CO2/year", links, TONNES_PER_KILOTONNE)


def energy(run: xr.Dataset, period: int | None) -> Sankey:
    """Return energy (lower heating value) from imports and ambient sources to demands and exports, in TWh per year."""
    period = last_period(run, period)
    volumes = balance.yearly_flows(run)[period]
    # MWh per amount of each carrier; zero for tonnes of a carrier without heating value.
    content = np.where(run["carrier_unit"].values == "MWh", 1.0, np.nan_to_num(run["lower_heating_value"].values))
    links = _YearlyFlows(run, volumes, content).through_technologies(to_demands=True)
    _add_losses(links)
    return _sankey(f"Energy flows, {period}", "TWh/year", links, MWH_PER_TWH)


class _YearlyFlows:
    """The yearly flows of a period in the unit of `content`: carbon or energy per amount of each carrier."""

    def __init__(self, run: xr.Dataset, volumes: pd.Series, content: np.ndarray) -> None:
        self._volumes = volumes
        self._content = dict(zip(run["carrier"].values.tolist(), content.tolist(), strict=True))
        names = {kind: run[kind].values.tolist() for kind in ("plant", "store", "link", "trade", "demand")}
        technology = {kind: dict(zip(names[kind], run[f"{kind}_technology"].values.tolist(), strict=True))
                      for kind in ("plant", "store", "link")}  # fmt: skip
        # The flows of a mode belong to the technology of its plant.
        modes = zip(names["plant"], run["plant_mode_of"].values.tolist(), strict=True)
        technology["plant"] |= {mode: technology["plant"][host] for mode, host in modes if host}
        self._technology = technology
        self._carrier = {
            kind: dict(zip(names[kind], run[f"{kind}_carrier"].values.tolist(), strict=True))
            for kind in ("trade", "demand")
        }
        steps = (run[f"heat_step_{part}"].values.tolist() for part in ("region", "from", "to"))
        self._hotter = {(region, f"{hot} to {cool}"): hot for region, hot, cool in zip(*steps, strict=True)}

    def node_of(self, kind: str, name: str) -> Node:
        """Return the technology of a plant, store or link, and the carrier of anything else."""
        if kind in self._technology:
            return Node("technology", self._technology[kind][name])
        return Node("carrier", self._carrier.get(kind, {}).get(name, name))

    def through_technologies(self, to_demands: bool = False) -> Links:
        """Return flows from imports into carriers, from carriers into technologies, and from these into carriers.

        `to_demands` adds the ends: demands, exports, and carriers that are vented or dumped.
        """
        links: Links = defaultdict(float)
        # Charging and discharging cancel out over the year: stores and links keep their losses and their own inflow.
        net: dict[tuple[Node, Node], float] = defaultdict(float)
        for (name_of_carrier, region, kind, _, name, _), volume in self._volumes.items():
            amount, carrier = volume * self._content.get(name_of_carrier, 0.0), Node("carrier", name_of_carrier)
            if kind == "plant":
                plant = self.node_of(kind, name)
                links[(plant, carrier) if amount > 0 else (carrier, plant)] += abs(amount)
            elif kind in ("store", "link"):
                net[self.node_of(kind, name), carrier] += amount
            elif kind == "trade" and amount > 0:
                links[Node("end", f"import of {words(name_of_carrier)}"), carrier] += amount
            elif kind == "recovery":
                demand = Node("end", f"demand for {words(self._carrier['demand'][name])}")
                links[demand if to_demands else SOLD, carrier] += amount
            elif kind == "heat step" and amount > 0:
                links[Node("carrier", self._hotter[region, name]), carrier] += amount
            elif to_demands and kind in ("demand", "trade", "disposal"):
                ends = {
                    "demand": f"demand for {words(name_of_carrier)}",
                    "trade": f"export of {words(name_of_carrier)}",
                }
                links[carrier, Node("end", ends[kind]) if kind in ends else LOSSES] -= amount
        for (asset, carrier), amount in net.items():
            links[(asset, carrier) if amount > 0 else (carrier, asset)] += abs(amount)
        return links


def _add_losses(links: Links) -> None:
    """Balance each node: a surplus of inflow is a loss, and a surplus of outflow comes from ambient sources."""
    net: dict[Node, float] = defaultdict(float)
    for (source, target), amount in links.items():
        net[source] -= amount
        net[target] += amount
    for node, surplus in net.items():
        if node.kind != "end":
            links[(node, LOSSES) if surplus > 0 else (AMBIENT, node)] += abs(surplus)


def _sankey(title: str, unit: str, links: Links, per_unit: float) -> Sankey:
    most = max(links.values(), default=0.0)
    kept = {pair: value / per_unit for pair, value in links.items() if value > LEAST_SHARE * most}
    nodes = tuple(dict.fromkeys(node for pair in kept for node in pair))
    fixed = {AIR: "#56B4E9", STORED: "#332288", SOLD: "#CC6677", LOSSES: "#BBBBBB"}
    colours = colours_of([node.name for node in nodes], {node.name: colour for node, colour in fixed.items()})
    position = {node: number for number, node in enumerate(nodes)}
    return Sankey(
        title, unit, tuple(words(node.name) for node in nodes), tuple(colours[node.name] for node in nodes),
        tuple((position[source], position[target], float(value)) for (source, target), value in kept.items()),
    )  # fmt: skip
