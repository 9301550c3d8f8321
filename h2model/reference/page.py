"""The reference as one HTML page: every parameter, equation, variable, setting and check, generated from the code.

The page is self-contained, without scripts, fonts, pictures and requests. It has a table of contents, and suits a
phone, a dark screen and paper.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from h2model.frame.concern import Concern
from h2model.reference.data import Reference, Symbol, by_table, facts_of, settings_rows
from h2model.reference.equations import concern_of
from h2model.results.page_file import check_page
from h2model.results.page_file import write_page as write_file

TEMPLATE = Path(__file__).with_name("reference_page.html")
#: Marks every reference page, so that other files are not overwritten.
MARK = '<meta name="generator" content="h2model describe">'


def write_page(
    path: Path,
    version: str,
    reference: Reference,
    concerns: Iterable[Concern],
    symbols: Sequence[Symbol],
) -> None:
    """Write the page to `path`, which may be an earlier page.

    Raises
    ------
    InputError
        If `path` cannot be written, or is a file other than an earlier page.
    """
    check_page(path, "--html", MARK)
    write_file(page(version, reference, concerns, symbols), path)


def page(
    version: str,
    reference: Reference,
    concerns: Iterable[Concern],
    symbols: Sequence[Symbol],
) -> str:
    """Return the page as text."""
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["prose"] = _as_html
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    described = [concern_of(concern) for concern in concerns]
    return template.render(
        mark=MARK,
        version=version,
        tables=by_table(reference.parameters),
        facts=facts_of,
        home={name: concern.name for concern in described for name in concern.parameters},
        settings=settings_rows(reference.settings),
        concerns=described,
        symbols=symbols,
        declared_as={symbol.name: symbol for symbol in symbols},
        checks=reference.checks,
    )


def _as_html(text: str) -> Markup:
    """Return a text as HTML, with `code` and **strong** words; all else is escaped."""
    marked = re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text)))
    return Markup(re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", marked))
