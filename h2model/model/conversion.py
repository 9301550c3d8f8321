"""Conversion: plants turn carriers into carriers, in fixed proportions or along a part-load curve."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from h2model.case import Parameter, Provenance
from h2model.engine import Constraint, Expression, Model, Param, Set, Var
from h2model.errors import Fault
from h2model.model.frame import Sums, carrier_regions, labels, members_by, nonzero_pairs

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
        description="Share of the capacity that can be used in a step (wind, sun, planned standstill).",
    ),
    Parameter(
        "variable_om_cost", dims=("plant", "period"), unit="{money}/{amount}", default=0.0, lower=-np.inf,
        description="Cost per amount of the reference carrier, without the carriers used.",
    ),
)  # fmt: skip


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add the activity of plants, what they use and make, and their variable cost."""
    m.input = Param(m.plant, m.carrier, m.period, initialize=data["input"])
    m.output = Param(m.plant, m.carrier, m.period, initialize=data["output"])
    m.availability = Param(m.plant, m.period, m.time, initialize=data["availability"])
    m.variable_om = Param(m.plant, m.period, initialize=data["variable_om_cost"])
    m.plants_making = _plants_by_carrier(m, data, nonzero_pairs(data["output"], "plant", "carrier"))
    m.plants_using = _plants_by_carrier(m, data, nonzero_pairs(data["input"], "plant", "carrier"))

    m.activity = Var(
        m.plant,
        m.period,
        m.time,
        bounds=(0, None),
        unit="plant_unit",
        description="flow of the plant's reference carrier",
    )
    m.activity_limit = Constraint(m.plant, m.period, m.time, rule=activity_limit, unit="plant_unit")
    _declare_part_load(m, data)
    m.variable_om_cost = Expression(
        m.plant,
        m.period,
        rule=variable_om_cost,
        unit="money/year",
        description="variable operation and maintenance of plants",
    )
    sums.cost["variable_om_cost"] = lambda m, y: sum(m.variable_om_cost[p, y] for p in m.plant)
    sums.supply.append(conversion_supply)


def _declare_part_load(m: Model, data: xr.Dataset) -> None:
    """Plants whose output of one carrier follows a concave curve of their load instead of a fixed ratio."""
    slope = data["part_load_slope"].transpose("plant", "carrier", "segment")
    names = [labels(data, dimension) for dimension in slope.dims]
    segments = [tuple(n[i] for n, i in zip(names, where, strict=True)) for where in np.argwhere(slope.notnull().values)]
    outputs = list(dict.fromkeys((plant, carrier) for plant, carrier, _ in segments))
    m.segment = Set(initialize=labels(data, "segment"), description="segments of part-load curves")
    m.part_load_slope = Param(m.plant, m.carrier, m.segment, initialize=slope)
    m.part_load_intercept = Param(
        m.plant,
        m.carrier,
        m.segment,
        initialize=data["part_load_intercept"].transpose("plant", "carrier", "segment"),
    )
    m.curved_output = Set(
        dimen=2,
        initialize=outputs,
        levels=("curved_output_plant", "curved_output_carrier"),
        description="outputs that follow a part-load curve",
    )
    m.curve_segment = Set(
        dimen=3,
        initialize=segments,
        levels=("curve_segment_plant", "curve_segment_carrier", "curve_segment_segment"),
        description="segments of each curve",
    )
    m.curved_plants_making = _plants_by_carrier(m, data, outputs)
    m.part_load_output = Var(
        m.curved_output,
        m.period,
        m.time,
        bounds=(0, None),
        unit="carrier_unit/hour",
        description="output that follows a part-load curve",
    )
    full_load = (slope + data["part_load_intercept"]).fillna(np.inf).reduce(np.min, "segment", initial=np.inf)
    m.full_load_ratio = Param(m.plant, m.carrier, initialize=full_load.transpose("plant", "carrier"))
    m.part_load_floor = Constraint(m.curved_output, m.period, m.time, rule=part_load_floor, unit="carrier_unit/hour")
    m.part_load_curve = Constraint(m.curve_segment, m.period, m.time, rule=part_load_curve, unit="carrier_unit/hour")


def activity_limit(m, p, y, t):
    """activity ≤ availability × capacity"""
    return m.activity[p, y, t] <= m.availability[p, y, t] * m.capacity[p, y]


def part_load_curve(m, p, c, s, y, t):
    """part_load_output ≤ slope × activity + intercept × capacity, for each segment of the curve"""
    slope, intercept = m.part_load_slope[p, c, s], m.part_load_intercept[p, c, s]
    return m.part_load_output[p, c, y, t] <= slope * m.activity[p, y, t] + intercept * m.capacity[p, y]


def part_load_floor(m, p, c, y, t):
    """part_load_output ≥ full-load ratio × activity: the chord below the concave curve; output does not vanish"""
    return m.part_load_output[p, c, y, t] >= m.full_load_ratio[p, c] * m.activity[p, y, t]


def variable_om_cost(m, p, y):
    """variable_om_cost = Σ over time of duration × variable_om_cost × activity"""
    return sum(m.duration[t] * m.variable_om[p, y] * m.activity[p, y, t] for t in m.time)


def conversion_supply(m, c, r, y, t):
    """Σ output × activity + Σ part_load_output − Σ input × activity"""
    made = sum(m.output[p, c, y] * m.activity[p, y, t] for p in m.plants_making[c, r])
    made_on_curve = sum(m.part_load_output[p, c, y, t] for p in m.curved_plants_making[c, r])
    used = sum(m.input[p, c, y] * m.activity[p, y, t] for p in m.plants_using[c, r])
    return made + made_on_curve - used


EQUATIONS = (activity_limit, part_load_curve, part_load_floor)
EXPRESSIONS = (variable_om_cost,)


def _plants_by_carrier(m: Model, data: xr.Dataset, pairs: Iterable[tuple[str, str]]) -> Set:
    """Look-up of plants by (carrier, region) from pairs (plant, carrier)."""
    region = dict(zip(labels(data, "plant"), data["plant_region"].values.tolist(), strict=True))
    keyed = (((carrier, region[plant]), plant) for plant, carrier in pairs)
    return Set(m.carrier, m.region, within=m.plant, initialize=members_by(carrier_regions(data), keyed))


def check(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """Every plant makes something, and an output is either a ratio or a curve."""
    ratio_outputs = set(nonzero_pairs(data["output"], "plant", "carrier"))
    curves = set(nonzero_pairs(data["part_load_slope"], "plant", "carrier"))
    makers = {plant for plant, _ in ratio_outputs | curves}
    stored_share = dict(zip(labels(data, "plant"), data["stored_share"].values.tolist(), strict=True))
    for plant, share in stored_share.items():
        if plant not in makers and not share > 0:
            yield Fault(
                rows.where("output", plant),
                f"{plant} has no output: its efficiency is missing",
                "add an output row for each carrier that it makes (or stored_share 1 if it stores CO2 for good)",
            )
    for plant, carrier in sorted(ratio_outputs & curves):
        yield Fault(
            rows.where("output", plant, carrier=carrier),
            f"{plant} has both an output ratio and a part-load curve for {carrier}",
            "keep one of them",
        )
