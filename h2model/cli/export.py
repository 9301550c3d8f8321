"""The command `h2model export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from h2model.cli import complete
from h2model.cli.common import console, examples, exit_codes
from h2model.exports.formats import Format

EXAMPLES = examples(
    "h2model export runs/climate_positive --to excel --out climate_positive.xlsx",
    "h2model export runs/climate_positive --to iamc --out climate_positive.csv",
)


def export_command(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.", autocompletion=complete.runs)],
    to: Annotated[Format, typer.Option("--to", help="The format.")],
    out: Annotated[
        Path, typer.Option(help="The file (iamc: .csv or .xlsx; excel: .xlsx) or folder (csv, parquet) to write.")
    ],
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier export.")] = False,
) -> None:
    """Export a finished run: iamc (pyam), csv or parquet (tidy tables), or excel (a workbook).

    docs/exports.md describes the formats. The run itself is not changed.
    """
    with exit_codes():
        # Tables need xarray: --help and the Tab key should not wait for it.
        from h2model.exports.write import export_run

        audit = export_run(run, to, out, force)
    if not audit.startswith("passed"):
        warning = f"This run did not pass its audit ({audit}): do not trust the exported values."
        console(stderr=True).print(warning, style="bold yellow", markup=False, soft_wrap=True)
    typer.echo(str(out))
