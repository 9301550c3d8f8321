"""The command `h2model export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from h2model.cli import complete
from h2model.cli.common import console, examples, exit_codes
from h2model.exports.write import Format

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
    """Write a finished run for other tools: iamc (pyam), csv or parquet (tidy tables), or excel (a workbook).

    docs/exports.md says what is in them. The run stays as it is.
    """
    with exit_codes():
        from h2model.exports.write import check_target, export
        from h2model.results.folder import opened

        check_target(to, out, force)
        with opened(run) as results:
            audit = str(results.attrs.get("audit", "none"))
            export(results, to, out, force)
    if not audit.startswith("passed"):
        warning = f"This run has not passed its audit ({audit}): do not trust what was exported."
        console(stderr=True).print(warning, style="bold yellow", markup=False, soft_wrap=True)
    typer.echo(str(out))
