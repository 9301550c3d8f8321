"""Which emissions a policy counts: shared by caps and prices."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from difflib import get_close_matches
from typing import Annotated, Literal

import numpy as np
import xarray as xr
from pydantic import BaseModel, ConfigDict, Field

from h2model.case import Units
from h2model.engine import Expression, Model, Param, Set
from h2model.errors import Fault, InputError

ORIGINS_COUNTED = {
    "net": ("fossil", "biogenic", "atmospheric", "mineral", "pooled"),
    # Pooled CO2 counts in full: once mixed, nobody can say that what leaks was biogenic.
    "fossil": ("fossil", "mineral", "pooled"),
}


class EmissionScope(BaseModel):
    """Which regions, which carbon, and what beyond the region's own air counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    regions: Literal["all"] | Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        default="all", description="All regions, or a list of some."
    )
    scope: Literal["net", "fossil"] = Field(
        default="net",
        description="net: everything released less what was taken from the air; "
        "fossil: fossil, mineral and pooled carbon only, removals are not credited.",
    )
    upstream: bool = Field(default=False, description="Count emissions of imports outside the region as well.")
    exports: bool = Field(
        default=False, description="Count fossil and mineral carbon in exports and products as if it were released."
    )


def scope_data(
    dimension: str,
    settings: Mapping[str, EmissionScope],
    coords: Mapping[Hashable, xr.DataArray],
    faults: list[Fault],
) -> xr.Dataset:
    """What each entry of a policy counts, as 0/1 arrays `<dimension>_region`, `_origin`, `_upstream`, `_exports`."""
    regions, origins = coords["region"].values.tolist(), coords["origin"].values.tolist()
    counted_regions = np.zeros((len(settings), len(regions)))
    counted_origins = np.zeros((len(settings), len(origins)))
    for row, (name, entry) in enumerate(settings.items()):
        chosen = regions if entry.regions == "all" else entry.regions
        faults.extend(_unknown_regions(name, chosen, regions))
        counted_regions[row] = [region in chosen for region in regions]
        counted_origins[row] = [origin in ORIGINS_COUNTED[entry.scope] for origin in origins]
    entries = list(settings.values())
    return xr.Dataset(
        {
            f"{dimension}_region": ((dimension, "region"), counted_regions),
            f"{dimension}_origin": ((dimension, "origin"), counted_origins),
            f"{dimension}_upstream": ((dimension,), np.array([float(e.upstream) for e in entries])),
            f"{dimension}_exports": ((dimension,), np.array([float(e.exports) for e in entries])),
        },
        coords={dimension: np.array(list(settings), dtype=object), "region": regions, "origin": origins},
    )


def declare_scope(m: Model, data: xr.Dataset, dimension: str) -> None:
    """Add the entries of a policy as a set, and `<dimension>_emissions[entry, region, period]`: what each counts."""
    entries = Set(initialize=data[dimension].values.tolist())
    m.add_component(dimension, entries)
    axes = {"region": (entries, m.region), "origin": (entries, m.origin), "upstream": (entries,), "exports": (entries,)}
    for part, sets in axes.items():
        m.add_component(f"{dimension}_{part}", Param(*sets, initialize=data[f"{dimension}_{part}"]))

    def counted_emissions(m, k, r, y):
        """counted emissions = Σ emissions of counted origins (+ upstream) (+ carbon exported), in counted regions"""
        region, origin = m.component(f"{dimension}_region"), m.component(f"{dimension}_origin")
        upstream, exports = m.component(f"{dimension}_upstream"), m.component(f"{dimension}_exports")
        released = sum(origin[k, o] * m.emissions[r, o, y] for o in m.origin)
        exported = sum(origin[k, o] * exports[k] * m.carbon_sold[r, o, y] for o in m.origin)
        return region[k, r] * (released + upstream[k] * m.upstream_emissions[r, y] + exported)

    counted = Expression(
        entries, m.region, m.period, rule=counted_emissions, unit="t/year", description="emissions that are counted"
    )
    m.add_component(f"{dimension}_emissions", counted)


def by_period(
    address: str, values: Mapping[int, str], unit: str, units: Units, periods: list[int], faults: list[Fault]
) -> np.ndarray:
    """Text with unit by period → array over the scenario's periods; not-a-number where none is given."""
    row = np.full(len(periods), np.nan)
    for period, text in values.items():
        where = f"scenario: {address}.{period}"
        if period not in periods:
            known = ", ".join(map(str, periods))
            faults.append(Fault(where, f"{period} is not a period of the scenario", f"use one of {known}"))
            continue
        try:
            number = units.convert_text(text, unit)
            if not np.isfinite(number):
                raise ValueError(f"{text} is not finite")
            row[periods.index(period)] = number
        except ValueError as error:
            faults.append(Fault(where, str(error), f"write a number and a unit that converts to {unit}"))
    return row


def raise_if_any(faults: list[Fault]) -> None:
    """Raise all faults together."""
    if faults:
        raise InputError(faults)


def _unknown_regions(entry: str, chosen: Iterable[str], regions: list[str]) -> Iterable[Fault]:
    for region in chosen:
        if region not in regions:
            near = get_close_matches(region, regions, n=1)
            remedy = f"did you mean {near[0]}?" if near else f"use some of {', '.join(regions)}"
            yield Fault(f"scenario: regions of {entry}", f"there is no region {region}", remedy)
