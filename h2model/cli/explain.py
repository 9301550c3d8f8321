"""The command `h2model explain`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from h2model.cli.common import Changes, ScenarioName, console, examples, exit_codes, parse_changes
from h2model.errors import SolveError
from h2model.steps import explain

if TYPE_CHECKING:
    from h2model.diagnosis import Explanation

EXAMPLES = examples(
    "h2model explain climate_positive --set policies.emission_cap.cluster.limit.2050='-3000 kt/year'",
    "h2model explain climate_positive --out why.txt",
)


def explain_command(
    scenario: ScenarioName,
    changes: Changes = None,
    out: Annotated[Path | None, typer.Option(help="Write the explanation to this file as well.")] = None,
) -> None:
    """Say why a scenario has no plan: what must give at the least, what stands in the way, what contradicts what.

    Policies give before limits, limits before demands; demands with an unserved_cost may go unserved. What is proven
    with a coarse year holds for all hours. A scenario without a least cost is explained, too. Exit code 0 if the
    scenario has a plan, 3 if not.
    """
    with exit_codes():
        from h2model.screen.progress import progress_on

        wanted = parse_changes(changes)
        with progress_on(console(stderr=True)) as progress:
            progress.phase(f"reading {scenario}")
            found = explain(scenario, wanted, progress)
    _show(found)
    if out is not None:
        out.write_text(f"{found}\n", encoding="utf-8")
    if found.outcome != "feasible":
        raise typer.Exit(SolveError.exit_code)


def _show(found: Explanation) -> None:
    screen = console()
    screen.print(Text(found.proof, style="bold green" if found.outcome == "feasible" else "bold red"))
    for heading, lines in found.sentences.items():
        if lines:
            screen.print()
            screen.print(Text(heading, style="bold"))
        for line in lines:
            screen.print(Text(f"  {line}"))
