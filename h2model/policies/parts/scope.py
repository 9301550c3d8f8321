"""The scope of caps, budgets and prices: the emissions that they count.

The scope decides whether removals are credited. *net* credits them: carbon taken from the air and stored permanently
counts below zero. *fossil* does not: it counts released fossil and mineral carbon, as the EU's emission trading does,
and biogenic carbon counts neither when taken up nor when stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import numpy as np
import xarray as xr
from pydantic import Field, field_validator, model_validator

from h2model.engine import Expression, Model, Param, Set
from h2model.errors import Fault
from h2model.frame.sets import occurring
from h2model.policies.parts.entries import Coords, Entry, address, numbers_by_period, regions_of, table

ORIGINS_COUNTED = {
    "net": ("fossil", "biogenic", "atmospheric", "mineral", "pooled"),
    # Pooled CO2 counts in full unless the plant's monitoring report states its biogenic share.
    "fossil": ("fossil", "mineral", "pooled"),
}


class EmissionScope(Entry):
    """The scope of an entry: regions, origins of carbon, upstream emissions and exports."""

    scope: Literal["net", "fossil"] = Field(
        default="net",
        description="net: all released carbon less carbon taken from the air, removals are credited; "
        "fossil: fossil, mineral and pooled carbon only, removals are not credited.",
    )
    pooled_share: float | Mapping[int, float] = Field(
        default=1.0,
        description="With scope fossil: share of the released CO2 of pooled origin that counts, from 0 to 1, as one "
        "number or by period (periods left out: 1); the rest is biogenic by the plant's monitoring report.",
    )
    upstream: bool = Field(default=False, description="Count emissions of imports outside the region as well.")
    exports: bool = Field(
        default=False, description="Count fossil and mineral carbon in exports and products as if it were released."
    )

    @field_validator("pooled_share", mode="plain")
    @classmethod
    def _is_a_share(cls, value: Any) -> Any:
        by_period = isinstance(value, Mapping)
        values = list(value.values()) if by_period else [value]
        numbers = all(isinstance(v, int | float) and not isinstance(v, bool) and 0 <= v <= 1 for v in values)
        if not values or not numbers or (by_period and not all(isinstance(period, int) for period in value)):
            raise ValueError("this must be a number from 0 to 1, or such numbers by period")
        return value

    @model_validator(mode="after")
    def _pooled_share_has_an_effect(self) -> EmissionScope:
        if "pooled_share" in self.model_fields_set and self.scope == "net":
            raise ValueError(
                "pooled_share has no effect with scope net, which counts what was taken up by origin; "
                "remove it, or write scope: fossil"
            )
        return self


def scope_data(
    policy: str, dimension: str, settings: Mapping[str, EmissionScope], coords: Coords, faults: list[Fault]
) -> xr.Dataset:
    """Return the scope of each entry of a policy: `<dimension>_region`, `_origin` (by period), `_upstream`, `_exports`.

    Shares from 0 to 1; of origins, only that of pooled carbon is ever between.
    """
    regions, origins = coords["region"].values.tolist(), coords["origin"].values.tolist()
    periods = coords["period"].values.tolist()
    counted_regions, counted_origins = [], []
    for name, entry in settings.items():
        inside = regions_of(address(policy, name, "regions"), entry.regions, coords, faults)
        counted_regions.append([region in inside for region in regions])
        counted = np.array([float(origin in ORIGINS_COUNTED[entry.scope]) for origin in origins])
        where = address(policy, name, "pooled_share")
        pooled = np.array([origin == "pooled" for origin in origins])
        if isinstance(entry.pooled_share, Mapping):
            pooled_share = numbers_by_period(where, entry.pooled_share, periods, faults, default=1.0)
        else:
            pooled_share = np.full(len(periods), float(entry.pooled_share))
        share = np.where(pooled[:, None], pooled_share, 1.0)
        counted_origins.append(counted[:, None] * share)
    entries = list(settings.values())
    return xr.Dataset(
        {
            f"{dimension}_region": ((dimension, "region"), table(counted_regions, len(regions))),
            f"{dimension}_origin": (
                (dimension, "origin", "period"),
                table(counted_origins, len(origins), len(periods)),
            ),
            f"{dimension}_upstream": ((dimension,), table([e.upstream for e in entries])),
            f"{dimension}_exports": ((dimension,), table([e.exports for e in entries])),
        },
        coords={
            dimension: np.array(list(settings), dtype=object),
            "region": regions,
            "origin": origins,
            "period": periods,
        },
    )


def scope_meanings(dimension: str, what: str) -> dict[str, tuple[str, str]]:
    """Return the long name and unit of the arrays of `scope_data` and of their dimension."""
    return {
        dimension: (what, ""),
        f"{dimension}_region": ("Whether emissions in the region count", "1"),
        f"{dimension}_origin": ("Share of the carbon of an origin that counts", "1"),
        f"{dimension}_upstream": ("Whether emissions upstream of imports count", "1"),
        f"{dimension}_exports": ("Whether carbon in exported products counts as emitted", "1"),
    }


def declare_scope(m: Model, data: xr.Dataset, dimension: str) -> None:
    """Add the entries of a policy as a set, and `<dimension>_emissions[entry, region, period]`."""
    entries = Set(initialize=data[dimension].values.tolist())
    m.add_component(dimension, entries)
    axes = {
        "region": (entries, m.region),
        "origin": (entries, m.origin, m.period),
        "upstream": (entries,),
        "exports": (entries,),
    }
    for part, sets in axes.items():
        m.add_component(f"{dimension}_{part}", Param(*sets, initialize=data[f"{dimension}_{part}"]))

    def counted_emissions(m, k, r, y):
        """counted emissions = Σ emissions of counted origins (+ upstream) (+ carbon exported), in counted regions"""
        region, origin = m.component(f"{dimension}_region"), m.component(f"{dimension}_origin")
        upstream, exports = m.component(f"{dimension}_upstream"), m.component(f"{dimension}_exports")
        released = sum(origin[k, o, y] * m.emissions[r, o, y] for o in m.origin)
        exported = sum(origin[k, o, y] * exports[k] * m.carbon_sold[r, o, y] for o in m.origin)
        return region[k, r] * (released + upstream[k] * m.upstream_emissions[r, y] + exported)

    counted = Expression(
        entries, m.region, m.period, rule=counted_emissions, unit="t/year", description="counted emissions"
    )
    m.add_component(f"{dimension}_emissions", counted)


def check_pooled(policy: str, dimension: str, data: xr.Dataset) -> Iterable[Fault]:
    """Yield faults for entries if pooled CO2 can leave their regions and be released elsewhere.

    Its biogenic part was credited in the region of its purchase, and its share of the pool is unknown. If the CO2 can
    only be stored, nothing is released and the credit is right.
    """
    regions = data["region"].values
    start, end = data["link_from"].values, data["link_to"].values
    pooled = (data["carbon_content"].sel(origin="pooled", carrier=data["link_carrier"].values) > 0).values
    for name, counted in zip(data[dimension].values.tolist(), data[f"{dimension}_region"].values > 0, strict=True):
        inside = set(regions[counted].tolist())
        leaves = pooled & np.array(
            [a in inside and b not in inside for a, b in zip(start, end, strict=True)], dtype=bool
        )
        back = np.array([b in inside and a not in inside for a, b in zip(start, end, strict=True)], bool)
        leaves |= pooled & back & data["link_two_way"].values
        leaks = _releases_of_pooled(data, set(regions[~counted].tolist())) if leaves.any() else []
        if leaks:
            link = str(data["link"].values[leaves][0])
            yield Fault(
                address(policy, name, "regions"),
                f"{link} can carry CO2 out of the counted regions, and there it can be released ({leaks[0]})",
                "count the regions at both ends of the link, or let the CO2 only be stored where it arrives",
            )


def _releases_of_pooled(data: xr.Dataset, regions: set[str]) -> list[str]:
    """Possible releases of pooled CO2 in some regions: venting, plants without storage, exports, demands, links."""
    holds = (data["carbon_content"].sel(origin="pooled") > 0).to_series()
    vented = data["disposal_cost"].notnull().to_series()
    releases = [f"venting of {c} in {r}" for c, r in occurring(data) if r in regions and holds[c] and vented[c]]
    takes = ((data["input"] > 0).any("period") & (data["carbon_content"].sel(origin="pooled") > 0)).any("carrier")
    users = takes & (data["stored_share"] < 1)
    releases += [str(p) for p in data["plant"].values[(users & data["plant_region"].isin(list(regions))).values]]
    for kind, unstored in (("trade", data["export_stored_share"] < 1), ("demand", xr.ones_like(data["demand"], bool))):
        holders = holds[data[f"{kind}_carrier"].values].values & data[f"{kind}_region"].isin(list(regions)).values
        is_sale = data["trade_direction"].values == "export" if kind == "trade" else True
        releases += [str(name) for name in data[kind].values[holders & unstored.values & is_sale]]
    carries = holds[data["link_carrier"].values].values & (data["loss"] > 0).values
    sends = data["link_from"].isin(list(regions)) | (data["link_two_way"] & data["link_to"].isin(list(regions)))
    return releases + [f"{link} loses some" for link in data["link"].values[carries & sends.values]]
