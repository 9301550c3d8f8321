"""Charts on paper: drawn with matplotlib."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib import patheffects
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from h2model.plots.chart import Chart, Map, Panel, Style, Trace
from h2model.plots.colours import LINE
from h2model.plots.sankey_on_paper import draw_sankey

__all__ = ["draw", "draw_map", "draw_sankey"]

WIDTH, PANEL_HEIGHT = 9.0, 3.6
#: Where names stand at places that are near to others, one after the other: points to the right and up, and alignment.
SIDES = ((7, 5, "left"), (7, -11, "left"), (-7, 5, "right"), (-7, -11, "right"))
#: Bars take this share of the room that they have.
BAR_WIDTH = 0.62
#: Bars that lie, so that there is room for their names.
SIDEWAYS = {Style.FLOATING, Style.ACROSS}
#: How months, days, hours, minutes and seconds are written at an axis.
MOMENTS = ("%b", "%-d %b", "%H:%M", "%H:%M", "%S")


def draw(chart: Chart) -> Figure:
    """A figure with the panels of the chart above each other."""
    heights = [panel.height for panel in chart.panels]
    figure, grid = plt.subplots(
        len(heights), 1, sharex=True, squeeze=False, layout="constrained",
        figsize=(WIDTH, PANEL_HEIGHT * sum(heights) + 0.4), gridspec_kw={"height_ratios": heights},
    )  # fmt: skip
    for axes, panel in zip(grid[:, 0], chart.panels, strict=True):
        _draw_panel(axes, panel)
    if chart.x_title:
        grid[-1, 0].set_xlabel(chart.x_title)
    figure.suptitle(chart.title, fontsize=11, x=0.01, ha="left")
    if chart.note:
        figure.text(0.01, -0.02, chart.note, fontsize=8, color=LINE)
    return figure


def draw_map(chart: Map) -> Figure:
    """Places at their longitude and latitude, and ways as lines between them."""
    figure, axes = plt.subplots(figsize=(WIDTH, WIDTH * 0.6), layout="constrained")
    for way in chart.ways:
        start, end = chart.places[way.start], chart.places[way.end]
        axes.plot(
            [start.longitude + way.aside[0], end.longitude + way.aside[0]],
            [start.latitude + way.aside[1], end.latitude + way.aside[1]], color=way.colour, linewidth=way.width,
            solid_capstyle="round", alpha=0.85, zorder=1,
        )  # fmt: skip
    for name, colour in chart.legend.items():
        axes.plot([], [], color=colour, linewidth=3, label=name)
    for place in chart.places:
        axes.plot(place.longitude, place.latitude, "o", color=LINE, markersize=7, zorder=2)
        axes.annotate(
            place.name, (place.longitude, place.latitude), xytext=SIDES[place.crowd % len(SIDES)][:2], fontsize=8,
            textcoords="offset points", zorder=3, ha=SIDES[place.crowd % len(SIDES)][2],
            path_effects=[patheffects.withStroke(linewidth=2, foreground="white")],
        )  # fmt: skip
    middle = float(np.mean([place.latitude for place in chart.places]))
    axes.set_aspect(1 / max(np.cos(np.radians(middle)), 0.1), adjustable="datalim")
    axes.margins(0.15)
    axes.set(xlabel="longitude, degrees east", ylabel="latitude, degrees north")
    axes.set_title(chart.title, fontsize=11, loc="left")
    if chart.legend:
        axes.legend(frameon=False, fontsize=8)
    return figure


def _draw_panel(axes: Axes, panel: Panel) -> None:
    above: dict[Any, float] | np.ndarray | None = None
    stacked = [trace for trace in panel.traces if trace.style in (Style.AREA, Style.BAR)]
    if stacked:
        above = np.zeros((2, len(stacked[0].y)))
    for trace in panel.traces:
        if trace.style in (Style.AREA, Style.BAR):
            _stack(axes, trace, above)
        else:
            DRAWN[trace.style](axes, trace)
    styles = {trace.style for trace in panel.traces}
    if styles <= SIDEWAYS:
        axes.axvline(0, color=LINE, linewidth=0.7)
        axes.set_xlabel(panel.y_title, fontsize=9)
    else:
        axes.axhline(0, color=LINE, linewidth=0.7)
        axes.set_ylabel(panel.y_title, fontsize=9)
    if Style.FLOATING in styles:
        # The first of the steps stands on top.
        axes.invert_yaxis()
    axes.set_title(panel.title, fontsize=9, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)
    if panel.traces and np.issubdtype(np.asarray(panel.traces[0].x).dtype, np.datetime64):
        locator = AutoDateLocator()
        axes.xaxis.set_major_locator(locator)
        # Without the year: all periods share the timestamps of their steps.
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, formats=["%b", *MOMENTS], show_offset=False))
        axes.margins(x=0)
    if sum(trace.shown for trace in panel.traces) > 1:
        axes.legend(frameon=False, fontsize=7.5, loc="upper left", bbox_to_anchor=(1.0, 1.0), reverse=bool(stacked))


def _stack(axes: Axes, trace: Trace, above: np.ndarray) -> None:
    """Put what is positive on what was positive before, and what is negative below what was negative."""
    label = trace.name if trace.shown else None
    for row, part in enumerate((np.maximum(trace.y, 0.0), np.minimum(trace.y, 0.0))):
        if not part.any():
            continue
        base = above[row].copy()
        above[row] += part
        if trace.style is Style.AREA:
            axes.fill_between(trace.x, base, above[row], step="post", color=trace.colour, linewidth=0, label=label)
        else:
            places = [str(x) for x in trace.x]
            axes.bar(
                places, part, BAR_WIDTH, bottom=base, color=trace.colour, label=label, edgecolor="white", linewidth=0.4
            )
        label = None


def _floating(axes: Axes, trace: Trace) -> None:
    names = [str(x) for x in trace.x]
    base = np.zeros(len(names)) if trace.base is None else trace.base
    axes.barh(names, trace.y, BAR_WIDTH, left=base, color=trace.colour, label=trace.name)
    for name, right, text in zip(names, np.maximum(base, base + trace.y), trace.text, strict=True):
        axes.annotate(text, (right, name), xytext=(3, 0), textcoords="offset points", va="center", fontsize=7)
    # Room for the figures, although bars would rather end at the frame.
    axes.use_sticky_edges = False
    axes.margins(x=0.12)


def _across(axes: Axes, trace: Trace) -> None:
    names = [str(x) for x in trace.x]
    axes.barh(names, trace.y, BAR_WIDTH, xerr=trace.error, color=trace.colour, ecolor=LINE, capsize=2, label=trace.name)


def _line(axes: Axes, trace: Trace) -> None:
    axes.plot(
        trace.x, trace.y, color=trace.colour, linewidth=1.3, linestyle="--" if trace.dashed else "-",
        label=trace.name if trace.shown else None,
        drawstyle="steps-post" if trace.style is Style.STEPS else "default",
    )  # fmt: skip


def _points(axes: Axes, trace: Trace) -> None:
    places = [str(x) for x in trace.x] if not np.issubdtype(np.asarray(trace.x).dtype, np.floating) else trace.x
    axes.plot(places, trace.y, "D", color=trace.colour, markeredgecolor="white", markersize=8, label=trace.name)
    for place, value, text in zip(places, trace.y, trace.text, strict=False):
        axes.annotate(
            text, (place, value), xytext=(0, 8), textcoords="offset points", ha="center", fontsize=8,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.5},
        )  # fmt: skip


DRAWN: dict[Style, Callable[[Axes, Trace], None]] = {
    Style.FLOATING: _floating,
    Style.ACROSS: _across,
    Style.LINE: _line,
    Style.STEPS: _line,
    Style.POINTS: _points,
}
