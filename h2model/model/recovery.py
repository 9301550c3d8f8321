"""Recovery: scrap and waste recovered from delivered products, such as plastic waste or scrap metal.

The recoverable amount of a year follows from the deliveries of that year: a steady state, in which products wear out as
fast as new ones are made. The recovered amount is a supply of its carrier in the region of the demand; its carbon has
not left.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from h2model.case import Parameter, Provenance
from h2model.constants import ROUNDING
from h2model.engine import Constraint, Expression, Model, Param, Set, Var
from h2model.errors import Fault
from h2model.frame.concern import Concern, Sums, equation
from h2model.frame.sets import carrier_regions, labels, members_by, nonzero_pairs

PARAMETERS = (
    Parameter(
        "recoverable", dims=("demand", "carrier"), unit="{carrier}/{amount}", default=0.0, lower=0.0,
        description="Recoverable amount of a carrier per amount delivered.",
    ),
    Parameter(
        "recovery_cost", dims=("demand", "carrier"), unit="{money}/{carrier}", default=0.0, lower=-np.inf,
        description="Cost of collecting and sorting per recovered amount; negative for a fee received.",
    ),
)  # fmt: skip


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add recovered amounts, their limit and their cost."""
    pairs = nonzero_pairs(data, "recoverable", "demand", "carrier")
    m.recovery = Set(
        dimen=2,
        initialize=pairs,
        levels=("recovery_demand", "recovery_carrier"),
        description="demands and the carriers recoverable from them",
    )
    region_of = dict(zip(labels(data, "demand"), labels(data, "demand_region"), strict=True))
    by_region = members_by(carrier_regions(data), (((c, region_of[d]), (d, c)) for d, c in pairs))
    m.recoveries_of = Set(m.carrier, m.region, dimen=2, within=m.recovery, initialize=by_region)
    demands, carriers = ({name: n for n, name in enumerate(labels(data, kind))} for kind in ("demand", "carrier"))
    for name, parameter in (("recoverable", "recoverable"), ("recovery_price", "recovery_cost")):
        table = data.variables[parameter].transpose("demand", "carrier").values
        values = {(d, c): float(table[demands[d], carriers[c]]) for d, c in pairs}
        m.add_component(name, Param(m.recovery, initialize=values))

    m.recovered = Var(
        m.recovery, m.period, m.time, bounds=(0, None), unit="carrier_unit/hour", description="recovered flow"
    )
    index = (m.recovery, m.period)
    m.recovered_volume = Expression(
        *index, rule=recovered_volume, unit="carrier_unit/year", description="volume recovered in the year"
    )
    m.recovery_limit = Constraint(*index, rule=recovery_limit.rule, unit="carrier_unit/year")
    m.recovery_cost = Expression(*index, rule=recovery_cost, unit="money/year", description="cost of recovery")
    sums.cost["recovery_cost"] = lambda m, y: sum(m.recovery_cost[d, c, y] for d, c in m.recovery)
    sums.supply.append(recovery_supply)


@equation(
    dual="saving from one more unit that may be recovered",
    relax="never: no more can be recovered than was delivered",
    segments="a sum over the year: the means of segments have the same sum",
)
def recovery_limit(m, d, c, y):
    """recovered_volume ≤ recoverable × delivered"""
    return m.recovered_volume[d, c, y] <= m.recoverable[d, c] * m.delivered[d, y]


def recovered_volume(m, d, c, y):
    """recovered_volume = Σ over time of duration × recovered"""
    return sum(m.duration[t] * m.recovered[d, c, y, t] for t in m.time)


def recovery_cost(m, d, c, y):
    """recovery_cost = recovery_cost × recovered_volume"""
    return m.recovery_price[d, c] * m.recovered_volume[d, c, y]


def recovery_supply(m, c, r, y, t):
    """Σ recovered"""
    return sum(m.recovered[d, k, y, t] for d, k in m.recoveries_of[c, r])


def check(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """A recovered amount holds at most the carbon of the product, by origin; every recovery_cost has an effect."""
    content = data.variables["carbon_content"].transpose("carrier", "origin").values
    recoverable = data.variables["recoverable"].transpose("demand", "carrier").values
    carriers = labels(data, "demand_carrier")
    carrier_positions = data.get_index("carrier").get_indexer(carriers)
    recovered = recoverable @ content
    leaving = content[carrier_positions] * (1 - data.variables["released_share"].fillna(0.0).values[:, None])
    too_much = recovered > leaving + ROUNDING * np.maximum(1.0, leaving)
    demands, origins = labels(data, "demand"), labels(data, "origin")
    for i, j in np.argwhere(too_much):
        carrier = labels(data, "carrier")[int(np.argmax(recoverable[i] * content[:, j]))]
        yield Fault(
            provenance.where("recoverable", demands[i], carrier=carrier),
            f"the carriers recoverable from {demands[i]} hold more {origins[j]} carbon than the product: "
            f"{recovered[i, j]:.6g} t recovered, {leaving[i, j]:.6g} t delivered, per amount",
            "lower recoverable, or correct the released_share of the demand or the carbon_content of the carriers",
        )
    for i, (demand, carrier) in enumerate(zip(demands, carriers, strict=True)):
        ratio = float(recoverable[i, carrier_positions[i]])
        if ratio >= 1:
            yield Fault(
                provenance.where("recoverable", demand, carrier=carrier),
                f"{ratio:g} of the {carrier} of {demand} is recoverable, so it would supply itself",
                "lower recoverable below 1, or recover another carrier that a plant processes",
            )
    pairs = set(nonzero_pairs(data, "recoverable", "demand", "carrier"))
    for demand, carrier in nonzero_pairs(data, "recovery_cost", "demand", "carrier"):
        if (demand, carrier) not in pairs:
            yield Fault(
                provenance.where("recovery_cost", demand, carrier=carrier),
                f"recovery_cost has no effect: no {carrier} is recoverable from {demand}",
                "add a row recoverable, or remove the row",
            )


CONCERN = Concern(
    __name__,
    __doc__,
    declare=declare,
    check=check,
    parameters=PARAMETERS,
    equations=(recovery_limit,),
    expressions=(recovered_volume, recovery_cost),
    needs=("delivered",),
)
