"""Charts of all runs of a study together: results along an axis, how they spread, and what may be left out."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import xarray as xr

from h2model.case import did_you_mean
from h2model.errors import Fault, InputError
from h2model.numbers import number
from h2model.plots.chart import Chart, Panel, Style, Trace
from h2model.plots.colours import DOWN, LINE, UP
from h2model.plots.words import words
from h2model.tables.over_runs import axes_of, key_results, new_capacities, per_run, unit_of_axis

MEDIAN, ENDS = "#0072B2", "#56B4E9"
#: Of what is built, so much is shown along an axis: what the axis moves most.
MOST_BUILDS = 4
MOST_BINS = 12


def along(cube: xr.Dataset, axis: str) -> Chart:
    """Cost, CO2 prices and the builds that it moves most along an axis: the median, least and most over all others."""
    known = axes_of(cube)
    if axis not in known:
        raise InputError([Fault(f"axis={axis!r}", "the study has no such axis", did_you_mean(axis, known))])
    at = per_run(cube, axis).values
    rows = [*_moved(key_results(cube), at, 0.0), *_moved(new_capacities(cube), at, 0.05)[:MOST_BUILDS]]
    panels = [_panel(words(name), unit, values, at) for (name, unit), values in rows]
    if not panels:
        raise InputError([Fault(f"axis={axis!r}", "moves no result", "choose another axis")])
    unit = unit_of_axis(cube[axis])
    title = f"What {words(axis)} moves" + ("" if len(known) == 1 else ": the median, least and most over all else")
    return Chart(title, tuple(panels), f"{words(axis)}{', ' + unit if unit else ''}")


def histogram(cube: xr.Dataset, result: str, unit: str) -> Chart:
    """How many runs have which value of a result of `key_results`."""
    values = _result(cube, result, unit).dropna().to_numpy()
    counts, edges = np.histogram(values, bins=min(MOST_BINS, max(3, len(values) // 4)))
    # As many digits as it takes to tell the edges apart.
    digits = max(0, 1 - int(np.floor(np.log10(edges[1] - edges[0]))))
    places = [f"{low:,.{digits}f} to {high:,.{digits}f}" for low, high in pairwise(edges)]
    bars = Trace("runs", places, counts.astype(float), MEDIAN, Style.BAR, shown=False)
    return Chart(f"How {result} spreads over the runs", (Panel("number of runs", (bars,)),), f"{result}, {unit}")


def correlations(cube: xr.Dataset, result: str, unit: str) -> Chart:
    """Rank correlation (Spearman) of every axis of numbers with a result of `key_results`, the largest on top."""
    values = _result(cube, result, unit)
    axes = {name: per_run(cube, name).values for name in axes_of(cube)}
    numbers = pd.DataFrame({name: found for name, found in axes.items() if np.issubdtype(found.dtype, np.number)})
    ranks = numbers[values.notna().to_numpy()].rank()
    found = ranks.corrwith(values.dropna().reset_index(drop=True).rank().set_axis(ranks.index)).dropna()
    found = found.sort_values(key=np.abs)
    traces = []
    for name, colour, chosen in (("more of it, more", UP, found >= 0), ("more of it, less", DOWN, found < 0)):
        if chosen.any():
            kept = found.where(chosen, 0.0)
            traces.append(Trace(name, [words(axis) for axis in found.index], kept.to_numpy(), colour, Style.ACROSS))
    return Chart(f"What goes with {result}", (Panel("rank correlation, 1 for in step", tuple(traces)),))


def possible(cube: xr.Dataset, names: tuple[str, ...], unit: str) -> Chart:
    """From the least to the most of some capacities, for each slack of a near-optimal study, and what is cheapest."""
    goals, slacks = cube["goal"].values, cube["slack"].values
    found = {
        (goal, slack): abs(value)
        for goal, slack, value in zip(goals.tolist(), slacks.tolist(), cube["explored"].values.tolist(), strict=True)
    }
    rows = [
        (f"{words(name)}, {slack:.0%} more cost", found[f"least {name}", slack], found[f"most {name}", slack])
        for name in names
        for slack in dict.fromkeys(slacks.tolist())
        if (f"least {name}", slack) in found and (f"most {name}", slack) in found
    ]
    labels, least, most = (list(column) for column in zip(*rows, strict=True))
    low, high = np.array(least), np.array(most)
    text = [f"{number(a)} to {number(b)}" for a, b in zip(least, most, strict=True)]
    bars = Trace("from least to most", labels, high - low, MEDIAN, Style.FLOATING, low, text=text, shown=False)
    return Chart("How little and how much a plan may build", (Panel(f"new capacity, {unit}", (bars,)),))


def _result(cube: xr.Dataset, result: str, unit: str) -> pd.Series:
    """A row of `key_results`."""
    table = key_results(cube)
    if (result, unit) not in table.index:
        known = [f"{name}, {of}" for name, of in table.index]
        problem = "the study has no such result in this unit"
        raise InputError([Fault(f"result={result!r}, unit={unit!r}", problem, f"choose one of: {'; '.join(known)}")])
    return table.loc[(result, unit)]


def _moved(table: pd.DataFrame, at: np.ndarray, least: float) -> list[tuple[tuple[str, str], np.ndarray]]:
    """The rows whose median changes along the axis by more than a share of their largest value; most moved first."""
    medians = table.T.groupby(pd.Index(at)).median().T
    scale = table.abs().max(axis="columns").where(lambda most: most > 0, 1.0)
    moved = (medians.max(axis="columns") - medians.min(axis="columns")) / scale
    if least:
        moved = moved.sort_values(ascending=False, kind="stable")
    chosen = moved[moved > max(least, 1e-6)].index
    return [(key, table.loc[key].to_numpy(dtype=float)) for key in chosen]


def _panel(title: str, unit: str, values: np.ndarray, at: np.ndarray) -> Panel:
    grouped = pd.Series(values).groupby(pd.Index(at), sort=np.issubdtype(at.dtype, np.number))
    ends = {"median": grouped.median(), "least": grouped.min(), "most": grouped.max()}
    x = ends["median"].index.to_numpy()
    line = Trace("median", x, ends["median"].to_numpy(), MEDIAN, Style.LINE)
    if np.allclose(ends["least"], ends["most"], equal_nan=True):
        return Panel(unit, (Trace("", x, line.y, LINE, Style.LINE, shown=False),), title, height=0.6)
    others = [Trace(name, x, ends[name].to_numpy(), ENDS, Style.LINE, dashed=True) for name in ("least", "most")]
    return Panel(unit, (line, *others), title, height=0.6)
