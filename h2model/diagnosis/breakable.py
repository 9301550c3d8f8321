"""What may give way where not all can hold, in the order in which a planner would think of it.

Policies first, then limits, then demands; last the balances themselves, where nothing else could help. A *part* is
what is loosened as one: a cap in a period, a limit of an asset, a demand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from h2model.engine import CompiledModel
from h2model.engine.elastic import Bounds
from h2model.engine.program import Block
from h2model.engine.scaling import equilibrate
from h2model.model.build import prepare
from h2model.model.demand import asked_volume as volume_of_demands

POLICY, LIMIT, DEMAND, BALANCE = range(4)
#: What may be built is limited by its new capacity, what may not by its existing capacity.
BUILT = ("new_capacity", "capacity_stock")
#: A limit of zero on these says only that there is nothing, which no planner has chosen.
NOTHING_THERE = ("capacity_stock",)


@dataclass(frozen=True)
class Kind:
    """Rows of an equation, or bounds of a variable, that may give.

    `words` names a part, with {0}, {1} … for the labels of its index; `limit` is the input that holds what it may be
    at most (or, where the lower bounds may give, at least); `unit` the one of that limit; `by_time` says that
    the last label of the index is a time, over which a part is added up; `upper` which bounds of a variable are meant,
    or both where it is None.
    """

    component: str
    stage: int
    words: str
    limit: str = ""
    unit: str = ""
    by_time: bool = False
    upper: bool | None = None


KINDS = (
    Kind("emission_cap", POLICY, "the cap '{0}' of {1}", "cap_limit", "t/year"),
    Kind("emission_budget", POLICY, "the emission budget '{0}'", "budget_total", "t"),
    Kind("production_share", POLICY, "the minimum share '{0}' of {1}"),
    Kind("build_rate", POLICY, "the build rate '{0}' for {1}"),
    Kind("growth_limit", POLICY, "the growth limit '{0}' of {1}"),
    Kind("reserve_margin", POLICY, "the reserve margin '{0}' of {1}", by_time=True),
    Kind("resource_budget", POLICY, "the resource budget '{0}' of {1}", "resource_volume"),
    Kind("renewable_matching", POLICY, "the rule on renewable hydrogen '{0}' in {1}", by_time=True),
    Kind("renewable_matching_over_window", POLICY, "the rule on renewable hydrogen '{0}' in {1}", by_time=True),
    Kind("additionality", POLICY, "what counts as renewable generation of {1} for '{0}' in {2}", by_time=True),
    Kind("trade_volume_limit", LIMIT, "the maximum_volume of {0} in {1}", "maximum_volume"),
    Kind("trade_flow", LIMIT, "the maximum_rate of {0} in {1}", "maximum_rate", by_time=True, upper=True),
    Kind("capacity", LIMIT, "the maximum_capacity of {0} in {1}", "maximum_capacity", upper=True),
    Kind("capacity", LIMIT, "the minimum_capacity of {0} in {1}", "minimum_capacity", upper=False),
    Kind("new_capacity", LIMIT, "the maximum_new_capacity of {0} in {1}", "maximum_new_capacity", upper=True),
    Kind("new_capacity", LIMIT, "the minimum_new_capacity of {0} in {1}", "minimum_new_capacity", upper=False),
    Kind("capacity_stock", LIMIT, "the existing_capacity of {0} in {1}", "existing_capacity", upper=True),
    Kind("annual_activity_limit", LIMIT, "the maximum_annual_activity of {0} in {1}", "maximum_annual_activity"),
    Kind("annual_activity_minimum", LIMIT, "the minimum_annual_activity of {0} in {1}", "minimum_annual_activity"),
    Kind("minimum_run", LIMIT, "the minimum_run_rate of {0} in {1}", by_time=True),
    Kind("mode_share_minimum", LIMIT, "the minimum_share of {0} in {1}", by_time=True),
    Kind("mode_share_maximum", LIMIT, "the maximum_share of {0} in {1}", by_time=True),
    Kind("storage_initial_level", LIMIT, "the initial_level of {0} in {1}", by_time=True),
    Kind("final_level_minimum", LIMIT, "the final_level of {0} in {1}", by_time=True),
    Kind("storage_level_minimum", LIMIT, "the minimum_level of {0} in {1}", by_time=True),
    Kind("unserved_demand", DEMAND, "the demand {0} in {1}", by_time=True, upper=True),
    Kind("balance", BALANCE, "the balance of {0} in {1} in {2}", by_time=True),
    Kind("balance_over_window", BALANCE, "the balance of {0} in {1} over the {2} in {3}"),
)


#: What it costs to give a part up by its own size, by stage: policies give before limits, and limits before demands.
PRICES = {POLICY: 1.0, LIMIT: 30.0, DEMAND: 1e3, BALANCE: 3e4}


@dataclass(frozen=True, eq=False)
class Part:
    """What is loosened as one: its kind, its labels and its bounds.

    `duration` is what each bound counts with in the amount of the part (hours of the year, or 1), `limit` the value of
    the bounds (the largest of them), `size` the amount by which it would be given up altogether.
    """

    kind: Kind
    labels: tuple
    bounds: Bounds
    duration: np.ndarray
    limit: float
    size: float = 0.0

    @property
    def name(self) -> str:
        """In words."""
        return self.kind.words.format(*self.labels)

    @property
    def over_periods(self) -> tuple:
        """What this part has in common with those of the same limit in other periods."""
        return self.kind, tuple(label for label in self.labels if not isinstance(label, int))

    def weight(self, in_the_way: np.ndarray) -> float:
        """How much less must be broken per share of its size by which this part is loosened."""
        return float(in_the_way.sum() * self.size / self.duration.sum())


def parts(program: CompiledModel, data: xr.Dataset) -> list[Part]:
    """Everything that may give; what has no finite bound is left out."""
    data, typical = prepare(data), _typical(program)
    return [part for kind in KINDS for part in _priced(list(_of_kind(program, data, kind)), typical)]


def _of_kind(program: CompiledModel, data: xr.Dataset, kind: Kind) -> Iterable[Part]:
    """The parts of a kind, without prices."""
    is_row, block = _block(program, kind.component)
    if block is None:
        return
    lower, upper = (program.row_lower, program.row_upper) if is_row else (program.column_lower, program.column_upper)
    steps = block.shape[-1] if kind.by_time else 1
    is_time = kind.by_time and steps == data.sizes["time"]
    duration = (data["hours"] * data["weight"]).values if is_time else np.ones(steps)
    can_build = _buildable(data)
    asked = volume_of_demands(data).values.ravel() if kind.component == "unserved_demand" else None
    positions = np.arange(block.first, block.first + block.size).reshape(-1, steps)
    is_capacity = kind.component in ("capacity", "new_capacity")
    for number, row in enumerate(positions):
        labels = block.labels(number * steps)[: -1 if kind.by_time else None]
        if kind.component in BUILT and (kind.component == "new_capacity") != can_build[labels]:
            continue
        for is_upper, bound in ((True, upper), (False, lower)):
            own = np.isfinite(bound[row])
            if kind.upper in (None, is_upper) and own.any():
                bounds = Bounds(row[own], np.ones(int(own.sum())), is_row, is_upper)
                limit = float(np.abs(bound[row[own]]).max())
                size = limit * duration[own].sum() if asked is None else asked[number]
                if limit == 0 and (kind.component in NOTHING_THERE or (is_capacity and not is_upper)):
                    continue
                limit = limit if bound[row[own]].max() >= 0 else -limit
                yield Part(kind, labels, bounds, duration[own], limit, float(size))


def _priced(found: list[Part], typical: dict[bool, np.ndarray]) -> list[Part]:
    """Parts with prices; a limit of 0 has no size, and takes that of the amounts that meet in its rows or columns."""
    priced = []
    for part in found:
        size = part.size or float(typical[part.bounds.of_rows][part.bounds.positions].mean() * part.duration.sum())
        priced.append(replace(part, size=size, bounds=replace(part.bounds, prices=part.duration / size)))
    return priced


def _typical(program: CompiledModel) -> dict[bool, np.ndarray]:
    """The size of amounts in each row (True) and column (False): what scaling brings near to 1."""
    scaling = equilibrate(program)
    return {True: np.ldexp(1.0, -scaling.row), False: np.ldexp(1.0, scaling.column)}


def _block(program: CompiledModel, name: str) -> tuple[bool, Block | None]:
    """Whether a component is an equation, and where it stands in the program."""
    for is_row, blocks in ((True, program.rows), (False, program.columns)):
        for block in blocks:
            if block.component.local_name == name:
                return is_row, block if block.size and block.positions is None else None
    return False, None


def _buildable(data: xr.Dataset) -> dict[tuple[str, int], bool]:
    """Whether an asset may be built in a period or any before it; where not, only what stands could be more."""
    can_build = (data["maximum_new_capacity"] > 0).transpose("asset", "period").values
    so_far = np.logical_or.accumulate(can_build, axis=1)
    return {
        (asset, period): bool(so_far[i, j])
        for i, asset in enumerate(data["asset"].values.tolist())
        for j, period in enumerate(data["period"].values.tolist())
    }
