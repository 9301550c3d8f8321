"""Charts for paper, drawn with matplotlib."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib import patheffects
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from h2model.plots.chart import STACKED, Chart, Map, Panel, Style, Trace
from h2model.plots.colours import LINE
from h2model.plots.sankey_matplotlib import draw_sankey

__all__ = ["draw", "draw_map", "draw_sankey"]

WIDTH, PANEL_HEIGHT = 9.0, 3.6
#: Positions of names at points that are close to each other, in turn: offset to the right and up, and alignment.
NAME_SIDES = ((7, 5, "left"), (7, -11, "left"), (-7, 5, "right"), (-7, -11, "right"))
#: Width of a bar as a share of the distance between two bars.
BAR_WIDTH = 0.62
#: Format of months, days, hours, minutes and seconds at an axis.
TIME_FORMATS = ("%b", "%-d %b", "%H:%M", "%H:%M", "%S")


def draw(chart: Chart) -> Figure:
    """Draw the panels of the chart above each other."""
    heights = [panel.height for panel in chart.panels]
    figure, grid = plt.subplots(
        len(heights), 1, sharex=True, squeeze=False, layout="constrained",
        figsize=(WIDTH, PANEL_HEIGHT * sum(heights) + 0.4), gridspec_kw={"height_ratios": heights},
    )  # fmt: skip
    for axes, panel in zip(grid[:, 0], chart.panels, strict=True):
        _draw_traces(axes, panel)
        _format_axes(axes, panel)
    if chart.x_title:
        grid[-1, 0].set_xlabel(chart.x_title)
    figure.suptitle(chart.title, fontsize=11, x=0.01, ha="left")
    if chart.note:
        figure.text(0.01, -0.02, chart.note, fontsize=8, color=LINE)
    return figure


def draw_map(chart: Map) -> Figure:
    """Draw points at their longitude and latitude, and the lines between them."""
    figure, axes = plt.subplots(figsize=(WIDTH, WIDTH * 0.6), layout="constrained")
    for line in chart.lines:
        ends, (east, north) = (chart.points[line.start], chart.points[line.end]), line.offset
        axes.plot(
            [point.longitude + east for point in ends], [point.latitude + north for point in ends],
            color=line.colour, linewidth=line.width, solid_capstyle="round", alpha=0.85, zorder=1,
        )  # fmt: skip
    for name, colour in chart.legend.items():
        axes.plot([], [], color=colour, linewidth=3, label=name)
    for point in chart.points:
        right, up, alignment = NAME_SIDES[point.neighbours % len(NAME_SIDES)]
        axes.plot(point.longitude, point.latitude, "o", color=LINE, markersize=7, zorder=2)
        axes.annotate(
            point.name, (point.longitude, point.latitude), xytext=(right, up), fontsize=8,
            textcoords="offset points", zorder=3, ha=alignment,
            path_effects=[patheffects.withStroke(linewidth=2, foreground="white")],
        )  # fmt: skip
    axes.set_aspect(chart.aspect, adjustable="datalim")
    axes.margins(0.15)
    axes.set(xlabel="longitude, degrees east", ylabel="latitude, degrees north")
    axes.set_title(chart.title, fontsize=11, loc="left")
    if chart.legend:
        axes.legend(frameon=False, fontsize=8)
    return figure


def _draw_traces(axes: Axes, panel: Panel) -> None:
    """Draw the traces; areas and bars are stacked on those before them."""
    stacked = [trace for trace in panel.traces if trace.style in STACKED]
    tops = np.zeros((2, len(stacked[0].y) if stacked else 0))
    for trace in panel.traces:
        if trace.style in STACKED:
            _draw_stacked(axes, trace, tops)
        else:
            DRAW_STYLE[trace.style](axes, trace)
    if sum(trace.shown for trace in panel.traces) > 1:
        axes.legend(frameon=False, fontsize=7.5, loc="upper left", bbox_to_anchor=(1.0, 1.0), reverse=bool(stacked))


def _format_axes(axes: Axes, panel: Panel) -> None:
    if panel.horizontal:
        axes.axvline(0, color=LINE, linewidth=0.7)
        axes.set_xlabel(panel.y_title, fontsize=9)
    else:
        axes.axhline(0, color=LINE, linewidth=0.7)
        axes.set_ylabel(panel.y_title, fontsize=9)
    if Style.FLOATING_BAR in panel.styles:
        # The first step is on top.
        axes.invert_yaxis()
    axes.set_title(panel.title, fontsize=9, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)
    if panel.over_time:
        locator = AutoDateLocator()
        axes.xaxis.set_major_locator(locator)
        # Without the year, because all periods share the timestamps of their steps.
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, formats=["%b", *TIME_FORMATS], show_offset=False))
        axes.margins(x=0)


def _draw_stacked(axes: Axes, trace: Trace, tops: np.ndarray) -> None:
    """Stack positive values on the positive ones before (row 0 of `tops`), and negative values on the negative ones."""
    label = trace.name if trace.shown else None
    for row, part in enumerate((np.maximum(trace.y, 0.0), np.minimum(trace.y, 0.0))):
        if not part.any():
            continue
        base = tops[row].copy()
        tops[row] += part
        if trace.style is Style.AREA:
            axes.fill_between(trace.x, base, tops[row], step="post", color=trace.colour, linewidth=0, label=label)
        else:
            axes.bar(
                [str(x) for x in trace.x], part, BAR_WIDTH, bottom=base,
                color=trace.colour, label=label, edgecolor="white", linewidth=0.4,
            )  # fmt: skip
        # One entry of the legend stands for both parts.
        label = None


def _draw_horizontal_bars(axes: Axes, trace: Trace) -> None:
    names = [str(x) for x in trace.x]
    start, end = trace.ends
    axes.barh(
        names, trace.y, BAR_WIDTH, left=start, xerr=trace.error,
        color=trace.colour, ecolor=LINE, capsize=2, label=trace.name,
    )  # fmt: skip
    for name, right, text in zip(names, np.maximum(start, end), trace.text, strict=False):
        axes.annotate(text, (right, name), xytext=(3, 0), textcoords="offset points", va="center", fontsize=7)
    if trace.text:
        # Bars end at the frame by default; the numbers beside them need room.
        axes.use_sticky_edges = False
        axes.margins(x=0.12)


def _draw_line(axes: Axes, trace: Trace) -> None:
    axes.plot(
        trace.x, trace.y, color=trace.colour, linewidth=1.3, linestyle="--" if trace.dashed else "-",
        label=trace.name if trace.shown else None,
        drawstyle="steps-post" if trace.style is Style.STEPS else "default",
    )  # fmt: skip


def _draw_points(axes: Axes, trace: Trace) -> None:
    numeric = np.issubdtype(np.asarray(trace.x).dtype, np.floating)
    positions = trace.x if numeric else [str(x) for x in trace.x]
    axes.plot(positions, trace.y, "D", color=trace.colour, markeredgecolor="white", markersize=8, label=trace.name)
    for x, value, text in zip(positions, trace.y, trace.text, strict=False):
        axes.annotate(
            text, (x, value), xytext=(0, 8), textcoords="offset points", ha="center", fontsize=8,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.5},
        )  # fmt: skip


DRAW_STYLE: dict[Style, Callable[[Axes, Trace], None]] = {
    Style.FLOATING_BAR: _draw_horizontal_bars,
    Style.HORIZONTAL_BAR: _draw_horizontal_bars,
    Style.LINE: _draw_line,
    Style.STEPS: _draw_line,
    Style.POINTS: _draw_points,
}
