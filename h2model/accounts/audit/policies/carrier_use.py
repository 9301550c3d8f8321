"""Audit of caps on the use of a carrier: the use of plants, links and demands in the regions keeps to the limit."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.accounts.audit.account import Account
from h2model.accounts.flows import ends_of_ways, link_of_way
from h2model.accounts.run_data import RunData

DIMENSION = "use_cap"


def check(data: RunData, account: Account) -> None:
    """Recompute the use that each cap counts, and compare it with the limit of every period."""
    carriers = data.positions("carrier", data.names("use_carrier"))
    inside = data.input("use_region").transpose(DIMENSION, "region").values > 0
    used = np.zeros((len(carriers), len(data.names("period"))))
    for cap, carrier in enumerate(carriers):
        used[cap] = sum(_use(data, int(carrier), inside[cap]))
    caps = data.positions(DIMENSION, data.results["use_capped_entry"].values)
    periods = data.positions("period", data.results["use_capped_period"].values)
    expected = xr.Variable("use_capped", used[caps, periods])
    account.equal("carrier_use", data.result("carrier_use"), expected)
    limit = data.input("use_limit").fillna(np.inf)
    account.at_most("carrier_use_limit", xr.Variable(limit.dims, used), limit)


def _use(data: RunData, carrier: int, inside: np.ndarray) -> tuple[np.ndarray, ...]:
    """Use of a carrier in some regions in a year, by period: by plants, by links on their way, and by demands."""
    of_plants = inside[data.positions("region", data.names("plant_region"))]
    activity = data.result("activity").transpose("plant", "period", "time")
    work = data.input("work_per_heat") * activity + data.result("more_work", "plant")
    idle = data.input("availability") * data.of_assets("capacity", "plant") - data.result("online", "plant")
    ratios = {name: data.input(name)[{"carrier": carrier}] for name in ("input", "work_share", "source_share")}
    plants = (
        ratios["input"] * activity
        + ratios["work_share"] * work
        + ratios["source_share"] * (activity - work)
        + data.input("standby_use")[{"carrier": carrier}] * idle
    )
    starts, link = ends_of_ways(data)[0], link_of_way(data)
    per_flow = data.input("energy_use")[{"carrier": carrier}].values[link] * inside[starts]
    links = (data.over_year(data.result("flow")).transpose("way", "period").values * per_flow[:, None]).sum(axis=0)
    for_carrier = data.positions("carrier", data.names("demand_carrier")) == carrier
    of_demands = inside[data.positions("region", data.names("demand_region"))] & for_carrier
    # Shifting moves no volume between years.
    rate = data.input("rate") + data.input("annual_volume") / data.duration.sum()
    served = rate - data.result("unserved_demand") - data.result("interrupted", "demand")
    return _of_year(data, plants, of_plants), links, _of_year(data, served, of_demands)


def _of_year(data: RunData, flow: xr.Variable, members: np.ndarray) -> np.ndarray:
    """The volume of the flows of some members in a year, by period."""
    volumes = data.over_year(flow)
    (member,) = (dim for dim in volumes.dims if dim != "period")
    return volumes.transpose(member, "period").values[members].sum(axis=0)
