"""Growth limit: the capacity or activity of named technologies together grows by at most a rate per year.

The limit applies to their capacity, or to their annual use or production of the reference carrier (`of: activity`). The
rate compounds over the years since the period before; the first period counts the years that it represents, and grows
from `before`. An additional `seed` is allowed in any period, so that growth can begin from zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import numpy as np
import xarray as xr
from pydantic import Field

from h2model.case import Units
from h2model.engine import Constraint, Expression, Model, Param, Set
from h2model.errors import Fault
from h2model.frame.capacity import years_to_build
from h2model.frame.concern import Binding, Dual, Policy, Relax, Stage, Sums, equation
from h2model.frame.sets import labels
from h2model.policies.parts.entries import (
    Coords,
    Entry,
    Names,
    address,
    assets_inside,
    described,
    members,
    members_by_entry,
    numbers_by_period,
    quantity,
    raise_if_any,
    regions_of,
    table,
    unit_together,
    words,
)

NAME = "growth_limit"
DIMENSION = "growth"
UNIT = "unit of what grows"
Rate = Annotated[float, Field(ge=0, strict=True)]
MEANINGS = {
    DIMENSION: ("limits on growth", ""),
    "growth_asset": ("Whether the asset's capacity counts under the limit", "1"),
    "growth_plant": ("Whether the plant counts under the limit", "1"),
    "growth_before": ("Amount one period before the first", UNIT),
    "growth_seed": ("Additional amount allowed in any period", UNIT),
    "growth_rate": ("Maximum growth per year", "1/year"),
}


class Settings(Entry):
    """One limit: the technologies, the quantity that grows, its rate, and its start."""

    technologies: Names = Field(description="Technologies that grow together; all in one unit.")
    of: Literal["capacity", "activity"] = Field(
        "capacity", description="Capacity, or annual use or production of the reference carrier."
    )
    rate: Mapping[int, Rate] = Field(
        min_length=1,
        description="Maximum growth per year, as a share (0.1 for 10 %), by period. Periods left out are not limited.",
    )
    before: str | None = Field(
        None,
        description="Amount one period before the first, as text with a unit, such as '20 MW' or "
        "'160 GWh/year'; needed if the first period is limited.",
    )
    seed: str | None = Field(
        None, description="Additional amount allowed in any period, as text with a unit; none if not given."
    )


def to_data(settings: Mapping[str, Settings], units: Units, coords: Mapping) -> xr.Dataset:
    """Return the limits of a scenario as arrays; InputError lists every fault."""
    faults: list[Fault] = []
    periods = coords["period"].values.tolist()
    counted: dict[str, list] = {"asset": [], "plant": []}
    rates, amounts = [], {"before": [], "seed": []}
    for name, entry in settings.items():
        unit = _count(name, entry, coords, counted, faults)
        rates.append(numbers_by_period(address(NAME, name, "rate"), entry.rate, periods, faults))
        for key, values in amounts.items():
            text, where = getattr(entry, key), address(NAME, name, key)
            values.append(quantity(where, text, unit, units, faults) if text is not None and unit else 0.0)
        if entry.before is None and periods[0] in entry.rate:
            problem = f"{periods[0]} is the first period, and the amount before it is not given"
            faults.append(Fault(address(NAME, name, "before"), problem, "add before, or leave this period out"))
    raise_if_any(faults)
    sizes = {kind: coords[kind].size for kind in counted}
    data = xr.Dataset(
        {f"growth_{kind}": ((DIMENSION, kind), table(rows, sizes[kind])) for kind, rows in counted.items()}
        | {f"growth_{key}": ((DIMENSION,), table(values)) for key, values in amounts.items()}
        | {"growth_rate": ((DIMENSION, "period"), table(rates, len(periods)))},
        coords={DIMENSION: words(list(settings)), "period": periods} | {kind: coords[kind].values for kind in counted},
    )
    return described(data, MEANINGS, units)


def _count(name: str, entry: Settings, coords: Coords, counted: dict, faults: list[Fault]) -> str:
    """Add the assets or plants that count for an entry, and return the unit of their amounts."""
    regions = regions_of(address(NAME, name, "regions"), entry.regions, coords, faults)
    where, kind = address(NAME, name, "technologies"), "asset" if entry.of == "capacity" else "plant"
    inside = assets_inside(coords, regions) if kind == "asset" else np.isin(coords["plant_region"].values, regions)
    counts = members(where, kind, entry.technologies, inside, coords, faults)
    for other, rows in counted.items():
        rows.append(counts if other == kind else np.zeros(coords[other].size))
    if kind == "asset":
        return unit_together(where, coords["asset_technology"], coords["asset_unit"], counts > 0, faults)
    unit_of = dict(zip(coords["carrier"].values.tolist(), coords["carrier_unit"].values.tolist(), strict=True))
    of_plants = xr.DataArray([unit_of.get(carrier, "") for carrier in coords["plant_carrier"].values.tolist()])
    unit = unit_together(where, coords["plant_technology"], of_plants, counts > 0, faults)
    return f"{unit}/year" if unit else ""


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add the growing amounts, and one row for every limit and limited period."""
    m.growth = Set(initialize=data[DIMENSION])
    m.growth_assets = Set(m.growth, within=m.asset, initialize=members_by_entry(data["growth_asset"], DIMENSION))
    m.growth_plants = Set(m.growth, within=m.plant, initialize=members_by_entry(data["growth_plant"], DIMENSION))
    periods, factor = labels(data, "period"), growth_factor(data)
    m.growth_factor = Param(m.growth, m.period, initialize=factor)
    m.growth_free = Param(m.growth, m.period, initialize=growth_free(data, factor))
    m.period_just_before = Set(
        m.period, within=m.period, initialize={y: periods[max(i - 1, 0) : i] for i, y in enumerate(periods)},
        description="the period before; none for the first one",
    )  # fmt: skip
    is_limited = data["growth_rate"].notnull().transpose(DIMENSION, "period").values
    m.growth_limited = Set(
        dimen=2, initialize=[(labels(data, DIMENSION)[i], periods[j]) for i, j in np.argwhere(is_limited)],
        levels=("growth_limited_entry", "growth_limited_period"), description="limits on growth and their periods",
    )  # fmt: skip
    m.growing = Expression(
        m.growth, m.period, rule=growing, unit=UNIT,
        description="growing amount: capacity in its unit, or annual activity in its unit times hours per year",
    )  # fmt: skip
    m.growth_limit = Constraint(m.growth_limited, rule=growth_limit.rule, unit=UNIT)


