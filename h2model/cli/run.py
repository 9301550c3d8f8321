"""The command `h2model run`."""

from __future__ import annotations

import os
import shlex
import time
from pathlib import Path
from typing import Annotated

import typer

from h2model.cli.answer import AsJson, answer
from h2model.cli.common import Changes, ScenarioName, console, examples, parse_changes
from h2model.errors import InfeasibleError, UnboundedError
from h2model.run import run

EXAMPLES = examples(
    "h2model run climate_positive",
    "h2model run climate_positive --set time.resolution=24h --out runs/quick",
    "h2model run climate_positive --set technologies.electrolyser_alkaline.overnight_cost='600 EUR2025/kW'",
    "h2model run climate_positive --quiet --json > climate_positive.json",
)


def run_command(
    scenario: ScenarioName,
    out: Annotated[Path | None, typer.Option(help="The run folder; runs/SCENARIO if not given.")] = None,
    changes: Changes = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Processor cores that the solver may use.")] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Print only the path of the results; with --json, no progress.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Load, check, build and solve a scenario; write the run folder; print what to build and what it costs.

    The run folder holds results.nc, inputs.nc, scenario.yaml and run.log. A run that stands there is kept once, as
    <folder>.previous. Without an optimal solution there is no results.nc.
    """
    started = time.perf_counter() - process_age()
    with answer("run", as_json) as given:
        from h2model.screen.progress import Quiet, progress_on
        from h2model.screen.run_screen import show_run

        wanted = parse_changes(changes, threads)
        with Quiet() if quiet else progress_on(console(stderr=True)) as progress:
            try:
                results = run(scenario, out, wanted, progress, started)
            except (InfeasibleError, UnboundedError) as error:
                error.add_note(f"To have it explained: {_explain_command(scenario, changes)}")
                raise
        path = Path(results.encoding["source"])
        if as_json:
            from h2model.screen.documents import run_document

            given.content = run_document(results, path)
        elif quiet:
            typer.echo(str(path))
        else:
            show_run(console(), results, path)


def _explain_command(scenario: str, changes: list[str] | None) -> str:
    """The command that explains the same scenario with the same changes."""
    return shlex.join(
        ["h2model", "explain", scenario, *(word for change in changes or () for word in ("--set", change))]
    )


def process_age() -> float:
    """Seconds since this process started, imports included; 0 where the system does not tell (outside Linux)."""
    try:
        # The name of the program stands in brackets and may hold blanks; the 22nd field is the start, in ticks.
        fields = Path("/proc/self/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    started = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - started)
