"""The commands `h2model run` and `check`, and the program as a whole; every other command has a file of its own."""

from __future__ import annotations

import os
import shlex
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from h2model.cli import audit, compare, describe, explain, export, new, report, study
from h2model.cli.common import (
    STOPPED_BY_USER,
    Changes,
    ScenarioName,
    console,
    exit_codes,
    parse_changes,
    show_by_rule,
)
from h2model.errors import InfeasibleError, UnboundedError
from h2model.run import run
from h2model.steps import describe_case, load_case

#: What a shell reports for a program whose reader, such as `head`, has gone (128 + SIGPIPE).
READER_GONE = 141

HELP = """Least-cost investment planning for industrial regions: what to build, where and when.

Exit codes:

0: all is well

1: an error in h2model itself

2: the inputs are wrong; every fault is listed

3: no optimal solution (infeasible, unbounded or stopped early); no results are written

4: results that do not stand up to their audit

130: stopped by Ctrl-C
"""

app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.command("new")(new.new_command)
app.command("audit")(audit.audit_command)
app.command("describe")(describe.describe_command)
app.command("explain")(explain.explain_command)
app.command("report")(report.report_command)
app.command("compare")(compare.compare_command)
app.command("export")(export.export_command)
app.add_typer(study.app, name="study")


def main() -> None:
    """Entry point of the command `h2model`."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot write "→" shows "?" instead of ending the run.
        stream.reconfigure(errors="replace")
    try:
        app()
    except SystemExit as ended:
        if isinstance(ended.__context__, BrokenPipeError):
            # Rich and Typer both make exit code 1 of it, which here would mean a bug.
            raise SystemExit(READER_GONE) from None
        if ended.code == STOPPED_BY_USER:
            # HiGHS may still be at work in its thread; an ordinary exit would take its memory away and crash.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(STOPPED_BY_USER)
        raise


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"h2model {version('h2model')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Take the options that stand before the command."""


@app.command("run")
def run_command(
    scenario: ScenarioName,
    out: Annotated[Path | None, typer.Option(help="The run folder; runs/SCENARIO if not given.")] = None,
    changes: Changes = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Processor cores that the solver may use.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only the path of the results.")] = False,
) -> None:
    """Load, check, build and solve a scenario; write the run folder; print what to build and what it costs.

    The run folder holds results.nc, inputs.nc, scenario.yaml and run.log. A run that stands there is kept once, as
    <folder>.previous. Without an optimal solution there is no results.nc.
    """
    started = time.perf_counter() - process_age()
    with exit_codes():
        from h2model.results.progress import Silence, progress_on
        from h2model.results.screen import show_run

        wanted = parse_changes(changes, threads)
        with Silence() if quiet else progress_on(console(stderr=True)) as progress:
            try:
                results = run(scenario, out, wanted, progress, started)
            except (InfeasibleError, UnboundedError) as error:
                error.add_note(f"To have it explained: {_explain_command(scenario, changes)}")
                raise
        path = Path(results.encoding["source"])
        if quiet:
            typer.echo(str(path))
        else:
            show_run(console(), results, path)


def _explain_command(scenario: str, changes: list[str] | None) -> str:
    """The command that explains the same scenario with the same changes."""
    return shlex.join(
        ["h2model", "explain", scenario, *(word for change in changes or () for word in ("--set", change))]
    )


@app.command("check")
def check_command(scenario: ScenarioName, changes: Changes = None) -> None:
    """Load and check a scenario without solving it: its warnings and faults by rule, what it holds, how large it is.

    Warnings leave the exit code at 0; with faults it is 2. docs/checks.md says what each rule asks, and why.
    """
    with exit_codes(by_rule=True):
        from h2model.case import warnings_of
        from h2model.results.progress import progress_on

        wanted = parse_changes(changes)
        with progress_on(console(stderr=True)) as progress:
            progress.phase(f"reading {scenario}")
            data = load_case(scenario, wanted)
            progress.phase("building the model")
            facts = describe_case(data)
        show_by_rule(console(), warnings_of(data), "warning", "bold yellow")
        _show_facts(facts)


def process_age() -> float:
    """Seconds since this process started, imports included; 0 where the system does not tell (outside Linux)."""
    try:
        # The name of the program stands in brackets and may hold blanks; the 22nd field is the start, in ticks.
        fields = Path("/proc/self/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    started = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - started)


def _show_facts(facts: dict[str, str]) -> None:
    width = max(map(len, facts))
    for name, value in facts.items():
        console().print(Text.assemble((name.ljust(width + 2), "bold"), value), soft_wrap=True)
