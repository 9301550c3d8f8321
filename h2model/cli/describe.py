"""The command `h2model describe`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from h2model.cli.answer import AsJson, answer
from h2model.cli.common import console, examples
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
    with answer("describe", as_json) as reply:
        # The reference needs the whole model: --help and the Tab key should not wait for it.
        from h2model.cli.known import content_of_reference, show_reference, write_reference_page

        if html is not None:
            if name is not None or parameters or equations:
                remedy = "leave out NAME and the other options"
                raise InputError([Fault("--html", "the page contains everything", remedy)])
            write_reference_page(html)
            reply.content = {"html": str(html)}
            if not as_json:
                typer.echo(str(html))
        elif as_json:
            reply.content = content_of_reference(name, parameters, equations)
        else:
            show_reference(console(), name, parameters, equations)
