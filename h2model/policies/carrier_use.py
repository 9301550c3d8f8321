"""Carrier use: the total use of a carrier in named regions may not exceed an amount per year.

Counts the inputs of plants, their standby use and the work of heat pumps, demands as far as they are served, and the
energy that links use on their way. Storage losses and exports do not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import xarray as xr
from pydantic import Field

from h2model.case import Provenance, Units
from h2model.engine import Constraint, Expression, Model, Param, Set
from h2model.errors import Fault
from h2model.frame.concern import Binding, Dual, Policy, Relax, Stage, Sums, equation
from h2model.frame.sets import labels, nonzero_pairs
from h2model.frame.units import carrier_unit
from h2model.policies.parts.entries import (
    Coords,
    Entry,
    address,
    by_period,
    described,
    pairs_with_value,
    raise_if_any,
    regions_of,
    table,
    unknown_names,
    words,
)

NAME = "carrier_use"
DIMENSION = "use_cap"
MEANINGS = {
    DIMENSION: ("caps on the use of a carrier", ""),
    "use_carrier": ("Carrier whose use is capped", ""),
    "use_region": ("Whether use in the region counts", "1"),
    "use_limit": ("Largest use in a year", "{carrier}/year"),
}


class Settings(Entry):
    """One cap: the carrier, where its use counts, and how much may be used."""

    carrier: str = Field(description="Carrier whose use is capped, such as biomass, electricity or water.")
    limit: Mapping[int, str] = Field(
        min_length=1,
        description="Largest use in a year, by period, as text with a unit, such as '1.5 TWh/year'. Periods left out "
        "are not limited.",
    )


def to_data(settings: Mapping[str, Settings], units: Units, coords: Coords) -> xr.Dataset:
    """Return the caps of a scenario as arrays; InputError lists every fault."""
    faults: list[Fault] = []
    periods, carriers, regions = (coords[name].values.tolist() for name in ("period", "carrier", "region"))
    counted, limits = [], []
    for name, entry in settings.items():
        unknown = list(unknown_names(address(NAME, name, "carrier"), "carrier", [entry.carrier], carriers))
        faults += unknown
        inside = regions_of(address(NAME, name, "regions"), entry.regions, coords, faults)
        counted.append([region in inside for region in regions])
        if not unknown:
            where = address(NAME, name, "limit")
            limits.append(by_period(where, entry.limit, "{amount}/year", units, periods, faults, entry.carrier))
    raise_if_any(faults)
    data = xr.Dataset(
        {
            "use_carrier": (DIMENSION, words([entry.carrier for entry in settings.values()])),
            "use_region": ((DIMENSION, "region"), table(counted, len(regions))),
            "use_limit": ((DIMENSION, "period"), table(limits, len(periods))),
        },
        coords={DIMENSION: words(list(settings)), "region": regions, "period": periods},
    )
    return described(data, MEANINGS, units)


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add one row for every cap and period with a limit."""
    m.use_cap = Set(initialize=data[DIMENSION])
    m.use_carrier = Param(m.use_cap, initialize=data["use_carrier"].values.tolist())
    m.use_region = Param(m.use_cap, m.region, initialize=data["use_region"])
    m.use_limit = Param(m.use_cap, m.period, initialize=data["use_limit"])
    m.use_capped = Set(
        dimen=2,
        initialize=pairs_with_value(data["use_limit"], DIMENSION),
        levels=("use_capped_entry", "use_capped_period"),
        description="caps on the use of a carrier and the periods that they limit",
    )
    unit = "carrier_unit/year"
    m.carrier_use = Expression(m.use_capped, rule=carrier_use, unit=unit, description="use that a cap counts")
    m.carrier_use_limit = Constraint(m.use_capped, rule=carrier_use_limit.rule, unit=unit)


def carrier_use(m, k, y):
    """carrier_use = Σ over counted regions of use by plants, heat pumps and links in the year + delivered demands"""
    c = m.use_carrier[k]
    return sum(
        m.use_region[k, r]
        * (use_by_plants(m, c, r, y) + use_by_heat_pumps(m, c, r, y) + use_by_links(m, c, r, y) + served(m, c, r, y))
        for r in m.region
    )


def use_by_plants(m, c, r, y):
    """Σ duration × input × activity + Σ duration × standby_use × (availability × capacity − online)"""
    inputs = sum(m.duration[t] * m.input[p, c, y] * m.activity[p, y, t] for p in m.plants_using[c, r] for t in m.time)
    standby = sum(
        m.duration[t] * m.standby_use[p, c] * (m.availability[p, y, t] * m.capacity[p, y] - m.online[p, y, t])
        for p in m.plants_on_standby[c, r]
        for t in m.time
    )
    return inputs + standby


