"""Everything that comes and goes: each flow of a carrier in a region, by what makes, uses, moves or asks for it.

The audit adds them up and finds that they balance, so that whoever looks at one sees all of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr

from h2model.accounts.run_data import LONGER_WINDOWS, RunData

REVERSE = " (reverse)"
ORDER = ("hour", *LONGER_WINDOWS)
#: How the ends of a link are told apart.
LEAVES, ARRIVES = "leaves", "arrives"


@dataclass(frozen=True)
class Flow:
    """What one asset, trade or demand brings (positive) or takes of a carrier in a region, in amount per hour.

    `carrier` and `region` are positions; `kind` is plant, store, link, trade, demand, recovery, disposal or
    heat step; `name` that of the member, `part` what tells several flows of one member in one region apart.
    """

    carrier: int
    region: int
    kind: str
    name: str
    values: np.ndarray
    part: str = ""


def each_flow(data: RunData) -> Iterator[Flow]:
    """All flows of a run, each over period and time; one member may have several of one carrier."""
    yield from _plants(data)
    yield from _links(data)
    yield from _members(data, "store", data.result("discharge"), 1.0, "discharge")
    yield from _members(data, "store", data.result("charge"), -1.0, "charge")
    buys = data.name_array("trade_direction") == "import"
    signed = data.result("trade_flow") * xr.Variable("trade", np.where(buys, 1.0, -1.0))
    yield from _members(data, "trade", signed)
    yield from _demands(data)
    yield from _recoveries(data)
    carriers, regions = (data.results[f"disposable_{part}"].values.tolist() for part in ("carrier", "region"))
    yield from _pairs(data, "disposal", carriers, carriers, regions, data.result("disposal"), -1.0)
    yield from _heat_steps(data)


def link_of_way(data: RunData) -> np.ndarray:
    """Position of the link of each way; the second way of a link is named after it."""
    return data.positions("link", (way.removesuffix(REVERSE) for way in data.names("way")))


def ends_of_ways(data: RunData) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the regions from which and to which each way leads."""
    link = link_of_way(data)
    start, end = (data.positions("region", data.names(f"link_{name}")) for name in ("from", "to"))
    backward = np.array([way.endswith(REVERSE) for way in data.names("way")], dtype=bool)
    return np.where(backward, end[link], start[link]), np.where(backward, start[link], end[link])


def is_flexible(data: RunData) -> xr.Variable:
    """Demands that may be served over a longer time than that over which their carrier is balanced (demand)."""
    return xr.Variable("demand", np.array([own is not None for own in flexible_windows(data)], dtype=bool))


def flexible_windows(data: RunData) -> list[str | None]:
    """The window of each demand whose timing is free, None for the others; an annual volume has the year."""
    balance = dict(zip(data.names("carrier"), data.names("balance"), strict=True))
    has_volume = (data.input("annual_volume") > 0).any("period").values
    named = ["year" if volume else own for own, volume in zip(data.names("window"), has_volume, strict=True)]
    carriers = data.names("demand_carrier")
    return [
        own if ORDER.index(own) > ORDER.index(balance[carrier]) else None
        for own, carrier in zip(named, carriers, strict=True)
    ]


def asked_rate(data: RunData) -> xr.Variable:
    """What is asked for at every moment, an annual volume as its mean."""
    return data.input("rate") + data.input("annual_volume") / data.duration.sum()


def _pairs(
    data: RunData, kind: str, names: list[str], carriers: list[str], regions: list[str], flow: xr.Variable, sign: float
) -> Iterator[Flow]:
    """One flow for each place of the first dimension of `flow`."""
    places = zip(data.positions("carrier", carriers), data.positions("region", regions), strict=True)
    values = flow.transpose(..., "period", "time").values
    for name, (carrier, region), own in zip(names, places, values, strict=True):
        yield Flow(int(carrier), int(region), kind, name, sign * own)


def _members(data: RunData, kind: str, flow: xr.Variable, sign: float = 1.0, part: str = "") -> Iterator[Flow]:
    """The flows of all members of a kind, each of its own carrier in its own region."""
    names, carriers, regions = (data.names(name) for name in (kind, f"{kind}_carrier", f"{kind}_region"))
    for found in _pairs(data, kind, names, carriers, regions, flow, sign):
        yield Flow(found.carrier, found.region, kind, found.name, found.values, part)


