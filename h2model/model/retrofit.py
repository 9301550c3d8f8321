"""Retrofit: capacity of one asset is converted into capacity of another, such as a gas pipe into a hydrogen pipe.

An asset with a `retrofit_of` in its table is built by conversion only: each unit of it takes 1 / retrofit_ratio units
from the capacity of the original, for ever, and has its own overnight cost. A retrofit may be converted further. This
file has the possible conversions and their checks; the equations of capacity and fixed cost are in capacity.

Converted capacity is deducted from existing and new capacity alike. This is exact if neither ends within the periods of
the scenario and both have the same fixed cost, which the checks require.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from h2model.case import Parameter, Provenance
from h2model.constants import ROUNDING
from h2model.engine import Model, Param, Set
from h2model.errors import Fault
from h2model.frame.concern import Concern, Sums
from h2model.frame.sets import labels, members_by

PARAMETERS = (
    Parameter(
        "retrofit_ratio", dims=("asset",), unit="1", default=1.0, lower=1e-6,
        description="Capacity of a retrofit per converted capacity of its original, each in its own unit.",
    ),
)  # fmt: skip


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add retrofits and their ratios; `capacity` deducts converted capacity from the original."""
    originals = originals_by_retrofit(data)
    m.retrofit_ratio = Param(m.asset, initialize=data["retrofit_ratio"])
    m.retrofits_of = Set(
        m.asset, within=m.asset,
        initialize=members_by(labels(data, "asset"), ((original, name) for name, original in originals.items())),
        description="retrofits of an asset",
    )  # fmt: skip
    periods = labels(data, "period")
    m.periods_until = Set(
        m.period, within=m.period, initialize={y: [v for v in periods if v <= y] for y in periods},
        description="a period and those before it",
    )  # fmt: skip


def originals_by_retrofit(data: xr.Dataset) -> dict[str, str]:
    """Return name of each retrofit → asset whose capacity it converts."""
    pairs = zip(labels(data, "asset"), labels(data, "retrofit_of"), strict=True)
    return {name: original for name, original in pairs if original}


def check(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """Convertible capacity lives until the last period and has the same fixed cost for all vintages."""
    originals = originals_by_retrofit(data)
    for original in dict.fromkeys(originals.values()):
        retrofits = " and ".join(name for name, converted in originals.items() if converted == original)
        inputs = data.sel(asset=original)
        yield from _retiring(original, retrofits, inputs, provenance)
        yield from _ending(original, retrofits, inputs, provenance)
        yield from _unlike(original, retrofits, inputs, provenance)
    for asset in labels(data, "asset"):
        where = provenance.row("retrofit_ratio", asset)
        if where and asset not in originals:
            problem = f"retrofit_ratio has no effect on {asset}, which has no retrofit_of"
            yield Fault(where, problem, "remove the row, or name its original as retrofit_of where it is defined")


def _retiring(original: str, retrofits: str, inputs: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """Existing capacity of an original is constant: otherwise its retirements could count converted capacity again."""
    existing, periods = inputs["existing_capacity"].values, labels(inputs, "period")
    falls = np.flatnonzero(np.diff(existing) < 0)
    if len(falls):
        before, after = falls[0], falls[0] + 1
        yield Fault(
            provenance.where("existing_capacity", original, period=periods[after]),
            f"existing_capacity of {original} falls from {existing[before]:g} in {periods[before]} to "
            f"{existing[after]:g} in {periods[after]}, but {retrofits} may have converted it by then, so it would "
            "be deducted twice",
            "give it the same existing_capacity in every period, and make the retiring capacity another asset",
        )


def _ending(original: str, retrofits: str, inputs: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """New capacity of an original lives until the last period: otherwise it could be deducted twice."""
    periods = inputs["period"].values
    built = periods[(inputs["maximum_new_capacity"] > 0).values]
    lifetime = float(inputs["lifetime"])
    ends = [int(year) for year in built if year + lifetime <= periods[-1]]
    if ends:
        yield Fault(
            provenance.where("lifetime", original),
            f"{original} may be built in {ends[0]} and lives {lifetime:g} years, which ends before {periods[-1]}, "
            f"but {retrofits} may have converted it by then",
            "give it a lifetime that reaches beyond the last period, or maximum_new_capacity 0",
        )


def _unlike(original: str, retrofits: str, inputs: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """All vintages of an original have the same fixed cost, because the converted vintage is unknown."""
    can_build = (inputs["maximum_new_capacity"] > 0).values
    cost, periods = inputs["overnight_cost"].values, labels(inputs, "period")
    differs = can_build & ~np.isclose(cost, cost[0], rtol=ROUNDING, equal_nan=True)
    if float(inputs["fixed_om_share"]) > 0 and differs.any():
        period = periods[int(np.argmax(differs))]
        yield Fault(
            provenance.where("fixed_om_share", original),
            f"the fixed_om_share of {original} gives capacity of {period} another fixed cost than that of "
            f"{periods[0]}, but {retrofits} converts both alike",
            "give fixed_om_cost as money per capacity and year instead, or maximum_new_capacity 0",
        )


CONCERN = Concern(
    __name__,
    __doc__,
    declare=declare,
    check=check,
    parameters=PARAMETERS,
)
