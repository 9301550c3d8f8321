"""The program `h2model`: its commands in the order of work, its options, and its exit codes."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from h2model.cli import audit, check, compare, describe, explain, export, new, report, run, solvers, study
from h2model.cli.answer import AS_JSON, Answer, error_document, print_document
from h2model.cli.common import EXIT_CODES, PIPE_CLOSED, STOPPED_BY_USER
from h2model.errors import Fault, InputError

CODES = "\n".join(f"{code}: {meaning}" for code, meaning in EXIT_CODES.items())
#: \b keeps the lines of a paragraph as they are.
HELP = f"""Least-cost investment planning for industrial regions: what to build, where and when.

Begin with: h2model new harbour

\b
Exit codes:
{CODES}
"""
#: The error of a wrong command line, in every version of Typer.
UsageError = typer.BadParameter.__base__
BEGIN, RUN, LOOK, STUDY = "Begin", "Run a scenario", "Look at results", "Study many runs"


class Commands(TyperGroup):
    """The group of all commands; with `--json`, errors in the command line are a JSON document, too."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Record whether JSON is wanted, before the command line is parsed."""
        ctx.meta[AS_JSON] = AS_JSON in args
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the selected command."""
        try:
            return super().invoke(ctx)
        except UsageError as error:
            if not ctx.meta[AS_JSON]:
                raise
            remedy = "see h2model COMMAND --help"
            usage = InputError([Fault("command line", error.format_message(), remedy)])
            names = (ctx.invoked_subcommand or "",)
            print_document(" ".join(names), Answer({"error": error_document(usage)}, usage.exit_code))
            raise typer.Exit(usage.exit_code) from None


app = typer.Typer(
    help=HELP, cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)  # fmt: skip
# The help lists the commands in this order, which is the order of work.
app.command("new", rich_help_panel=BEGIN, epilog=new.EXAMPLES)(new.new_command)
app.command("describe", rich_help_panel=BEGIN, epilog=describe.EXAMPLES)(describe.describe_command)
app.command("check", rich_help_panel=RUN, epilog=check.EXAMPLES)(check.check_command)
app.command("solvers", rich_help_panel=RUN, epilog=solvers.EXAMPLES)(solvers.solvers_command)
app.command("run", rich_help_panel=RUN, epilog=run.EXAMPLES)(run.run_command)
app.command("explain", rich_help_panel=RUN, epilog=explain.EXAMPLES)(explain.explain_command)
app.command("audit", rich_help_panel=LOOK, epilog=audit.EXAMPLES)(audit.audit_command)
app.command("compare", rich_help_panel=LOOK, epilog=compare.EXAMPLES)(compare.compare_command)
app.command("report", rich_help_panel=LOOK, epilog=report.EXAMPLES)(report.report_command)
app.command("export", rich_help_panel=LOOK, epilog=export.EXAMPLES)(export.export_command)
app.add_typer(study.app, name="study", rich_help_panel=STUDY)


def main() -> None:
    """Entry point of the command `h2model`."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal without "→" shows "?" instead of ending the run.
        stream.reconfigure(errors="replace")
    try:
        app()
    except SystemExit as ended:
        if isinstance(ended.__context__, BrokenPipeError):
            # Rich and Typer would exit with 1, which here means a bug.
            raise SystemExit(PIPE_CLOSED) from None
        if ended.code == STOPPED_BY_USER:
            # HiGHS may still run in its thread; an ordinary exit would free its memory and crash.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(STOPPED_BY_USER)
        raise


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"h2model {version('h2model')}")
        raise typer.Exit


def _without_colour(wanted: bool) -> None:
    """Set NO_COLOR, which Rich reads here and in the workers of a study."""
    if wanted:
        os.environ["NO_COLOR"] = "1"


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    no_color: Annotated[
        bool, typer.Option("--no-color", callback=_without_colour, is_eager=True, help="Write without colours.")
    ] = False,
) -> None:
    """Accept the options before the command."""
