"""The search for the cause: limits to relax, binding limits, single changes that would suffice, and the conflict."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from h2model.constants import LEAST_SHARE
from h2model.diagnosis.relaxable import PRICES, Part, parts
from h2model.engine import CompiledModel
from h2model.engine.elastic import Elastic
from h2model.engine.irreducible import Group, irreducible, needed_groups
from h2model.errors import UnfinishedError
from h2model.frame.concern import Stage
from h2model.progress import Observer

#: Single changes that are tried, the most promising first.
MOST_REMEDIES = 10
SECONDS_FOR_CONFLICT = 20.0
SECONDS_FOR_A_PROGRAM = 30.0
#: Factor on the price of the limits relaxed before, while one limit is relaxed alone.
PENALTY = 1e4
#: Ends of the names of index sets that run over the year or over origins. A conflict is stated by equation and member,
#: for all of them.
INNER = ("time", "step", "window", "origin")


@dataclass(frozen=True, eq=False)
class Relaxed:
    """A part and the amount by which it is relaxed: `amount` in all, `most` at one time, at the steps `times`."""

    part: Part
    amount: float
    most: float
    times: np.ndarray

    @property
    def share(self) -> float:
        """The amount as a share of the part's own size."""
        return self.amount / self.part.size


@dataclass(frozen=True, eq=False)
class Cause:
    """Why a program has no solution.

    Attributes
    ----------
    broken
        Parts to relax, all together, with the smallest amounts.
    in_the_way
        Parts whose relaxation would reduce these amounts, each with its weight: the binding limits.
    remedies
        Single changes that would suffice: one limit, in one or more periods.
    untried
        Parts that might suffice alone, but were not tested in time.
    conflict
        Rows and bounds that cannot hold together.
    """

    broken: list[Relaxed]
    in_the_way: list[tuple[Part, float]]
    remedies: list[list[Relaxed]]
    untried: list[Part]
    conflict: list[Group]


def cause_of(program: CompiledModel, data: xr.Dataset, observer: Observer) -> Cause | None:
    """Return why a program has no solution; None if it has one.

    Raises
    ------
    UnfinishedError
        If the elastic program is not solved in time, or has no solution either.
    """
    all_parts = parts(program, data)
    elastic = Elastic(program, [part.bounds for part in all_parts], SECONDS_FOR_A_PROGRAM)
    broken = elastic.least([PRICES[part.source.relax.stage] for part in all_parts])
    if broken is None:
        raise UnfinishedError("No limit that may be relaxed makes a plan possible.")
    if broken.cost <= LEAST_SHARE:
        return None
    relaxed = [_relaxed(part, amounts) for part, amounts in zip(all_parts, broken.amounts, strict=True)]
    relaxed = sorted((each for each in relaxed if each.share > LEAST_SHARE), key=lambda each: -each.share)
    weights = [
        (part, part.weight(broken.saving_per_unit(part.bounds)))
        for part in all_parts
        if part.source.relax.stage != Stage.BALANCE
    ]
    most = max((weight for _, weight in weights), default=0.0)
    in_the_way = sorted((each for each in weights if each[1] > LEAST_SHARE * most), key=lambda each: -each[1])
    candidates = list(dict.fromkeys(part.over_periods for part, _ in in_the_way))[:MOST_REMEDIES]
    remedies, untried = _remedies(elastic, all_parts, relaxed, candidates, observer)
    observer.phase("searching for conflicting constraints")
    groups = needed_groups(elastic.scaled, *broken.scaled, INNER)
    conflict = irreducible(elastic.scaled, groups, SECONDS_FOR_CONFLICT)
    remedies.sort(key=lambda remedy: sum(each.share for each in remedy))
    return Cause(relaxed, in_the_way, remedies, untried, conflict)


def _remedies(
    elastic: Elastic, all_parts: list[Part], broken: list[Relaxed], candidates: list[tuple], observer: Observer
) -> tuple[list[list[Relaxed]], list[Part]]:
    """Single changes that would suffice, and parts that were not tested in time.

    Each candidate is relaxed at its price, and the parts relaxed before only at a prohibitive price.
    """
    penalised = {id(each.part) for each in broken}
    remedies, untried = [], []
    for candidate in candidates:
        observer.phase(f"relaxing {candidate[0].component} {' '.join(candidate[1])} alone")
        alone = {id(part) for part in all_parts if part.over_periods == candidate}
        penalty = dict.fromkeys(penalised, PENALTY) | dict.fromkeys(alone, 1.0)
        factors = [penalty.get(id(part)) for part in all_parts]
        try:
            least = elastic.least(factors)
        except UnfinishedError:
            untried += [part for part in all_parts if id(part) in alone]
            continue
        if least is None:
            continue
        amounts = [_relaxed(part, each) for part, each in zip(all_parts, least.amounts, strict=True)]
        changes = [each for each in amounts if each.share > LEAST_SHARE]
        if all(id(each.part) in alone for each in changes):
            remedies.append(changes)
    return remedies, untried


def _relaxed(part: Part, amounts: np.ndarray) -> Relaxed:
    times = np.flatnonzero(amounts > LEAST_SHARE * max(amounts.max(initial=0.0), LEAST_SHARE))
    return Relaxed(part, float(amounts @ part.duration), float(amounts.max(initial=0.0)), times)
