"""The commands: exit codes, faults in words, plain text in pipes."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer
from test_run import ENDLESS, IMPOSSIBLE, workplace  # noqa: F401  (a fixture)
from typer.testing import CliRunner

import h2model
from h2model import cli
from h2model.cli import commands
from h2model.errors import H2ModelError

HOURLY = ("run", "base", "--set", "time.resolution=1h")


def h2(*arguments: str, env=None):
    return CliRunner().invoke(cli.app, arguments, env=env)


def set_options(changes) -> list[str]:
    return [part for address, value in changes.items() for part in ("--set", f"{address}={value}")]


@pytest.fixture
def start():
    """Start the command in a process of its own, which ends with the test at the latest."""
    processes = []

    def started(*arguments: str) -> subprocess.Popen:
        command = [sys.executable, "-c", "from h2model.cli import main; main()", *arguments]
        processes.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        return processes[-1]

    yield started
    for process in processes:
        process.kill()
        process.wait()


def wait_for_solver(process: subprocess.Popen, log: Path) -> None:
    until = time.monotonic() + 120
    while not (log.exists() and "Running HiGHS" in log.read_text()):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.usefixtures("workplace")
class TestRun:
    def test_prints_what_to_build_and_where_the_files_are(self):
        ended = h2("run", "base")
        assert ended.exit_code == 0, ended.stderr
        for words in ("base: A run for tests", "Cost, million EUR2025/year", "CO2 price", "New capacity", "Objective"):
            assert words in ended.stdout
        assert "All demand is met." in ended.stdout
        assert "runs/base/results.nc" in ended.stdout
        phases = [line.split("s  ")[1].split()[0] for line in ended.stderr.splitlines()]
        assert phases == ["reading", "building", "writing", "solving", "collecting", "recomputing", "writing"]

    def test_time_is_counted_from_the_start_of_the_process(self):
        h2("run", "base", "--out", "a")
        with h2model.open_run("a") as run:
            assert run.attrs["seconds_until_solver"] > run.attrs["seconds_reading"] + 0.2

    def test_quiet_prints_only_the_path(self):
        ended = h2("run", "base", "--quiet", "--out", "a", "--threads", "1")
        assert ended.stdout.splitlines() == [str(Path("a/results.nc"))]
        assert ended.stderr == ""
        assert "threads: 1" in Path("a/scenario.yaml").read_text()

    def test_a_repeated_run_ends_at_the_same_objective(self):
        h2("run", "base", "--quiet", "--out", "a")
        assert h2("run", "a/inputs.nc", "--quiet", "--out", "b").exit_code == 0
        with h2model.open_run("a") as first, h2model.open_run("b") as again:
            assert first.attrs["objective"] == again.attrs["objective"]

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            (IMPOSSIBLE, "Demands, limits and emission caps contradict each other"),
            (ENDLESS, "The objective improves without limit"),
            ({"solver.time_limit": "1e-9"}, "time limit"),
        ],
    )
    def test_no_optimum_is_exit_code_3_and_a_sentence(self, changes, sentence):
        ended = h2("run", "base", *set_options(changes))
        assert ended.exit_code == 3
        assert sentence in ended.stderr
        assert "No results were written. Inputs and log are in runs/base." in ended.stderr
        command = shlex.join(["h2model", "explain", "base", *set_options(changes)])
        assert (f"For an explanation: {command}" in ended.stderr) == ("time limit" not in sentence)
        assert "Traceback" not in ended.stderr
        assert ended.stdout == ""
        assert not Path("runs/base/results.nc").exists()

    def test_each_fault_is_listed_on_its_own_line(self):
        ended = h2("run", "base", "--set", "technologies.wnid.lifetime=3", "--set", "technologies.wind.lifetime=-3")
        assert ended.exit_code == 2
        lines = [line for line in ended.stderr.splitlines() if " → " in line]
        assert lines[0] == (
            "  override technologies.wnid.lifetime: the technology 'wnid' is unknown → did you mean 'wind'?"
        )
        assert lines[1].startswith("  override technologies.wind.lifetime: ")
        assert "2 faults in the inputs" in ended.stderr
        assert ended.stdout == ""
        assert not Path("runs").exists()

    def test_a_long_fault_is_not_broken_in_a_pipe(self):
        long = "technologies." + "x" * 300 + ".lifetime"
        ended = h2("run", "base", "--set", f"{long}=3", env={"COLUMNS": "40"})
        assert any(long in line and " → " in line for line in ended.stderr.splitlines())

    @pytest.mark.parametrize(
        ("arguments", "fault"),
        [
            (["--set", "periods"], "--set periods: must be ADDRESS=VALUE → write such as --set time.resolution=3h"),
            (["--set", "periods=[2030]", "--set", "periods=[2040]"], "--set periods: is listed twice → keep one"),
            (["--set", "solver.threads=2", "--threads", "1"], "--set solver.threads: conflicts with --threads"),
        ],
    )
    def test_senseless_options_are_refused(self, arguments, fault):
        ended = h2("run", "base", *arguments)
        assert ended.exit_code == 2
        assert fault in ended.stderr

    def test_an_unknown_scenario_is_reported_with_a_suggestion(self):
        ended = h2("run", "bose")
        assert ended.exit_code == 2
        assert "cannot find inputs/*/scenarios/bose.yaml → did you mean 'base'?" in ended.stderr

    def test_a_folder_with_other_files_is_refused(self):
        Path("mine").mkdir()
        Path("mine/thesis.txt").write_text("my thesis")
        ended = h2("run", "base", "--out", "mine")
        assert ended.exit_code == 2
        assert (
            "mine: holds thesis.txt, which is not a file of a run → move it away or choose another --out"
            in ended.stderr
        )

    @pytest.mark.parametrize("out", ["", ".", "/"])
    def test_a_target_without_a_name_is_refused(self, out):
        ended = h2("run", "base", "--out", out)
        assert ended.exit_code == 2
        assert "is not the name of a new folder → write such as --out runs/base" in ended.stderr

    def test_bugs_show_their_traceback(self, monkeypatch):
        def bug(*_):
            raise ZeroDivisionError("bug")

        monkeypatch.setattr("h2model.workflow.running.run", bug)
        ended = h2("run", "base")
        assert ended.exit_code == 1
        assert isinstance(ended.exception, ZeroDivisionError)

    def test_other_errors_of_h2model_are_exit_code_1(self, monkeypatch):
        def refuse(*_):
            raise H2ModelError("HiGHS has no option 'speed'.")

        monkeypatch.setattr("h2model.workflow.running.run", refuse)
        ended = h2("run", "base")
        assert ended.exit_code == 1
        assert ended.stderr.splitlines()[-1] == "HiGHS has no option 'speed'."

    def test_a_run_stopped_by_the_user_is_exit_code_130(self, monkeypatch):
        def stopped(*_):
            raise KeyboardInterrupt

        monkeypatch.setattr("h2model.workflow.running.run", stopped)
        ended = h2("run", "base")
        assert ended.exit_code == 130
        assert ended.stderr.splitlines() == ["Stopped by Ctrl-C; no results were written."]

    def test_ctrl_c_while_solving_leaves_no_results(self, start):
        process = start(*HOURLY)
        wait_for_solver(process, Path("runs/base/run.log"))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
        assert process.returncode == 130
        assert err.splitlines()[-1] == "Stopped by Ctrl-C; no results were written."
        assert "Traceback" not in err
        assert out == ""
        assert not Path("runs/base/results.nc").exists()
        assert Path("runs/base/run.log").read_text().rstrip().endswith("stopped by the user")

    def test_a_run_killed_while_solving_leaves_no_results(self, start):
        process = start(*HOURLY)
        wait_for_solver(process, Path("runs/base/run.log"))
        process.kill()
        process.communicate(timeout=120)
        assert sorted(os.listdir("runs/base")) == ["inputs.nc", "run.log", "scenario.yaml"]


@pytest.mark.usefixtures("workplace")
class TestCheck:
    def test_prints_the_size_of_the_case(self):
        ended = h2("check", "base", "--set", "time.resolution=876h")
        assert ended.exit_code == 0, ended.stderr
        facts = dict(line.split(maxsplit=1) for line in ended.stdout.splitlines())
        assert facts["plants"] == "5"
        assert facts["stores"] == "3"
        assert facts["periods"] == "2030, 2040"
        assert facts["time"] == "10 steps of 876 h"
        assert "rows" in facts["model"]
        assert facts["result"] == "no faults: this scenario can be run"
        assert not Path("runs").exists()

    def test_faults_are_exit_code_2(self):
        ended = h2("check", "base", "--set", "solver.method=pdpl")
        assert ended.exit_code == 2
        assert "there is no solution method 'pdpl' → did you mean 'pdlp'?" in ended.stderr
        ended = h2("check", "base", "--set", "solver.options={foo: 1}")
        assert ended.exit_code == 2
        assert "--set solver.options: HiGHS has no option 'foo'" in ended.stderr


class TestDescribe:
    @pytest.mark.parametrize("command", ["describe", "--version"])
    def test_a_closed_output_pipe_is_not_an_error(self, start, command):
        process = start(command)
        process.stdout.close()
        assert process.wait(timeout=120) == cli.PIPE_CLOSED
        with process.stderr as stderr:
            assert stderr.read() == ""

    def test_describe_lists_every_parameter_and_every_equation(self):
        from h2model.model import EQUATIONS, PARAMETERS

        ended = h2("describe")
        assert ended.exit_code == 0
        words = {line.split()[0] for line in ended.stdout.splitlines() if line.strip()}
        assert {parameter.name for parameter in PARAMETERS} <= words
        assert EQUATIONS.keys() <= words
        assert "policies.emission_cap.<name>" in words

    def test_describe_prints_parameters_or_equations_alone(self):
        assert "capacity_stock" not in h2("describe", "--parameters").stdout
        assert "interest_rate  " not in h2("describe", "--equations").stdout

    def test_describe_prints_the_entry_of_one_name(self):
        ended = h2("describe", "capacity_stock")
        assert "capacity = existing_capacity + new_capacity" in ended.stdout
        assert re.search(r"^concern +capacity *$", ended.stdout, re.MULTILINE)

    def test_an_unknown_name_is_reported_with_a_suggestion(self):
        ended = h2("describe", "lifetme")
        assert ended.exit_code == 2
        assert "describe lifetme: nothing has this name → did you mean 'lifetime'?" in ended.stderr


class TestHelp:
    def test_lists_the_exit_codes(self):
        ended = h2("--help")
        assert ended.exit_code == 0
        for code in ("0: success", "2: the inputs are wrong", "3: no optimal solution", "130: stopped by Ctrl-C"):
            assert code in ended.stdout

    def test_version_is_printed(self, monkeypatch, capsys):
        monkeypatch.setattr(sys, "argv", ["h2model", "--version"])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        assert stopped.value.code == 0
        assert capsys.readouterr().out.startswith("h2model 0.")

    def test_after_ctrl_c_the_process_ends_without_waiting_for_the_solver(self, monkeypatch):
        def left(code):
            raise ConnectionAbortedError(code)

        monkeypatch.setattr(commands, "app", lambda: sys.exit(130))
        monkeypatch.setattr(os, "_exit", left)
        with pytest.raises(ConnectionAbortedError, match="130"):
            cli.main()

    def test_help_imports_no_heavy_modules(self):
        program = "import sys, h2model.cli; print([m for m in ('pyomo', 'xarray', 'pandas') if m in sys.modules])"
        ended = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
        assert ended.stdout.strip() == "[]"

    def test_an_unknown_option_is_exit_code_2(self):
        assert h2("run", "--fast").exit_code == 2


def test_a_fault_on_a_terminal_takes_three_lines(monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    with pytest.raises(typer.Exit), cli.exit_codes():
        cli.parse_changes(["periods"])
    text = capsys.readouterr().err
    assert "\x1b[3" not in text, "NO_COLOR is respected"
    plain = [line.strip() for line in text.replace("\x1b[1m", "").replace("\x1b[0m", "").splitlines()]
    assert plain == [
        "1 fault in the inputs", "",
        "--set periods", "must be ADDRESS=VALUE", "→ write such as --set time.resolution=3h",
    ]  # fmt: skip


def test_process_age_is_below_an_hour():
    assert 0 <= cli.process_age() < 3600
