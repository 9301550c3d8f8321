"""Build rate: the new capacity of named technologies together may not exceed a rate per year.

The limit is capacity per year. A period counts the years since the period before it; the first period counts the years
that it represents. Unused room of a period does not carry over to a later one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import xarray as xr
from pydantic import Field

from h2model.case import Provenance, Units
from h2model.engine import Constraint, Model, Param, Set
from h2model.errors import Fault
from h2model.frame.capacity import years_to_build
from h2model.frame.concern import Binding, Dual, Policy, Relax, Stage, Sums, equation
from h2model.policies.parts.entries import (
    Entry,
    Names,
    address,
    assets_inside,
    by_period,
    check_periods,
    described,
    members,
    members_by_entry,
    pairs_with_value,
    raise_if_any,
    regions_of,
    table,
    unit_together,
    words,
)

NAME = "build_rate"
DIMENSION = "build_limit"
MEANINGS = {
    DIMENSION: ("limits on building", ""),
    "build_counted": ("Whether the asset counts under the limit", "1"),
    "build_per_year": ("Maximum new capacity per year", "asset_unit/year"),
}


class Settings(Entry):
    """One limit: the technologies, and their maximum new capacity in a year."""

    technologies: Names = Field(
        description="Technologies of plants, stores or links whose new capacity counts together; all in one unit.",
    )
    limit: Mapping[int, str] = Field(
        min_length=1,
        description="Maximum new capacity per year, by period, as text with a unit, such as '100 MW/year'. The maximum "
        "of a period is this times the years since the period before, for the first period times the years that it "
        "represents. Periods left out are not limited.",
    )


def to_data(settings: Mapping[str, Settings], units: Units, coords: Mapping) -> xr.Dataset:
    """Return the limits of a scenario as arrays; InputError lists every fault."""
    faults: list[Fault] = []
    periods, assets = coords["period"].values.tolist(), coords["asset"].values
    limits, counted = [], []
    for name, entry in settings.items():
        regions = regions_of(address(NAME, name, "regions"), entry.regions, coords, faults)
        where = address(NAME, name, "technologies")
        counted.append(members(where, "asset", entry.technologies, assets_inside(coords, regions), coords, faults))
        unit = unit_together(where, coords["asset_technology"], coords["asset_unit"], counted[-1] > 0, faults)
        where = address(NAME, name, "limit")
        if unit:
            limits.append(by_period(where, entry.limit, f"{unit}/year", units, periods, faults))
        else:
            check_periods(where, entry.limit, periods, faults)
    raise_if_any(faults)
    data = xr.Dataset(
        {
            "build_counted": ((DIMENSION, "asset"), table(counted, len(assets))),
            "build_per_year": ((DIMENSION, "period"), table(limits, len(periods))),
        },
        coords={DIMENSION: words(list(settings)), "asset": assets, "period": periods},
    )
    return described(data, MEANINGS, units)


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add one row for every limit and period that it limits."""
    m.build_limit = Set(initialize=data[DIMENSION])
    m.build_assets = Set(m.build_limit, within=m.asset, initialize=members_by_entry(data["build_counted"], DIMENSION))
    m.build_per_year = Param(m.build_limit, m.period, initialize=data["build_per_year"])
    m.years_to_build = Param(m.period, initialize=years_to_build(data), unit="year")
    m.build_limited = Set(
        dimen=2, initialize=pairs_with_value(data["build_per_year"], DIMENSION),
        levels=("build_limited_entry", "build_limited_period"), description="limits on building and their periods",
    )  # fmt: skip
    m.build_rate = Constraint(m.build_limited, rule=build_rate.rule, unit="asset_unit")


@equation(
    dual=Dual(
        "saving from one more unit that may be built",
        Binding("rate of building {0}: one {1} more", per="{0} (present worth)", unit="{capacity}", over_life=True),
    ),
    relax=Relax(Stage.POLICY, "the build rate '{0}' for {1}", unit="{capacity}"),
    segments="is not indexed by time",
)
def build_rate(m, k, y):
    """Σ over assets of the technologies of new_capacity ≤ limit per year × years since the period before"""
    return sum(m.new_capacity[a, y] for a in m.build_assets[k]) <= m.build_per_year[k, y] * m.years_to_build[y]


def check(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """The technologies can be built in the periods of the limit."""
    can_build = (data["maximum_new_capacity"] > 0).any("period").transpose("asset").values
    technologies = data["asset_technology"].values
    counted = (data["build_counted"] > 0).transpose(DIMENSION, "asset").values
    for name, row in zip(data[DIMENSION].values, counted, strict=True):
        for technology in sorted(set(technologies[row]) - set(technologies[row & can_build])):
            problem = f"{technology} cannot be built (maximum_new_capacity 0), so the limit has no effect on it"
            yield Fault(address(NAME, name, "technologies"), problem, "remove it")


def unit_of(data: xr.Dataset, entry: str) -> str:
    """Return the unit of the capacities that count under a limit on building."""
    counted = data["build_counted"].sel({DIMENSION: entry}).values > 0
    return str(data["asset_unit"].values[counted][0])


POLICY = Policy(
    __name__,
    __doc__,
    declare=declare,
    check=check,
    equations=(build_rate,),
    needs=("new_capacity",),
    settings=Settings,
    to_data=to_data,
    dimension=DIMENSION,
    unit_of=unit_of,
)
