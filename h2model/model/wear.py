"""Wear: stacks age with operating hours, consume more energy, and are replaced at a cost.

Over its life, a stack consumes on average half of the final rise more than a new one. The model uses this mean, because
a plant has stacks of all ages. Replacement is paid per operating hour, so a plant with fewer operating hours keeps its
stacks longer.
"""

from __future__ import annotations

from collections.abc import Iterable

import xarray as xr

from h2model.case import Parameter, Plausible, Provenance
from h2model.engine import Expression, Model, Param
from h2model.errors import Fault
from h2model.frame.concern import Concern, Sums
from h2model.frame.sets import labels, members_where, nonzero_pairs

PARAMETERS = (
    Parameter(
        "stack_lifetime", dims=("plant",), unit="hour", default=None, lower=1.0,
        plausible=(Plausible(5e3, 2e5),),
        description="Operating hours after which the stacks of an electrolyser are replaced.",
    ),
    Parameter(
        "stack_replacement_cost", dims=("plant", "period"), unit="{money}/{capacity}", default=0.0, lower=0.0,
        plausible=(Plausible(1e3, 1e7, "MW"),),
        description="Cost of replacing the stacks of one unit of capacity.",
    ),
    Parameter(
        "degradation", dims=("plant", "carrier"), unit="1/hour", default=0.0, lower=0.0,
        plausible=(Plausible(1e-8, 1e-4),),
        description="Rise of consumption per amount of an output and operating hour, as a share of that when new.",
    ),
)  # fmt: skip


def prepare(data: xr.Dataset) -> dict[str, xr.Variable]:
    """Return the ratios of plants, on average over the life of their stacks.

    The output of the carrier falls; where that carrier is the one to which the plant refers, the inputs rise instead.
    """
    variables, rise = data.variables, mean_rise(data)
    is_reference = variables["plant_carrier"] == variables["carrier"].to_base_variable()
    of_reference = rise.where(is_reference, 0.0).sum("carrier")
    of_output = 1 + rise.where(~is_reference, 0.0)
    reduced = {name: variables[name] / of_output for name in ("output", "part_load_slope", "part_load_intercept")}
    return {**reduced, "input": variables["input"] * (1 + of_reference)}


def mean_rise(data: xr.Dataset) -> xr.Variable:
    """Return the mean rise of consumption over the life of stacks, relative to new stacks (plant, carrier)."""
    return data.variables["degradation"] * data.variables["stack_lifetime"].fillna(0.0) / 2


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add the cost of replacing stacks."""
    replaced = (data["stack_replacement_cost"] > 0).any("period")
    m.worn_plant = members_where(m.plant, data, replaced, "plants with parts that wear out and are replaced")
    hourly = (data["stack_replacement_cost"] / data["stack_lifetime"]).fillna(0.0)
    m.stack_cost_per_hour = Param(m.plant, m.period, initialize=hourly.transpose("plant", "period"))
    m.stack_cost = Expression(
        m.worn_plant, m.period, rule=stack_cost, unit="money/year", description="cost of replacing worn stacks"
    )
    sums.cost["stack_cost"] = lambda m, y: sum(m.stack_cost[p, y] for p in m.worn_plant)


def stack_cost(m, p, y):
    """stack_cost = Σ over time of duration × stack_replacement_cost ÷ stack_lifetime × online (else activity)"""
    return sum(
        m.duration[t]
        * m.stack_cost_per_hour[p, y]
        * (sum(m.online[q, y, t] for q in m.online_of[p]) + sum(m.activity[q, y, t] for q in m.steady_of[p]))
        for t in m.time
    )


def check(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """Wear has a stack_lifetime, and a stack_lifetime has a replacement cost or a degradation."""
    lasting = data["stack_lifetime"].notnull()
    replaced = (data["stack_replacement_cost"] > 0).any("period")
    ageing = (data["degradation"] > 0).any("carrier")
    for plant, lasts, costs, ages in zip(
        labels(data, "plant"), lasting.values, replaced.values, ageing.values, strict=True
    ):
        if (costs or ages) and not lasts:
            name = "stack_replacement_cost" if costs else "degradation"
            yield Fault(
                provenance.where(name, plant), f"{plant} has a {name} but no stack_lifetime", "add a stack_lifetime"
            )
        if lasts and not (costs or ages):
            problem = f"stack_lifetime has no effect on {plant}, whose stacks cost nothing and do not age"
            yield Fault(
                provenance.where("stack_lifetime", plant), problem, "add a stack_replacement_cost or a degradation"
            )
    makes = set(nonzero_pairs(data, "output", "plant", "carrier"))
    makes |= set(nonzero_pairs(data, "part_load_slope", "plant", "carrier"))
    for plant, carrier in nonzero_pairs(data, "degradation", "plant", "carrier"):
        if (plant, carrier) not in makes:
            problem = f"{plant} has a degradation for {carrier}, which is not an output of it"
            yield Fault(provenance.where("degradation", plant, carrier=carrier), problem, "name one of its outputs")


CONCERN = Concern(
    __name__,
    __doc__,
    declare=declare,
    prepare=prepare,
    check=check,
    parameters=PARAMETERS,
    expressions=(stack_cost,),
    needs=("online", "online_of", "steady_of", "activity"),
)
