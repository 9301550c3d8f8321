"""Designs: from axes to the rows of a manifest, each the values of all axes for one run, as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from h2model.case import Faults
from h2model.studies.axes import Direction, unknown_axis
from h2model.studies.definition import SAMPLED, Axis, Design, Grid, Listed, Morris, NearOptimal, Pareto, Study, Zip
from h2model.studies.ranges import Range, split_quantity
from h2model.studies.sampling import size_of_sample, unit_sample

MOST_RUNS = 200_000
# Shares at both ends of an unbounded distribution that trajectories leave out.
TAIL = 0.005
#: The columns of a study of near-optimal plans.
SLACK, GOAL = "slack", "goal"
OPTIMUM = "optimum"


@dataclass(frozen=True)
class Plan:
    """The rows of a manifest; for sampled designs also the sample in the unit cube (run, axis)."""

    rows: list[dict[str, str]]
    sample: np.ndarray | None = None


def plan_of(study: Study, axes: Sequence[Direction]) -> Plan:
    """All runs of a study; raises InputError when axes and design do not fit."""
    design, faults = study.design, Faults()
    names = [axis.name for axis in axes]
    given = dict(zip(names, study.axes.values(), strict=True))
    if isinstance(design, NearOptimal):
        return Plan(_near_optimal_rows(design))
    if isinstance(design, Listed):
        return Plan(_listed_rows(design, axes, faults))
    if isinstance(design, SAMPLED):
        _require_ranges(given, faults)
        _refuse_too_many(size_of_sample(design, len(names)), faults)
        sample = unit_sample(design, names)
        columns = zip(names, sample.T, strict=True)
        return Plan(_rows({name: _from_range(given[name].values, design, shares) for name, shares in columns}), sample)
    cells = {name: _cells(name, axis, faults) for name, axis in given.items()}
    if not isinstance(design, Zip):
        _refuse_repeats(cells, faults)
    faults.raise_if_any()
    if isinstance(design, Zip):
        lengths = {name: len(values) for name, values in cells.items()}
        if len(set(lengths.values())) > 1:
            listed = ", ".join(f"{name} {count}" for name, count in lengths.items())
            faults.add("design", f"zip needs as many values on every axis, and here are: {listed}", "use grid, or mend")
            faults.raise_if_any()
        return Plan(_rows(cells))
    assert isinstance(design, Grid | Pareto)
    _refuse_too_many(int(np.prod([len(values) for values in cells.values()], dtype=float)), faults)
    return Plan([dict(zip(names, row, strict=True)) for row in product(*cells.values())])


def _refuse_too_many(count: int, faults: Faults) -> None:
    if count > MOST_RUNS:
        faults.add(
            "design", f"there would be {count:,} runs; {MOST_RUNS:,} are the most", "take fewer values or samples"
        )
    faults.raise_if_any()


def as_cell(value: float | str, unit: str = "") -> str:
    """A value as text from which the same number comes back."""
    text = repr(float(value)) if isinstance(value, float | np.floating) else str(value)
    return f"{text} {unit}" if unit else text


def _rows(cells: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    return [dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True)]


def _cells(name: str, axis: Axis, faults: Faults) -> list[str]:
    """The values of an axis one by one."""
    values = axis.values
    if not isinstance(values, Range):
        return [as_cell(value) for value in values]
    if values.points is None or values.distribution != "uniform":
        faults.add(
            f"axis {name}", "is a range without 'points', or with a distribution", "say how many points, or list them"
        )
        return []
    return [as_cell(value, values.unit) for value in values.evenly()]


def _refuse_repeats(cells: Mapping[str, Sequence[str]], faults: Faults) -> None:
    """Values become the labels of a dimension, so each may be there once, however it is written."""
    for name, values in cells.items():
        if len(set(map(_as_number, values))) < len(values):
            faults.add(f"axis {name}", "has a value twice", "keep one of them")


def _as_number(cell: str) -> tuple[float, str] | str:
    try:
        return split_quantity(cell)
    except ValueError:
        return cell


def _from_range(values: Range, design: Design, shares: np.ndarray) -> list[str]:
    if isinstance(design, Morris) and not values.is_bounded:
        # Trajectories begin and end at the ends of an axis, which here are infinite.
        shares = TAIL + shares * (1 - 2 * TAIL)
    return [as_cell(value, values.unit) for value in values.quantiles(shares)]


def _require_ranges(given: Mapping[str, Axis], faults: Faults) -> None:
    for name, axis in given.items():
        if not isinstance(axis.values, Range) or axis.values.points is not None:
            faults.add(
                f"axis {name}", "is no range without points", "a sampled axis needs such as {from: 0.8, to: 1.2}"
            )
    faults.raise_if_any()


def _listed_rows(design: Listed, axes: Sequence[Direction], faults: Faults) -> list[dict[str, str]]:
    names = [axis.name for axis in axes]
    for number, run in enumerate(design.runs):
        for name in run:
            if name not in names:
                faults.add(f"design.runs.{number}", f"there is no axis '{name}'", unknown_axis(name, axes))
        for name in names:
            if name not in run:
                faults.add(f"design.runs.{number}", f"has no value for the axis {name}", "give one")
    faults.raise_if_any()
    return [{name: as_cell(run[name]) for name in names} for run in design.runs]


def _near_optimal_rows(design: NearOptimal) -> list[dict[str, str]]:
    """The optimum, and for each slack the extremes of each capacity and the alternatives, in this order."""
    rows = [{SLACK: "0.0", GOAL: OPTIMUM}]
    for slack in design.slack:
        goals = [f"{sense} {name}" for name in design.capacities for sense in ("least", "most")]
        goals += [f"alternative {number}" for number in range(1, design.alternatives + 1)]
        rows += [{SLACK: as_cell(slack), GOAL: goal} for goal in goals]
    return rows
