"""Sankey diagrams drawn with matplotlib, which has none of several columns."""

from __future__ import annotations

from matplotlib import patheffects
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from h2model.plots.chart import Sankey
from h2model.plots.colours import LINE
from h2model.plots.sankey_layout import Band, Layout, lay_out

#: Of a column's width, what its nodes take, and the names beside the first and the last.
NODE, NAMES = 0.1, 1.2
FAINT = 0.4
WIDTH, HEIGHT_PER_NODE, LEAST_HEIGHT = 11.0, 0.19, 4.0


def draw_sankey(chart: Sankey) -> Figure:
    """Nodes in columns, and the flows between them as bands as wide as they are large."""
    placed = lay_out(len(chart.nodes), chart.links)
    height = max(LEAST_HEIGHT, HEIGHT_PER_NODE * len(chart.nodes))
    figure, axes = plt.subplots(figsize=(WIDTH, height), layout="constrained")
    for band in placed.bands:
        axes.add_patch(_patch(placed, band, chart.colours[band.source]))
    for node, (name, colour) in enumerate(zip(chart.nodes, chart.colours, strict=True)):
        _draw_node(axes, placed, node, name, colour)
    # At both sides there is room for names.
    axes.set_xlim(-NAMES, max(placed.columns - 1, 0) + NODE + NAMES)
    axes.autoscale_view(scalex=False)
    axes.set_axis_off()
    axes.set_title(f"{chart.title}, {chart.unit}", fontsize=11, loc="left")
    return figure


def _patch(placed: Layout, band: Band, colour: str) -> PathPatch:
    """A band with level ends, bent halfway."""
    start, end = placed.column[band.source] + NODE, float(placed.column[band.target])
    bend = max(abs(end - start), 1.0) / 2
    low, high = (band.leaves, band.arrives), (band.leaves + band.height, band.arrives + band.height)
    points = [
        (start, low[0]), (start + bend, low[0]), (end - bend, low[1]), (end, low[1]),
        (end, high[1]), (end - bend, high[1]), (start + bend, high[0]), (start, high[0]), (start, low[0]),
    ]  # fmt: skip
    curve = [Path.CURVE4] * 3
    return PathPatch(
        Path(points, [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY]), color=colour, alpha=FAINT, linewidth=0
    )


def _draw_node(axes: Axes, placed: Layout, node: int, name: str, colour: str) -> None:
    column, bottom, height = float(placed.column[node]), placed.bottom[node], placed.height[node]
    axes.add_patch(Rectangle((column, bottom), NODE, height, color=colour, linewidth=0))
    # The first names stand outside, where nothing follows.
    place, side = (column - 0.02, "right") if column == 0 else (column + NODE + 0.02, "left")
    text = axes.text(place, bottom + height / 2, name, fontsize=7.5, color=LINE, ha=side, va="center")
    text.set_path_effects([patheffects.withStroke(linewidth=2, foreground="white")])
