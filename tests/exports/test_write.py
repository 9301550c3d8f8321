"""The command and where it writes: nothing foreign is replaced, and nothing is left half done."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hydrogen_case import POWER, TABLES
from small_case import solve_small_case
from typer.testing import CliRunner

from h2model import cli
from h2model.errors import InputError
from h2model.exports import folder
from h2model.exports.formats import Format
from h2model.exports.write import export


def h2(*arguments: object):
    return CliRunner().invoke(cli.app, list(map(str, arguments)))


@pytest.mark.parametrize(("to", "name"), [("iamc", "a.csv"), ("iamc", "a.xlsx"), ("excel", "b.xlsx"), ("csv", "c")])
def test_every_format(towns_folder, tmp_path, to, name):
    out = tmp_path / name
    ended = h2("export", towns_folder, "--to", to, "--out", out)
    assert ended.exit_code == 0, ended.stderr
    assert ended.stdout == f"{out}\n"
    assert [path.name for path in tmp_path.iterdir()] == [name]
    again = h2("export", towns_folder, "--to", to, "--out", out)
    assert again.exit_code == 2
    assert f"--out {out}: already exists → replace it with --force, or choose another --out" in again.stderr
    assert h2("export", towns_folder, "--to", to, "--out", out, "--force").exit_code == 0


def test_iamc_from_the_command_line_holds_the_emissions(towns_folder, tmp_path):
    h2("export", towns_folder, "--to", "iamc", "--out", tmp_path / "a.csv")
    table = pd.read_csv(tmp_path / "a.csv").set_index(["Region", "Variable"])
    assert table.loc[("towns", "Emissions|CO2"), "2040"] == pytest.approx(0.07008)


@pytest.mark.parametrize(
    ("to", "name", "fault"),
    [
        ("iamc", "a.txt", "does not end in .csv or .xlsx → write such as --out run.csv"),
        ("excel", "a.csv", "does not end in .xlsx"),
        ("csv", "no/such/a", "does not exist"),
        ("csv", "file", "is no folder → choose another --out"),
        ("csv", "full", "contains mine.txt, which does not belong to an export to csv"),
        ("excel", "dir.xlsx", "is a folder → choose another --out"),
        ("csv", "run/tables", "lies inside the run folder"),
        ("parquet", "stuck", "exists and is not an unfinished export → move it away"),
    ],
)
def test_places_that_are_refused_even_by_force(towns_folder, tmp_path, to, name, fault):
    (tmp_path / "file").write_text("mine")
    for place in ("full", "run", "dir.xlsx", "stuck.part"):
        (tmp_path / place).mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    (tmp_path / "stuck.part" / "mine.txt").write_text("mine")
    for mark in ("scenario.yaml", "run.log"):
        (tmp_path / "run" / mark).write_text("")
    before = sorted(tmp_path.rglob("*"))
    ended = h2("export", towns_folder, "--to", to, "--out", tmp_path / name, "--force")
    assert ended.exit_code == 2
    assert fault in ended.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_an_unknown_format_and_a_missing_run(tmp_path):
    unknown = h2("export", tmp_path, "--to", "cvs", "--out", tmp_path / "a")
    assert unknown.exit_code == 2
    assert "'cvs' is not one of 'iamc', 'csv'," in unknown.output
    missing = h2("export", tmp_path / "none", "--to", "csv", "--out", tmp_path / "a")
    assert missing.exit_code == 2
    assert "the run folder does not exist" in missing.stderr


def test_a_colon_in_a_name_is_a_sign_like_any_other(tmp_path):
    """The powers of stores are called by store and direction, with a colon between."""
    tables = TABLES | {"plants": TABLES["plants"].replace("reformer_inland", "reformer:1")}
    _, run = solve_small_case(tmp_path, tables, POWER)
    for to, name in ((Format.CSV, "tables"), (Format.IAMC, "a.csv"), (Format.EXCEL, "a.xlsx")):
        export(run, to, tmp_path / name)
    assert "reformer:1" in (tmp_path / "tables" / "capacity.csv").read_text()


def test_a_run_that_failed_its_audit_is_exported_with_a_warning(towns, tmp_path, monkeypatch):
    towns.attrs["audit"] = "failed: 1 of 100 equations"
    monkeypatch.setattr("h2model.results.folder.open_run", lambda _: towns)
    ended = h2("export", "a", "--to", "iamc", "--out", tmp_path / "a.csv")
    assert ended.exit_code == 0
    assert "This run did not pass its audit (failed: 1 of 100 equations)" in ended.stderr


def test_what_breaks_off_leaves_what_was_there(towns, tmp_path, monkeypatch):
    out = export(towns, Format.CSV, tmp_path / "tables")
    before = {path.name: path.read_bytes() for path in out.iterdir()}

    def breaks(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(folder, "_write_guide", breaks)
    with pytest.raises(InputError, match="cannot be written: the disk is full → make room"):
        export(towns, Format.CSV, out, force=True)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["tables"]


def test_what_a_killed_export_left_gives_way(towns, tmp_path):
    left = tmp_path / "tables.part"
    left.mkdir()
    (left / "costs.csv").write_text("half")
    assert export(towns, Format.CSV, tmp_path / "tables") == tmp_path / "tables"
    assert not left.exists()


def test_a_folder_without_a_name_is_refused(towns):
    with pytest.raises(InputError, match="is not the name of a new folder"):
        export(towns, Format.PARQUET, Path(".."))
