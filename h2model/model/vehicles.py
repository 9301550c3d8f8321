"""Vehicles: ships, trucks and trains that travel between two regions.

For a flow per hour, the payload of a fleet is that flow times the hours of a round trip, with loading and unloading.
The fleet is part of the overnight cost of the link's capacity. Capacity is a mean flow, so no timetable is needed.
Cargo that waits at the ends between two calls needs room in the stores there; the storage level may use the same room.

Costs of a trip (fuel, crew, port dues) are in transport_cost, and in transport_cost_per_distance per km of laden trips.
"""

from __future__ import annotations

from collections.abc import Iterable

import xarray as xr

from h2model.case import Parameter, Plausible, Provenance
from h2model.engine import Constraint, Model, Param, Set
from h2model.errors import Fault
from h2model.frame.capacity import with_link_cost
from h2model.frame.concern import Concern, Sums, equation
from h2model.frame.sets import carrier_regions, labels, members_by

PARAMETERS = (
    Parameter(
        "speed", dims=("link",), unit="km/hour", default=None, lower=1e-6,
        plausible=(Plausible(2, 150),),
        description="Mean speed of the vehicles.",
    ),
    Parameter(
        "handling_time", dims=("link",), unit="hour", default=0.0, lower=0.0,
        description="Time for loading and unloading, both together, in each round trip.",
    ),
    Parameter(
        "vehicle_cost", dims=("link", "period"), unit="{money}/{amount}", default=0.0, lower=0.0,
        description="Cost of a vehicle per amount of payload; the overnight_cost of the link grows by its fleet.",
    ),
    Parameter(
        "buffer_time", dims=("link",), unit="hour", default=0.0, lower=0.0,
        description="Mean waiting time of cargo at each end; the stores of the carrier there need room for it.",
    ),
)  # fmt: skip


def prepare(data: xr.Dataset) -> dict[str, xr.Variable]:
    """Return the overnight cost of links with the vehicles for one unit of their capacity."""
    return {"overnight_cost": with_link_cost(data, data.variables["vehicle_cost"] * round_trip(data))}


def round_trip(data: xr.Dataset) -> xr.Variable:
    """Return the hours of a round trip on each link, with loading and unloading (link)."""
    distance, speed, handling = (data.variables[name] for name in ("distance", "speed", "handling_time"))
    return (2 * distance / speed).fillna(0.0) + handling


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add the room for waiting cargo at the ends of links with a buffer_time."""
    ends_of_link = ends_by_buffered_link(data)
    ending = members_by(carrier_regions(data), ((end, link) for link, both in ends_of_link.items() for end in both))
    m.buffer_time = Param(m.link, initialize=data["buffer_time"])
    m.buffered_links_at = Set(m.carrier, m.region, within=m.link, initialize=ending)
    m.buffer_place = Set(
        dimen=2, initialize=[end for end, links in ending.items() if links],
        levels=("buffer_place_carrier", "buffer_place_region"),
        description="carriers and regions with waiting cargo",
    )  # fmt: skip
    m.buffer_room = Constraint(m.buffer_place, m.period, rule=buffer_room.rule, unit="store_unit")


def ends_by_buffered_link(data: xr.Dataset) -> dict[str, tuple[tuple[str, str], tuple[str, str]]]:
    """Return link with a buffer_time → (carrier, region) of both its ends."""
    columns = (labels(data, name) for name in ("link", "link_carrier", "link_from", "link_to", "buffer_time"))
    rows = zip(*columns, strict=True)
    return {link: ((carrier, start), (carrier, end)) for link, carrier, start, end, hours in rows if hours > 0}


@equation(
    dual="saving from one unit less of room for waiting cargo",
    relax="never: a technical limit of the link, not a choice of the planner",
    segments="is not indexed by time",
)
def buffer_room(m, c, r, y):
    """Σ capacity of the stores of the carrier in the region ≥ Σ over links that end there of buffer_time × capacity"""
    room = sum(m.capacity[s, y] for s in m.stores_of[c, r])
    return room >= sum(m.buffer_time[k] * m.capacity[k, y] for k in m.buffered_links_at[c, r])


def check(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """Vehicles have a distance, a speed and a cost; waiting cargo has a store at both ends."""
    for link in labels(data, "link"):
        speed, distance, cost = (provenance.row(name, link) for name in ("speed", "distance", "vehicle_cost"))
        if cost and not speed:
            problem = f"{link} has a vehicle_cost but no speed, so its number of vehicles is unknown"
            yield Fault(cost, problem, "add a row speed")
        if speed and not distance:
            yield Fault(speed, f"speed has no effect on {link}, which has no distance", "add a row distance")
        for name in ("speed", "handling_time"):
            where = provenance.row(name, link)
            if where and not cost:
                problem = f"{name} has no effect on {link}, which has no vehicle_cost"
                yield Fault(where, problem, "add a row vehicle_cost, or remove the row")
    stored = set(zip(labels(data, "store_carrier"), labels(data, "store_region"), strict=True))
    for link, ends in ends_by_buffered_link(data).items():
        for carrier, region in ends:
            if (carrier, region) not in stored:
                yield Fault(
                    provenance.where("buffer_time", link),
                    f"{link} has a buffer_time, but {region} has no store of {carrier}",
                    "add a store for it to stores.csv, or remove the buffer_time",
                )


CONCERN = Concern(
    __name__,
    __doc__,
    declare=declare,
    prepare=prepare,
    check=check,
    parameters=PARAMETERS,
    equations=(buffer_room,),
    needs=("capacity", "stores_of"),
)
