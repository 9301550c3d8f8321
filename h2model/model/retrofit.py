"""Retrofit: capacity of one asset is converted into capacity of another, such as a gas pipe into one for hydrogen.

An asset that names another one as `retrofit_of` in its table is built by conversion only: each unit of it takes
1 / retrofit_ratio units from the capacity of the original, for ever, and costs its own overnight cost. A retrofit may
itself be converted further. This file says what may be converted into what, and what must hold for it; the accounts of
capacity and of its fixed cost are in capacity.

What is converted is taken off existing and new capacity alike. That is exact if neither ends within the periods of the
scenario and both cost the same to keep, which the checks demand.
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
        description="Capacity that a retrofit gains per capacity of its original that is given up, each in its own "
        "unit.",
    ),
)  # fmt: skip


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add who converts whom, at which ratio; `capacity` takes what is converted off the stock of the original."""
    originals = originals_by_retrofit(data)
    m.retrofit_ratio = Param(m.asset, initialize=data["retrofit_ratio"])
    m.retrofits_of = Set(
        m.asset, within=m.asset,
        initialize=members_by(labels(data, "asset"), ((original, name) for name, original in originals.items())),
        description="assets that are made by converting an asset",
    )  # fmt: skip
    periods = labels(data, "period")
    m.periods_until = Set(
        m.period, within=m.period, initialize={y: [v for v in periods if v <= y] for y in periods},
        description="a period and those before it",
    )  # fmt: skip


def originals_by_retrofit(data: xr.Dataset) -> dict[str, str]:
    """Name of each retrofit → asset whose capacity it converts."""
    pairs = zip(labels(data, "asset"), labels(data, "retrofit_of"), strict=True)
    return {name: original for name, original in pairs if original}


def check(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """What may be converted stays until the last period and costs the same to keep, whenever it was built."""
    originals = originals_by_retrofit(data)
    for original in dict.fromkeys(originals.values()):
        retrofits = " and ".join(name for name, own in originals.items() if own == original)
        own = data.sel(asset=original)
        yield from _retiring(original, retrofits, own, rows)
        yield from _ending(original, retrofits, own, rows)
        yield from _unlike(original, retrofits, own, rows)
    for asset in labels(data, "asset"):
        where = rows.row("retrofit_ratio", asset)
        if where and asset not in originals:
            problem = f"retrofit_ratio has no effect on {asset}, which is no retrofit"
            yield Fault(where, problem, "remove the row, or name its original as retrofit_of where it is defined")


def _retiring(original: str, retrofits: str, own: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """Existing capacity that goes by itself cannot be told from what was converted before."""
    existing, periods = own["existing_capacity"].values, labels(own, "period")
    falls = np.flatnonzero(np.diff(existing) < 0)
    if len(falls):
        before, after = falls[0], falls[0] + 1
        yield Fault(
            rows.where("existing_capacity", original, period=periods[after]),
            f"existing_capacity of {original} falls from {existing[before]:g} in {periods[before]} to "
            f"{existing[after]:g} in {periods[after]}, but {retrofits} may have converted it by then, so that it would "
            "be taken off twice",
            "give it the same existing_capacity in every period, and what retires by itself an asset of its own",
        )


def _ending(original: str, retrofits: str, own: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """New capacity whose life ends within the periods would be taken off twice as well."""
    periods = own["period"].values
    built = periods[(own["maximum_new_capacity"] > 0).values]
    lifetime = float(own["lifetime"])
    ends = [int(year) for year in built if year + lifetime <= periods[-1]]
    if ends:
        yield Fault(
            rows.where("lifetime", original),
            f"{original} may be built in {ends[0]} and lives {lifetime:g} years, which is over before {periods[-1]}, "
            f"but {retrofits} may have converted it by then",
            "give it a lifetime that reaches beyond the last period, or maximum_new_capacity 0",
        )


def _unlike(original: str, retrofits: str, own: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """Nobody can say which vintage was converted, so all must cost the same to keep."""
    can_build = (own["maximum_new_capacity"] > 0).values
    cost, periods = own["overnight_cost"].values, labels(own, "period")
    differs = can_build & ~np.isclose(cost, cost[0], rtol=ROUNDING, equal_nan=True)
    if float(own["fixed_om_share"]) > 0 and differs.any():
        period = periods[int(np.argmax(differs))]
        yield Fault(
            rows.where("fixed_om_share", original),
            f"the fixed_om_share of {original} makes capacity of {period} cost another amount to keep than that of "
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
