"""Charts on a screen: drawn with plotly, whose figures answer to the mouse and fit any width."""

from __future__ import annotations

from typing import Any

import numpy as np
from plotly import graph_objects as go
from plotly.subplots import make_subplots

from h2model.plots.chart import Chart, Map, Panel, Sankey, Style, Trace
from h2model.plots.colours import LINE

PANEL_HEIGHT, MARGIN = 300, {"l": 64, "r": 16, "t": 56, "b": 48}
FONT = {"family": "system-ui, sans-serif", "size": 13}
#: Bars that lie, so that there is room for their names.
SIDEWAYS = {Style.FLOATING, Style.ACROSS}
#: Moments without their year: all periods share the timestamps of their steps.
DAY = 24 * 3600 * 1000
MOMENTS = [
    {"dtickrange": [None, DAY - 1], "value": "%H:%M\n%-d %b"},
    {"dtickrange": [DAY, "M1"], "value": "%-d %b"},
    {"dtickrange": ["M1", None], "value": "%b"},
]
#: Where names stand at places that are near to others, one after the other.
SIDES = ("top center", "bottom center", "middle right", "middle left")


def draw(chart: Chart) -> go.Figure:
    """A figure with the panels of the chart above each other."""
    heights = [panel.height for panel in chart.panels]
    figure = make_subplots(
        rows=len(heights), cols=1, shared_xaxes=True, row_heights=heights, vertical_spacing=0.06,
        subplot_titles=[panel.title for panel in chart.panels] if any(p.title for p in chart.panels) else None,
    )  # fmt: skip
    named: set[str] = set()
    for row, panel in enumerate(chart.panels, start=1):
        for trace in panel.traces:
            for drawn in _drawn(trace, row):
                drawn.update(showlegend=trace.shown and trace.name not in named)
                named.add(trace.name)
                figure.add_trace(drawn, row=row, col=1)
        _name_axes(figure, panel, row)
    if chart.x_title:
        figure.update_xaxes(title_text=chart.x_title, row=len(heights), col=1)
    _lay_out(figure, chart.title, round(PANEL_HEIGHT * sum(heights)) + 140)
    # Plotly centres the titles of panels.
    figure.update_annotations(x=0, xanchor="left", font={"size": 12})
    figure.update_layout(barmode="relative", hovermode="closest" if _has_bars(chart) else "x unified")
    return figure


def draw_sankey(chart: Sankey) -> go.Figure:
    """Nodes and the flows between them."""
    sources, targets, values = zip(*chart.links, strict=True) if chart.links else ((), (), ())
    # Beside an import the name of what is imported would be written over its own.
    labels = ["" if f"import of {name}" in chart.nodes else name for name in chart.nodes]
    ways = [f"{chart.nodes[source]} → {chart.nodes[target]}" for source, target, _ in chart.links]
    hover = f"%{{customdata}}: %{{value:,.4~r}} {chart.unit}<extra></extra>"
    figure = go.Figure(
        go.Sankey(
            node={
                "label": labels, "customdata": list(chart.nodes), "color": list(chart.colours), "pad": 14,
                "thickness": 14, "line": {"width": 0}, "hovertemplate": hover,
            },
            link={
                "source": list(sources), "target": list(targets), "value": list(values), "customdata": ways,
                "color": [_faint(chart.colours[source]) for source in sources], "hovertemplate": hover,
            },
            textfont={"size": 12},
        )
    )  # fmt: skip
    _lay_out(figure, f"{chart.title}, {chart.unit}", max(420, 18 * len(chart.nodes)))
    return figure


def draw_map(chart: Map) -> go.Figure:
    """Places at their longitude and latitude, and ways as lines between them; no tiles, so that it works offline."""
    figure = go.Figure()
    named: set[str] = set()
    for way in chart.ways:
        ends, (east, north) = (chart.places[way.start], chart.places[way.end]), way.aside
        x, y = [place.longitude + east for place in ends], [place.latitude + north for place in ends]
        line = {"color": way.colour, "width": way.width}
        figure.add_scatter(
            x=x, y=y, mode="lines", line=line,
            name=way.name, legendgroup=way.name, showlegend=way.name not in named, hoverinfo="skip",
        )  # fmt: skip
        figure.add_scatter(
            x=[sum(x) / 2], y=[sum(y) / 2], mode="markers",
            marker={"color": way.colour, "size": 9, "symbol": "diamond"},
            hovertext=way.text, hoverinfo="text", showlegend=False, legendgroup=way.name,
        )  # fmt: skip
        named.add(way.name)
    figure.add_scatter(
        x=[place.longitude for place in chart.places], y=[place.latitude for place in chart.places],
        mode="markers+text", text=[place.name for place in chart.places],
        textposition=[SIDES[place.crowd % len(SIDES)] for place in chart.places],
        hovertext=[f"<b>{place.name}</b><br>{place.text}" for place in chart.places], hoverinfo="text",
        marker={"color": LINE, "size": 11}, showlegend=False,
    )  # fmt: skip
    middle = float(np.mean([place.latitude for place in chart.places]))
    ratio = 1 / max(float(np.cos(np.radians(middle))), 0.1)
    figure.update_yaxes(title_text="latitude, degrees north", scaleanchor="x", scaleratio=ratio)
    figure.update_xaxes(title_text="longitude, degrees east")
    _lay_out(figure, chart.title, 480)
    return figure


