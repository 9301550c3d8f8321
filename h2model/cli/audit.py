"""The command `h2model audit`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from h2model.cli import complete
from h2model.cli.answer import AsJson, answer
from h2model.cli.common import console, examples
from h2model.errors import AuditError

if TYPE_CHECKING:
    from h2model.accounts.audit import Audit

#: Number of findings shown without --all, the largest share of the tolerance first.
NEAREST = 8
EXAMPLES = examples("h2model audit runs/climate_positive", "h2model audit runs/*/ --all")


def audit_command(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run folders.", autocompletion=complete.runs)],
    show_all: Annotated[
        bool, typer.Option("--all", help="Show every equation, not only those with the largest residuals.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Recompute finished runs from their results.nc and inputs.nc, without the model, and report all deviations.

    The audit recomputes every balance, limit, storage path, cost, tonne of carbon and policy. The exit code is 4 if the
    results deviate from any of them.
    """
    with answer("audit", as_json) as reply:
        # Tables and audits need xarray: --help and the Tab key should not wait for it.
        from h2model.screen.documents import audit_document
        from h2model.workflow.finished import audit

        documents = []
        for run in runs:
            report = audit(run)
            documents.append(audit_document(run, report))
            if not as_json:
                _show(run, report, show_all)
        reply.content = {"runs": documents}
        reply.exit_code = 0 if all(document["passed"] for document in documents) else AuditError.exit_code


def _show(run: Path, report: Audit, show_all: bool) -> None:
    screen = console()
    style = "bold green" if report.passed else "bold red"
    screen.print(Text.assemble((f"{run}: ", "bold"), (report.verdict(), style)), soft_wrap=True)
    checked = sorted((f for f in report.findings if f.count), key=lambda finding: -finding.share)
    shown = checked if show_all else checked[: max(NEAREST, len(report.failures))]
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("equation", "off by", "allowed", "unit", "where", "when"):
        table.add_column(name, justify="right" if name in ("off by", "allowed") else "left", no_wrap=name == "equation")
    for finding in shown:
        when = " ".join(word for word in (finding.period, finding.time) if word)
        table.add_row(
            *(finding.equation, f"{finding.residual:.2g}", f"{finding.allowed:.2g}", finding.unit, finding.where, when),
            style="" if finding.passed else "red",
        )
    screen.print(table)
    left = len(checked) - len(shown)
    if left:
        screen.print(Text(f"{left} more equations are further from their tolerance (--all shows them)", style="dim"))
