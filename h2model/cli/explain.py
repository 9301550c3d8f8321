"""The command `h2model explain`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from h2model.cli.common import Changes, ScenarioName, console, examples, exit_codes, parse_changes
from h2model.errors import SolveError
from h2model.screen.progress import progress_on

EXAMPLES = examples(
    "h2model explain climate_positive --set policies.emission_cap.cluster.limit.2050='-3000 kt/year'",
    "h2model explain climate_positive --out why.txt",
)


def explain_command(
    scenario: ScenarioName,
    changes: Changes = None,
    out: Annotated[Path | None, typer.Option(help="Write the explanation to this file as well.")] = None,
) -> None:
    """Explain why a scenario has no plan: limits to relax, binding limits, and conflicting constraints.

    Policies are relaxed before limits, and limits before demands; demands with an unserved_cost may go unserved. A
    proof with a coarse year holds for all hours. Unbounded scenarios are explained as well. The exit code is 0 if the
    scenario has a plan, otherwise 3.
    """
    with exit_codes():
        # xarray and Pyomo take two seconds: --help and the Tab key should not wait for them.
        from h2model.workflow.explaining import explain

        by_address = parse_changes(changes)
        with progress_on(console(stderr=True)) as progress:
            progress.phase(f"reading {scenario}")
            explanation = explain(scenario, by_address, progress)
    screen = console()
    screen.print(Text(explanation.proof, style="bold green" if explanation.outcome == "feasible" else "bold red"))
    for heading, lines in explanation.sentences.items():
        if lines:
            screen.print()
            screen.print(Text(heading, style="bold"))
        for line in lines:
            screen.print(Text(f"  {line}"))
    if out is not None:
        out.write_text(f"{explanation}\n", encoding="utf-8")
    if explanation.outcome != "feasible":
        raise typer.Exit(SolveError.exit_code)
