"""Content and figures put into the page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from jinja2 import Environment, PackageLoader, StrictUndefined
from plotly.offline import get_plotlyjs

from h2model.numbers import number
from h2model.report.figure import Figure


def render(template: str, content: object, drawn: Iterable[Figure]) -> str:
    """The whole page as text: texts are escaped, the figures' data and plotly itself stand in it."""
    environment = Environment(
        loader=PackageLoader("h2model.report", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["figures"] = number
    # What is written "</" in a text of the figures would end the script that it stands in.
    safe = {figure.name: replace(figure, json=figure.json.replace("</", "<\\/")) for figure in drawn}
    return environment.get_template(template).render(report=content, figures=safe, plotly_js=get_plotlyjs())
