"""The command `h2model compare`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from h2model.cli import complete
from h2model.cli.answer import AsJson, answer
from h2model.cli.common import console, examples

EXAMPLES = examples(
    "h2model compare runs/reference runs/climate_positive",
    "h2model compare runs/base runs/changed --all",
)


def compare_command(
    runs: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN RUN...",
            help="Run folders; all others are compared with the first.",
            autocompletion=complete.runs,
        ),
    ],
    everything: Annotated[bool, typer.Option("--all", help="Show equal values as well.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print the differences between runs: cost, CO2, capacities, unserved demand, and their inputs.

    Values are equal if they differ by less than 1e-5, the accuracy of solvers. Periods, regions and technologies of
    only some runs are shown. Runs in different currencies are refused.
    """
    with answer("compare", as_json) as reply:
        # Tables need xarray: --help and the Tab key should not wait for it.
        from h2model.screen.compare_screen import document, show_comparison
        from h2model.workflow.finished import compare

        tables = compare(runs)
        reply.content = document(tables)
        if not as_json:
            show_comparison(console(), tables, everything)
