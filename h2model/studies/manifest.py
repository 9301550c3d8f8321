"""The manifest of a study: for each run the values of all axes, as text."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from h2model.case import Faults, did_you_mean
from h2model.studies.changes import ResolvedAxis
from h2model.studies.definition import Axis, Study
from h2model.studies.designs import SAMPLED, LatinHypercube, Listed, Morris, NearOptimal, Sobol, Zip
from h2model.studies.ranges import Range
from h2model.studies.sampling import size_of_sample, unit_sample

MOST_RUNS = 200_000
#: Trajectories leave out this share at both ends of an unbounded distribution.
TAIL = 0.005
#: The column with the number of a run, which is also a dimension of the cube.
RUN = "run"
#: The columns of a study of near-optimal plans.
SLACK, GOAL = "slack", "goal"
OPTIMUM = "optimum"


@dataclass(frozen=True)
class Manifest:
    """The rows of all runs and, for sampled designs, the sample in the unit cube (run, axis)."""

    rows: list[dict[str, str]]
    sample: np.ndarray | None = None

    def to_csv(self) -> bytes:
        """Return the content of manifest.csv: the number of each run, and its row."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([RUN, *self.rows[0]])
        writer.writerows([str(number), *row.values()] for number, row in enumerate(self.rows))
        return text.getvalue().encode()


def manifest_of(study: Study, axes: Sequence[ResolvedAxis]) -> Manifest:
    """Return all runs of a study; raises InputError if axes and design do not fit together."""
    design, faults = study.design, Faults()
    settings = {axis.name: setting for axis, setting in zip(axes, study.axes.values(), strict=True)}
    if isinstance(design, NearOptimal):
        return Manifest(_near_optimal_rows(design))
    if isinstance(design, Listed):
        return Manifest(_listed_rows(design, list(settings), faults))
    if isinstance(design, SAMPLED):
        return _sampled_manifest(design, settings, faults)
    columns = {name: _cells(name, axis, faults) for name, axis in settings.items()}
    if isinstance(design, Zip):
        faults.raise_if_any()
        lengths = {name: len(cells) for name, cells in columns.items()}
        if len(set(lengths.values())) > 1:
            listed = ", ".join(f"{name} {count}" for name, count in lengths.items())
            remedy = "use grid, or list as many values for each axis"
            faults.add("design", f"zip needs as many values on every axis, but there are {listed}", remedy)
            faults.raise_if_any()
        return Manifest(_rows(columns))
    for axis, cells in zip(axes, columns.values(), strict=True):
        # Values become the labels of a dimension, so 1 and 1.0 are the same.
        if len(set(axis.coordinate(cells).tolist())) < len(cells):
            faults.add(f"axis {axis.name}", "lists a value twice", "remove one of them")
    faults.raise_if_any()
    _refuse_too_many(int(np.prod([len(cells) for cells in columns.values()], dtype=float)), faults)
    return Manifest([dict(zip(columns, row, strict=True)) for row in product(*columns.values())])


def as_cell(value: float | str, unit: str = "") -> str:
    """Return a value as text; reading the text returns the same number."""
    text = repr(float(value)) if isinstance(value, float | np.floating) else str(value)
    return f"{text} {unit}" if unit else text


def _near_optimal_rows(design: NearOptimal) -> list[dict[str, str]]:
    """Return the optimum, and for each slack the extremes of each capacity and the alternatives, in this order."""
    rows = [{SLACK: "0.0", GOAL: OPTIMUM}]
    for slack in design.slack:
        goals = [f"{sense} {name}" for name in design.capacities for sense in ("least", "most")]
        goals += [f"alternative {number}" for number in range(1, design.alternatives + 1)]
        rows += [{SLACK: as_cell(slack), GOAL: goal} for goal in goals]
    return rows


def _listed_rows(design: Listed, names: Sequence[str], faults: Faults) -> list[dict[str, str]]:
    for number, run in enumerate(design.runs):
        for name in run:
            if name not in names:
                faults.add(f"design.runs.{number}", f"'{name}' is not an axis", did_you_mean(name, names))
        for name in names:
            if name not in run:
                faults.add(f"design.runs.{number}", f"has no value for the axis {name}", "add one")
    faults.raise_if_any()
    return [{name: as_cell(run[name]) for name in names} for run in design.runs]


def _sampled_manifest(
    design: LatinHypercube | Sobol | Morris, settings: Mapping[str, Axis], faults: Faults
) -> Manifest:
    for name, axis in settings.items():
        if not isinstance(axis.values, Range) or axis.values.points is not None:
            remedy = "use a range such as {from: 0.8, to: 1.2}"
            faults.add(f"axis {name}", "has a list of values or 'points', but its design takes samples", remedy)
    faults.raise_if_any()
    _refuse_too_many(size_of_sample(design, len(settings)), faults)
    sample, columns = unit_sample(design, list(settings)), {}
    for (name, axis), shares in zip(settings.items(), sample.T, strict=True):
        values = axis.values
        if isinstance(design, Morris) and not values.is_bounded:
            # Trajectories begin and end at the ends of an axis, but these are infinite.
            shares = TAIL + shares * (1 - 2 * TAIL)
        columns[name] = [as_cell(value, values.unit) for value in values.quantiles(shares)]
    return Manifest(_rows(columns), sample)


def _cells(name: str, axis: Axis, faults: Faults) -> list[str]:
    """Return all values of an axis as text."""
    values = axis.values
    if not isinstance(values, Range):
        return [as_cell(value) for value in values]
    if values.points is None or values.distribution != "uniform":
        remedy = "set 'points' and use the uniform distribution, or list the values"
        faults.add(f"axis {name}", "is a range without 'points', or with a distribution", remedy)
        return []
    return [as_cell(value, values.unit) for value in values.evenly()]


def _rows(columns: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _refuse_too_many(count: int, faults: Faults) -> None:
    if count > MOST_RUNS:
        problem = f"makes {count:,} runs, more than the limit of {MOST_RUNS:,}"
        faults.add("design", problem, "use fewer values or samples")
    faults.raise_if_any()
