"""Conversion: plants turn carriers into carriers, in fixed proportions.

The activity of a plant in a step is its flow of the reference carrier. Three other files extend this: `online` limits
the activity, `part_load` defines outputs along a curve, and `modes` lets one plant have several recipes.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from h2model.case import Parameter, Plausible, Provenance
from h2model.engine import Constraint, Expression, Model, Param, Set, Var
from h2model.errors import Fault
from h2model.frame.concern import Concern, Relax, Stage, Sums, equation
from h2model.frame.sets import labels, members_where, nonzero_pairs, plants_by_node
from h2model.frame.steps import WINDOWS, first_steps, straddles, windows

PARAMETERS = (
    Parameter(
        "input", dims=("plant", "carrier", "period"), unit="{carrier}/{amount}", default=0.0, lower=0.0,
        description="Amount of a carrier used per amount of the plant's reference carrier.",
    ),
    Parameter(
        "output", dims=("plant", "carrier", "period"), unit="{carrier}/{amount}", default=0.0, lower=0.0,
        description="Amount of a carrier made per amount of the plant's reference carrier.",
    ),
    Parameter(
        "availability", dims=("plant", "period", "time"), unit="1", default=1.0, lower=0.0, upper=1.0,
        relaxation="mean and least",
        profile_mean=(0.02, 0.98),
        description="Share of the capacity that can be used in a step (wind, sun, planned standstill).",
    ),
    Parameter(
        "variable_om_cost", dims=("plant", "period"), unit="{money}/{amount}", default=0.0, lower=-np.inf,
        plausible=(Plausible(-500, 500, "MWh"), Plausible(-2000, 5000, "t"),),
        description="Cost per amount of the reference carrier. It excludes the cost of the carriers used.",
    ),
    Parameter(
        "steady_run", dims=("plant",), unit="1", default="hour", choices=WINDOWS,
        description="Length of the windows in which the plant has constant activity.",
    ),
    Parameter(
        "minimum_run_rate", dims=("plant", "period"), unit="1", default=0.0, lower=0.0, upper=1.0,
        description="Minimum activity at all times, as a share of the available capacity.",
    ),
    Parameter(
        "maximum_annual_activity", dims=("plant", "period"), unit="{amount}/year", default=np.inf, lower=0.0,
        description="Maximum use or production of the reference carrier in a year.",
    ),
    Parameter(
        "minimum_annual_activity", dims=("plant", "period"), unit="{amount}/year", default=0.0, lower=0.0,
        description="Minimum use or production of the reference carrier in a year, by contract or by law.",
    ),
)  # fmt: skip


def prepare(data: xr.Dataset) -> dict[str, xr.Variable]:
    """Return availability for plants with a steady_run: each step has the lowest availability of its window.

    `stopped_by_steady_run` marks plants that are unavailable in some steps of a window, but not in all. `check` reads
    it.
    """
    of_steps = data.variables["availability"].transpose("plant", "period", "time")
    availability = of_steps.copy()
    # The availability of a segment is the mean of its hours. A window needs the minimum of the hours.
    of_hours = data.variables.get("availability_least", of_steps).transpose("plant", "period", "time")
    kinds = data.variables["steady_run"].values
    for kind, steps_by_window in windows(data, set(kinds.tolist()) - {"hour"}).items():
        starts = np.cumsum([0, *(len(steps) for steps in steps_by_window.values())])
        of_kind = of_hours.values[kinds == kind]
        least = np.minimum.reduceat(of_kind, starts[:-1], axis=-1)
        availability.values[kinds == kind] = np.repeat(least, np.diff(starts), axis=-1)
    stopped = ((availability == 0) & (of_steps > 0)).any("time")
    return {"availability": availability, "stopped_by_steady_run": stopped}


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add the activity of plants, their inputs and outputs, and their variable cost."""
    m.input = Param(m.plant, m.carrier, m.period, initialize=data["input"])
    m.output = Param(m.plant, m.carrier, m.period, initialize=data["output"])
    m.availability = Param(m.plant, m.period, m.time, initialize=data["availability"])
    m.variable_om = Param(m.plant, m.period, initialize=data["variable_om_cost"])
    m.plants_making = plants_by_node(m, data, nonzero_pairs(data, "output", "plant", "carrier"))
    m.plants_using = plants_by_node(m, data, nonzero_pairs(data, "input", "plant", "carrier"))

    m.decided_activity = Var(
        m.plant,
        m.period,
        m.time,
        bounds=(0, None),
        unit="plant_unit",
        description="decided activity, in the first step of each window of constant activity",
    )
    m.decided_in = Param(m.plant, m.time, initialize=first_steps(data, data.variables["steady_run"]))
    m.activity = Expression(
        m.plant,
        m.period,
        m.time,
        rule=activity,
        unit="plant_unit",
        description="flow of the plant's reference carrier",
    )
    _declare_run_limits(m, data)
    m.variable_om_cost = Expression(
        m.plant,
        m.period,
        rule=variable_om_cost,
        unit="money/year",
        description="variable operation and maintenance of plants",
    )
    sums.cost["variable_om_cost"] = lambda m, y: sum(m.variable_om_cost[p, y] for p in m.plant)
    sums.supply.append(conversion_supply)


