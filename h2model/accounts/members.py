"""The members of a run: kind, technology, region and name of everything that has a cost or a flow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from h2model.accounts.flows import Flow

#: Technology of members that have none, by kind.
TECHNOLOGY_OF_KIND = {
    "demand": "demand",
    "recovery": "recovery",
    "disposal": "vented or dumped",
    "heat step": "to lower heat",
}
#: Kinds of members. The name of a dimension ends with one of them, such as `starting_plant`.
KINDS = ("plant", "store", "link", "trade", "demand", "asset")


@dataclass(frozen=True)
class Member:
    """One plant, store, link, trade, demand, disposal, recovery or policy.

    A link counts in the region where it begins. The region of a policy is empty: it covers all regions. The technology
    of a trade is its direction and carrier, such as "import of gas".
    """

    kind: str
    technology: str
    region: str
    name: str


class FlowLabels:
    """The labels of flows, which hold positions of carriers and regions and names of members."""

    def __init__(self, run: xr.Dataset) -> None:
        """Read the labels of all carriers, regions and members once."""
        self.carriers, self.regions = (run[name].values.tolist() for name in ("carrier", "region"))
        self._members = {kind: members_of_kind(run, kind) for kind in ("plant", "store", "link", "trade")}

    def technology(self, kind: str, name: str) -> str:
        """Return the technology of a member; for a demand and others without one, a description of the flow."""
        member = self._members.get(kind, {}).get(name)
        return member.technology if member else TECHNOLOGY_OF_KIND.get(kind, kind)

    def key(self, flow: Flow) -> tuple[str, ...]:
        """Return carrier, region, kind, technology, name and part of a flow."""
        carrier, region = self.carriers[flow.carrier], self.regions[flow.region]
        return carrier, region, flow.kind, self.technology(flow.kind, flow.name), flow.name, flow.part


def members_of_kind(run: xr.Dataset, kind: str) -> dict[str, Member]:
    """Return the members of one of `KINDS` by name.

    The kind of an asset is its class: plant, store, link or store_power.
    """
    names = run[kind].values.tolist()
    regions = run[f"{kind}_from" if kind == "link" else f"{kind}_region"].values.tolist()
    kinds = run["asset_class"].values.tolist() if kind == "asset" else [kind] * len(names)
    if kind == "trade":
        trades = zip(run["trade_direction"].values, run["trade_carrier"].values, strict=True)
        technologies = [f"{direction} of {carrier}" for direction, carrier in trades]
    elif kind == "demand":
        technologies = [TECHNOLOGY_OF_KIND["demand"]] * len(names)
    else:
        technologies = run[f"{kind}_technology"].values.tolist()
    rows = zip(kinds, technologies, regions, names, strict=True)
    return {row[-1]: Member(*map(str, row)) for row in rows}


def members_along(run: xr.Dataset, dimension: str) -> list[Member]:
    """Return the member of each label of a dimension, such as `asset`, `worn_plant` or `disposable`."""
    kind = next((kind for kind in KINDS if dimension == kind or dimension.endswith(f"_{kind}")), None)
    if kind is not None:
        members = members_of_kind(run, kind)
        return [members[name] for name in run[dimension].values.tolist()]
    if f"{dimension}_region" in run.coords:
        carriers, regions = (run[f"{dimension}_{part}"].values.tolist() for part in ("carrier", "region"))
        pairs = zip(carriers, regions, strict=True)
        return [Member("disposal", TECHNOLOGY_OF_KIND["disposal"], region, carrier) for carrier, region in pairs]
    if f"{dimension}_demand" in run.coords:
        region_of = dict(zip(run["demand"].values.tolist(), run["demand_region"].values.tolist(), strict=True))
        demands, carriers = (run[f"{dimension}_{part}"].values.tolist() for part in ("demand", "carrier"))
        pairs = zip(demands, carriers, strict=True)
        return [Member("recovery", f"recovery of {carrier}", region_of[demand], demand) for demand, carrier in pairs]
    return [Member("policy", dimension.replace("_", " "), "", str(name)) for name in run[dimension].values]


def carriers_of_assets(run: xr.Dataset) -> list[str]:
    """Return the carrier in which the capacity of each asset is counted; of store_power, the stored carrier."""
    carrier_of: dict[str, str] = {}
    for kind in ("plant", "store", "link"):
        carrier_of.update(zip(run[kind].values.tolist(), run[f"{kind}_carrier"].values.tolist(), strict=True))
    assets = zip(run["asset"].values.tolist(), run["asset_class"].values.tolist(), strict=True)
    return [carrier_of[name.rpartition(":")[0] if kind == "store_power" else name] for name, kind in assets]


def unit_of(run: xr.Dataset, carrier: str) -> str:
    """Return the unit in which a carrier is counted: MWh or t."""
    return str(run["carrier_unit"].values[run.get_index("carrier").get_loc(carrier)])


def hours_of_year(run: xr.Dataset) -> np.ndarray:
    """Return the hours of the year for which each step counts (time)."""
    return (run["hours"] * run["weight"]).values
