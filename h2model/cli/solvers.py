"""The command `h2model solvers`."""

from __future__ import annotations

from rich.text import Text

from h2model.cli.answer import AsJson, answer
from h2model.cli.common import console, examples

EXAMPLES = examples("h2model solvers", "h2model solvers --json")


def solvers_command(as_json: AsJson = False) -> None:
    """Print the versions of HiGHS and its extras, and which solution methods are available."""
    with answer("solvers", as_json) as reply:
        # HiGHS takes half a second: --help and the Tab key should not wait for it.
        from h2model.engine.solvers import METHODS, REMEDY, installed_solvers

        solvers = installed_solvers()
        if as_json:
            reply.content = {
                "highspy": solvers.highspy,
                "highspy_extras": solvers.highspy_extras,
                "methods": [
                    {"method": method, "available": solvers.available[method], "description": description}
                    for method, description in METHODS.items()
                ],
                "remedy": REMEDY if solvers.missing else None,
            }
            return
        screen = console()
        screen.print(str(solvers), highlight=False)
        for method, description in METHODS.items():
            state = ("available  ", "green") if solvers.available[method] else ("missing    ", "bold red")
            screen.print(Text.assemble((f"{method:<9}", "bold"), state, description), soft_wrap=True)
        if solvers.missing:
            screen.print(Text(f"To install {', '.join(solvers.missing)}: {REMEDY}"), soft_wrap=True)
