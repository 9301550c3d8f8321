"""Run folders of earlier versions: they open, report, export, pass their audit and can be repeated.

`cases/earlier_run.tar.xz` holds a run of the tiny case, written at the end of November 2026, before the redesign of the
package.
"""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

import h2model
from h2model import cli

ARCHIVE = Path(__file__).parent / "cases" / "earlier_run.tar.xz"
OBJECTIVE = 460682458.1830923


@pytest.fixture(scope="module")
def earlier_run(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    return folder / "base"


def test_an_earlier_run_opens_with_results_inputs_and_tables(earlier_run):
    with h2model.open_run(earlier_run) as run:
        assert run.attrs["objective"] == OBJECTIVE
        assert {"activity", "capacity", "availability", "dual_balance"} <= set(run.data_vars)
        total = run.h2model.cost_breakdown().loc["total"].to_numpy() * 1e6
        weights = (run["years_represented"] * run["discount_factor"]).values
        assert total @ weights == pytest.approx(OBJECTIVE, rel=1e-9)


def test_an_earlier_run_passes_its_audit(earlier_run):
    assert h2model.audit(earlier_run).passed


@pytest.mark.parametrize(
    "command",
    [("report", "{run}", "--out", "{out}/a.html"), ("export", "{run}", "--to", "excel", "--out", "{out}/a.xlsx")],
)
def test_an_earlier_run_is_reported_and_exported(earlier_run, tmp_path, command):
    arguments = [part.format(run=earlier_run, out=tmp_path) for part in command]
    ended = CliRunner().invoke(cli.app, arguments)
    assert ended.exit_code == 0, ended.output
    assert Path(arguments[-1]).stat().st_size > 10_000


def test_an_earlier_run_is_repeated_from_its_inputs(earlier_run, tmp_path):
    again = h2model.run(earlier_run / "inputs.nc", tmp_path / "again")
    assert again.attrs["objective"] == pytest.approx(OBJECTIVE, rel=1e-9)
