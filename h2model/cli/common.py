"""Shared parts of all commands: a console, exit codes, and `--set` options."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from h2model.cli import complete
from h2model.errors import AuditError, Fault, H2ModelError, InputError, SolveError, counted

STOPPED_BY_USER = 130
STOPPED_TEXT = "Stopped by Ctrl-C; no results were written."
#: Exit code that a shell reports if a program such as `head` closes the pipe (128 + SIGPIPE).
PIPE_CLOSED = 141
#: Some runs of a study have no result.
PARTLY_FAILED = SolveError.exit_code
EXIT_CODES = {
    0: "success",
    H2ModelError.exit_code: "an error in h2model itself",
    InputError.exit_code: "the inputs are wrong; every fault is listed",
    SolveError.exit_code: "no optimal solution: infeasible, unbounded or stopped early; no results",
    AuditError.exit_code: "the results failed their audit",
    STOPPED_BY_USER: "stopped by Ctrl-C",
    PIPE_CLOSED: "the output pipe was closed, for example by head",
}
#: Wide enough that no line of a pipe or file is ever broken.
PIPE_WIDTH = 1000


def console(stderr: bool = False) -> Console:
    """Return a console that uses styles on a terminal, and writes plain unbroken lines elsewhere."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, highlight=False, width=None if stream.isatty() else PIPE_WIDTH)


ScenarioName = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO",
        help="Name of a scenario (inputs/*/scenarios/NAME.yaml), its path, or a run's inputs.nc.",
        autocompletion=complete.scenarios,
    ),
]
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="ADDRESS=VALUE",
        help="Change a number of the case or a setting of the scenario; may be repeated. ADDRESS is such as "
        "technologies.NAME.lifetime, assets.NAME.price or time.resolution.",
    ),
]


def examples(*commands: str) -> str:
    """Return the end of a command's help: commands that can be typed unchanged."""
    heading = "Example" if len(commands) == 1 else "Examples"
    return "\n\n".join([f"{heading}:", *commands])


@contextmanager
def exit_codes(by_rule: bool = False) -> Iterator[None]:
    """Turn errors of h2model into a text for people and an exit code; bugs keep their traceback.

    `by_rule` groups faults by their rules, and lists warnings after them.
    """
    try:
        yield
    except InputError as error:
        if by_rule:
            show_by_rule(console(stderr=True), error.faults, "fault", "bold red")
            show_by_rule(console(stderr=True), error.warnings, "warning", "bold yellow")
        else:
            screen, count = console(stderr=True), len(error.faults)
            screen.print(Text(f"{count} fault{'s' * (count != 1)} in the inputs", style="bold red"))
            for fault in error.faults:
                _show_fault(screen, fault)
        raise typer.Exit(error.exit_code) from None
    except H2ModelError as error:
        _show_error("\n".join([str(error), *getattr(error, "__notes__", ())]))
        raise typer.Exit(error.exit_code) from None
    except KeyboardInterrupt:
        _show_error(STOPPED_TEXT)
        raise typer.Exit(STOPPED_BY_USER) from None


def parse_changes(changes: list[str] | None, threads: int | None = None) -> dict[str, str]:
    """Return the `--set` options as address → value; InputError for options without "=" and repeated ones."""
    values: dict[str, str] = {}
    faults = []
    for change in changes or []:
        address, equals, value = change.partition("=")
        address = address.strip()
        if not equals or not address:
            faults.append(Fault(f"--set {change}", "must be ADDRESS=VALUE", "write such as --set time.resolution=3h"))
        elif address in values:
            faults.append(Fault(f"--set {address}", "is listed twice", "keep one"))
        values[address] = value.strip()
    if threads is not None:
        if "solver.threads" in values:
            faults.append(Fault("--set solver.threads", "conflicts with --threads", "keep one"))
        values["solver.threads"] = str(threads)
    if faults:
        raise InputError(faults)
    return values


def show_by_rule(screen: Console, faults: Sequence[Fault], kind: str, style: str) -> None:
    """Print faults or warnings grouped by rule, with their number; nothing if the list is empty."""
    if not faults:
        return
    screen.print(Text(f"{len(faults)} {kind}{'s' * (len(faults) != 1)} in the inputs", style=style))
    for rule, count in counted(faults).items():
        screen.print(Text.assemble((rule, style), f": {count}"))
        for fault in faults:
            if (fault.rule or "unnamed") == rule:
                _show_fault(screen, fault)


def _show_fault(screen: Console, fault: Fault) -> None:
    if screen.is_terminal:
        screen.print(Text.assemble("\n", (fault.where, "bold")))
        screen.print(Text.assemble("  ", fault.problem))
        screen.print(Text.assemble("  → ", (fault.remedy, "green")))
    else:
        screen.print(Text(f"  {fault}"), soft_wrap=True)


def _show_error(text: str) -> None:
    console(stderr=True).print(Text(text, style="bold red"), soft_wrap=True)
