"""Unbounded profit: the variables that earn without limit, if a scenario has no least cost."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from h2model.case import Parameter
from h2model.case.segments import coarsened, is_even
from h2model.diagnosis.coarser import segments, without_days
from h2model.engine import CompiledModel, SolverOptions, compile_model
from h2model.engine.program import Block
from h2model.engine.ray import unbounded_ray
from h2model.model.build import build

SEGMENTS = 48
MOST_NAMES = 8


def unbounded_profit(
    data: xr.Dataset, parameters: Mapping[str, Parameter], options: SolverOptions, program: CompiledModel | None
) -> tuple[str, ...]:
    """Return the variables of an unbounded profit, as sentences, the most profitable first; empty if it is bounded.

    Without a program, segments with mean prices are searched. They may miss a profit within single steps.
    """
    if program is None:
        coarse = data
        if data.sizes["time"] > SEGMENTS and is_even(data):
            plain = without_days(data)
            coarse = coarsened(plain, parameters, segments(data, SEGMENTS), relaxed=False)
        program = compile_model(build(coarse))
    direction = unbounded_ray(program, options)
    if direction is None:
        return ()
    gains = program.cost * direction
    members = [member for block in program.columns for member in _members(block, direction, gains)]
    members.sort(key=lambda member: member[0])
    return tuple(text for _, text in members[:MOST_NAMES])


def _members(block: Block, direction: np.ndarray, gains: np.ndarray) -> list[tuple[float, str]]:
    """The members of a variable that take part, each with its cost over all times."""
    by_labels: dict[tuple, float] = {}
    for position in np.flatnonzero(direction[block.slice]).tolist():
        labels = block.labels(position)[:2]
        by_labels[labels] = by_labels.get(labels, 0.0) + gains[block.first + position]
    name = block.component.local_name
    members = []
    for labels, gain in by_labels.items():
        effect = " (earns)" if gain < 0 else " (costs)" if gain > 0 else ""
        members.append((gain, f"{name}: {', '.join(map(str, labels))}{effect}"))
    return members
