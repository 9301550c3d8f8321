"""The command `h2model new`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from h2model.cli.common import examples, exit_codes

INPUTS = Path("inputs")
EXAMPLES = examples("h2model new harbour", "h2model new harbour --out elsewhere/inputs")


def new_command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the new case, such as harbour.")],
    out: Annotated[Path, typer.Option(help="The folder that takes the case.")] = INPUTS,
) -> None:
    """Write a small case of your own, which runs as it stands: tables, profiles, two scenarios and a study.

    It is a works with hydrogen, lime, wind and storage of CO2; its README.md says what each file is and how to go on.
    Every figure in it is an assumption.
    """
    with exit_codes():
        from h2model.start import scenario_names, study_names, write_case

        folder = write_case(name, out)
    capped, reference = scenario_names(name)
    study = study_names(name)[0]
    typer.echo(f"{folder}: a small case that runs as it stands. {folder / 'README.md'} says what each file is.")
    if folder.parent.resolve() != INPUTS.resolve():
        typer.echo(f"Scenarios are found by name in ./inputs; here by path: {folder / 'scenarios' / f'{capped}.yaml'}")
        return
    typer.echo("\nNext:")
    for command in (f"check {capped}", f"run {reference}", f"run {capped}", f"study run {study}"):
        typer.echo(f"  h2model {command}")
