"""Transport: a carrier moves between two regions, one way or both, with losses and energy use.

A link has one *way* for each direction; the second way of a two-way link is named "<link> (reverse)".
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from h2model.case import Parameter, Plausible, Provenance
from h2model.engine import Constraint, Expression, Model, Param, Set, Var
from h2model.errors import Fault
from h2model.frame.concern import Concern, Sums, equation
from h2model.frame.sets import carrier_regions, labels, members_by, nonzero_pairs
from h2model.frame.steps import WINDOWS, first_steps, straddles

PARAMETERS = (
    Parameter(
        "loss", dims=("link",), unit="1", lower=0.0, upper=1.0,
        description="Share of the amount sent that does not arrive.",
    ),
    Parameter(
        "energy_use", dims=("link", "carrier"), unit="{carrier}/{amount}", default=0.0, lower=0.0,
        description="Amount of a carrier used per amount sent, in the sending region.",
    ),
    Parameter(
        "transport_cost", dims=("link",), unit="{money}/{amount}", default=0.0, lower=0.0,
        plausible=(Plausible(1e-3, 500, "MWh"), Plausible(1e-3, 1000, "t"),),
        description="Cost per amount sent, without the carriers used.",
    ),
    Parameter(
        "steady_flow", dims=("link",), unit="1", default="hour", choices=WINDOWS,
        description="Time over which the flow is constant: it is decided once for each such window.",
    ),
)  # fmt: skip


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add the flow on every way of every link, its limit and its cost."""
    ways = ways_of_links(data)
    m.way = Set(initialize=list(ways), description="directions of links")
    m.link_of = Param(m.way, initialize=[link for link, _, _ in ways.values()], description="link of a way")
    m.ways_of = Set(
        m.link,
        within=m.way,
        initialize=members_by(labels(data, "link"), ((link, way) for way, (link, _, _) in ways.items())),
    )
    m.loss = Param(m.link, initialize=data["loss"])
    m.energy_use = Param(m.link, m.carrier, initialize=data["energy_use"])
    m.transport_price = Param(m.link, initialize=data["transport_cost"])

    carrier = dict(zip(labels(data, "link"), labels(data, "link_carrier"), strict=True))
    used_on = members_by(labels(data, "link"), nonzero_pairs(data, "energy_use", "link", "carrier"))
    arriving = (((carrier[link], end), way) for way, (link, _, end) in ways.items())
    leaving = (((carrier[link], start), way) for way, (link, start, _) in ways.items())
    using = (((used, start), way) for way, (link, start, _) in ways.items() for used in used_on[link])
    starts = ((start, way) for way, (_, start, _) in ways.items())
    receiving = ((end, way) for way, (_, _, end) in ways.items())
    m.ways_from = Set(m.region, within=m.way, initialize=members_by(labels(data, "region"), starts))
    m.ways_to = Set(m.region, within=m.way, initialize=members_by(labels(data, "region"), receiving))
    for name, pairs in (("ways_into", arriving), ("ways_out_of", leaving), ("ways_using", using)):
        groups = members_by(carrier_regions(data), pairs)
        m.add_component(name, Set(m.carrier, m.region, within=m.way, initialize=groups))

    window_of = dict(zip(labels(data, "link"), labels(data, "steady_flow"), strict=True))
    steady = xr.Variable("way", np.array([window_of[link] for link, _, _ in ways.values()], dtype=str))
    m.sent_in = Param(m.way, m.time, initialize=first_steps(data, steady))
    index = (m.way, m.period, m.time)
    m.decided_flow = Var(
        *index, bounds=(0, None), unit="link_unit",
        description="decided flow, in the first step of each window of constant flow",
    )  # fmt: skip
    m.flow = Expression(*index, rule=flow, unit="link_unit", description="flow sent along the way")
    m.link_limit = Constraint(m.link, m.period, m.time, rule=link_limit.rule, unit="link_unit")
    m.transport_cost = Expression(
        m.link, m.period, rule=transport_cost, unit="money/year", description="cost of transport over links"
    )
    sums.cost["transport_cost"] = lambda m, y: sum(m.transport_cost[k, y] for k in m.link)
    sums.supply.append(transport_supply)


def ways_of_links(data: xr.Dataset) -> dict[str, tuple[str, str, str]]:
    """Return name of each way → (link, sending region, receiving region)."""
    ways = {}
    ends = (labels(data, name) for name in ("link", "link_from", "link_to", "link_two_way"))
    for link, start, end, two_way in zip(*ends, strict=True):
        ways[link] = (link, start, end)
        if two_way:
            ways[f"{link} (reverse)"] = (link, end, start)
    return ways


def flow(m, w, y, t):
    """flow = decided_flow in the first step of the window of constant flow"""
    return m.decided_flow[w, y, m.sent_in[w, t]]


@equation(
    dual="saving from one more unit of room on the link in this step: its congestion rent",
    relax="never: a technical limit of the link, not a choice of the planner",
    segments="linear in flows: if it holds in every hour, it holds for the means of segments",
)
def link_limit(m, k, y, t):
    """Σ flow over the ways of a link ≤ capacity"""
    return sum(m.flow[w, y, t] for w in m.ways_of[k]) <= m.capacity[k, y]


def transport_cost(m, k, y):
    """transport_cost = Σ over time of duration × transport_cost × flow"""
    return sum(m.duration[t] * m.transport_price[k] * m.flow[w, y, t] for w in m.ways_of[k] for t in m.time)


def transport_supply(m, c, r, y, t):
    """Σ (1 − loss) × arriving flow − Σ leaving flow − Σ energy_use × flow"""
    arriving = sum((1 - m.loss[m.link_of[w]]) * m.flow[w, y, t] for w in m.ways_into[c, r])
    leaving = sum(m.flow[w, y, t] for w in m.ways_out_of[c, r])
    used = sum(m.energy_use[m.link_of[w], c] * m.flow[w, y, t] for w in m.ways_using[c, r])
    return arriving - leaving - used


def check(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """Steps fit into the windows of constant flow."""
    for kind in ("day", "month"):
        links = data["link"].values[(data["steady_flow"] == kind).values].tolist()
        if links and straddles(data, kind):
            yield Fault(
                "scenario: time.resolution",
                f"some steps cross the end of a {kind}, but {', '.join(links)} has a steady_flow of a {kind}",
                "choose steps that fit into a day (1h, 2h, 3h, 4h, 6h, 12h, 24h), or another steady_flow",
            )


CONCERN = Concern(
    __name__,
    __doc__,
    declare=declare,
    check=check,
    parameters=PARAMETERS,
    equations=(link_limit,),
    expressions=(flow, transport_cost),
    needs=("capacity",),
)