def _declare_run_limits(m: Model, data: xr.Dataset) -> None:
    """Add limits on the activity of plants at all times and over the year."""
    m.minimum_run_rate = Param(m.plant, m.period, initialize=data["minimum_run_rate"])
    m.maximum_annual_activity = Param(m.plant, m.period, initialize=data["maximum_annual_activity"])
    m.running_plant = members_where(
        m.plant, data, (data.variables["minimum_run_rate"] > 0).any("period"), "plants with a minimum_run_rate"
    )
    m.minimum_run = Constraint(m.running_plant, m.period, m.time, rule=minimum_run.rule, unit="plant_unit")
    m.minimum_annual_activity = Param(m.plant, m.period, initialize=data["minimum_annual_activity"])
    m.annually_limited = Set(
        dimen=2,
        initialize=_plants_and_periods(data, np.isfinite(data.variables["maximum_annual_activity"])),
        levels=("annually_limited_plant", "annually_limited_period"),
        description="plants with a limited annual activity",
    )
    m.annually_bound = Set(
        dimen=2,
        initialize=_plants_and_periods(data, data.variables["minimum_annual_activity"] > 0),
        levels=("annually_bound_plant", "annually_bound_period"),
        description="plants with a minimum annual activity",
    )
    m.annual_activity_limit = Constraint(
        m.annually_limited, rule=annual_activity_limit.rule, unit="plant_unit*hour/year"
    )
    m.annual_activity_minimum = Constraint(
        m.annually_bound, rule=annual_activity_minimum.rule, unit="plant_unit*hour/year"
    )


def _plants_and_periods(data: xr.Dataset, where: xr.Variable) -> list[tuple[str, int]]:
    """Plants and periods for which a condition over both holds."""
    plants, periods = labels(data, "plant"), labels(data, "period")
    return [(plants[i], periods[j]) for i, j in np.argwhere(where.transpose("plant", "period").values)]


def activity(m, p, y, t):
    """activity = decided_activity in the first step of the window of constant activity"""
    return m.decided_activity[p, y, m.decided_in[p, t]]


@equation(
    dual="saving from running one unit below the minimum in this step",
    relax=Relax(Stage.LIMIT, "the minimum_run_rate of {0} in {1}", unit="{volume}/year", by_time=True),
    segments="the limit is linear in activity, so it also holds for the means of a segment",
)
def minimum_run(m, p, y, t):
    """activity ≥ minimum_run_rate × availability × capacity"""
    return m.activity[p, y, t] >= m.minimum_run_rate[p, y] * m.availability[p, y, t] * m.capacity[p, y]


@equation(
    dual="saving from one more unit of the annual limit",
    relax=Relax(
        Stage.LIMIT, "the maximum_annual_activity of {0} in {1}", limit="maximum_annual_activity", unit="{volume}/year"
    ),
    segments="a sum over the year: the means of segments have the same sum",
)
def annual_activity_limit(m, p, y):
    """Σ over time of duration × activity ≤ maximum_annual_activity"""
    return sum(m.duration[t] * m.activity[p, y, t] for t in m.time) <= m.maximum_annual_activity[p, y]


