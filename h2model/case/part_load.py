"""Part-load curves: measured points become concave line segments that keep the model linear.

A point gives the output per amount of the reference carrier at a load, which is a share of the capacity. With x = load
and y = load × value, each segment is a line y = slope × x + intercept. The model requires output ≤ slope × activity +
intercept × capacity for every segment.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from h2model.case.assets import Assets, Entity
from h2model.case.coordinates import with_meaning
from h2model.case.faults import Faults, did_you_mean
from h2model.case.provenance import Provenance
from h2model.case.tables import Row, parse_number
from h2model.case.units import UnitError, Units
from h2model.constants import ROUNDING


def concave_segments(loads: Sequence[float], values: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Return slopes and intercepts of the lines through (0, 0) and the points, from low load to full load.

    Both are in output of the carrier per amount of the reference carrier. ValueError, with a reason, if the loads
    are not between 0 and 1, repeat, do not reach 1, or if the curve is not concave.

    >>> slopes, intercepts = concave_segments([0.5, 1.0], [0.75, 0.65])
    >>> slopes.round(4).tolist(), intercepts.round(4).tolist()
    ([0.75, 0.55], [0.0, 0.1])
    """
    order = np.argsort(np.asarray(loads, dtype=float), kind="stable")
    load, value = np.asarray(loads, dtype=float)[order], np.asarray(values, dtype=float)[order]
    if len(load) == 0 or load[0] <= 0 or load[-1] > 1:
        raise ValueError("every load must be above 0 and at most 1 (a share of the capacity)")
    if np.any(np.diff(load) == 0):
        repeated = load[1:][np.diff(load) == 0][0]
        raise ValueError(f"the load {repeated:g} has two values")
    if load[-1] < 1:
        raise ValueError(f"the curve ends at load {load[-1]:g}; add a point at load 1")
    x, y = np.append(0.0, load), np.append(0.0, load * value)
    slopes = np.diff(y) / np.diff(x)
    rising = np.flatnonzero(np.diff(slopes) > ROUNDING * np.maximum(1.0, np.abs(slopes[:-1])))
    if len(rising):
        first = int(rising[0])
        a, b, c = (f"({x[i]:g}, {y[i]:.4g})" for i in range(first, first + 3))
        raise ValueError(
            f"the curve is not concave: from {a} to {b} the output rises by {slopes[first]:.4g} per input, "
            f"from {b} to {c} by {slopes[first + 1]:.4g} (points are load, load × value). A linear model may run "
            f"part of the capacity at each point, so it would skip the point {b} and produce more than the plant can"
        )
    return slopes, y[1:] - slopes * x[1:]


def part_load_variables(
    rows: Sequence[Row], assets: Assets, units: Units, provenance: Provenance, faults: Faults
) -> dict[str, xr.Variable]:
    """Return part_load_slope and part_load_intercept (plant, carrier, segment); NaN for plants without a curve."""
    curves: dict[tuple[str, str], list[tuple[float, float, str]]] = {}
    plants, carriers = assets.of_kind["plant"], [carrier.name for carrier in assets.carriers]
    for row in rows:
        point = _read_point(row, plants, assets, carriers, units, faults)
        if point is not None:
            curves.setdefault((row["technology"], row["carrier"]), []).append((*point, row.where))
    segments = {}
    for (technology, carrier), points in curves.items():
        where = points[0][2]
        users = [plant.name for plant in plants if plant.technology == technology]
        for name in users:
            provenance.keep_place("part_load", name, carrier, where)
        output_row = next(filter(None, (provenance.row("output", name, carrier=carrier) for name in users)), "")
        if output_row:
            problem = f"the output of {carrier} of {technology} is also given by {output_row}"
            faults.add(where, problem, "keep the curve or the output row, not both")
        try:
            segments[technology, carrier] = concave_segments([p[0] for p in points], [p[1] for p in points])
        except ValueError as error:
            faults.add(where, f"{technology}, {carrier}: {error}", "correct the points, or leave out a point")
    count = max((len(slopes) for slopes, _ in segments.values()), default=0)
    slope, intercept = np.full((2, len(plants), len(carriers), count), np.nan)
    for position, plant in enumerate(plants):
        for column, carrier in enumerate(carriers):
            slopes, intercepts = segments.get((plant.technology, carrier), ((), ()))
            slope[position, column, : len(slopes)] = slopes
            intercept[position, column, : len(slopes)] = intercepts
    dims, unit = ("plant", "carrier", "segment"), "{carrier}/{amount}"
    names = ("Output per amount of reference carrier on a part-load segment", "Output per capacity at no load on it")
    return {
        **with_meaning({"segment": ("segment", np.arange(1, count + 1))}),
        "part_load_slope": xr.Variable(dims, slope, {"units": unit, "long_name": names[0]}),
        "part_load_intercept": xr.Variable(dims, intercept, {"units": unit, "long_name": names[1]}),
    }


def _read_point(
    row: Row, plants: Sequence[Entity], assets: Assets, carriers: Sequence[str], units: Units, faults: Faults
) -> tuple[float, float] | None:
    """Load and converted value of one row; None, with a fault, if it is wrong."""
    before = len(faults)
    technology, carrier = row["technology"], row["carrier"]
    if technology not in assets.technologies:
        remedy = did_you_mean(technology, assets.technologies)
        faults.add(row.where, f"the technology '{technology}' is unknown", remedy)
    if carrier not in carriers:
        faults.add(row.where, f"the carrier '{carrier}' is unknown", did_you_mean(carrier, carriers))
    numbers = []
    for column in ("load", "value"):
        try:
            numbers.append(parse_number(row[column]))
        except ValueError as error:
            faults.add(row.where, f"{column}: {error}", "write a number")
    if len(faults) > before:
        return None
    if not all(np.isfinite(numbers)) or numbers[1] < 0:
        faults.add(
            row.where, f"the value {row['value']} at load {row['load']} is not possible", "write finite numbers from 0"
        )
        return None
    own = next((plant.carrier for plant in plants if plant.technology == technology), "")
    if own not in units.carrier_units or carrier not in units.carrier_units:
        return numbers[0], numbers[1]
    try:
        return numbers[0], numbers[1] * units.factor(row["unit"], "{carrier}/{amount}", own=own, row=carrier)
    except UnitError as fault:
        faults.add(row.where, fault.problem, fault.remedy)
        return None
