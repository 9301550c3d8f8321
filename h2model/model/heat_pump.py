"""Heat pumps: the work of a heat pump depends on the temperature of its source.

The coefficient of performance is a share of the ideal one (Carnot) between sink and source, in kelvin:
COP = carnot_share × T_sink ÷ (T_sink − T_source). Per unit of heat, 1/COP is work; the rest comes from the source.

In segments (`h2model.case.segments`) the work for the mean heat lies between those of the warmest and coldest hour.
"""

from __future__ import annotations

from collections.abc import Iterable

import xarray as xr

from h2model.case import Parameter, Provenance
from h2model.constants import KELVIN, ROUNDING
from h2model.engine import Constraint, Model, Param, Var
from h2model.errors import Fault
from h2model.frame.concern import Concern, Sums, equation
from h2model.frame.sets import labels, members_where, nonzero_pairs, plants_by_node

REMEDY = "add a carnot_share, or remove the row"

PARAMETERS = (
    Parameter(
        "carnot_share", dims=("plant",), unit="1", default=None, lower=1e-3, upper=1.0,
        description="Share of the ideal coefficient of performance that a heat pump reaches; for heat pumps only.",
    ),
    Parameter(
        "source_temperature", dims=("plant", "time"), unit="degC", default=None, lower=-KELVIN, relaxation="range",
        description="Temperature of the heat source of a heat pump.",
    ),
    Parameter(
        "sink_temperature", dims=("plant",), unit="degC", default=None, lower=-KELVIN,
        description="Temperature at which a heat pump delivers heat.",
    ),
    Parameter(
        "work_share", dims=("plant", "carrier"), unit="1", default=0.0, lower=0.0, upper=1.0,
        description="Share of a heat pump's work that a carrier provides (1 for electricity, as a rule).",
    ),
    Parameter(
        "source_share", dims=("plant", "carrier"), unit="1", default=0.0, lower=0.0, upper=1.0,
        description="Share of a heat pump's source that is taken from a carrier, such as waste heat.",
    ),
)  # fmt: skip


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add the work and the source heat of heat pumps in each step."""
    m.work_per_heat = Param(m.plant, m.time, initialize=work_per_heat(data).fillna(0.0))
    _declare_range(m, data)
    for name in ("work_share", "source_share"):
        m.add_component(name, Param(m.plant, m.carrier, initialize=data[name]))
        pairs = nonzero_pairs(data, name, "plant", "carrier")
        m.add_component(f"plants_with_{name}", plants_by_node(m, data, pairs))
        varying = [(plant, carrier) for plant, carrier in pairs if plant in m.varying_pump]
        m.add_component(f"varying_with_{name}", plants_by_node(m, data, varying))
    sums.supply.append(heat_pump_supply)


def _declare_range(m: Model, data: xr.Dataset) -> None:
    """Add work beyond that of the warmest hour of a segment, for pumps whose source varies within segments."""
    more = more_work_per_heat(data)
    m.more_work_per_heat = Param(m.plant, m.time, initialize=more)
    m.varying_pump = members_where(
        m.plant, data, (more > 0).any("time"), "heat pumps whose work varies within segments"
    )
    index = (m.varying_pump, m.period, m.time)
    m.more_work = Var(
        *index, bounds=(0, None), unit="plant_unit",
        description="work of a heat pump beyond that of the warmest hour of the segment",
    )  # fmt: skip
    m.more_work_limit = Constraint(*index, rule=more_work_limit.rule, unit="plant_unit")


def more_work_per_heat(data: xr.Dataset) -> xr.Variable:
    """Return the difference of 1 ÷ COP between the coldest and the warmest hour of a segment (plant, time)."""
    warmest = work_per_heat(data)
    if "source_temperature_spread" not in data:
        return warmest.fillna(0.0) * 0.0
    coldest = data.variables["source_temperature"] - data.variables["source_temperature_spread"]
    return (work_per_heat(data, coldest) - warmest).fillna(0.0)


@equation(
    dual="saving from one more unit of work within the range of the segment",
    relax="never: a technical limit of the plant, not a choice of the planner",
    segments="the COP of an hour lies between those of the coldest and the warmest hour; the warmest counts, and "
    "colder hours may need more work, up to that of the coldest",
)
def more_work_limit(m, p, y, t):
    """more_work ≤ (1 ÷ COP in the coldest hour − 1 ÷ COP in the warmest) × activity"""
    return m.more_work[p, y, t] <= m.more_work_per_heat[p, t] * m.activity[p, y, t]


def work_per_heat(data: xr.Dataset, source: xr.Variable | None = None) -> xr.Variable:
    """Return 1 ÷ COP in each step; NaN for plants other than heat pumps (plant, time).

    `source` is the temperature of the source, by default that of the data.
    """
    variables = data.variables
    source = variables["source_temperature"] if source is None else source
    sink = variables["sink_temperature"] + KELVIN
    ideal = (sink - (source + KELVIN)) / sink
    return (ideal / variables["carnot_share"]).transpose("plant", "time")


def heat_pump_supply(m, c, r, y, t):
    """−Σ work_share ÷ COP × activity − Σ source_share × (1 − 1 ÷ COP) × activity; more work needs less source heat"""
    work = sum(m.work_share[p, c] * m.work_per_heat[p, t] * m.activity[p, y, t] for p in m.plants_with_work_share[c, r])
    source = sum(
        m.source_share[p, c] * (1 - m.work_per_heat[p, t]) * m.activity[p, y, t]
        for p in m.plants_with_source_share[c, r]
    )
    more_work = sum(m.work_share[p, c] * m.more_work[p, y, t] for p in m.varying_with_work_share[c, r])
    less_source = sum(m.source_share[p, c] * m.more_work[p, y, t] for p in m.varying_with_source_share[c, r])
    return less_source - more_work - work - source


def check(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """A heat pump is complete, has a COP of at least 1, and uses no carbon; other plants have none of its rows."""
    is_pump = dict(zip(labels(data, "plant"), data["carnot_share"].notnull().values.tolist(), strict=True))
    carbon = data["carbon_content"].sum("origin") > 0
    for plant, pumps in is_pump.items():
        if pumps:
            yield from _incomplete(data.sel(plant=plant), plant, provenance)
        for name in ("source_temperature", "sink_temperature"):
            where = "" if pumps else provenance.row(name, plant)
            if where:
                yield Fault(where, f"{name} has no effect on {plant}, which has no carnot_share", REMEDY)
    for name in ("work_share", "source_share"):
        for plant, carrier in nonzero_pairs(data, name, "plant", "carrier"):
            where = provenance.where(name, plant, carrier=carrier)
            if not is_pump[plant]:
                yield Fault(where, f"{name} has no effect on {plant}, which has no carnot_share", REMEDY)
            elif bool(carbon.sel(carrier=carrier)):
                problem = f"{plant} runs on {carrier}, which holds carbon, which would not be counted"
                yield Fault(where, problem, "use electricity, heat or steam")


def _incomplete(pump: xr.Dataset, plant: str, provenance: Provenance) -> Iterable[Fault]:
    """Faults of one heat pump: missing rows and impossible values."""
    where = provenance.where("carnot_share", plant)
    lacking = [name for name in ("source_temperature", "sink_temperature") if bool(pump[name].isnull().any())]
    for name in lacking:
        yield Fault(where, f"the heat pump {plant} has no {name}", f"add a row {name} in degC")
    if abs(float(pump["work_share"].sum()) - 1) > ROUNDING:
        problem = f"the work of the heat pump {plant} is incomplete: its work_shares do not add up to 1"
        yield Fault(where, problem, "add a row work_share of 1 for electricity")
    if float(pump["source_share"].sum()) > 1 + ROUNDING:
        problem = f"the source_shares of the heat pump {plant} add up to more than 1"
        yield Fault(where, problem, "lower them; the surroundings provide the rest up to 1")
    made = float(pump["output"].sum("carrier").max())
    if not pump["plant_mode_of"].item() and (abs(made - 1) > ROUNDING or bool((pump["part_load_slope"] > 0).any())):
        problem = f"the heat pump {plant} makes {made:.6g} in total, but its work is for 1 unit of heat"
        yield Fault(where, problem, "give it one output of 1, of its reference carrier")
    for carrier in pump["carrier"].values[((pump["work_share"] + pump["source_share"]) > 0).values].tolist():
        if bool((pump["input"].sel(carrier=carrier) > 0).any()):
            problem = f"the heat pump {plant} has an input of {carrier} beside its share of work or source"
            yield Fault(
                provenance.where("input", plant, carrier=carrier), problem, "remove the row: it would count twice"
            )
    yield from _unlike_carriers(pump, plant, where)
    share = work_per_heat(pump.expand_dims("plant"))
    low, high = float(share.min()), float(share.max())
    if not lacking and low <= 0:
        problem = f"the source of the heat pump {plant} is at times as warm as its sink, or warmer"
        yield Fault(where, problem, "lower the source_temperature: such heat needs no heat pump")
    elif not lacking and high > 1:
        problem = f"the COP of {plant} falls to {1 / high:.3g}, so it would need more work than it makes heat"
        yield Fault(where, problem, "raise the carnot_share or the source_temperature")


def _unlike_carriers(pump: xr.Dataset, plant: str, where: str) -> Iterable[Fault]:
    """Faults if the sink is colder than the heat made, or the source warmer than the heat used."""
    sink, source = float(pump["sink_temperature"]), float(pump["source_temperature"].max())
    makes = (pump["output"] > 0).any("period").values
    for carrier, degrees in zip(pump["carrier"].values[makes], pump["temperature"].values[makes], strict=True):
        if sink < degrees:
            problem = f"{plant} makes {carrier} of {degrees:g} degC with a sink of {sink:g} degC"
            yield Fault(where, problem, f"raise the sink_temperature to {degrees:g} degC at least")
    uses = (pump["source_share"] > 0).values
    for carrier, degrees in zip(pump["carrier"].values[uses], pump["temperature"].values[uses], strict=True):
        if source > degrees:
            problem = f"{plant} takes {carrier} of {degrees:g} degC for a source of {source:g} degC"
            yield Fault(where, problem, f"lower the source_temperature to {degrees:g} degC at most")


CONCERN = Concern(
    __name__,
    __doc__,
    declare=declare,
    check=check,
    parameters=PARAMETERS,
    equations=(more_work_limit,),
    needs=("activity",),
)
