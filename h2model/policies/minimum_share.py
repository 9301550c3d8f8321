"""Minimum share: named technologies make at least a share of the yearly production of a carrier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import xarray as xr
from pydantic import Field

from h2model.case import Provenance, Units
from h2model.engine import Constraint, Expression, Model, Param, Set
from h2model.errors import Fault
from h2model.frame.concern import Binding, Dual, Policy, Relax, Stage, Sums, equation
from h2model.frame.units import carrier_unit
from h2model.policies.parts.entries import (
    Entry,
    Names,
    Share,
    address,
    described,
    makes_carrier,
    members,
    members_by_entry,
    numbers_by_period,
    pairs_with_value,
    raise_if_any,
    regions_of,
    table,
    unknown_names,
    words,
)

NAME = "minimum_share"
DIMENSION = "share_rule"
MEANINGS = {
    DIMENSION: ("shares that are asked for", ""),
    "share_carrier": ("Carrier of the share", ""),
    "share_named": ("Whether the plant counts for the share", "1"),
    "share_counted": ("Whether the plant counts for the whole", "1"),
    "share_required": ("Minimum share", "1"),
}


class Settings(Entry):
    """One rule: the carrier, the technologies, and their minimum share."""

    carrier: str = Field(description="Carrier whose production counts; imports and discharge do not.")
    technologies: Names = Field(description="Technologies that make the share.")
    share: Mapping[int, Share] = Field(
        min_length=1,
        description="Minimum share of the year's production, from 0 to 1, by period. Periods left out are not limited.",
    )


def to_data(settings: Mapping[str, Settings], units: Units, coords: Mapping) -> xr.Dataset:
    """Return the rules of a scenario as arrays; InputError lists every fault."""
    faults: list[Fault] = []
    periods, plants = coords["period"].values.tolist(), coords["plant"].values
    of_technologies, counted, shares = [], [], []
    for name, entry in settings.items():
        carriers = coords["carrier"].values.tolist()
        faults.extend(unknown_names(address(NAME, name, "carrier"), "carrier", [entry.carrier], carriers))
        regions = regions_of(address(NAME, name, "regions"), entry.regions, coords, faults)
        inside = np.isin(coords["plant_region"].values, regions)
        where = address(NAME, name, "technologies")
        of_technologies.append(members(where, "plant", entry.technologies, inside, coords, faults))
        counted.append(inside)
        shares.append(numbers_by_period(address(NAME, name, "share"), entry.share, periods, faults))
    raise_if_any(faults)
    data = xr.Dataset(
        {
            "share_carrier": ((DIMENSION,), words([entry.carrier for entry in settings.values()])),
            "share_named": ((DIMENSION, "plant"), table(of_technologies, len(plants))),
            "share_counted": ((DIMENSION, "plant"), table(counted, len(plants))),
            "share_required": ((DIMENSION, "period"), table(shares, len(periods))),
        },
        coords={DIMENSION: words(list(settings)), "plant": plants, "period": periods},
    )
    return described(data, MEANINGS, units)


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add the two productions of every rule, and one row for each of its periods."""
    m.share_rule = Set(initialize=data[DIMENSION])
    m.share_carrier = Param(m.share_rule, initialize=data["share_carrier"].values.tolist())
    m.share_required = Param(m.share_rule, m.period, initialize=data["share_required"])
    m.share_bound = Set(
        dimen=2, initialize=pairs_with_value(data["share_required"], DIMENSION),
        levels=("share_bound_rule", "share_bound_period"), description="rules on shares, and limited periods",
    )  # fmt: skip
    for ratio, kind in (("output", "makers"), ("part_load_slope", "curved_makers")):
        makes = makes_carrier(data, ratio, data["share_carrier"].values)
        for group in ("named", "counted"):
            members_of = members_by_entry(data[f"share_{group}"].transpose(DIMENSION, "plant") * makes, DIMENSION)
            m.add_component(f"share_{group}_{kind}", Set(m.share_rule, within=m.plant, initialize=members_of))
    m.named_production = Expression(m.share_bound, rule=named_production, unit="carrier_unit/year")
    m.total_production = Expression(m.share_bound, rule=total_production, unit="carrier_unit/year")
    m.production_share = Constraint(m.share_bound, rule=production_share.rule, unit="carrier_unit/year")


def _production(m, k, y, makers, curved_makers):
    """Σ over time of duration × (output × activity + part_load_output) of these plants"""
    carrier = m.share_carrier[k]
    made = sum(m.duration[t] * m.output[p, carrier, y] * m.activity[p, y, t] for p in makers for t in m.time)
    on_curve = sum(m.duration[t] * m.part_load_output[p, carrier, y, t] for p in curved_makers for t in m.time)
    return made + on_curve


def named_production(m, k, y):
    """named_production = production of the carrier by the named technologies"""
    return _production(m, k, y, m.share_named_makers[k], m.share_named_curved_makers[k])


def total_production(m, k, y):
    """total_production = production of the carrier by all plants in the regions"""
    return _production(m, k, y, m.share_counted_makers[k], m.share_counted_curved_makers[k])


@equation(
    dual=Dual(
        "saving from one unit less that the named technologies must make in the year",
        Binding("share {0}: one {1} a year less from those named"),
    ),
    relax=Relax(Stage.POLICY, "the minimum share '{0}' of {1}", unit="{amount}/year"),
    segments="sums over the year: the means of segments have the same sums",
)
def production_share(m, k, y):
    """named_production ≥ share × total_production"""
    return m.named_production[k, y] >= m.share_required[k, y] * m.total_production[k, y]


def check(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """The named technologies make the carrier, and other plants make it as well."""
    carriers = data["share_carrier"].values
    makes = np.maximum(*(makes_carrier(data, ratio, carriers) for ratio in ("output", "part_load_slope")))
    of_technologies = (data["share_named"] > 0).transpose(DIMENSION, "plant").values
    counted = data["share_counted"].transpose(DIMENSION, "plant").values * makes > 0
    technologies = data["plant_technology"].values
    for row, (name, carrier) in enumerate(zip(data[DIMENSION].values, data["share_carrier"].values, strict=True)):
        where = address(NAME, name, "technologies")
        idle = set(technologies[of_technologies[row]]) - set(technologies[counted[row]])
        for technology in sorted(idle):
            problem = f"no plant of {technology} makes {carrier}, so it has no effect"
            yield Fault(where, problem, f"remove it, or name technologies that make {carrier}")
        if not idle and not (counted[row] & ~of_technologies[row]).any():
            problem = f"all plants that make {carrier} in these regions are named, so any share is met"
            yield Fault(where, problem, "remove the rule, or name fewer technologies")


def unit_of(data: xr.Dataset, entry: str) -> str:
    """Return the unit of the carrier of the share."""
    return carrier_unit(data, str(data["share_carrier"].sel({DIMENSION: entry}).values))


POLICY = Policy(
    __name__,
    __doc__,
    declare=declare,
    check=check,
    equations=(production_share,),
    expressions=(named_production, total_production),
    needs=("activity", "output", "part_load_output"),
    settings=Settings,
    to_data=to_data,
    dimension=DIMENSION,
    unit_of=unit_of,
)
