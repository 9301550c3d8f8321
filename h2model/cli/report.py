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

    Of a run it says what to build and when, what it costs and emits, what binds, how certain it is, and all assumptions
    with their sources; of a study what is built in how many runs, how results spread, and what moves them. By default
    it lies beside the folder: runs/climate_positive.report.html.
    """
    with exit_codes():
        from h2model.report import write_report, write_study_report
        from h2model.results.folder import opened
        from h2model.studies.campaign import FACTS

        place = out or _beside(folder)
        if (folder / FACTS).is_file():
            path = write_study_report(folder, place)
        else:
            with opened(folder) as results:
                path = write_report(results, place)
        size = path.stat().st_size / 1e6
        console().print(Text.assemble((str(path), "bold"), f" ({size:.1f} MB)"), soft_wrap=True)


def _beside(folder: Path) -> Path:
    # "." and ".." have no name of their own.
    named = folder if folder.name not in ("", "..") else folder.resolve()
    return named.with_name(f"{named.name}.{FILE}")
