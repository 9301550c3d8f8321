"""Early retirement: capacity retires before the end of its life, which saves its fixed cost.

An asset with `early_retirement` yes may retire capacity in any period after that of its building. Each vintage retires
separately, because vintages end at different times and may have different costs. Retired capacity does not return.

The tables give no ages for existing capacity. The model therefore assumes that the part with the shortest remaining
life retires first. If existing_capacity falls in a later period, the fall is taken first from capacity that has already
retired. The investment is still paid, because it belongs to the capacity that was built. The equations of capacity and
of its fixed cost are in `capacity.py`.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from h2model.case import Parameter, Provenance
from h2model.engine import Constraint, Model, Param, Set, Var
from h2model.errors import Fault
from h2model.frame.capacity import living_vintages
from h2model.frame.concern import Concern, Sums, equation
from h2model.frame.sets import labels, members_by, members_where

PARAMETERS = (
    Parameter(
        "early_retirement", dims=("asset",), unit="1", default="no", choices=("no", "yes"),
        description="Whether capacity may retire before the end of its life, which saves its fixed cost.",
    ),
)  # fmt: skip


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add retired capacity, by vintage and for existing capacity, as variables that never fall."""
    periods = labels(data, "period")
    m.retirable = members_where(
        m.asset, data, data.variables["early_retirement"] == "yes", "assets that may retire early"
    )
    triples = retirable_vintages(data)
    m.retirable_vintage = Set(
        dimen=3,
        initialize=triples,
        levels=("retirable_vintage_asset", "retirable_vintage_vintage", "retirable_vintage_period"),
        description="asset, vintage that may retire early, and each period of its life after that of its building",
    )
    m.retired_at = Set(
        m.asset, m.period, dimen=3, within=m.retirable_vintage,
        initialize=members_by(
            ((a, y) for a in labels(data, "asset") for y in periods), (((a, y), (a, v, y)) for a, v, y in triples)
        ),
    )  # fmt: skip
    m.retirable_part = Set(
        m.asset, within=m.retirable,
        initialize=members_by(labels(data, "asset"), ((name, name) for name in m.retirable)),
        description="for each asset: itself if it may retire early, otherwise none, for terms of sums",
    )  # fmt: skip
    m.period_before = Param(m.period, initialize=np.roll(periods, 1), description="the period before")
    m.existing_to_stay = Param(m.asset, m.period, initialize=data["existing_capacity"])
    m.existing_ends = Param(m.asset, m.period, initialize=ends_by_itself(data))
    _declare_retired(m, triples, periods)


def _declare_retired(m: Model, triples: list[tuple], periods: list[int]) -> None:
    m.retired = Var(
        m.retirable_vintage, bounds=(0, None), unit="asset_unit",
        description="new capacity of a vintage that has retired early, cumulative up to a period",
    )  # fmt: skip
    m.existing_retired = Var(
        m.retirable, m.period, bounds=lambda m, a, y: (0, m.existing_to_stay[a, y]), unit="asset_unit",
        description="existing capacity that has retired early and would still be alive in a period",
    )  # fmt: skip
    m.again_retirable_vintage = Set(
        dimen=3,
        within=m.retirable_vintage,
        initialize=[(a, v, y) for a, v, y in triples if periods.index(y) > periods.index(v) + 1],
        levels=("again_retirable_asset", "again_retirable_vintage", "again_retirable_period"),
        description="retirable_vintage without its first period, so that it may have retired in the period before",
    )
    m.retired_for_good = Constraint(m.again_retirable_vintage, rule=retired_for_good.rule, unit="asset_unit")
    m.later_period = Set(within=m.period, initialize=periods[1:], description="all periods but the first")
    m.existing_retired_for_good = Constraint(
        m.retirable, m.later_period, rule=existing_retired_for_good.rule, unit="asset_unit"
    )


@equation(
    dual="saving if one retired unit could return to service",
    relax="never: retired capacity cannot return to service",
    segments="is not indexed by time",
)
def retired_for_good(m, a, v, y):
    """retired ≥ retired by the period before"""
    return m.retired[a, v, y] >= m.retired[a, v, m.period_before[y]]


@equation(
    dual="saving if one unit of retired existing capacity could return to service",
    relax="never: retired capacity cannot return to service",
    segments="is not indexed by time",
)
def existing_retired_for_good(m, a, y):
    """existing_retired ≥ existing_retired by the period before − existing capacity that has ended since"""
    return m.existing_retired[a, y] >= m.existing_retired[a, m.period_before[y]] - m.existing_ends[a, y]


def retirable_vintages(data: xr.Dataset) -> list[tuple[str, int, int]]:
    """Return (asset, vintage, period) for each vintage that may retire early and each later period of its life."""
    may = dict(zip(labels(data, "asset"), (data.variables["early_retirement"] == "yes").values, strict=True))
    living = living_vintages(data)
    return [(asset, v, y) for (asset, y), built in living.items() if may[asset] for v in built if v < y]


def ends_by_itself(data: xr.Dataset) -> xr.Variable:
    """Return the fall of existing capacity since the period before; 0 in the first period (asset, period)."""
    existing = data.variables["existing_capacity"].transpose("asset", "period").values
    fall = np.maximum(-np.diff(existing, axis=1, prepend=existing[:, :1]), 0.0)
    return xr.Variable(("asset", "period"), fall)


def check(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """An asset with early_retirement must not have a retrofit: a fall of its capacity could have either cause."""
    may = dict(zip(labels(data, "asset"), (data.variables["early_retirement"] == "yes").values, strict=True))
    pairs = list(zip(labels(data, "asset"), labels(data, "retrofit_of"), strict=True))
    for original in dict.fromkeys(original for _, original in pairs if original):
        if may[original]:
            retrofits = " and ".join(name for name, converted in pairs if converted == original)
            problem = f"{original} has both early_retirement and a retrofit ({retrofits}), which are indistinguishable"
            remedy = "remove early_retirement: a retrofit, too, takes capacity away for good and saves its fixed cost"
            yield Fault(provenance.where("early_retirement", original), problem, remedy)


CONCERN = Concern(
    __name__,
    __doc__,
    declare=declare,
    check=check,
    parameters=PARAMETERS,
    equations=(retired_for_good, existing_retired_for_good),
)
