"""Part load: an output that follows a concave curve of the plant's load instead of a fixed ratio.

Every segment of the curve is a line that bounds the output from above, and the chord to full load one that bounds it
from below. The load is that of the capacity which is online: all of it, unless the plant starts and stops.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from h2model.case import Provenance
from h2model.engine import Constraint, Model, Param, Set, Var
from h2model.errors import Fault
from h2model.frame.concern import Concern, Sums, equation
from h2model.frame.sets import labels, nonzero_pairs, plants_by_node


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add the curved outputs, their segments and the chord below."""
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
    m.curved_plants_making = plants_by_node(m, data, outputs)
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
    m.part_load_floor = Constraint(
        m.curved_output, m.period, m.time, rule=part_load_floor.rule, unit="carrier_unit/hour"
    )
    m.part_load_curve = Constraint(
        m.curve_segment, m.period, m.time, rule=part_load_curve.rule, unit="carrier_unit/hour"
    )
    sums.supply.append(part_load_supply)


@equation(
    dual="saving from one more unit of output above the curve in this step",
    relax="never: a technical limit of the plant, not a choice of the planner",
    segments="the curve is concave and each of its lines linear: they hold for the means of segments",
)
def part_load_curve(m, p, c, s, y, t):
    """part_load_output ≤ slope × activity + intercept × capacity (available or online), for each segment of it"""
    slope, intercept = m.part_load_slope[p, c, s], m.part_load_intercept[p, c, s]
    running = sum(m.online[q, y, t] for q in m.online_of[p]) + sum(
        m.availability[q, y, t] * m.capacity[q, y] for q in m.steady_of[p]
    )
    return m.part_load_output[p, c, y, t] <= slope * m.activity[p, y, t] + intercept * running


@equation(
    dual="saving from one unit of output below the chord in this step",
    relax="never: a technical limit of the plant, not a choice of the planner",
    segments="linear: if it holds in every hour, it holds for the means of segments",
)
def part_load_floor(m, p, c, y, t):
    """part_load_output ≥ full-load ratio × activity: the chord below the concave curve"""
    return m.part_load_output[p, c, y, t] >= m.full_load_ratio[p, c] * m.activity[p, y, t]


def part_load_supply(m, c, r, y, t):
    """Σ part_load_output"""
    return sum(m.part_load_output[p, c, y, t] for p in m.curved_plants_making[c, r])


def check(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """An output is either a ratio or a curve, and a mode has no curve."""
    ratio_outputs = set(nonzero_pairs(data, "output", "plant", "carrier"))
    host_of = dict(zip(labels(data, "plant"), labels(data, "plant_mode_of"), strict=True))
    for plant, carrier in nonzero_pairs(data, "part_load_slope", "plant", "carrier"):
        if (plant, carrier) in ratio_outputs:
            yield Fault(
                provenance.where("output", plant, carrier=carrier),
                f"{plant} has both an output ratio and a part-load curve for {carrier}",
                "keep one of them",
            )
        if host_of[plant]:
            problem = f"{plant} is a mode of {host_of[plant]} and has no capacity for a part-load curve"
            yield Fault(
                provenance.where("part_load", plant, carrier=carrier), problem, "move the curve to the plant itself"
            )


CONCERN = Concern(
    __name__,
    __doc__,
    declare=declare,
    check=check,
    equations=(part_load_curve, part_load_floor),
    needs=("online", "online_of", "steady_of", "capacity", "activity", "availability"),
)