def use_by_heat_pumps(m, c, r, y):
    """Σ duration × work_share × work + Σ duration × source_share × (activity − work), with work = activity ÷ COP"""
    work = sum(
        m.duration[t] * m.work_share[p, c] * m.work_per_heat[p, t] * m.activity[p, y, t]
        for p in m.plants_with_work_share[c, r]
        for t in m.time
    )
    source = sum(
        m.duration[t] * m.source_share[p, c] * (1 - m.work_per_heat[p, t]) * m.activity[p, y, t]
        for p in m.plants_with_source_share[c, r]
        for t in m.time
    )
    more_work = sum(
        m.duration[t] * m.work_share[p, c] * m.more_work[p, y, t]
        for p in m.varying_with_work_share[c, r]
        for t in m.time
    )
    less_source = sum(
        m.duration[t] * m.source_share[p, c] * m.more_work[p, y, t]
        for p in m.varying_with_source_share[c, r]
        for t in m.time
    )
    return work + more_work + source - less_source


def use_by_links(m, c, r, y):
    """Σ duration × energy_use × flow that starts in the region"""
    return sum(
        m.duration[t] * m.energy_use[m.link_of[w], c] * m.flow[w, y, t] for w in m.ways_using[c, r] for t in m.time
    )


def served(m, c, r, y):
    """Σ delivered, of demands for the carrier in the region"""
    fixed = sum(m.delivered[d, y] for d in m.fixed_demands_of[c, r])
    return fixed + sum(m.delivered[d, y] for d in m.flexible_demands_of[c, r])


@equation(
    dual=Dual(
        "saving from one more unit of the carrier that may be used in the year: its scarcity rent",
        Binding("use under {0}: one {1} a year more"),
    ),
    relax=Relax(Stage.POLICY, "the cap on use '{0}' of {1}", limit="use_limit", unit="{amount}/year"),
    segments="a sum over the year: the means of segments have the same sum",
)
def carrier_use_limit(m, k, y):
    """carrier_use ≤ limit"""
    return m.carrier_use[k, y] <= m.use_limit[k, y]


def check(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """A cap counts a use of its carrier, and its limit is at least 0: use is never negative."""
    users = regions_with_use(data)
    for name, carrier in zip(labels(data, DIMENSION), labels(data, "use_carrier"), strict=True):
        entry = data.sel({DIMENSION: name})
        regions = [region for region in labels(data, "region") if entry["use_region"].sel(region=region) > 0]
        if not users[carrier] & set(regions):
            problem = f"nothing uses {carrier} in {', '.join(regions)}, so it has no effect"
            yield Fault(address(NAME, name, "carrier"), problem, "remove the cap, or name regions that use the carrier")
        for period in entry["period"].values[entry["use_limit"].values < 0].tolist():
            problem = "the limit is negative, but the use of a carrier is at least 0"
            yield Fault(address(NAME, name, f"limit.{period}"), problem, "set it to 0 or more")


def regions_with_use(data: xr.Dataset) -> dict[str, set[str]]:
    """Return the regions where plants, links or demands use a carrier, by carrier."""
    users: dict[str, set[str]] = {carrier: set() for carrier in labels(data, "carrier")}
    region_of = dict(zip(labels(data, "plant"), labels(data, "plant_region"), strict=True))
    for ratio in ("input", "standby_use", "work_share", "source_share"):
        for plant, carrier in nonzero_pairs(data, ratio, "plant", "carrier"):
            users[carrier].add(region_of[plant])
    ends = zip(*(labels(data, f"link_{name}") for name in ("from", "to", "two_way")), strict=True)
    starts = {
        link: {start, end} if both else {start}
        for link, (start, end, both) in zip(labels(data, "link"), ends, strict=True)
    }
    for link, carrier in nonzero_pairs(data, "energy_use", "link", "carrier"):
        users[carrier] |= starts[link]
    for carrier, region in zip(labels(data, "demand_carrier"), labels(data, "demand_region"), strict=True):
        users[carrier].add(region)
    return users


def unit_of(data: xr.Dataset, entry: str) -> str:
    """Return the unit of the carrier whose use is capped."""
    return carrier_unit(data, str(data["use_carrier"].sel({DIMENSION: entry}).values))


POLICY = Policy(
    __name__,
    __doc__,
    declare=declare,
    check=check,
    equations=(carrier_use_limit,),
    expressions=(carrier_use,),
    needs=(
        *("input", "activity", "plants_using"),
        *("standby_use", "availability", "capacity", "online", "plants_on_standby"),
        *("work_share", "work_per_heat", "more_work", "plants_with_work_share", "varying_with_work_share"),
        *("source_share", "plants_with_source_share", "varying_with_source_share"),
        *("energy_use", "link_of", "flow", "ways_using"),
        *("delivered", "fixed_demands_of", "flexible_demands_of"),
    ),
    settings=Settings,
    to_data=to_data,
    dimension=DIMENSION,
    unit_of=unit_of,
)
