"""The reference as one HTML page: every parameter, equation, variable, setting and check, straight from the code.

The page is complete in itself: no script, no font, no picture, no request to anywhere. It has a table of contents in
place of a search, and can be read on a phone, in the dark and on paper.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from h2model.case import Parameter, Rule
from h2model.frame.concern import Concern
from h2model.reference.data import Symbol, by_table, facts_of, settings_rows
from h2model.reference.equations import concern_of
from h2model.reference.terminal import Settings
from h2model.results.page_file import check_page
from h2model.results.page_file import write_page as write_file

TEMPLATE = Path(__file__).with_name("reference_page.html")
#: Stands in every page that this file writes, so that no other file is overwritten.
MARK = '<meta name="generator" content="h2model describe">'


def write_page(
    path: Path,
    version: str,
    parameters: Sequence[Parameter],
    settings: Settings,
    concerns: Iterable[Concern],
    symbols: Sequence[Symbol],
    checks: Sequence[Rule],
) -> None:
    """Write the page; an earlier one gives way, another file does not.

    Raises
    ------
    InputError
        If there is no place for the file, or it is there and was not written by this function.
    """
    check_page(path, "--html", MARK)
    write_file(page(version, parameters, settings, concerns, symbols, checks), path)


def page(
    version: str,
    parameters: Sequence[Parameter],
    settings: Settings,
    concerns: Iterable[Concern],
    symbols: Sequence[Symbol],
    checks: Sequence[Rule],
) -> str:
    """The page as text; see the module."""
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["prose"] = _prose
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    described = [concern_of(concern) for concern in concerns]
    return template.render(
        mark=MARK,
        version=version,
        tables=by_table(parameters),
        facts=facts_of,
        home={name: concern.name for concern in described for name in concern.parameters},
        settings=settings_rows(settings),
        concerns=described,
        symbols=symbols,
        declared_as={symbol.name: symbol for symbol in symbols},
        checks=checks,
    )


def _prose(text: str) -> Any:
    """A text with `words of code` and **strong words** as HTML; all else is escaped."""
    marked = re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text)))
    return Markup(re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", marked))
