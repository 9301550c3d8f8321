"""The search: what must give at the least, what stands in the way, what alone would do, and what contradicts what."""

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

#: Single remedies that are tried, those that promise most first.
MOST_REMEDIES = 10
SECONDS_FOR_CONFLICT = 20.0
SECONDS_FOR_A_PROGRAM = 30.0
#: What was broken before costs this much more while one part alone is to give.
DEAR = 1e4
#: Ends of the names of index sets that run over the year or over origins. A conflict is stated by equation and member,
#: for all of them.
INNER = ("time", "step", "window", "origin")


@dataclass(frozen=True, eq=False)
class Loosened:
    """A part, and by how much it is loosened: `amount` in all, `most` at one time, at the steps `times`."""

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
    """Why there is no plan.

    `broken` is the least that must give together, `in_the_way` what would lessen it if it were loosened, `remedies`
    what alone would do (a limit in one or more periods), `untried` what might alone do, but was not found out in time,
    and `conflict` rows and bounds that contradict each other.
    """

    broken: list[Loosened]
    in_the_way: list[tuple[Part, float]]
    remedies: list[list[Loosened]]
    untried: list[Part]
    conflict: list[Group]


def cause_of(program: CompiledModel, data: xr.Dataset, observer: Observer) -> Cause | None:
    """Why a program has no solution; None if it has one.

    Raises UnfinishedError if the elastic program finds no end in time, or has no solution itself.
    """
    own = parts(program, data)
    elastic = Elastic(program, [part.bounds for part in own], SECONDS_FOR_A_PROGRAM)
    broken = elastic.least([PRICES[part.source.relax.stage] for part in own])
    if broken is None:
        raise UnfinishedError("Nothing that may give makes a plan possible.")
    if broken.cost <= LEAST_SHARE:
        return None
    loosened = [_loosened(part, amounts) for part, amounts in zip(own, broken.amounts, strict=True)]
    loosened = sorted((each for each in loosened if each.share > LEAST_SHARE), key=lambda each: -each.share)
    weights = [
        (part, part.weight(broken.saving_per_unit(part.bounds)))
        for part in own
        if part.source.relax.stage != Stage.BALANCE
    ]
    most = max((weight for _, weight in weights), default=0.0)
    in_the_way = sorted((each for each in weights if each[1] > LEAST_SHARE * most), key=lambda each: -each[1])
    candidates = list(dict.fromkeys(part.over_periods for part, _ in in_the_way))[:MOST_REMEDIES]
    remedies, untried = _remedies(elastic, own, loosened, candidates, observer)
    observer.phase("looking for what contradicts what")
    groups = needed_groups(elastic.scaled, *broken.scaled, INNER)
    conflict = irreducible(elastic.scaled, groups, SECONDS_FOR_CONFLICT)
    remedies.sort(key=lambda remedy: sum(each.share for each in remedy))
    return Cause(loosened, in_the_way, remedies, untried, conflict)


def _remedies(
    elastic: Elastic, own: list[Part], broken: list[Loosened], candidates: list[tuple], observer: Observer
) -> tuple[list[list[Loosened]], list[Part]]:
    """What alone would do, and what was not found out in time.

    Each candidate may give, and what was broken before only at a price that nobody pays.
    """
    dear = {id(each.part) for each in broken}
    remedies, untried = [], []
    for candidate in candidates:
        observer.phase(f"loosening {candidate[0].component} {' '.join(candidate[1])} alone")
        chosen = {id(part) for part in own if part.over_periods == candidate}
        factors = [1.0 if id(p) in chosen else DEAR if id(p) in dear else None for p in own]
        try:
            found = elastic.least(factors)
        except UnfinishedError:
            untried += [part for part in own if id(part) in chosen]
            continue
        if found is None:
            continue
        amounts = [_loosened(part, each) for part, each in zip(own, found.amounts, strict=True)]
        broken_now = [each for each in amounts if each.share > LEAST_SHARE]
        if all(id(each.part) in chosen for each in broken_now):
            remedies.append(broken_now)
    return remedies, untried


def _loosened(part: Part, amounts: np.ndarray) -> Loosened:
    times = np.flatnonzero(amounts > LEAST_SHARE * max(amounts.max(initial=0.0), LEAST_SHARE))
    return Loosened(part, float(amounts @ part.duration), float(amounts.max(initial=0.0)), times)
