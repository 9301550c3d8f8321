"""The commands `h2model study …`: what they print, and their exit codes."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console
from study_case import LIMIT, copy_of, do_runs, write_study
from typer.testing import CliRunner

import h2model
from h2model import cli
from h2model.numbers import duration
from h2model.studies.collect import collect
from h2model.studies.progress import RunProgress, first_line
from h2model.studies.records import Outcome, attempts, mark_failed
from h2model.studies.screen import StudyProgress, show_status
from h2model.studies.status import status_of


def study(*arguments: object):
    return CliRunner().invoke(cli.app, ["study", *map(str, arguments)])


class TestHelp:
    def test_names_every_command(self):
        shown = study("--help").stdout
        for command in ("run", "submit", "run-one", "status", "collect", "cancel", "sensitivity"):
            assert re.search(rf"^\W*{command} ", shown, re.MULTILINE), command
        assert "finished runs are never" in shown

    @pytest.mark.parametrize("command", ["run", "submit", "run-one", "status", "collect", "cancel", "sensitivity"])
    def test_of_a_command_is_a_sentence(self, command):
        ended = study(command, "--help")
        assert ended.exit_code == 0
        assert "Usage:" in ended.stdout
        assert "." in ended.stdout


class TestRefusals:
    @pytest.mark.parametrize("command", ["status", "collect", "cancel", "sensitivity", "run-one"])
    def test_of_an_unknown_campaign(self, tmp_path, command):
        more = ["0"] if command == "run-one" else []
        ended = study(command, tmp_path / "none", *more)
        assert ended.exit_code == 2
        assert "1 fault in the inputs" in ended.stderr
        assert "none: the folder does not exist → use a folder that 'h2model study run' has created" in ended.stderr

    @pytest.mark.parametrize(
        ("runs", "words"),
        [
            ("first", "RUNS first: must be numbers of runs → write such as 7 or 0-3,9"),
            ("0-", "must be numbers of runs"),
            ("", "must be numbers of runs"),
            ("0-9", "RUNS 0-9: there is no run 6 → choose from 0 to 5"),
            ("7", "there is no run 7"),
        ],
    )
    def test_of_runs(self, grid, runs, words):
        ended = study("run-one", grid.folder, runs)
        assert ended.exit_code == 2
        assert words in ended.stderr

    def test_of_a_study_names_every_fault_and_writes_nothing(self, tmp_path, valley):
        axes = {
            "technologies.claen.lifetime": {"scale": [1.0]},
            "technologies.gas_turbine.availability": {"set": [0.9, 1.2]},
        }
        path = write_study(tmp_path / "trial.yaml", valley, axes)
        ended = study("run", path, "--out", tmp_path / "campaign")
        assert ended.exit_code == 2
        assert "2 faults in the inputs" in ended.stderr
        assert "did you mean 'clean'?" in ended.stderr
        assert "run 1 (" in ended.stderr
        assert [path.name for path in tmp_path.iterdir()] == ["trial.yaml"]

    def test_of_a_study_that_has_been_changed(self, tmp_path, valley, fresh):
        path = write_study(tmp_path / "trial.yaml", valley, {LIMIT: {"set": ["1 kt/year"]}})
        ended = study("run", path, "--out", fresh.folder)
        assert ended.exit_code == 2
        assert "but the study has changed since" in ended.stderr
        assert f"to continue it, use: h2model study run {fresh.folder}" in ended.stderr

    def test_of_an_unknown_executor(self, fresh):
        ended = study("run", fresh.folder, "--on", "slrum")
        assert ended.exit_code == 2
        assert "--on slrum: is not a place to run → did you mean 'slurm'?" in ended.stderr

    def test_of_a_campaign_without_results(self, fresh):
        ended = study("collect", fresh.folder)
        assert ended.exit_code == 2
        assert "no run has a result yet → run the study first" in ended.stderr


class TestSensitivity:
    def test_is_a_table_with_the_largest_effect_first(self, morris):
        shown = study("sensitivity", morris.folder)
        assert shown.exit_code == 0
        lines = shown.stdout.splitlines()
        assert lines[0].strip() == "total_cost, EUR2025"
        assert lines[1].split() == ["axis", "mean", "absolute", "effect", "±", "95", "%", "deviation", "of", "effects"]
        assert [line.split()[0] for line in lines[2:]] == ["gas_import_price", "clean_overnight_cost"]
        assert lines[2].split()[1] == "1,752,000"

    def test_of_a_result_with_labels_needs_a_choice(self, morris):
        ended = study("sensitivity", morris.folder, "capacity")
        assert ended.exit_code == 2
        assert "capacity also depends on asset, period → choose a label, such as --where asset=…" in ended.stderr
        chosen = study("sensitivity", morris.folder, "capacity", "--where", "asset=turbine", "--where", "period=2030")
        assert chosen.exit_code == 0, chosen.stderr

    def test_needs_whole_trajectories(self, morris, tmp_path):
        some = copy_of(morris, tmp_path)
        shutil.rmtree(some.folder_of("runs", 4))
        collect(some)
        ended = study("sensitivity", some.folder)
        assert ended.exit_code == 2
        assert "only 1 of 2 trajectories are complete" in ended.stderr


class TestRunOne:
    def test_prints_the_outcome_of_each_run_and_never_fails(self, fresh):
        ended = study("run-one", fresh.folder, "0,2")
        assert ended.exit_code == 0
        first, last = ended.stdout.splitlines()
        assert re.fullmatch(r"run 0: optimal, \d+\.\d s", first)
        assert re.match(r"run 2: infeasible, \d+\.\d s: ", last)
        again = study("run-one", fresh.folder, "2", "--again")
        assert again.exit_code == 0
        assert sum(note["event"] == "began" for note in attempts(fresh, 2)) == 2

    def test_repeats_a_run_as_an_ordinary_one(self, grid, tmp_path):
        ended = study("run-one", grid.folder, "1", "--out", tmp_path / "again")
        assert ended.exit_code == 0, ended.stderr
        assert ended.stdout == f"{tmp_path / 'again' / 'results.nc'}\n"
        with h2model.open_run(tmp_path / "again") as repeated, h2model.open_run(grid.folder_of("runs", 1)) as run:
            assert repeated.attrs["objective"] == pytest.approx(run.attrs["objective"], rel=1e-9)
            assert "availability" in repeated

    def test_repeats_no_more_than_one(self, grid, tmp_path):
        ended = study("run-one", grid.folder, "0-1", "--out", tmp_path / "again")
        assert ended.exit_code == 2
        assert "--out: 0, 1 is more than one run → use one ordinary run" in ended.stderr


class TestStatus:
    def test_counts_runs_and_says_why_some_failed(self, grid):
        ended = study("status", grid.folder)
        assert ended.exit_code == 0
        lines = ended.stdout.splitlines()
        assert lines[0] == "campaign: 6 runs over clean_overnight_cost, emission_cap_all_limit_2030"
        assert [line.split() for line in lines[1:3]] == [["4", "finished"], ["2", "infeasible"]]
        assert re.fullmatch(r"A run takes about .*\.", lines[3])
        assert lines[4].startswith(
            "run 2 (clean_overnight_cost = 1.0, emission_cap_all_limit_2030 = -1 kt/year) is infeasible: "
        )
        assert len(lines) == 6

    def test_of_a_new_campaign(self, fresh):
        assert study("status", fresh.folder).stdout.splitlines()[1].split() == ["3", "missing"]

    def test_shows_ten_failures_or_all(self, grid, tmp_path):
        for kind in ("runs", "failed", "claims", "attempts"):
            (tmp_path / kind).mkdir()
        many = replace(grid, folder=tmp_path, rows=grid.rows * 2)
        for run in range(12):
            mark_failed(many, Outcome(run, "crashed", "first line\nsecond line"))
        shown, status = [], status_of(many, {})
        assert (len(status.failures), status.counts) == (12, {"crashed": 12})
        for everything in (False, True):
            console = Console(width=200, file=StringIO())
            show_status(console, status, everything)
            shown.append(console.file.getvalue())
        assert shown[0].count("is crashed: first line") == 10
        assert "… and 2 more; --all shows them." in shown[0]
        assert shown[1].count("is crashed: first line") == 12
        assert "second line" not in shown[0] + shown[1]


class TestCollect:
    def test_prints_the_number_of_results_and_the_file(self, fresh):
        do_runs(fresh, [1])
        ended = study("collect", fresh.folder)
        assert ended.exit_code == 0
        assert ended.stdout.splitlines() == [
            "1 of 3 runs have a result; emission_cap_all_limit_2030 3", str(fresh.folder / "study.nc")
        ]  # fmt: skip
        with h2model.open_study(fresh.folder) as cube:
            assert cube["status"].values.tolist() == ["not run yet", "optimal", "not run yet"]


class TestCancel:
    def test_without_a_running_process(self, fresh):
        assert study("cancel", fresh.folder).stdout == "no process on this computer runs this campaign\n"


class TestProgress:
    def test_failures_and_the_end_are_printed(self, capsys):
        with StudyProgress(Console(width=200)) as observer:
            progress = RunProgress(observer, 2)
            progress.begin(0)
            progress.end(0, Outcome(0, "optimal"))
            progress.begin(1)
            progress.end(1, Outcome(1, "infeasible", "because\nand so on"))
        lines = capsys.readouterr().out.splitlines()
        assert "run 1 is infeasible: because" in lines
        assert lines[-1].endswith("2 runs: 1 finished, 1 failed, 0 running, all done")

    def test_durations_have_the_two_largest_units(self):
        assert [duration(seconds) for seconds in (0.04, 9.96, 59.4, 3599, 86_399)] == [
            "0.0 s", "10.0 s", "59 s", "59 min 59 s", "24 h 0 min",
        ]  # fmt: skip
        assert first_line("\n one\ntwo") == "one"


class TestJson:
    def test_status(self, morris):
        found = json.loads(study("status", morris.folder, "--json").stdout)
        assert (found["command"], found["exit_code"]) == ("study status", 0)
        assert found["runs"] == sum(found["counts"].values()) == len(morris)
        assert found["axes"] == list(morris.columns)

    def test_status_of_nothing(self, tmp_path):
        ended = study("status", tmp_path, "--json")
        assert ended.exit_code == json.loads(ended.stdout)["exit_code"] == 2

    def test_sensitivity(self, morris):
        found = json.loads(study("sensitivity", morris.folder, "--json").stdout)
        indices = h2model.sensitivity(morris.folder)
        assert [row["axis"] for row in found["indices"]] == indices["axis"].values.tolist()
        for row in found["indices"]:
            for name in indices.data_vars:
                assert row[name] == pytest.approx(float(indices[name].sel(axis=row["axis"])))
        assert found["of"] == "total_cost"
        assert found["pairs"] == []
