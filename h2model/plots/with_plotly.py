"""Charts for screens, drawn with plotly: they react to the mouse and fit any width."""

from __future__ import annotations

from typing import Any

import numpy as np
from plotly import graph_objects as go
from plotly.subplots import make_subplots

from h2model.plots.chart import HORIZONTAL, Chart, Map, Panel, Sankey, Style, Trace
from h2model.plots.colours import LINE

PANEL_HEIGHT, MARGIN = 300, {"l": 64, "r": 16, "t": 56, "b": 48}
FONT = {"family": "system-ui, sans-serif", "size": 13}
BAR_WIDTH = 0.65
NUMBER = ":,.4~r"
#: Formats of time without the year, because all periods share the timestamps of their steps.
DAY = 24 * 3600 * 1000
TIME_FORMATS = [
    {"dtickrange": [None, DAY - 1], "value": "%H:%M\n%-d %b"},
    {"dtickrange": [DAY, "M1"], "value": "%-d %b"},
    {"dtickrange": ["M1", None], "value": "%b"},
]
#: Positions of names at points that are close to each other, in turn.
NAME_SIDES = ("top center", "bottom center", "middle right", "middle left")


def draw(chart: Chart) -> go.Figure:
    """Draw the panels of the chart above each other."""
    heights = [panel.height for panel in chart.panels]
    figure = make_subplots(
        rows=len(heights), cols=1, shared_xaxes=True, row_heights=heights, vertical_spacing=0.06,
        subplot_titles=[panel.title for panel in chart.panels] if any(p.title for p in chart.panels) else None,
    )  # fmt: skip
    in_legend: set[str] = set()
    for row, panel in enumerate(chart.panels, start=1):
        for trace in panel.traces:
            for part in _plotly_traces(trace, row):
                part.update(showlegend=trace.shown and trace.name not in in_legend)
                in_legend.add(trace.name)
                figure.add_trace(part, row=row, col=1)
        _format_axes(figure, panel, row)
    if chart.x_title:
        figure.update_xaxes(title_text=chart.x_title, row=len(heights), col=1)
    _set_layout(figure, chart.title, round(PANEL_HEIGHT * sum(heights)) + 140)
    # Plotly centres the titles of panels.
    figure.update_annotations(x=0, xanchor="left", font={"size": 12})
    has_bars = any(panel.styles & {Style.BAR, *HORIZONTAL} for panel in chart.panels)
    figure.update_layout(barmode="relative", hovermode="closest" if has_bars else "x unified")
    return figure


def draw_sankey(chart: Sankey) -> go.Figure:
    """Draw nodes and the flows between them."""
    sources, targets, values = zip(*chart.links, strict=True) if chart.links else ((), (), ())
    # The name of an imported carrier would overlap that of its import, which is next to it.
    labels = ["" if f"import of {name}" in chart.nodes else name for name in chart.nodes]
    link_names = [f"{chart.nodes[source]} → {chart.nodes[target]}" for source, target, _ in chart.links]
    hover = f"%{{customdata}}: %{{value{NUMBER}}} {chart.unit}<extra></extra>"
    rgb = [tuple(int(colour[start : start + 2], 16) for start in (1, 3, 5)) for colour in chart.colours]
    figure = go.Figure(
        go.Sankey(
            node={
                "label": labels, "customdata": list(chart.nodes), "color": list(chart.colours), "pad": 14,
                "thickness": 14, "line": {"width": 0}, "hovertemplate": hover,
            },
            link={
                "source": list(sources), "target": list(targets), "value": list(values), "customdata": link_names,
                "color": ["rgba({},{},{},0.35)".format(*rgb[source]) for source in sources], "hovertemplate": hover,
            },
            textfont={"size": 12},
        )
    )  # fmt: skip
    _set_layout(figure, f"{chart.title}, {chart.unit}", max(420, 18 * len(chart.nodes)))
    return figure


def draw_map(chart: Map) -> go.Figure:
    """Draw points at their longitude and latitude, and the lines between them, without tiles: it works offline."""
    figure = go.Figure()
    in_legend: set[str] = set()
    for line in chart.lines:
        ends, (east, north) = (chart.points[line.start], chart.points[line.end]), line.offset
        x, y = [point.longitude + east for point in ends], [point.latitude + north for point in ends]
        figure.add_scatter(
            x=x, y=y, mode="lines", line={"color": line.colour, "width": line.width},
            name=line.name, legendgroup=line.name, showlegend=line.name not in in_legend, hoverinfo="skip",
        )  # fmt: skip
        figure.add_scatter(
            x=[sum(x) / 2], y=[sum(y) / 2], mode="markers",
            marker={"color": line.colour, "size": 9, "symbol": "diamond"},
            hovertext=line.text, hoverinfo="text", showlegend=False, legendgroup=line.name,
        )  # fmt: skip
        in_legend.add(line.name)
    figure.add_scatter(
        x=[point.longitude for point in chart.points], y=[point.latitude for point in chart.points],
        mode="markers+text", text=[point.name for point in chart.points],
        textposition=[NAME_SIDES[point.neighbours % len(NAME_SIDES)] for point in chart.points],
        hovertext=[f"<b>{point.name}</b><br>{point.text}" for point in chart.points], hoverinfo="text",
        marker={"color": LINE, "size": 11}, showlegend=False,
    )  # fmt: skip
    figure.update_yaxes(title_text="latitude, degrees north", scaleanchor="x", scaleratio=chart.aspect)
    figure.update_xaxes(title_text="longitude, degrees east")
    _set_layout(figure, chart.title, 480)
    return figure