@equation(
    dual="cost of one more unit that must be made in the year",
    relax=Relax(
        Stage.LIMIT, "the minimum_annual_activity of {0} in {1}", limit="minimum_annual_activity", unit="{volume}/year"
    ),
    segments="a sum over the year: the means of segments have the same sum",
)
def annual_activity_minimum(m, p, y):
    """Σ over time of duration × activity ≥ minimum_annual_activity"""
    return sum(m.duration[t] * m.activity[p, y, t] for t in m.time) >= m.minimum_annual_activity[p, y]


def variable_om_cost(m, p, y):
    """variable_om_cost = Σ over time of duration × variable_om_cost × activity"""
    return sum(m.duration[t] * m.variable_om[p, y] * m.activity[p, y, t] for t in m.time)


def conversion_supply(m, c, r, y, t):
    """Σ output × activity − Σ input × activity"""
    made = sum(m.output[p, c, y] * m.activity[p, y, t] for p in m.plants_making[c, r])
    used = sum(m.input[p, c, y] * m.activity[p, y, t] for p in m.plants_using[c, r])
    return made - used


def check(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """Every plant has an output, its annual limits agree, and steps fit into the windows of constant activity."""
    yield from _without_output(data, provenance)
    variables = data.variables
    too_much = variables["minimum_annual_activity"] > variables["maximum_annual_activity"]
    for plant, period in _plants_and_periods(data, too_much):
        yield Fault(
            provenance.where("minimum_annual_activity", plant, period=period),
            f"{plant} has a minimum_annual_activity above its maximum_annual_activity in {period}",
            "lower minimum_annual_activity or raise maximum_annual_activity",
        )
    stopped = data.variables["stopped_by_steady_run"].any("period").values
    for plant, kind in zip(data["plant"].values[stopped], data["steady_run"].values[stopped], strict=True):
        yield Fault(
            provenance.where("steady_run", str(plant)),
            f"{plant} has a steady_run of a {kind}, but is unavailable in a part of one {kind}: it could not run then",
            f"begin and end each standstill at the boundary of a {kind}, or choose a shorter steady_run",
        )
    for kind in set(labels(data, "steady_run")) & {"day", "month"}:
        plants = data["plant"].values[(data["steady_run"] == kind).values].tolist()
        if straddles(data, kind):
            yield Fault(
                "scenario: time.resolution",
                f"some steps cross the end of a {kind}, but {', '.join(plants)} has a steady_run of a {kind}",
                "choose steps that fit into a day (1h, 2h, 3h, 4h, 6h, 12h, 24h), or another steady_run",
            )


def _without_output(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """Every plant has an output, itself or by its modes, or stores CO2 permanently; a mode has no minimum_run_rate."""
    ratio_outputs = set(nonzero_pairs(data, "output", "plant", "carrier"))
    curves = set(nonzero_pairs(data, "part_load_slope", "plant", "carrier"))
    makers = {plant for plant, _ in ratio_outputs | curves}
    stored_share = dict(zip(labels(data, "plant"), labels(data, "stored_share"), strict=True))
    host_of = dict(zip(labels(data, "plant"), labels(data, "plant_mode_of"), strict=True))
    makers |= {host_of[mode] for mode in makers}
    for plant, share in stored_share.items():
        if plant not in makers and not share > 0 and not host_of[plant]:
            yield Fault(
                provenance.where("output", plant),
                f"{plant} has no output: its efficiency is missing",
                "add an output row for each carrier that it makes (or stored_share 1 if it stores CO2 permanently)",
            )
    must_run = (data.variables["minimum_run_rate"] > 0).any("period").values.tolist()
    for (plant, host), runs in zip(host_of.items(), must_run, strict=True):
        if host and runs:
            problem = f"{plant} is a mode of {host} and has no capacity of its own for a minimum_run_rate"
            remedy = f"set the rate for {host}, or a minimum_share for {plant}"
            yield Fault(provenance.where("minimum_run_rate", plant), problem, remedy)


CONCERN = Concern(
    __name__,
    __doc__,
    declare=declare,
    prepare=prepare,
    check=check,
    parameters=PARAMETERS,
    equations=(minimum_run, annual_activity_limit, annual_activity_minimum),
    expressions=(activity, variable_om_cost),
    needs=("capacity",),
)
