"""Rendering of content and figures into an HTML page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from jinja2 import Environment, PackageLoader, StrictUndefined
from plotly.offline import get_plotlyjs

from h2model.numbers import number
from h2model.report.figure import Figure


def render(template: str, content: object, figures: Iterable[Figure]) -> str:
    """Return the whole page: texts are escaped, and the data of the figures and plotly itself are included."""
    environment = Environment(
        loader=PackageLoader("h2model.report", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["number"] = number
    # "</" in a text of the figures would end their script.
    safe = {figure.name: replace(figure, json=figure.json.replace("</", "<\\/")) for figure in figures}
    return environment.get_template(template).render(report=content, figures=safe, plotly_js=get_plotlyjs())
