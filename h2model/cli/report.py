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
    "h2model report runs/front_2050 --out front.html",
)


def report_command(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="RUN|STUDY",
            help="A run folder, or the campaign folder of a collected study.",
            autocompletion=complete.runs_and_campaigns,
        ),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help=f"Where to write it; by default FOLDER.{FILE}.")
    ] = None,
) -> None:
    """Write a report on a run or a study: one HTML file that works offline, on a phone and in print.

    The report on a run shows new capacity, cost, emissions, binding limits, solution quality, and all assumptions with
    their sources. The report on a study shows in how many runs each technology is built, how results vary, and which
    axes cause it. The default file is next to the folder: runs/climate_positive.report.html.
    """
    with exit_codes():
        # Reports need xarray and matplotlib: --help and the Tab key should not wait for them.
        from h2model.report.write import report_on

        # "." and ".." have no name of their own.
        whole = folder if folder.name not in ("", "..") else folder.resolve()
        path = report_on(folder, out or whole.with_name(f"{whole.name}.{FILE}"))
        size = path.stat().st_size / 1e6
        console().print(Text.assemble((str(path), "bold"), f" ({size:.1f} MB)"), soft_wrap=True)
