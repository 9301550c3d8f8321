"""Flows: each flow of a carrier in a region, by the member that makes, uses, moves or demands it.

The audit adds them up and compares them with the balances, so that the list is complete.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from h2model.accounts.run_data import LONGER_WINDOWS, RunData

REVERSE = " (reverse)"
ORDER = ("hour", *LONGER_WINDOWS)
#: Parts of the flow of a link: at the region where it begins, and where it ends.
LEAVES, ARRIVES = "leaves", "arrives"


@dataclass(frozen=True)
class Flow:
    """Supply (positive) or use (negative) of a carrier in a region by one member, in amount per hour (period, time).

    `carrier` and `region` are positions; `kind` is plant, store, link, trade, demand, recovery, disposal or
    heat step; `name` is the name of the member. `part` distinguishes several flows of a member in one region.
    """

    carrier: int
    region: int
    kind: str
    name: str
    values: np.ndarray
    part: str = ""


def each_flow(data: RunData) -> Iterator[Flow]:
    """Yield all flows of a run; one member may have several of one carrier."""
    yield from plant_flows(data)
    yield from link_flows(data)
    yield from _members(data, "store", data.result("discharge"), 1.0, "discharge")
    yield from _members(data, "store", data.result("charge"), -1.0, "charge")
    buys = data.name_array("trade_direction") == "import"
    signed = data.result("trade_flow") * xr.Variable("trade", np.where(buys, 1.0, -1.0))
    yield from _members(data, "trade", signed)
    yield from demand_flows(data)
    yield from recovery_flows(data)
    carriers, regions = (data.results[f"disposable_{part}"].values.tolist() for part in ("carrier", "region"))
    yield from _pairs(data, "disposal", carriers, carriers, regions, data.result("disposal"), -1.0)
    yield from heat_step_flows(data)


def link_of_way(data: RunData) -> np.ndarray:
    """Return the position of the link of each direction (way); the reverse direction is named after the link."""
    return data.positions("link", (way.removesuffix(REVERSE) for way in data.names("way")))


def ends_of_ways(data: RunData) -> tuple[np.ndarray, np.ndarray]:
    """Return the positions of the regions where each direction begins and ends."""
    link = link_of_way(data)
    start, end = (data.positions("region", data.names(f"link_{name}")) for name in ("from", "to"))
    backward = np.array([way.endswith(REVERSE) for way in data.names("way")], dtype=bool)
    return np.where(backward, end[link], start[link]), np.where(backward, start[link], end[link])


def is_flexible(data: RunData) -> xr.Variable:
    """Return True for demands whose window is longer than that of the balance of their carrier (demand)."""
    return xr.Variable("demand", np.array([window is not None for window in flexible_windows(data)], dtype=bool))


def flexible_windows(data: RunData) -> list[str | None]:
    """Return the window of each demand with free timing, None for the others; of an annual volume the year."""
    balance = dict(zip(data.names("carrier"), data.names("balance"), strict=True))
    has_volume = (data.input("annual_volume") > 0).any("period").values
    windows = ["year" if volume else window for window, volume in zip(data.names("window"), has_volume, strict=True)]
    carriers = data.names("demand_carrier")
    return [
        window if ORDER.index(window) > ORDER.index(balance[carrier]) else None
        for window, carrier in zip(windows, carriers, strict=True)
    ]


def asked_rate(data: RunData) -> xr.Variable:
    """Return the demand in every step, an annual volume as its mean rate."""
    return data.input("rate") + data.input("annual_volume") / data.duration.sum()


def _pairs(
    data: RunData, kind: str, names: list[str], carriers: list[str], regions: list[str], flow: xr.Variable, sign: float
) -> Iterator[Flow]:
    """Yield one flow for each position along the first dimension of `flow`."""
    nodes = zip(data.positions("carrier", carriers), data.positions("region", regions), strict=True)
    values = flow.transpose(..., "period", "time").values
    for name, (carrier, region), rates in zip(names, nodes, values, strict=True):
        yield Flow(int(carrier), int(region), kind, name, sign * rates)


def _members(data: RunData, kind: str, flow: xr.Variable, sign: float = 1.0, part: str = "") -> Iterator[Flow]:
    """Yield the flows of all members of a kind, each of its carrier in its region."""
    names, carriers, regions = (data.names(name) for name in (kind, f"{kind}_carrier", f"{kind}_region"))
    for each in _pairs(data, kind, names, carriers, regions, flow, sign):
        yield replace(each, part=part)


def plant_flows(data: RunData) -> Iterator[Flow]:
    """Yield the inputs and outputs of plants: by fixed ratios, along curves, of heat pumps and on standby."""
    names, regions = data.names("plant"), data.positions("region", data.names("plant_region"))
    activity = data.result("activity").values
    ratios = (data.input("output") - data.input("input")).transpose("plant", "carrier", "period").values
    for plant, carrier in np.argwhere((ratios != 0).any(axis=-1)).tolist():
        yield Flow(
            carrier, int(regions[plant]), "plant", names[plant], ratios[plant, carrier][:, None] * activity[plant]
        )
    curved = (data.results["curved_output_plant"].values, data.results["curved_output_carrier"].values)
    region_of = dict(zip(names, data.names("plant_region"), strict=True))
    curved_regions = [region_of[plant] for plant in curved[0]]
    made = data.result("part_load_output")
    yield from _pairs(data, "plant", curved[0].tolist(), curved[1].tolist(), curved_regions, made, 1.0)
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


def link_flows(data: RunData) -> Iterator[Flow]:
    """Yield departures, arrivals, uses on the way and linepack of links."""
    names, link, (start, end) = data.names("link"), link_of_way(data), ends_of_ways(data)
    flow = data.result("flow").values
    carriers = data.positions("carrier", data.names("link_carrier"))
    loss, used = data.input("loss").values, data.input("energy_use").transpose("link", "carrier").values
    for way, number in enumerate(link):
        name, carrier, source, target = names[number], int(carriers[number]), int(start[way]), int(end[way])
        yield Flow(carrier, source, "link", name, -flow[way], LEAVES)
        yield Flow(carrier, target, "link", name, (1 - loss[number]) * flow[way], ARRIVES)
        for other in np.flatnonzero(used[number]).tolist():
            yield Flow(other, source, "link", name, -used[number, other] * flow[way])
    packed = data.result("packing", "link").values
    ends = data.positions("region", data.names("link_to"))
    for number in np.flatnonzero(data.input("linepack").values > 0).tolist():
        yield Flow(int(carriers[number]), int(ends[number]), "link", names[number], -packed[number], "packing")


def demand_flows(data: RunData) -> Iterator[Flow]:
    """Yield deliveries to demands. An annual volume without free timing is a steady flow."""
    fixed = asked_rate(data) - data.result("unserved_demand")
    withheld = data.result("shift_down", "demand") - data.result("shift_up", "demand")
    withheld = withheld + data.result("interrupted", "demand")
    delivered = fixed.where(~is_flexible(data), 0.0) + data.result("delivery", "demand") - withheld
    yield from _members(data, "demand", delivered, -1.0)


def recovery_flows(data: RunData) -> Iterator[Flow]:
    """Yield recovery from deliveries."""
    demands, carriers = (data.results[f"recovery_{part}"].values.tolist() for part in ("demand", "carrier"))
    region_of = dict(zip(data.names("demand"), data.names("demand_region"), strict=True))
    regions = [region_of[demand] for demand in demands]
    yield from _pairs(data, "recovery", demands, carriers, regions, data.result("recovered"), 1.0)


def heat_step_flows(data: RunData) -> Iterator[Flow]:
    """Yield heat that moves from one temperature level to the next lower one."""
    down, regions = data.result("downgrade"), data.results["heat_step_region"].values.tolist()
    ends = {end: data.results[f"heat_step_{end}"].values.tolist() for end in ("from", "to")}
    names = [f"{high} to {low}" for high, low in zip(ends["from"], ends["to"], strict=True)]
    for end, sign in (("from", -1.0), ("to", 1.0)):
        yield from _pairs(data, "heat step", names, ends[end], regions, down, sign)
