"""Where carbon and energy come from, through what they go, and where they end, as flows between nodes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import xarray as xr

from h2model.accounts.derived import read_run_data
from h2model.accounts.ledger import each_carbon_flow
from h2model.accounts.members import last_period
from h2model.plots.chart import Sankey
from h2model.plots.colours import colours_of
from h2model.plots.words import words
from h2model.tables import balance

#: Flows below this share of the largest would be hair lines.
LEAST_SHARE = 0.002
PER_UNIT = {"carbon": 1e3, "energy": 1e6}


class Node(NamedTuple):
    """A carrier, a technology or an end (where flows come from or go to); their names may be the same."""

    kind: str
    name: str


AIR, STORED, SOLD, LOSSES, NATURE = (
    Node("end", name) for name in ("the air", "stored for good", "products and exports", "losses and ambient", "nature")
)
Links = dict[tuple[Node, Node], float]


def carbon(run: xr.Dataset, period: int | None) -> Sankey:
    """Carbon from stone, fuels and biomass to products, the air and the store, in kt of CO2 per year."""
    period = last_period(run, period)
    flows = _Flows(run, _content, period)
    links = flows.through_technologies()
    data, place = read_run_data(run), run.get_index("period").get_loc(period)
    for flow in each_carbon_flow(data):
        tonnes = float(flow.tonnes.sum(axis=0)[place])
        if flow.entry == "released":
            links[flows.source_of(flow.kind, flow.name), AIR] += tonnes
        elif flow.entry == "stored":
            links[flows.source_of(flow.kind, flow.name), STORED] += tonnes
        elif flow.entry == "exported":
            links[flows.source_of(flow.kind, flow.name), SOLD] += tonnes
    return _sankey(f"Where carbon comes from and where it goes, {period}", "kt CO2/year", links, PER_UNIT["carbon"])


def energy(run: xr.Dataset, period: int | None) -> Sankey:
    """Energy by its lower heating value from imports and nature to what is asked for, in TWh per year."""
    period = last_period(run, period)
    flows = _Flows(run, _energy, period)
    links = flows.through_technologies(to_demands=True)
    _close(links)
    return _sankey(f"Where energy comes from and where it goes, {period}", "TWh/year", links, PER_UNIT["energy"])


class _Flows:
    """The yearly flows of a period, by what an amount of each carrier is worth."""

    def __init__(self, run: xr.Dataset, worth_in: Callable[[xr.Dataset], dict[str, float]], period: int) -> None:
        self._flows, self._worth = balance.yearly_flows(run)[period], worth_in(run)
        names = {kind: run[kind].values.tolist() for kind in ("plant", "store", "link", "trade", "demand")}
        technology = {kind: dict(zip(names[kind], run[f"{kind}_technology"].values.tolist(), strict=True))
                      for kind in ("plant", "store", "link")}  # fmt: skip
        # What a mode does, its plant does.
        modes = zip(names["plant"], run["plant_mode_of"].values.tolist(), strict=True)
        technology["plant"] |= {mode: technology["plant"][host] for mode, host in modes if host}
        self._technology = technology
        self._carrier = {
            kind: dict(zip(names[kind], run[f"{kind}_carrier"].values.tolist(), strict=True))
            for kind in ("trade", "demand")
        }
        steps = (run[f"heat_step_{part}"].values.tolist() for part in ("region", "from", "to"))
        self._hotter = {(region, f"{hot} to {cool}"): hot for region, hot, cool in zip(*steps, strict=True)}

    def source_of(self, kind: str, name: str) -> Node:
        """Where carbon that leaves by something comes from: its technology, or the carrier that it is about."""
        if kind in self._technology:
            return Node("technology", self._technology[kind][name])
        return Node("carrier", self._carrier.get(kind, {}).get(name, name))

    def through_technologies(self, to_demands: bool = False) -> Links:
        """What goes from imports into carriers, from carriers into technologies, and from these into other carriers.

        `to_demands` adds where it ends: demands, exports, and what is vented or dumped.
        """
        links: Links = defaultdict(float)
        for (carrier, region, kind, _, name, _), volume in self._flows.items():
            amount, of = volume * self._worth.get(carrier, 0.0), Node("carrier", carrier)
            if kind == "plant":
                own = self.source_of(kind, name)
                links[(own, of) if amount > 0 else (of, own)] += abs(amount)
            elif kind == "trade" and amount > 0:
                links[Node("end", f"import of {words(carrier)}"), of] += amount
            elif kind == "recovery":
                won_from = Node("end", f"demand for {words(self._carrier['demand'][name])}")
                links[won_from if to_demands else SOLD, of] += amount
            elif kind == "heat step" and amount > 0:
                links[Node("carrier", self._hotter[region, name]), of] += amount
            elif to_demands and kind in ("demand", "trade", "disposal"):
                ends = {"demand": f"demand for {words(carrier)}", "trade": f"export of {words(carrier)}"}
                links[of, Node("end", ends[kind]) if kind in ends else LOSSES] -= amount
        self._add_stores_and_links(links)
        return links

    def _add_stores_and_links(self, links: Links) -> None:
        """Of stores and links what is left in the sum of a year: what they lose and use, or an inflow of their own."""
        net: dict[tuple[Node, Node], float] = defaultdict(float)
        for (carrier, _, kind, _, name, _), volume in self._flows.items():
            if kind in ("store", "link"):
                net[self.source_of(kind, name), Node("carrier", carrier)] += volume * self._worth.get(carrier, 0.0)
        for (own, of), amount in net.items():
            links[(own, of) if amount > 0 else (of, own)] += abs(amount)


def _close(links: Links) -> None:
    """What goes into a technology and does not come out is lost; what comes out beyond what goes in is ambient."""
    net: dict[Node, float] = defaultdict(float)
    for (source, target), amount in links.items():
        net[source] -= amount
        net[target] += amount
    for node, left in net.items():
        if node.kind != "end":
            links[(node, LOSSES) if left > 0 else (NATURE, node)] += abs(left)


def _content(run: xr.Dataset) -> dict[str, float]:
    """Carbon in each carrier, of all origins, in t of CO2 per amount."""
    total = np.nan_to_num(run["carbon_content"].transpose("carrier", "origin").values).sum(axis=1)
    return dict(zip(run["carrier"].values.tolist(), total.tolist(), strict=True))


def _energy(run: xr.Dataset) -> dict[str, float]:
    """Energy of each carrier in MWh per amount; zero for tonnes of what does not burn."""
    counted = run["carrier_unit"].values == "MWh"
    heat = np.where(counted, 1.0, np.nan_to_num(run["lower_heating_value"].values))
    return dict(zip(run["carrier"].values.tolist(), heat.tolist(), strict=True))


def _sankey(title: str, unit: str, links: Links, per_unit: float) -> Sankey:
    most = max(links.values(), default=0.0)
    kept = {pair: value / per_unit for pair, value in links.items() if value > LEAST_SHARE * most}
    nodes = tuple(dict.fromkeys(node for pair in kept for node in pair))
    fixed = {AIR: "#56B4E9", STORED: "#332288", SOLD: "#CC6677", LOSSES: "#BBBBBB"}
    colours = colours_of([node.name for node in nodes], {node.name: colour for node, colour in fixed.items()})
    at = {node: place for place, node in enumerate(nodes)}
    return Sankey(
        title, unit, tuple(words(node.name) for node in nodes), tuple(colours[node.name] for node in nodes),
        tuple((at[source], at[target], float(value)) for (source, target), value in kept.items()),
    )  # fmt: skip
