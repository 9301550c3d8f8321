"""The command `h2model report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from h2model.cli import complete
from h2model.cli.common import console, examples, exit_codes

FILE = "report.html"

EXAMPLES = examples(
    "h2model report runs/climate_positive",
    "h2model report runs/climate_positive --out report.html",
)


def report_command(
    run: Annotated[
        Path,
        typer.Argument(metavar="RUN", help="A run folder.", autocompletion=complete.runs),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help=f"Where to write it; by default RUN.{FILE}.")
    ] = None,
) -> None:
    """Write a report on a run: one HTML file that works offline, on a phone and in print.

    It says what to build and when, what it costs and emits, what binds, how certain it is, and all assumptions with
    their sources. By default it lies beside the run folder: runs/climate_positive.report.html.
    """
    with exit_codes():
        from h2model.report import write_report
        from h2model.run import open_run

        with open_run(run) as results:
            path = write_report(results, out or run.with_name(f"{run.name}.{FILE}"))
        size = path.stat().st_size / 1e6
        console().print(Text.assemble((str(path), "bold"), f" ({size:.1f} MB)"), soft_wrap=True)
