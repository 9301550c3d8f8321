"""Modes: a plant that can run by several recipes, such as a kiln on coal, waste or wood, or a cracker's product slates.

The plant, the *host*, has the properties common to its recipes: capacity, cost, common inputs and outputs. Each mode
has its own inputs and outputs, per amount of the host's reference carrier, and takes a share of the host's activity in
every step. A mix is possible within the bounds of the shares. The balances and the carbon account treat the activity of
a mode like that of any plant.
"""

from __future__ import annotations

from collections.abc import Iterable

import xarray as xr

from h2model.case import Parameter, Provenance
from h2model.constants import ROUNDING
from h2model.engine import Constraint, Model, Param, Set
from h2model.errors import Fault
from h2model.frame.concern import Concern, Relax, Stage, Sums, equation
from h2model.frame.sets import labels, members_by, members_where, nonzero_pairs
from h2model.frame.steps import WINDOWS

OF_THE_HOST = ("availability", "stored_share", "stack_lifetime", "stack_replacement_cost", "degradation")
"""Parameters of the capacity or of stored carbon, which only the host has."""

PARAMETERS = (
    Parameter(
        "minimum_share", dims=("plant", "period"), unit="1", default=0.0, lower=0.0, upper=1.0,
        description="Minimum share of a mode in the activity of its plant, in every step.",
    ),
    Parameter(
        "maximum_share", dims=("plant", "period"), unit="1", default=1.0, lower=0.0, upper=1.0,
        description="Maximum share of a mode in the activity of its plant, in every step.",
    ),
)  # fmt: skip


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add the hosts, their modes, and the bounds of the shares."""
    host_of = hosts_by_mode(data)
    m.mode = members_where(m.plant, data, data["plant_mode_of"] != "", "plants that are a mode of another one")
    m.mode_host = Set(within=m.plant, initialize=list(dict.fromkeys(host_of.values())), description="plants with modes")
    grouped = members_by(m.mode_host, ((host, mode) for mode, host in host_of.items()))
    m.modes_of = Set(m.mode_host, within=m.mode, initialize=grouped)
    m.host_of = Param(m.mode, initialize=list(host_of.values()), description="plant whose recipe a mode is")
    m.minimum_share = Param(m.plant, m.period, initialize=data["minimum_share"])
    m.maximum_share = Param(m.plant, m.period, initialize=data["maximum_share"])
    variables = data.variables
    is_mode = variables["plant_mode_of"] != ""
    m.least_used_mode = members_where(
        m.plant,
        data,
        is_mode & (variables["minimum_share"] > 0).any("period"),
        "modes with a minimum share",
    )
    m.most_used_mode = members_where(
        m.plant,
        data,
        is_mode & (variables["maximum_share"] < 1).any("period"),
        "modes with a highest share of their plant's activity",
    )
    steps = (m.period, m.time)
    m.mode_sum = Constraint(m.mode_host, *steps, rule=mode_sum.rule, unit="plant_unit")
    m.mode_share_minimum = Constraint(m.least_used_mode, *steps, rule=mode_share_minimum.rule, unit="plant_unit")
    m.mode_share_maximum = Constraint(m.most_used_mode, *steps, rule=mode_share_maximum.rule, unit="plant_unit")


def hosts_by_mode(data: xr.Dataset) -> dict[str, str]:
    """Return the plant of each mode."""
    return {mode: host for mode, host in zip(labels(data, "plant"), labels(data, "plant_mode_of"), strict=True) if host}


@equation(
    dual="change of cost from one unit of activity of the modes above that of the plant",
    relax="never: defines the activity of the plant as the sum of its modes",
    segments="linear in activity: if it holds in every hour, it holds for the means of segments",
)
def mode_sum(m, p, y, t):
    """Σ activity of the modes of a plant = activity of the plant"""
    return sum(m.activity[q, y, t] for q in m.modes_of[p]) == m.activity[p, y, t]


@equation(
    dual="saving from one unit of this mode below its minimum share in this step",
    relax=Relax(Stage.LIMIT, "the minimum_share of {0} in {1}", by_time=True),
    segments="linear in activity: if it holds in every hour, it holds for the means of segments",
)
def mode_share_minimum(m, q, y, t):
    """activity of a mode ≥ minimum_share × activity of its plant"""
    return m.activity[q, y, t] >= m.minimum_share[q, y] * m.activity[m.host_of[q], y, t]


@equation(
    dual="saving from one unit of this mode above its maximum share in this step",
    relax=Relax(Stage.LIMIT, "the maximum_share of {0} in {1}", by_time=True),
    segments="linear in activity: if it holds in every hour, it holds for the means of segments",
)
def mode_share_maximum(m, q, y, t):
    """activity of a mode ≤ maximum_share × activity of its plant"""
    return m.activity[q, y, t] <= m.maximum_share[q, y] * m.activity[m.host_of[q], y, t]


def check(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """Shares belong to modes and can add up to 1 for each plant; a mode repeats no property of its plant."""
    host_of = hosts_by_mode(data)
    yield from _properties_of_the_host(data, host_of, provenance)
    for plant in labels(data, "plant"):
        for name in ("minimum_share", "maximum_share"):
            where = provenance.row(name, plant)
            if where and plant not in host_of:
                problem = f"{name} has no effect on {plant}, which is not a mode"
                yield Fault(where, problem, "remove the row, or name its plant as mode_of in plants.csv")
    shares = [data.variables[name].transpose("plant", "period").values for name in ("minimum_share", "maximum_share")]
    position_of = {plant: position for position, plant in enumerate(labels(data, "plant"))}
    for host in dict.fromkeys(host_of.values()):
        modes = [mode for mode, plant_of_mode in host_of.items() if plant_of_mode == host]
        least, most = (share[[position_of[mode] for mode in modes]].sum(axis=0) for share in shares)
        too_large = (least > 1 + ROUNDING).any()
        if too_large or (most < 1 - ROUNDING).any():
            name, total = ("minimum_share", least.max()) if too_large else ("maximum_share", most.min())
            yield Fault(
                provenance.where(name, modes[0]),
                f"the {name}s of the modes of {host} add up to {total:g}, so no mix of them gives 1",
                "let the minimum shares add up to 1 at most, and the maximum shares to 1 at least",
            )


def _properties_of_the_host(data: xr.Dataset, host_of: dict[str, str], provenance: Provenance) -> Iterable[Fault]:
    """Faults if a mode repeats a property of its plant, or has one that only its plant can have."""
    window, carrier_of = (
        dict(zip(labels(data, "plant"), labels(data, name), strict=True)) for name in ("steady_run", "plant_carrier")
    )
    ratios = {name: set(nonzero_pairs(data, name, "plant", "carrier")) for name in ("input", "output")}
    for mode, host in host_of.items():
        reference = carrier_of[mode]
        for name, pairs in ratios.items():
            if (mode, reference) in pairs:
                yield Fault(
                    provenance.where(name, mode, carrier=reference),
                    f"{mode} has an {name} of {reference}, which its plant {host} has as well: it would count twice",
                    "remove the row: the ratios of a mode say only what differs between the modes",
                )
        for name in OF_THE_HOST:
            where = provenance.row(name, mode)
            if where:
                problem = f"{name} has no effect on {mode}: it is a mode of {host}, which has this property"
                yield Fault(where, problem, f"move the row to {host}")
        if WINDOWS.index(window[mode]) > WINDOWS.index(window[host]):
            yield Fault(
                provenance.where("steady_run", mode),
                f"{mode} has a steady_run of a {window[mode]}, but its plant {host} of a {window[host]} only",
                f"give {mode} the same steady_run, or a shorter one",
            )
    ageing = set(nonzero_pairs(data, "degradation", "plant", "carrier"))
    for host in dict.fromkeys(host_of.values()):
        if (host, carrier_of[host]) in ageing:
            problem = f"degradation of {host} would not raise the inputs of its modes"
            yield Fault(provenance.where("degradation", host), problem, "move the inputs that rise to the plant itself")


CONCERN = Concern(
    __name__,
    __doc__,
    declare=declare,
    check=check,
    parameters=PARAMETERS,
    equations=(mode_sum, mode_share_minimum, mode_share_maximum),
    needs=("activity",),
)