def _name_axes(figure: go.Figure, panel: Panel, row: int) -> None:
    styles = {trace.style for trace in panel.traces}
    if styles <= SIDEWAYS:
        figure.update_xaxes(title_text=panel.y_title, row=row, col=1, zeroline=True)
        figure.update_yaxes(type="category", automargin=True, row=row, col=1)
        if Style.FLOATING in styles:
            # The first of the steps stands on top; to the right of each is its figure.
            figure.update_yaxes(autorange="reversed", row=row, col=1)
            ends = np.concatenate([end for trace in panel.traces for end in _ends(trace)])
            low, high = float(ends.min(initial=0.0)), float(ends.max(initial=0.0))
            figure.update_xaxes(range=[low - 0.03 * (high - low), high + 0.2 * (high - low)], row=row, col=1)
        return
    # A title may not be longer than the axis that it stands beside.
    font = {"size": 10} if panel.height < 1 else {}
    figure.update_yaxes(title_text=panel.y_title, title_font=font, row=row, col=1, zeroline=True)
    if Style.BAR in styles:
        figure.update_xaxes(type="category", row=row, col=1)
    elif any(np.issubdtype(np.asarray(trace.x).dtype, np.datetime64) for trace in panel.traces):
        figure.update_xaxes(tickformatstops=MOMENTS, hoverformat="%-d %b %H:%M", row=row, col=1)


def _drawn(trace: Trace, row: int) -> list[Any]:
    """The plotly traces of one trace; of areas two, for what is positive and what is negative are stacked apart."""
    common = {"name": trace.name, "legendgroup": trace.name}
    x = [str(value) for value in trace.x] if trace.style in {Style.BAR, *SIDEWAYS} else trace.x
    if trace.style is Style.AREA:
        return [
            go.Scatter(
                x=x, y=part, stackgroup=f"{row} {sign}", line={"width": 0, "shape": "hv"}, fillcolor=trace.colour,
                mode="lines", hovertemplate="%{y:,.4~r}", **common,
            )
            for sign, part in (("+", np.maximum(trace.y, 0.0)), ("−", np.minimum(trace.y, 0.0)))
            if part.any()
        ]  # fmt: skip
    if trace.style is Style.BAR:
        colour = {"color": trace.colour}
        return [go.Bar(x=x, y=trace.y, marker=colour, hovertemplate="%{x}: %{y:,.4~r}", width=0.65, **common)]
    if trace.style in SIDEWAYS:
        error = {"array": trace.error, "color": LINE} if trace.error is not None else None
        bars = go.Bar(
            y=x, x=trace.y, base=trace.base, orientation="h", error_x=error, marker={"color": trace.colour},
            width=0.65, hovertemplate="%{y}: %{x:,.4~r}", **common,
        )  # fmt: skip
        return [bars, _beside(trace, x)] if trace.text else [bars]
    if trace.style is Style.POINTS:
        return [
            go.Scatter(
                x=[str(value) for value in x] if not np.issubdtype(np.asarray(x).dtype, np.floating) else x,
                y=trace.y, mode="markers+text", text=list(trace.text), textposition="top center",
                marker={"color": trace.colour, "size": 10, "symbol": "diamond", "line": {"color": "white", "width": 1}},
                hovertemplate="%{y:,.4~r}", **common,
            )
        ]  # fmt: skip
    line = {"color": trace.colour, "width": 1.6, "shape": "hv" if trace.style is Style.STEPS else "linear"}
    line |= {"dash": "dash"} if trace.dashed else {}
    return [go.Scatter(x=x, y=trace.y, mode="lines", line=line, hovertemplate="%{y:,.4~r}", **common)]


def _ends(trace: Trace) -> tuple[np.ndarray, np.ndarray]:
    base = np.zeros(len(trace.y)) if trace.base is None else trace.base
    return base, base + trace.y


def _beside(trace: Trace, names: list[str]) -> Any:
    """The texts of lying bars, to the right of each."""
    return go.Scatter(
        x=np.maximum(*_ends(trace)), y=names, mode="text", text=[f" {text}" for text in trace.text],
        textposition="middle right", textfont={"size": 11}, hoverinfo="skip", cliponaxis=False,
        legendgroup=trace.name, name=trace.name,
    )  # fmt: skip


def _lay_out(figure: go.Figure, title: str, height: int) -> None:
    figure.update_layout(
        title={"text": title, "x": 0, "xref": "container", "pad": {"l": 12}, "font": {"size": 15}},
        height=height, margin=MARGIN, font=FONT, template="plotly_white", autosize=True,
        # Below the axis with its title, however high the chart is; the place counts in heights of the plot.
        legend={"orientation": "h", "yanchor": "top", "y": -64 / (height - 104), "x": 0, "font": {"size": 11}},
    )  # fmt: skip


def _has_bars(chart: Chart) -> bool:
    return any(trace.style in {Style.BAR, *SIDEWAYS} for panel in chart.panels for trace in panel.traces)


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.35)"
