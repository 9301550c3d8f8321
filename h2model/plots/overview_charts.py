"""Charts of all runs of a study: results along an axis, their distribution, and ranges of near-optimal plans."""

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
#: New capacities that are shown along an axis; those with the largest changes are chosen.
MOST_BUILDS = 4
MOST_BINS = 12


def along(cube: xr.Dataset, axis: str) -> Chart:
    """Return cost, emissions, CO2 prices and new capacities along an axis: median, minimum and maximum over the others.

    Results that do not change along the axis are left out.
    """
    known = axes_of(cube)
    if axis not in known:
        raise InputError([Fault(f"axis={axis!r}", "the study does not have this axis", did_you_mean(axis, known))])
    at = per_run(cube, axis).values
    rows = [
        *_changing(key_results(cube), at),
        *_changing(new_capacities(cube), at, 0.05, largest_first=True)[:MOST_BUILDS],
    ]
    panels = [_panel(words(name), unit, values, at) for (name, unit), values in rows]
    if not panels:
        raise InputError([Fault(f"axis={axis!r}", "changes no result", "choose another axis")])
    unit = unit_of_axis(cube[axis])
    title = f"Results by {words(axis)}" + (
        "" if len(known) == 1 else ": median, minimum and maximum over the other axes"
    )
    return Chart(title, tuple(panels), f"{words(axis)}{', ' + unit if unit else ''}")


def histogram(cube: xr.Dataset, result: str, unit: str) -> Chart:
    """Return the number of runs by the value of a result of `key_results`."""
    values = _result(cube, result, unit).dropna().to_numpy()
    counts, edges = np.histogram(values, bins=min(MOST_BINS, max(3, len(values) // 4)))
    # Enough digits to distinguish the edges.
    digits = max(0, 1 - int(np.floor(np.log10(edges[1] - edges[0]))))
    ranges = [f"{low:,.{digits}f} to {high:,.{digits}f}" for low, high in pairwise(edges)]
    bars = Trace("runs", ranges, counts.astype(float), MEDIAN, Style.BAR, shown=False)
    return Chart(f"Distribution of {result} over the runs", (Panel("number of runs", (bars,)),), f"{result}, {unit}")


def correlations(cube: xr.Dataset, result: str, unit: str) -> Chart:
    """Return the rank correlation (Spearman) of each numeric axis with a result of `key_results`, largest on top."""
    values = _result(cube, result, unit)
    axes = {name: per_run(cube, name).values for name in axes_of(cube)}
    numeric = pd.DataFrame({name: at for name, at in axes.items() if np.issubdtype(at.dtype, np.number)})
    ranks = numeric[values.notna().to_numpy()].rank()
    correlation = ranks.corrwith(values.dropna().reset_index(drop=True).rank().set_axis(ranks.index)).dropna()
    correlation = correlation.sort_values(key=np.abs)
    names = [words(axis) for axis in correlation.index]
    traces = tuple(
        Trace(sign, names, correlation.where(matches, 0.0).to_numpy(), colour, Style.HORIZONTAL_BAR)
        for sign, colour, matches in (("positive", UP, correlation >= 0), ("negative", DOWN, correlation < 0))
        if matches.any()
    )
    return Chart(f"Rank correlation with {result}", (Panel("rank correlation (Spearman), from -1 to 1", traces),))


def possible(cube: xr.Dataset, names: tuple[str, ...], unit: str) -> Chart:
    """Return the range of some capacities in near-optimal plans, for each slack of the study; `unit` is theirs."""
    goals, slacks = cube["goal"].values, cube["slack"].values
    explored = {
        (goal, slack): abs(value)
        for goal, slack, value in zip(goals.tolist(), slacks.tolist(), cube["explored"].values.tolist(), strict=True)
    }
    rows = [
        (f"{words(name)}, {slack:.0%} more cost", explored[f"least {name}", slack], explored[f"most {name}", slack])
        for name in names
        for slack in dict.fromkeys(slacks.tolist())
        if (f"least {name}", slack) in explored and (f"most {name}", slack) in explored
    ]
    labels, least, most = (list(column) for column in zip(*rows, strict=True))
    low, high = np.array(least), np.array(most)
    text = [f"{number(a)} to {number(b)}" for a, b in zip(least, most, strict=True)]
    bars = Trace("minimum to maximum", labels, high - low, MEDIAN, Style.FLOATING_BAR, low, text=text, shown=False)
    return Chart("Range of new capacity in near-optimal plans", (Panel(f"new capacity, {unit}", (bars,)),))


def _result(cube: xr.Dataset, result: str, unit: str) -> pd.Series:
    """Return a row of `key_results`."""
    table = key_results(cube)
    if (result, unit) not in table.index:
        known = [f"{name}, {of}" for name, of in table.index]
        problem = "the study does not have this result in this unit"
        raise InputError([Fault(f"result={result!r}, unit={unit!r}", problem, f"choose one of: {'; '.join(known)}")])
    return table.loc[(result, unit)]


def _changing(
    table: pd.DataFrame, at: np.ndarray, least: float = 1e-6, largest_first: bool = False
) -> list[tuple[tuple[str, str], np.ndarray]]:
    """Return the rows whose median changes along the axis by more than the share `least` of their largest value."""
    medians = table.T.groupby(pd.Index(at)).median().T
    scale = table.abs().max(axis="columns").where(lambda most: most > 0, 1.0)
    change = (medians.max(axis="columns") - medians.min(axis="columns")) / scale
    if largest_first:
        change = change.sort_values(ascending=False, kind="stable")
    return [(key, table.loc[key].to_numpy(dtype=float)) for key in change[change > least].index]


def _panel(title: str, unit: str, values: np.ndarray, at: np.ndarray) -> Panel:
    grouped = pd.Series(values).groupby(pd.Index(at), sort=np.issubdtype(at.dtype, np.number))
    ends = {"median": grouped.median(), "minimum": grouped.min(), "maximum": grouped.max()}
    x = ends["median"].index.to_numpy()
    line = Trace("median", x, ends["median"].to_numpy(), MEDIAN, Style.LINE)
    if np.allclose(ends["minimum"], ends["maximum"], equal_nan=True):
        return Panel(unit, (Trace("", x, line.y, LINE, Style.LINE, shown=False),), title, height=0.6)
    others = [Trace(name, x, ends[name].to_numpy(), ENDS, Style.LINE, dashed=True) for name in ("minimum", "maximum")]
    return Panel(unit, (line, *others), title, height=0.6)
