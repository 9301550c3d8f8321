"""The command `h2model compare`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from h2model.cli import complete
from h2model.cli.answer import AsJson, answer
from h2model.cli.common import console, examples
from h2model.run import compare

EXAMPLES = examples(
    "h2model compare runs/reference runs/climate_positive",
    "h2model compare runs/base runs/changed --all",
)


def compare_command(
    runs: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN RUN...",
            help="Run folders; the others are held against the first.",
            autocompletion=complete.runs,
        ),
    ],
    everything: Annotated[bool, typer.Option("--all", help="Show also what is the same.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what differs between runs: cost, CO2, capacities, unserved demand, and their inputs.

    Values count as the same within 1e-5, which is how far off solvers may end. Periods, regions and technologies that
    only some runs have are shown; runs that count in other currencies are refused.
    """
    with answer("compare", as_json) as given:
        from h2model.screen.compare_screen import document, show_comparison

        tables = compare(runs)
        given.content = document(tables)
        if not as_json:
            show_comparison(console(), tables, everything)
