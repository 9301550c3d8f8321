"""Charts as plotly data that the page draws in the browser, without asking anyone."""

from __future__ import annotations

from dataclasses import dataclass

from h2model.plots.chart import Chart, Map, Sankey
from h2model.plots.with_plotly import draw, draw_map, draw_sankey


@dataclass(frozen=True)
class Figure:
    """A chart with its name in the page, and what to read in it; a wide one is not squeezed on a phone.

    The title is text of the page, which breaks lines where a chart would cut them off.
    """

    name: str
    title: str
    json: str
    caption: str = ""
    wide: bool = False

    @classmethod
    def of(cls, name: str, chart: Chart | Sankey | Map, caption: str = "") -> Figure:
        """The figure that shows a chart."""
        drawing = {Chart: draw, Sankey: draw_sankey, Map: draw_map}[type(chart)]
        drawn = drawing(chart)
        title = str(drawn.layout.title.text)
        drawn.update_layout(title=None, margin_t=28)
        return cls(name, title, drawn.to_json(), caption, wide=isinstance(chart, Sankey))
