"""Who causes what: kind, technology and region of everything in a run that has a cost or a flow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from h2model.accounts.flows import Flow
from h2model.accounts.run_data import RunData
from h2model.results.dataset import cost_parts
from h2model.tables.balance import IN_WORDS

#: Kinds of members by the end of the name of a dimension, such as `starting_plant`.
KINDS = ("plant", "store", "link", "trade", "demand", "asset")
COST_KEYS = ("part", "kind", "technology", "region", "name")


@dataclass(frozen=True)
class Member:
    """One plant, store, link, trade, demand, …; what a link costs counts where it begins."""

    kind: str
    technology: str
    region: str
    name: str


def members(run: xr.Dataset, dimension: str) -> list[Member]:
    """The member behind each label of a dimension, such as `asset`, `worn_plant` or `disposable`."""
    kind = next((kind for kind in KINDS if dimension == kind or dimension.endswith(f"_{kind}")), None)
    if kind is not None:
        known = _of_kind(run, kind)
        return [known[name] for name in run[dimension].values.tolist()]
    if f"{dimension}_region" in run.coords:
        carriers, regions = (run[f"{dimension}_{part}"].values.tolist() for part in ("carrier", "region"))
        pairs = zip(carriers, regions, strict=True)
        return [Member("disposal", IN_WORDS["disposal"], region, carrier) for carrier, region in pairs]
    if f"{dimension}_demand" in run.coords:
        known = _of_kind(run, "demand")
        demands, carriers = (run[f"{dimension}_{part}"].values.tolist() for part in ("demand", "carrier"))
        pairs = zip(demands, carriers, strict=True)
        return [Member("recovery", f"recovery of {carrier}", known[demand].region, demand) for demand, carrier in pairs]
    return [Member("policy", dimension.replace("_", " "), "", str(name)) for name in run[dimension].values]


def _of_kind(run: xr.Dataset, kind: str) -> dict[str, Member]:
    names = run[kind].values.tolist()
    regions = run[f"{kind}_from" if kind == "link" else f"{kind}_region"].values.tolist()
    kinds = run["asset_class"].values.tolist() if kind == "asset" else [kind] * len(names)
    if kind == "trade":
        ways = zip(run["trade_direction"].values, run["trade_carrier"].values, strict=True)
        technologies = [f"{way} of {carrier}" for way, carrier in ways]
    elif kind == "demand":
        technologies = [IN_WORDS["demand"]] * len(names)
    else:
        technologies = run[f"{kind}_technology"].values.tolist()
    rows = zip(kinds, technologies, regions, names, strict=True)
    return {row[-1]: Member(*map(str, row)) for row in rows}


def costs_by_member(run: xr.Dataset) -> pd.DataFrame:
    """Every cost of a year, undiscounted: a row for each part and member, a column for each period.

    The index says part, kind, technology, region and name; `attrs["unit"]` the currency per year. A price on emissions
    is paid by region.
    """
    rows: dict[tuple[str, ...], np.ndarray] = {}
    for part in cost_parts(run):
        costs = run[part].transpose(..., "period")
        dimension, *by_region = costs.dims[:-1]
        if by_region:
            costs = costs.transpose(dimension, "region", "period")
        for member, values in zip(members(run, dimension), costs.values, strict=True):
            regions = run["region"].values.tolist() if by_region else [member.region]
            for region, own in zip(regions, np.atleast_2d(values), strict=True):
                key = (part, member.kind, member.technology, region, member.name)
                rows[key] = rows.get(key, 0.0) + own
    index = pd.MultiIndex.from_tuples(rows, names=COST_KEYS)
    periods = pd.Index(run["period"].values.tolist(), name="period")
    table = pd.DataFrame(np.array(list(rows.values())).reshape(len(rows), len(periods)), index, periods)
    table.attrs["unit"] = f"{run.attrs['currency']}/year"
    return table


def carriers_of_assets(run: xr.Dataset) -> list[str]:
    """The carrier in which the capacity of each asset is counted; the power of a store moves what the store holds."""
    known: dict[str, str] = {}
    for kind in ("plant", "store", "link"):
        known.update(zip(run[kind].values.tolist(), run[f"{kind}_carrier"].values.tolist(), strict=True))
    kinds = zip(run["asset"].values.tolist(), run["asset_class"].values.tolist(), strict=True)
    return [known[name.rpartition(":")[0] if kind == "store_power" else name] for name, kind in kinds]


class FlowNames:
    """Names for the positions in flows: carrier, region, kind, technology, name and part."""

    def __init__(self, run: xr.Dataset, data: RunData) -> None:
        self._carriers, self._regions = data.names("carrier"), data.names("region")
        self._known = {kind: _of_kind(run, kind) for kind in ("plant", "store", "link", "trade")}

    def key(self, flow: Flow) -> tuple[str, ...]:
        """What the columns of `yearly_flows` say of it."""
        known = self._known.get(flow.kind, {}).get(flow.name)
        technology = known.technology if known else IN_WORDS.get(flow.kind, flow.kind)
        place = self._carriers[flow.carrier], self._regions[flow.region]
        return (*place, flow.kind, technology, flow.name, flow.part)