def _format_axes(figure: go.Figure, panel: Panel, row: int) -> None:
    if panel.horizontal:
        figure.update_xaxes(title_text=panel.y_title, row=row, col=1, zeroline=True)
        figure.update_yaxes(type="category", automargin=True, row=row, col=1)
        if Style.FLOATING_BAR in panel.styles:
            # The first step is on top. Each number is to the right of its bar, and needs room there.
            figure.update_yaxes(autorange="reversed", row=row, col=1)
            ends = np.concatenate([end for trace in panel.traces for end in trace.ends])
            low, high = float(ends.min(initial=0.0)), float(ends.max(initial=0.0))
            figure.update_xaxes(range=[low - 0.03 * (high - low), high + 0.2 * (high - low)], row=row, col=1)
        return
    # A title must not be longer than its axis.
    font = {"size": 10} if panel.height < 1 else {}
    figure.update_yaxes(title_text=panel.y_title, title_font=font, row=row, col=1, zeroline=True)
    if Style.BAR in panel.styles:
        figure.update_xaxes(type="category", row=row, col=1)
    elif panel.over_time:
        figure.update_xaxes(tickformatstops=TIME_FORMATS, hoverformat="%-d %b %H:%M", row=row, col=1)


def _plotly_traces(trace: Trace, row: int) -> list[Any]:
    """Return the plotly traces of a trace; an area has two, because positive and negative values stack separately."""
    common = {"name": trace.name, "legendgroup": trace.name}
    value = f"%{{y{NUMBER}}}"
    if trace.style is Style.AREA:
        return [
            go.Scatter(
                x=trace.x, y=part, stackgroup=f"{row} {sign}", line={"width": 0, "shape": "hv"},
                fillcolor=trace.colour, mode="lines", hovertemplate=value, **common,
            )
            for sign, part in (("+", np.maximum(trace.y, 0.0)), ("−", np.minimum(trace.y, 0.0)))
            if part.any()
        ]  # fmt: skip
    if trace.style in HORIZONTAL:
        return _horizontal_bars(trace)
    labels = [str(x) for x in trace.x]
    if trace.style is Style.BAR:
        marker = {"color": trace.colour}
        return [go.Bar(x=labels, y=trace.y, marker=marker, hovertemplate=f"%{{x}}: {value}", width=BAR_WIDTH, **common)]
    if trace.style is Style.POINTS:
        return [
            go.Scatter(
                x=trace.x if np.issubdtype(np.asarray(trace.x).dtype, np.floating) else labels,
                y=trace.y, mode="markers+text", text=list(trace.text), textposition="top center",
                marker={"color": trace.colour, "size": 10, "symbol": "diamond", "line": {"color": "white", "width": 1}},
                hovertemplate=value, **common,
            )
        ]  # fmt: skip
    line = {"color": trace.colour, "width": 1.6, "shape": "hv" if trace.style is Style.STEPS else "linear"}
    line |= {"dash": "dash"} if trace.dashed else {}
    return [go.Scatter(x=trace.x, y=trace.y, mode="lines", line=line, hovertemplate=value, **common)]


def _horizontal_bars(trace: Trace) -> list[Any]:
    """Return the bars of a trace and, if it has texts, these to the right of the bars."""
    common = {"name": trace.name, "legendgroup": trace.name}
    names = [str(x) for x in trace.x]
    bars = go.Bar(
        y=names, x=trace.y, base=trace.base, orientation="h", marker={"color": trace.colour}, width=BAR_WIDTH,
        error_x={"array": trace.error, "color": LINE} if trace.error is not None else None,
        hovertemplate=f"%{{y}}: %{{x{NUMBER}}}", **common,
    )  # fmt: skip
    if not trace.text:
        return [bars]
    texts = go.Scatter(
        x=np.maximum(*trace.ends), y=names, mode="text", text=[f" {text}" for text in trace.text],
        textposition="middle right", textfont={"size": 11}, hoverinfo="skip", cliponaxis=False, **common,
    )  # fmt: skip
    return [bars, texts]


def _set_layout(figure: go.Figure, title: str, height: int) -> None:
    figure.update_layout(
        title={"text": title, "x": 0, "xref": "container", "pad": {"l": 12}, "font": {"size": 15}},
        height=height, margin=MARGIN, font=FONT, template="plotly_white", autosize=True,
        # Below the title of the axis at any height; the position counts in heights of the plot.
        legend={"orientation": "h", "yanchor": "top", "y": -64 / (height - 104), "x": 0, "font": {"size": 11}},
    )  # fmt: skip
