"""Parts of the model that `explain` may relax if it is infeasible.

`explain` relaxes policies first, then limits, then demands, and balances only if nothing else helps. Concerns and
policies declare how each of their equations and bounds may be relaxed (`h2model.frame.concern.Relax`). A *part* is
relaxed as a whole: a cap in a period, a limit of an asset, a demand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from h2model.engine import CompiledModel
from h2model.engine.elastic import Bounds
from h2model.engine.program import Block
from h2model.engine.scaling import equilibrate
from h2model.frame.concern import Policy, Relax, Stage
from h2model.model.build import CONCERNS, prepare

#: Price of relaxing a part by its own size, by stage: policies before limits, and limits before demands.
PRICES = {Stage.POLICY: 1.0, Stage.LIMIT: 30.0, Stage.DEMAND: 1e3, Stage.BALANCE: 3e4}


@dataclass(frozen=True)
class Relaxable:
    """An equation or variable of the model that may be relaxed, and how; `unit_of` is that of its policy, if any."""

    component: str
    relax: Relax
    unit_of: Callable[[xr.Dataset, str], str] | None = None


def relaxables() -> tuple[Relaxable, ...]:
    """Return all equations and bounds of the model that may be relaxed, by stage."""
    collected = []
    for concern in CONCERNS:
        unit_of = concern.unit_of if isinstance(concern, Policy) else None
        relaxed = [(each.name, each.relax) for each in concern.equations if isinstance(each.relax, Relax)]
        relaxed += [(bound.variable, bound.relax) for bound in concern.bounds]
        collected += [Relaxable(component, relax, unit_of) for component, relax in relaxed]
    return tuple(sorted(collected, key=lambda each: each.relax.stage))


RELAXABLES = relaxables()


@dataclass(frozen=True, eq=False)
class Part:
    """Bounds that are relaxed together, with the equation or variable to which they belong and their labels.

    `duration` is the weight of each bound in the amount of the part: hours of the year, or 1. `limit` is the largest
    value of the bounds. `size` is the amount by which the part is relaxed if it is removed.
    """

    source: Relaxable
    labels: tuple
    bounds: Bounds
    duration: np.ndarray
    limit: float
    size: float = 0.0

    @property
    def name(self) -> str:
        """Name for a planner."""
        return self.source.relax.name.format(*self.labels)

    @property
    def over_periods(self) -> tuple:
        """The key that this part shares with parts of the same limit in other periods."""
        return self.source, tuple(label for label in self.labels if not isinstance(label, int))

    def weight(self, in_the_way: np.ndarray) -> float:
        """Return by how much all violations fall per share of its size by which this part is relaxed."""
        return float(in_the_way.sum() * self.size / self.duration.sum())


def parts(program: CompiledModel, data: xr.Dataset) -> list[Part]:
    """Return all parts that may be relaxed; those without a finite bound are left out."""
    data, scaling = prepare(data), equilibrate(program)
    # Typical amounts in each row (True) and column (False), from the scaling that brings them near to 1.
    typical = {True: np.ldexp(1.0, -scaling.row), False: np.ldexp(1.0, scaling.column)}
    priced = []
    for part in (part for source in RELAXABLES for part in _parts_of(program, data, source)):
        # A limit of 0 has no size of its own, and takes the typical amount.
        size = part.size or float(typical[part.bounds.of_rows][part.bounds.positions].mean() * part.duration.sum())
        priced.append(replace(part, size=size, bounds=replace(part.bounds, prices=part.duration / size)))
    return priced


def _parts_of(program: CompiledModel, data: xr.Dataset, source: Relaxable) -> Iterable[Part]:
    """The parts of an equation or variable, without prices."""
    relax = source.relax
    is_row, block = _block(program, source.component)
    if block is None:
        return
    lower, upper = (program.row_lower, program.row_upper) if is_row else (program.column_lower, program.column_upper)
    steps = block.shape[-1] if relax.by_time else 1
    is_time = relax.by_time and steps == data.sizes["time"]
    duration = (data["hours"] * data["weight"]).values if is_time else np.ones(steps)
    allowed = relax.only(data) if relax.only else None
    sizes = relax.size(data).values.ravel() if relax.size else None
    limit_of = _limits(data, relax) if is_row and relax.limit else {}
    positions = np.arange(block.first, block.first + block.size).reshape(-1, steps)
    for number, row in enumerate(positions):
        labels = block.labels(number * steps)[: -1 if relax.by_time else None]
        if allowed is not None and not allowed[labels]:
            continue
        for is_upper, bound in ((True, upper), (False, lower)):
            finite = np.isfinite(bound[row])
            if relax.upper not in (None, is_upper) or not finite.any():
                continue
            values, hours = bound[row[finite]], duration[finite]
            # Constants of a row are in its bound, so that this is not the limit that the planner knows.
            limit = limit_of.get(labels, float(values[np.argmax(np.abs(values))]))
            if limit == 0 and not relax.zero_counts:
                continue
            size = abs(limit) * hours.sum() if sizes is None else sizes[number]
            bounds = Bounds(row[finite], np.ones(len(values)), is_row, is_upper)
            yield Part(source, labels, bounds, hours, limit, float(size))


def _limits(data: xr.Dataset, relax: Relax) -> dict[tuple, float]:
    """The input that holds the limit of an equation, by the labels of its index."""
    array = data[relax.limit]
    order = [dim for dim in array.dims if dim != "period"] + [dim for dim in array.dims if dim == "period"]
    series = array.transpose(*order).to_series()
    return {label if isinstance(label, tuple) else (label,): float(value) for label, value in series.items()}


def _block(program: CompiledModel, name: str) -> tuple[bool, Block | None]:
    """Whether a component is an equation, and its rows or columns in the program."""
    for is_row, blocks in ((True, program.rows), (False, program.columns)):
        for block in blocks:
            if block.component.local_name == name:
                return is_row, block if block.size and block.positions is None else None
    return False, None
