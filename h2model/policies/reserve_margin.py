"""Reserve margin: the firm capacity for a carrier exceeds its production at all times, by a margin.

The firm capacity of a named technology is a share of its full-load production, at any availability: 1 for a power plant
with fuel at hand, about 0 for wind and sun. Production is that of all plants in the regions, gross of their own use and
of charging. Imports and discharge are neither load nor firm capacity.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated

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

NAME = "reserve_margin"
DIMENSION = "margin_rule"
Margin = Annotated[float, Field(ge=0, strict=True)]
MEANINGS = {
    DIMENSION: ("reserve margins", ""),
    "margin_carrier": ("Carrier of the margin", ""),
    "margin_counted": ("Whether the production of the plant counts", "1"),
    "margin_firm_share": ("Share of the plant's capacity that is firm", "1"),
    "margin_required": ("Minimum firm capacity above production, as a share of it", "1"),
}


class Settings(Entry):
    """One margin: the carrier, the firm technologies, and the margin by period."""

    carrier: str = Field(description="Carrier of the margin, such as electricity.")
    firm_share: Mapping[str, Share] = Field(
        min_length=1,
        description="Technologies of plants that make the carrier by a fixed ratio, each with the share of its "
        "capacity that counts as firm, from 0 to 1.",
    )
    margin: Mapping[int, Margin] = Field(
        min_length=1,
        description="Minimum of firm capacity above the production of the carrier in every step, as a share of it "
        "(0.18 for 18 %), by period. Periods left out are not limited.",
    )


def to_data(settings: Mapping[str, Settings], units: Units, coords: Mapping) -> xr.Dataset:
    """Return the margins of a scenario as arrays; InputError lists every fault."""
    faults: list[Fault] = []
    periods, plants = coords["period"].values.tolist(), coords["plant"].values
    counted, firm, margins = [], [], []
    for name, entry in settings.items():
        carriers = coords["carrier"].values.tolist()
        faults.extend(unknown_names(address(NAME, name, "carrier"), "carrier", [entry.carrier], carriers))
        regions = regions_of(address(NAME, name, "regions"), entry.regions, coords, faults)
        inside = np.isin(coords["plant_region"].values, regions)
        where = address(NAME, name, "firm_share")
        shares = [
            share * members(where, "plant", [technology], inside, coords, faults)
            for technology, share in entry.firm_share.items()
        ]
        counted.append(inside)
        firm.append(np.sum(shares, axis=0))
        margins.append(numbers_by_period(address(NAME, name, "margin"), entry.margin, periods, faults))
    raise_if_any(faults)
    data = xr.Dataset(
        {
            "margin_carrier": ((DIMENSION,), words([entry.carrier for entry in settings.values()])),
            "margin_counted": ((DIMENSION, "plant"), table(counted, len(plants))),
            "margin_firm_share": ((DIMENSION, "plant"), table(firm, len(plants))),
            "margin_required": ((DIMENSION, "period"), table(margins, len(periods))),
        },
        coords={DIMENSION: words(list(settings)), "plant": plants, "period": periods},
    )
    return described(data, MEANINGS, units)


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add the firm capacity of every margin, and one row for each of its periods and each step."""
    m.margin_rule = Set(initialize=data[DIMENSION])
    m.margin_carrier = Param(m.margin_rule, initialize=data["margin_carrier"].values.tolist())
    m.margin_required = Param(m.margin_rule, m.period, initialize=data["margin_required"])
    m.margin_firm_share = Param(m.margin_rule, m.plant, initialize=data["margin_firm_share"])
    m.margin_bound = Set(
        dimen=2, initialize=pairs_with_value(data["margin_required"], DIMENSION),
        levels=("margin_bound_rule", "margin_bound_period"), description="margins and the periods that they bind",
    )  # fmt: skip
    carriers = data["margin_carrier"].values
    for ratio, name in (("output", "margin_makers"), ("part_load_slope", "margin_curved_makers")):
        makers = data["margin_counted"].transpose(DIMENSION, "plant") * makes_carrier(data, ratio, carriers)
        m.add_component(name, Set(m.margin_rule, within=m.plant, initialize=members_by_entry(makers, DIMENSION)))
    firm = members_by_entry(data["margin_firm_share"], DIMENSION)
    m.firm_plants = Set(m.margin_rule, within=m.plant, initialize=firm)
    m.firm_capacity = Expression(
        m.margin_bound, rule=firm_capacity, unit="carrier_unit/hour",
        description="production of the carrier by the firm share of capacity",
    )  # fmt: skip
    m.reserve_margin = Constraint(m.margin_bound, m.time, rule=reserve_margin.rule, unit="carrier_unit/hour")


def firm_capacity(m, k, y):
    """firm_capacity = Σ over named plants of firm_share × output × capacity"""
    carrier = m.margin_carrier[k]
    return sum(m.margin_firm_share[k, p] * m.output[p, carrier, y] * m.capacity[p, y] for p in m.firm_plants[k])


@equation(
    dual=Dual(
        "saving from one unit less of firm capacity in this step: the price of firm capacity",
        Binding("reserve margin {0}: one {1}/hour less", per="({0}/hour)/year"),
    ),
    relax=Relax(Stage.POLICY, "the reserve margin '{0}' of {1}", unit="{amount}/year", by_time=True),
    segments="linear in production: if it holds in every hour, it holds for the means of segments",
)
def reserve_margin(m, k, y, t):
    """firm_capacity ≥ (1 + margin) × production of the carrier by all plants in the regions"""
    carrier = m.margin_carrier[k]
    made = sum(m.output[p, carrier, y] * m.activity[p, y, t] for p in m.margin_makers[k])
    on_curve = sum(m.part_load_output[p, carrier, y, t] for p in m.margin_curved_makers[k])
    return m.firm_capacity[k, y] >= (1 + m.margin_required[k, y]) * (made + on_curve)


def check(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """The firm technologies make the carrier by a fixed ratio, and have a capacity."""
    makes = makes_carrier(data, "output", data["margin_carrier"].values) > 0
    is_firm = (data["margin_firm_share"] > 0).transpose(DIMENSION, "plant").values
    technologies, is_mode = data["plant_technology"].values, data["plant_mode_of"].values != ""
    for row, (name, carrier) in enumerate(zip(data[DIMENSION].values, data["margin_carrier"].values, strict=True)):
        where = address(NAME, name, "firm_share")
        for technology in sorted(set(technologies[is_firm[row] & ~makes[row]])):
            problem = f"{technology} does not make {carrier} by a fixed ratio, so its firm capacity is undefined"
            yield Fault(where, problem, f"remove it, or name technologies that make {carrier}")
        for technology in sorted(set(technologies[is_firm[row] & makes[row] & is_mode])):
            problem = f"{technology} is a mode, which has no capacity"
            yield Fault(where, problem, "name the technology of the plant, and give it the output")


def unit_of(data: xr.Dataset, entry: str) -> str:
    """Return the unit of the carrier whose supply must be firm."""
    return carrier_unit(data, str(data["margin_carrier"].sel({DIMENSION: entry}).values))


POLICY = Policy(
    __name__,
    __doc__,
    declare=declare,
    check=check,
    equations=(reserve_margin,),
    expressions=(firm_capacity,),
    needs=("capacity", "activity", "output", "part_load_output"),
    settings=Settings,
    to_data=to_data,
    dimension=DIMENSION,
    unit_of=unit_of,
)
