"""What a plot shows, apart from how it is drawn: traces in panels. Matplotlib and plotly draw the same charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

import numpy as np


class Style(Enum):
    """How a trace is drawn. Areas and bars are stacked: what is positive above zero, what is negative below."""

    AREA = "area"
    BAR = "bar"
    FLOATING = "bar from left to right that begins where the one above it ends"
    ACROSS = "bar from left to right"
    LINE = "line"
    STEPS = "line in steps"
    POINTS = "points"


@dataclass(frozen=True)
class Trace:
    """One named series.

    `base` is where floating bars begin, `error` half of an interval of confidence, `text` labels at the points.
    """

    name: str
    x: Sequence[Any]
    y: np.ndarray
    colour: str
    style: Style
    base: np.ndarray | None = None
    error: np.ndarray | None = None
    text: Sequence[str] = ()
    shown: bool = True
    dashed: bool = False


@dataclass(frozen=True)
class Panel:
    """Axes with traces; `y_title` says what is shown, with its unit."""

    y_title: str
    traces: tuple[Trace, ...]
    title: str = ""
    height: float = 1.0


@dataclass(frozen=True)
class Chart:
    """Panels above each other over one horizontal axis."""

    title: str
    panels: tuple[Panel, ...]
    x_title: str = ""
    note: str = ""


@dataclass(frozen=True)
class Sankey:
    """Flows between nodes, as (source, target, value); `unit` is that of the values."""

    title: str
    unit: str
    nodes: tuple[str, ...]
    colours: tuple[str, ...]
    links: tuple[tuple[int, int, float], ...]


@dataclass(frozen=True)
class Place:
    """A point of a map, with what is said about it."""

    name: str
    longitude: float
    latitude: float
    text: str = ""
    crowd: int = 0
    """How many places near it come before: their names stand on other sides."""


@dataclass(frozen=True)
class Way:
    """A line of a map between two places (positions), as wide as what it can carry.

    `aside` says by how many degrees of longitude and latitude it is moved, beside others between the same places.
    """

    start: int
    end: int
    name: str
    text: str
    colour: str
    width: float
    aside: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Map:
    """Places and the ways between them, with one entry of the legend for each kind of way."""

    title: str
    places: tuple[Place, ...]
    ways: tuple[Way, ...]
    legend: dict[str, str] = field(default_factory=dict)


def thinned(chart: Chart, most: int) -> Chart:
    """The chart with at most so many points in each line and area, each the mean of several neighbours."""
    panels = tuple(replace(panel, traces=tuple(_thin(trace, most) for trace in panel.traces)) for panel in chart.panels)
    return replace(chart, panels=panels)


def _thin(trace: Trace, most: int) -> Trace:
    count = len(trace.y)
    if trace.style not in (Style.AREA, Style.LINE, Style.STEPS) or count <= most:
        return trace
    begins = np.arange(0, count, -(-count // most))
    means = np.add.reduceat(trace.y, begins) / np.diff(np.append(begins, count))
    return replace(trace, x=np.asarray(trace.x)[begins], y=means)
