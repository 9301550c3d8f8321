"""The command `h2model describe`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from h2model.cli.common import console, exit_codes
from h2model.cli.known import known_equations, known_parameters, known_settings, known_symbols
from h2model.errors import Fault, InputError


def describe_command(
    name: Annotated[str | None, typer.Argument(help="A parameter, an equation, a policy, a concern or a rule.")] = None,
    parameters: Annotated[bool, typer.Option("--parameters", help="Only the parameters and settings.")] = False,
    equations: Annotated[bool, typer.Option("--equations", help="Only the equations.")] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write all of it to one page instead, such as a.html.")
    ] = None,
) -> None:
    """Print every parameter with unit, default, bounds and meaning, and every equation with its formula."""
    with exit_codes():
        if html is not None:
            if name is not None or parameters or equations:
                raise InputError([Fault("--html", "the page holds everything", "leave out NAME and the other options")])
            _write_page(html)
            return
        _show(name, parameters, equations)


def _show(name: str | None, parameters: bool, equations: bool) -> None:
    from h2model.results import reference

    if name is not None:
        from h2model.checks import RULES

        reference.show_named(console(), name, known_parameters(), known_settings(), known_equations(), RULES)
        return
    everything = parameters == equations
    if parameters or everything:
        reference.show_parameters(console(), known_parameters())
        reference.show_settings(console(), known_settings())
    if equations or everything:
        reference.show_equations(console(), known_equations())


def _write_page(path: Path) -> None:
    from importlib.metadata import version

    from h2model.checks import RULES
    from h2model.model import CONCERNS
    from h2model.results.reference_page import write_page

    write_page(path, version("h2model"), known_parameters(), known_settings(), CONCERNS, known_symbols(), RULES)
    typer.echo(str(path))