def _plants(data: RunData) -> Iterator[Flow]:
    """What plants make and use: by fixed ratios, along curves, as heat pumps and on standby."""
    names, regions = data.names("plant"), data.positions("region", data.names("plant_region"))
    activity = data.result("activity").values
    ratios = (data.input("output") - data.input("input")).transpose("plant", "carrier", "period").values
    for plant, carrier in np.argwhere((ratios != 0).any(axis=-1)).tolist():
        yield Flow(
            carrier, int(regions[plant]), "plant", names[plant], ratios[plant, carrier][:, None] * activity[plant]
        )
    curved = (data.results["curved_output_plant"].values, data.results["curved_output_carrier"].values)
    region_of = dict(zip(names, data.names("plant_region"), strict=True))
    places = [region_of[plant] for plant in curved[0]]
    made = data.result("part_load_output")
    yield from _pairs(data, "plant", curved[0].tolist(), curved[1].tolist(), places, made, 1.0)
    work = data.input("work_per_heat").values[:, None, :] * activity + data.result("more_work", "plant").values
    idle = data.input("availability") * data.of_assets("capacity", "plant") - data.result("online", "plant")
    taken = {
        "work_share": work,
        "source_share": activity - work,
        "standby_use": idle.transpose("plant", "period", "time").values,
    }
    for share, amount in taken.items():
        ratio = data.input(share).transpose("plant", "carrier").values
        for plant, carrier in np.argwhere(ratio != 0).tolist():
            yield Flow(carrier, int(regions[plant]), "plant", names[plant], -ratio[plant, carrier] * amount[plant])


def _links(data: RunData) -> Iterator[Flow]:
    """What leaves a region, what arrives in another, what is used on the way, and what stays in the pipe."""
    names, link, (start, end) = data.names("link"), link_of_way(data), ends_of_ways(data)
    flow = data.result("flow").values
    carriers = data.positions("carrier", data.names("link_carrier"))
    loss, used = data.input("loss").values, data.input("energy_use").transpose("link", "carrier").values
    for way, own in enumerate(link):
        carrier, source, target = int(carriers[own]), int(start[way]), int(end[way])
        yield Flow(carrier, source, "link", names[own], -flow[way], LEAVES)
        yield Flow(carrier, target, "link", names[own], (1 - loss[own]) * flow[way], ARRIVES)
        for other in np.flatnonzero(used[own]).tolist():
            yield Flow(other, source, "link", names[own], -used[own, other] * flow[way])
    packed = data.result("packing", "link").values
    ends = data.positions("region", data.names("link_to"))
    for own in np.flatnonzero(data.input("linepack").values > 0).tolist():
        yield Flow(int(carriers[own]), int(ends[own]), "link", names[own], -packed[own], "packing")


def _demands(data: RunData) -> Iterator[Flow]:
    """What is delivered. An annual volume has the whole year: without a free timing it is a steady flow."""
    fixed = asked_rate(data) - data.result("unserved_demand")
    withheld = data.result("shift_down", "demand") - data.result("shift_up", "demand")
    withheld = withheld + data.result("interrupted", "demand")
    delivered = fixed.where(~is_flexible(data), 0.0) + data.result("delivery", "demand") - withheld
    yield from _members(data, "demand", delivered, -1.0)


def _recoveries(data: RunData) -> Iterator[Flow]:
    """What is won back from what was delivered."""
    demands, carriers = (data.results[f"recovery_{part}"].values.tolist() for part in ("demand", "carrier"))
    region_of = dict(zip(data.names("demand"), data.names("demand_region"), strict=True))
    regions = [region_of[demand] for demand in demands]
    yield from _pairs(data, "recovery", demands, carriers, regions, data.result("recovered"), 1.0)


def _heat_steps(data: RunData) -> Iterator[Flow]:
    """Heat that goes down from one level to the next."""
    down, regions = data.result("downgrade"), data.results["heat_step_region"].values.tolist()
    ends = {end: data.results[f"heat_step_{end}"].values.tolist() for end in ("from", "to")}
    names = [f"{high} to {low}" for high, low in zip(ends["from"], ends["to"], strict=True)]
    for end, sign in (("from", -1.0), ("to", 1.0)):
        yield from _pairs(data, "heat step", names, ends[end], regions, down, sign)
