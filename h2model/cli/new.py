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
    out: Annotated[Path, typer.Option(help="The folder in which to create the case.")] = INPUTS,
) -> None:
    """Write a small case that can be run at once: tables, profiles, two scenarios and a study.

    The case is a works with hydrogen, lime, wind and storage of CO2. Its README.md describes each file and the next
    steps. Every value in it is an assumption.
    """
    with exit_codes():
        # Profiles are made with pandas: --help and the Tab key should not wait for it.
        from h2model.start import scenario_names, study_names, write_case

        folder = write_case(name, out)
    capped, reference = scenario_names(name)
    study = study_names(name)[0]
    typer.echo(f"{folder}: a small case that can be run at once. {folder / 'README.md'} describes each file.")
    if folder.parent.resolve() != INPUTS.resolve():
        typer.echo(f"Scenarios are found by name in ./inputs; here by path: {folder / 'scenarios' / f'{capped}.yaml'}")
        return
    typer.echo("\nNext:")
    for command in (f"check {capped}", f"run {reference}", f"run {capped}", f"study run {study}"):
        typer.echo(f"  h2model {command}")
