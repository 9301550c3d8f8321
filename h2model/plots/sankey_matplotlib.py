"""Sankey diagrams drawn with matplotlib, whose own ones have a single column."""

from __future__ import annotations

from matplotlib import patheffects
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from h2model.plots.chart import Sankey
from h2model.plots.colours import LINE
from h2model.plots.sankey_layout import Band, Layout, lay_out

#: As shares of a column's width: the nodes, and the names to the left and right of the diagram.
NODE_WIDTH, NAME_WIDTH = 0.1, 1.2
BAND_OPACITY = 0.4
WIDTH, HEIGHT_PER_NODE, LEAST_HEIGHT = 11.0, 0.19, 4.0


def draw_sankey(chart: Sankey) -> Figure:
    """Draw nodes in columns, and the flows between them as bands whose width is the value."""
    layout = lay_out(len(chart.nodes), chart.links)
    height = max(LEAST_HEIGHT, HEIGHT_PER_NODE * len(chart.nodes))
    figure, axes = plt.subplots(figsize=(WIDTH, height), layout="constrained")
    for band in layout.bands:
        outline = _outline(layout, band)
        axes.add_patch(PathPatch(outline, color=chart.colours[band.source], alpha=BAND_OPACITY, linewidth=0))
    for node, (name, colour) in enumerate(zip(chart.nodes, chart.colours, strict=True)):
        column, bottom, tall = float(layout.column[node]), layout.bottom[node], layout.height[node]
        axes.add_patch(Rectangle((column, bottom), NODE_WIDTH, tall, color=colour, linewidth=0))
        # Names of the first column are left of it, because bands fill its right side.
        x, alignment = (column - 0.02, "right") if column == 0 else (column + NODE_WIDTH + 0.02, "left")
        text = axes.text(x, bottom + tall / 2, name, fontsize=7.5, color=LINE, ha=alignment, va="center")
        text.set_path_effects([patheffects.withStroke(linewidth=2, foreground="white")])
    axes.set_xlim(-NAME_WIDTH, max(layout.columns - 1, 0) + NODE_WIDTH + NAME_WIDTH)
    axes.autoscale_view(scalex=False)
    axes.set_axis_off()
    axes.set_title(f"{chart.title}, {chart.unit}", fontsize=11, loc="left")
    return figure


def _outline(layout: Layout, band: Band) -> Path:
    """Return the outline of a band: horizontal at both ends, with a smooth bend between them."""
    start, end = layout.column[band.source] + NODE_WIDTH, float(layout.column[band.target])
    bend = max(abs(end - start), 1.0) / 2
    low, high = (band.leaves, band.arrives), (band.leaves + band.height, band.arrives + band.height)
    points = [
        (start, low[0]), (start + bend, low[0]), (end - bend, low[1]), (end, low[1]),
        (end, high[1]), (end - bend, high[1]), (start + bend, high[0]), (start, high[0]), (start, low[0]),
    ]  # fmt: skip
    curve = [Path.CURVE4] * 3
    return Path(points, [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY])
