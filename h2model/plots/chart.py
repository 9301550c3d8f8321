"""The content of a plot, independent of the library that draws it: traces in panels, Sankey diagrams and maps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

import numpy as np


class Style(Enum):
    """How a trace is drawn. Areas and bars are stacked: positive values above zero, negative values below."""

    AREA = "area"
    BAR = "vertical bar"
    HORIZONTAL_BAR = "horizontal bar from zero"
    FLOATING_BAR = "horizontal bar that begins at the end of the bar above it"
    LINE = "line"
    STEPS = "line in steps"
    POINTS = "points"


STACKED = {Style.AREA, Style.BAR}
#: Horizontal bars leave room for long names.
HORIZONTAL = {Style.HORIZONTAL_BAR, Style.FLOATING_BAR}


@dataclass(frozen=True)
class Trace:
    """One named series.

    `base` is the start of each floating bar, `error` half of a confidence interval, `text` the labels of the points.
    Only traces with `shown` have an entry in the legend.
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

    @property
    def ends(self) -> tuple[np.ndarray, np.ndarray]:
        """The start and the end of each bar."""
        start = np.zeros(len(self.y)) if self.base is None else self.base
        return start, start + self.y

    def thinned(self, most: int) -> Trace:
        """Return a line or an area with at most `most` points, each the mean of its neighbours."""
        count = len(self.y)
        if self.style not in (Style.AREA, Style.LINE, Style.STEPS) or count <= most:
            return self
        begins = np.arange(0, count, -(-count // most))
        means = np.add.reduceat(self.y, begins) / np.diff(np.append(begins, count))
        return replace(self, x=np.asarray(self.x)[begins], y=means)


@dataclass(frozen=True)
class Panel:
    """Axes with traces; `y_title` names the quantity with its unit."""

    y_title: str
    traces: tuple[Trace, ...]
    title: str = ""
    height: float = 1.0

    @property
    def styles(self) -> set[Style]:
        """The styles of the traces."""
        return {trace.style for trace in self.traces}

    @property
    def horizontal(self) -> bool:
        """Whether all traces are horizontal bars, so that `y_title` belongs to the horizontal axis."""
        return self.styles <= HORIZONTAL

    @property
    def over_time(self) -> bool:
        """Whether the horizontal axis shows time."""
        return any(np.issubdtype(np.asarray(trace.x).dtype, np.datetime64) for trace in self.traces)


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
class MapPoint:
    """A point of a map with its name and a longer text."""

    name: str
    longitude: float
    latitude: float
    text: str = ""
    neighbours: int = 0
    """Number of earlier points close to this one. Their names are written on different sides."""


@dataclass(frozen=True)
class MapLine:
    """A line between two points of a map, given by their positions.

    `offset` moves the line by degrees of longitude and latitude, beside other lines between the same points.
    """

    start: int
    end: int
    name: str
    text: str
    colour: str
    width: float
    offset: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Map:
    """Points and the lines between them, with one colour in the legend for each name of a line."""

    title: str
    points: tuple[MapPoint, ...]
    lines: tuple[MapLine, ...]
    legend: dict[str, str] = field(default_factory=dict)

    @property
    def aspect(self) -> float:
        """Length of a degree of latitude divided by that of a degree of longitude, in the middle of the map."""
        middle = float(np.mean([point.latitude for point in self.points]))
        return 1 / max(float(np.cos(np.radians(middle))), 0.1)


def thinned(chart: Chart, most: int) -> Chart:
    """Return the chart with at most `most` points in each line and area; each point is the mean of its neighbours."""
    panels = tuple(
        replace(panel, traces=tuple(trace.thinned(most) for trace in panel.traces)) for panel in chart.panels
    )
    return replace(chart, panels=panels)
