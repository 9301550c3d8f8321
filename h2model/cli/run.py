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
from h2model.screen.progress import Quiet, progress_on

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
        bool,
        typer.Option("--quiet", help="Print only the path of the results; with --json, print no progress."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Load, check, build and solve a scenario; write the run folder; print new capacity and costs.

    The run folder contains results.nc, inputs.nc, scenario.yaml and run.log. An existing run with results is renamed to
    <folder>.previous, in place of an older one of that name. Without an optimal solution, results.nc is not written.
    """
    started = time.perf_counter() - process_age()
    with answer("run", as_json) as reply:
        # xarray, Pyomo and HiGHS take two seconds: --help and the Tab key should not wait for them.
        from h2model.screen import documents, run_screen
        from h2model.tables.run_summary import run_summary
        from h2model.workflow.running import run

        by_address = parse_changes(changes, threads)
        with Quiet() if quiet else progress_on(console(stderr=True)) as progress:
            try:
                results = run(scenario, out, by_address, progress, started)
            except (InfeasibleError, UnboundedError) as error:
                settings = (word for change in changes or () for word in ("--set", change))
                error.add_note(f"For an explanation: {shlex.join(['h2model', 'explain', scenario, *settings])}")
                raise
        path = Path(results.encoding["source"])
        if quiet and not as_json:
            typer.echo(str(path))
            return
        summary = run_summary(results)
        if as_json:
            reply.content = documents.run_document(summary, path)
        else:
            run_screen.show_run(console(), summary, path)


def process_age() -> float:
    """Return the seconds since this process started, imports included; 0 outside Linux."""
    try:
        # The name of the program is in brackets and may contain blanks; field 22 is the start time in ticks.
        fields = Path("/proc/self/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    started = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - started)
