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
from h2model.run import audit

if TYPE_CHECKING:
    from h2model.accounts.audit import Audit, Finding

#: How many findings are shown that hold, those nearest to their limit.
NEAREST = 8
EXAMPLES = examples("h2model audit runs/climate_positive", "h2model audit runs/*/ --all")


def audit_command(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run folders.", autocompletion=complete.runs)],
    show_all: Annotated[
        bool, typer.Option("--all", help="Show every equation, not only those that hold worst.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Recompute finished runs from their results.nc and inputs.nc, without the model, and say where they are off.

    Every balance, limit, storage path, cost, tonne of carbon and policy is worked out anew. Exit code 4 if any is not
    what the results say.
    """
    with answer("audit", as_json) as given:
        from h2model.screen.documents import audit_document

        documents = []
        for run in runs:
            found = audit(run)
            documents.append(audit_document(run, found))
            if not as_json:
                _show(run, found, show_all)
        given.content = {"runs": documents}
        given.exit_code = 0 if all(document["passed"] for document in documents) else AuditError.exit_code


def _show(run: Path, found: Audit, show_all: bool) -> None:
    screen = console()
    style = "bold green" if found.passed else "bold red"
    screen.print(Text.assemble((f"{run}: ", "bold"), (found.verdict(), style)), soft_wrap=True)
    looked_at = sorted((f for f in found.findings if f.count), key=lambda finding: -finding.share)
    shown = looked_at if show_all else looked_at[: max(NEAREST, len(found.failures))]
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("equation", "off by", "allowed", "unit", "where", "when"):
        table.add_column(name, justify="right" if name in ("off by", "allowed") else "left", no_wrap=name == "equation")
    for finding in shown:
        table.add_row(*_cells(finding), style="" if finding.passed else "red")
    screen.print(table)
    left = len(looked_at) - len(shown)
    if left:
        screen.print(Text(f"{left} more equations hold by a wider margin (--all shows them)", style="dim"))


def _cells(finding: Finding) -> list[str]:
    when = " ".join(word for word in (finding.period, finding.time) if word)
    return [finding.equation, f"{finding.residual:.2g}", f"{finding.allowed:.2g}", finding.unit, finding.where, when]
