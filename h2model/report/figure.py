"""Charts as plotly data, which the page draws in the browser, also offline."""

from __future__ import annotations

from dataclasses import dataclass

from h2model.plots.chart import Chart, Map, Sankey
from h2model.plots.with_plotly import draw, draw_map, draw_sankey


@dataclass(frozen=True)
class Figure:
    """A chart with its name in the page and a caption; a wide chart keeps its width on a phone.

    The title is text of the page, because a page breaks long lines and a chart cuts them off.
    """

    name: str
    title: str
    json: str
    caption: str = ""
    wide: bool = False

    @classmethod
    def of(cls, name: str, chart: Chart | Sankey | Map, caption: str = "") -> Figure:
        """Return the figure of a chart."""
        plot = {Chart: draw, Sankey: draw_sankey, Map: draw_map}[type(chart)](chart)
        title = str(plot.layout.title.text)
        plot.update_layout(title=None, margin_t=28)
        return cls(name, title, plot.to_json(), caption, wide=isinstance(chart, Sankey))
