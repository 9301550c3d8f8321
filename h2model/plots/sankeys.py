"""Where carbon and energy come from, through what they go, and where they end, as flows between nodes."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd
import xarray as xr

from h2model.plots.chart import Sankey
from h2model.plots.colours import colours_of
from h2model.plots.words import words
from h2model.results import balance
from h2model.results.books import Books
from h2model.results.ledger import each_carbon_flow
from h2model.results.members import Members, last_period

AIR, STORED, SOLD, LOSSES = "the air", "stored for good", "products and exports", "losses and ambient"
#: Flows below this share of the largest would be hair lines.
LEAST_SHARE = 0.002
PER_UNIT = {"carbon": 1e3, "energy": 1e6}


def carbon(run: xr.Dataset, period: int | None) -> Sankey:
    """Carbon from stone, fuels and biomass to products, the air and the store, in kt of CO2 per year."""
    period = last_period(run, period)
    content = _content(run)
    links = _through_technologies(run, content, period)
    books, place = Books.of_run(run), run.get_index("period").get_loc(period)
    members = Members(books)
    for flow in each_carbon_flow(books):
        tonnes = float(flow.tonnes.sum(axis=0)[place])
        technology = members.technology(flow.kind, flow.name)
        if flow.entry == "released":
            source = flow.name if flow.kind in ("disposal", "demand") else technology
            links[_carrier_of(run, flow.name) if flow.kind == "demand" else source, AIR] += tonnes
        elif flow.entry == "stored":
            links[technology if flow.kind == "plant" else _trade_carrier(run, flow.name), STORED] += tonnes
        elif flow.entry == "exported":
            kind_of = _carrier_of if flow.kind == "demand" else _trade_carrier
            links[kind_of(run, flow.name), SOLD] += tonnes
    return _sankey(f"Where carbon comes from and where it goes, {period}", "kt CO2/year", links, PER_UNIT["carbon"])


def energy(run: xr.Dataset, period: int | None) -> Sankey:
    """Energy by its lower heating value from imports and nature to what is asked for, in TWh per year."""
    period = last_period(run, period)
    worth = _energy(run)
    links = _through_technologies(run, worth, period)
    flows = balance.yearly_flows(run)[period]
    for (carrier, _, kind, _technology, _, _), volume in flows.items():
        amount = volume * worth.get(carrier, 0.0)
        if kind == "demand":
            links[carrier, f"demand for {words(carrier)}"] -= amount
        elif kind == "trade" and amount < 0:
            links[carrier, f"export of {words(carrier)}"] -= amount
        elif kind == "disposal":
            links[carrier, LOSSES] -= amount
    _close(links)
    return _sankey(f"Where energy comes from and where it goes, {period}", "TWh/year", links, PER_UNIT["energy"])


def _through_technologies(run: xr.Dataset, worth: dict[str, float], period: int) -> dict[tuple[str, str], float]:
    """What goes from imports into carriers, from carriers into technologies, and from these into other carriers."""
    links: dict[tuple[str, str], float] = defaultdict(float)
    for (carrier, _, kind, technology, _, _), volume in balance.yearly_flows(run)[period].items():
        amount = volume * worth.get(carrier, 0.0)
        if not amount:
            continue
        if kind == "plant":
            links[(carrier, technology) if amount < 0 else (technology, carrier)] += abs(amount)
        elif kind == "trade" and amount > 0:
            links[f"import of {words(carrier)}", carrier] += amount
        elif kind == "recovery":
            links[SOLD, carrier] += amount
    return links


def _close(links: dict[tuple[str, str], float]) -> None:
    """What goes into a technology and does not come out is lost; what comes out beyond what goes in is ambient."""
    net: dict[str, float] = defaultdict(float)
    for (source, target), amount in links.items():
        net[source] -= amount
        net[target] += amount
    for node, left in net.items():
        ends = node == LOSSES or node.startswith(("import of", "export of", "demand for"))
        if not ends:
            links[(node, LOSSES) if left > 0 else ("nature", node)] += abs(left)


def _content(run: xr.Dataset) -> dict[str, float]:
    """Carbon in each carrier, of all origins, in t of CO2 per amount."""
    total = np.nan_to_num(run["carbon_content"].transpose("carrier", "origin").values).sum(axis=1)
    return dict(zip(run["carrier"].values.tolist(), total.tolist(), strict=True))


def _energy(run: xr.Dataset) -> dict[str, float]:
    """Energy of each carrier in MWh per amount; zero for tonnes of what does not burn."""
    counted = run["carrier_unit"].values == "MWh"
    heat = np.where(counted, 1.0, np.nan_to_num(run["lower_heating_value"].values))
    return dict(zip(run["carrier"].values.tolist(), heat.tolist(), strict=True))


def _carrier_of(run: xr.Dataset, demand: str) -> str:
    return str(run["demand_carrier"].values[run.get_index("demand").get_loc(demand)])


def _trade_carrier(run: xr.Dataset, trade: str) -> str:
    return str(run["trade_carrier"].values[run.get_index("trade").get_loc(trade)])


def _sankey(title: str, unit: str, links: dict[tuple[str, str], float], per_unit: float) -> Sankey:
    flows = pd.Series(links) / per_unit if links else pd.Series(dtype=float)
    flows = flows[flows > LEAST_SHARE * flows.max()] if len(flows) else flows
    nodes = tuple(dict.fromkeys(node for pair in flows.index for node in pair))
    colours = colours_of(nodes, {AIR: "#56B4E9", STORED: "#332288", SOLD: "#CC6677", LOSSES: "#BBBBBB"})
    at = {node: place for place, node in enumerate(nodes)}
    return Sankey(
        title, unit, tuple(map(words, nodes)), tuple(colours[node] for node in nodes),
        tuple((at[source], at[target], float(value)) for (source, target), value in flows.items()),
    )  # fmt: skip
