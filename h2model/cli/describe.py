"""The command `h2model describe`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from h2model.cli.answer import AsJson, answer
from h2model.cli.common import console, examples
from h2model.cli.known import known_equations, known_parameters, known_settings, known_symbols
from h2model.errors import Fault, InputError

EXAMPLES = examples(
    "h2model describe overnight_cost",
    "h2model describe --equations",
    "h2model describe --html reference.html",
)


def describe_command(
    name: Annotated[str | None, typer.Argument(help="A parameter, an equation, a policy, a concern or a rule.")] = None,
    parameters: Annotated[bool, typer.Option("--parameters", help="Only the parameters and settings.")] = False,
    equations: Annotated[bool, typer.Option("--equations", help="Only the equations.")] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write all of it to one page instead, such as a.html.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print every parameter with unit, default, bounds and meaning, and every equation with its formula."""
    with answer("describe", as_json) as given:
        if html is not None:
            if name is not None or parameters or equations:
                raise InputError([Fault("--html", "the page holds everything", "leave out NAME and the other options")])
            _write_page(html)
            given.content = {"html": str(html)}
            if not as_json:
                typer.echo(str(html))
        elif as_json:
            given.content = _document(name, parameters, equations)
        else:
            _show(name, parameters, equations)


def _show(name: str | None, parameters: bool, equations: bool) -> None:
    from h2model.checks import RULES
    from h2model.reference import terminal as reference

    if name is not None:
        reference.show_named(console(), name, known_parameters(), known_settings(), known_equations(), RULES)
        return
    everything = parameters == equations
    if parameters or everything:
        reference.show_parameters(console(), known_parameters())
        reference.show_settings(console(), known_settings())
    if equations or everything:
        reference.show_equations(console(), known_equations())


def _document(name: str | None, parameters: bool, equations: bool) -> dict[str, Any]:
    from h2model.checks import RULES
    from h2model.reference.terminal import named
    from h2model.screen.documents import reference_document

    if name is not None:
        found = named(name, known_parameters(), known_settings(), known_equations(), RULES)
        return reference_document(found.parameters, found.settings, found.equations, found.checks)
    everything = parameters == equations
    return reference_document(
        known_parameters() if parameters or everything else (),
        known_settings() if parameters or everything else {},
        known_equations() if equations or everything else {},
        RULES if everything else (),
    )


def _write_page(path: Path) -> None:
    from importlib.metadata import version

    from h2model.checks import RULES
    from h2model.model import CONCERNS
    from h2model.reference.page import write_page

    write_page(path, version("h2model"), known_parameters(), known_settings(), CONCERNS, known_symbols(), RULES)
