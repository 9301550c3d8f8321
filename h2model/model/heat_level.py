"""Heat levels: heat of a higher temperature may serve a demand for heat of a lower temperature.

Carriers with a temperature are heat. In every region, heat of one level may flow to the next lower level that occurs
there, without loss of energy.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import xarray as xr

from h2model.case import Parameter, Provenance
from h2model.engine import Model, Set, Var
from h2model.errors import Fault
from h2model.frame.concern import Concern, Sums
from h2model.frame.sets import carrier_regions, labels, members_by, occurring

PARAMETERS = (
    Parameter(
        "temperature", dims=("carrier",), unit="degC", default=None, lower=-273.15,
        description="Temperature at which a carrier delivers heat; a carrier without it is not heat.",
    ),
)  # fmt: skip


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add the flow from each level down to the next."""
    steps_down = levels(data)
    m.heat_step = Set(
        dimen=3,
        initialize=steps_down,
        levels=("heat_step_from", "heat_step_to", "heat_step_region"),
        description="levels of heat and the next lower ones, by region",
    )
    index = carrier_regions(data)
    for name, position in (("heat_from", 0), ("heat_to", 1)):
        groups = members_by(index, (((step[position], step[2]), step) for step in steps_down))
        m.add_component(name, Set(m.carrier, m.region, dimen=3, within=m.heat_step, initialize=groups))
    m.downgrade = Var(
        m.heat_step,
        m.period,
        m.time,
        bounds=(0, None),
        unit="MWh/hour",
        description="heat of one level used at the next lower level",
    )
    sums.supply.append(downgrade_supply)


def levels(data: xr.Dataset) -> list[tuple[str, str, str]]:
    """Return each level of heat, the next lower level, and the region with both."""
    temperature = dict(zip(labels(data, "carrier"), labels(data, "temperature"), strict=True))
    steps_down, occurrences = [], occurring(data)
    for region in labels(data, "region"):
        here = [c for c, r in occurrences if r == region and not np.isnan(temperature[c])]
        ordered = sorted(here, key=lambda c: -temperature[c])
        steps_down += [(upper, lower, region) for upper, lower in pairwise(ordered)]
    return steps_down


def downgrade_supply(m, c, r, y, t):
    """Σ heat from the level above − Σ heat to the level below"""
    arriving = sum(m.downgrade[a, b, q, y, t] for a, b, q in m.heat_to[c, r])
    leaving = sum(m.downgrade[a, b, q, y, t] for a, b, q in m.heat_from[c, r])
    return arriving - leaving


def check(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """Heat is counted in MWh and holds no carbon, and each heat carrier has a temperature of its own."""
    is_heat = data["temperature"].notnull().values
    unit, carbon = data["carrier_unit"].values, data["carbon_content"].sum("origin").values
    first: dict[float, str] = {}
    for i in np.flatnonzero(is_heat):
        carrier, degrees = str(data["carrier"].values[i]), float(data["temperature"].values[i])
        where = provenance.where("temperature", carrier)
        if unit[i] != "MWh" or carbon[i] > 0:
            why = "holds carbon" if carbon[i] > 0 else f"is counted in {unit[i]}"
            yield Fault(where, f"{carrier} has a temperature but {why}", "heat is counted in MWh and holds no carbon")
        if degrees in first:
            problem = f"{carrier} has the same temperature as {first[degrees]}, so neither is the lower level"
            yield Fault(where, problem, "make them one carrier, or give them different temperatures")
        first.setdefault(degrees, carrier)


CONCERN = Concern(
    __name__,
    __doc__,
    declare=declare,
    check=check,
    parameters=PARAMETERS,
)
