"""Linepack: a pipe stores the difference between the amounts sent and taken out, and returns it later.

The usable volume grows with the capacity of the pipe. Storage in the pipe has no losses. The amount packed in a year
leaves in that year, so its carbon balances as well.
"""

from __future__ import annotations

from collections.abc import Iterable

import xarray as xr

from h2model.case import Parameter, Provenance
from h2model.engine import Constraint, Model, Param, Set, Var
from h2model.errors import Fault
from h2model.frame.concern import Concern, Sums, equation
from h2model.frame.sets import carrier_regions, labels, members_by, members_where
from h2model.frame.steps import refuse_uneven_weights

PARAMETERS = (
    Parameter(
        "linepack", dims=("link",), unit="hour", default=0.0, lower=0.0,
        description="Usable volume in a one-way pipe, as hours of its capacity.",
    ),
)  # fmt: skip


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add the amount in pipes, its change, and the limits of both."""
    packed = data["linepack"] > 0
    if packed.any():
        refuse_uneven_weights(data, "links with linepack")
    m.linepack = Param(m.link, initialize=data["linepack"])
    m.packed_link = members_where(m.link, data, packed, "links that hold an amount of what they carry")
    ends = zip(labels(data, "link_carrier"), labels(data, "link_to"), strict=True)
    ending = ((end, link) for end, link in zip(ends, labels(data, "link"), strict=True) if link in m.packed_link)
    m.packed_links_into = Set(
        m.carrier, m.region, within=m.packed_link, initialize=members_by(carrier_regions(data), ending)
    )
    index = (m.packed_link, m.period, m.time)
    m.packing = Var(*index, unit="link_unit", description="flow into the pipe's storage; negative if it comes out")
    m.linepack_level = Var(
        *index, bounds=(0, None), unit="link_unit*hour", description="amount in the pipe at the end of the step"
    )
    m.linepack_balance = Constraint(*index, rule=linepack_balance.rule, unit="link_unit*hour")
    m.linepack_limit = Constraint(*index, rule=linepack_limit.rule, unit="link_unit*hour")
    m.packing_limit = Constraint(*index, rule=packing_limit.rule, unit="link_unit")
    m.arrival_limit = Constraint(*index, rule=arrival_limit.rule, unit="link_unit")
    sums.supply.append(linepack_supply)


@equation(
    dual="change of cost from one more unit in the pipe at the end of this step: minus its value",
    relax="never: defines the level in the pipe: the carrier is conserved",
    segments="summed over the hours of a segment; only the level at its end remains",
)
def linepack_balance(m, k, y, t):
    """linepack_level = level before + hours × packing"""
    return m.linepack_level[k, y, t] == m.linepack_level[k, y, m.previous[t]] + m.hours[t] * m.packing[k, y, t]


@equation(
    dual="saving from room for one more unit in the pipe at the end of this step",
    relax="never: a technical limit of the link, not a choice of the planner",
    segments="applied at the end of a segment only",
)
def linepack_limit(m, k, y, t):
    """linepack_level ≤ linepack × capacity"""
    return m.linepack_level[k, y, t] <= m.linepack[k] * m.capacity[k, y]


@equation(
    dual="saving from packing one unit more than arrives in this step",
    relax="never: a technical limit of the link, not a choice of the planner",
    segments="linear in flows: if it holds in every hour, it holds for the means of segments",
)
def packing_limit(m, k, y, t):
    """packing ≤ (1 − loss) × flow: arrivals are not negative"""
    return m.packing[k, y, t] <= (1 - m.loss[k]) * m.flow[k, y, t]


@equation(
    dual="saving from one more unit that may arrive in this step",
    relax="never: a technical limit of the link, not a choice of the planner",
    segments="linear in flows: if it holds in every hour, it holds for the means of segments",
)
def arrival_limit(m, k, y, t):
    """(1 − loss) × flow − packing ≤ capacity: arrivals go through the pipe"""
    return (1 - m.loss[k]) * m.flow[k, y, t] - m.packing[k, y, t] <= m.capacity[k, y]


def linepack_supply(m, c, r, y, t):
    """−Σ packing, where the pipe ends"""
    return -sum(m.packing[k, y, t] for k in m.packed_links_into[c, r])


def check(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """A link with linepack is one-way: otherwise the end at which it comes out would be undefined."""
    both_ways = (data["linepack"] > 0) & data["link_two_way"]
    for link in data["link"].values[both_ways.values].tolist():
        yield Fault(
            provenance.where("linepack", link),
            f"{link} has a linepack, but is used both ways",
            "write two_way no in links.csv and add a link for the other way, or remove the linepack",
        )


CONCERN = Concern(
    __name__,
    __doc__,
    declare=declare,
    check=check,
    parameters=PARAMETERS,
    equations=(linepack_balance, linepack_limit, packing_limit, arrival_limit),
    needs=("capacity", "flow", "loss"),
)