def growing(m, k, y):
    """growing = Σ capacity of the technologies, or Σ over time of duration × their activity"""
    stands = sum(m.capacity[a, y] for a in m.growth_assets[k])
    return stands + sum(m.duration[t] * m.activity[p, y, t] for p in m.growth_plants[k] for t in m.time)


@equation(
    dual=Dual(
        "saving from one more unit of growth",
        Binding("growth of {0}: one {1} more", per="{0} (present worth)", unit="unit", over_life=True),
    ),
    relax=Relax(Stage.POLICY, "the growth limit '{0}' of {1}"),
    segments="capacity and sums over the year: the means of segments have the same sums",
)
def growth_limit(m, k, y):
    """growing ≤ (1 + rate)^years × growing in the period before + seed"""
    before = sum(m.growing[k, v] for v in m.period_just_before[y])
    return m.growing[k, y] <= m.growth_factor[k, y] * before + m.growth_free[k, y]


def growth_factor(data: xr.Dataset) -> xr.Variable:
    """Return the maximum factor of growth since the period before (growth, period); 0 if not limited."""
    rate = data.variables["growth_rate"].transpose(DIMENSION, "period").values
    return xr.Variable((DIMENSION, "period"), np.nan_to_num((1 + rate) ** years_to_build(data)))


def growth_free(data: xr.Dataset, factor: xr.Variable) -> xr.Variable:
    """Return the amounts allowed apart from earlier periods: the seed, and first the growth from `before`."""
    free = np.repeat(data["growth_seed"].values[:, None], data.sizes["period"], axis=1)
    free[:, 0] += factor.values[:, 0] * data["growth_before"].values
    return xr.Variable((DIMENSION, "period"), free)


POLICY = Policy(
    __name__,
    __doc__,
    declare=declare,
    equations=(growth_limit,),
    expressions=(growing,),
    needs=("capacity", "activity"),
    settings=Settings,
    to_data=to_data,
    dimension=DIMENSION,
)
