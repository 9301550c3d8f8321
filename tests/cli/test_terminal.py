"""The terminal: help that teaches, colours, completion, and a page that says of all of it what is so."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from h2model import cli, errors
from h2model.cli import common, complete
from h2model.results import folder
from h2model.studies import campaign
from h2model.workflow.running import RUNS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "terminal.md").read_text(encoding="utf-8")
COMMANDS = typer.main.get_command(cli.app).commands
ALL = {
    **{name: command for name, command in COMMANDS.items() if name != "study"},
    **{f"study {name}": command for name, command in COMMANDS["study"].commands.items()},
}


class TestExitCodes:
    def test_the_page_has_those_of_the_program(self):
        rows = dict(re.findall(r"^\| (\d+) \| (.+) \|$", PAGE, flags=re.MULTILINE))
        assert {int(code): meaning.strip() for code, meaning in rows.items()} == common.EXIT_CODES

    def test_every_error_has_a_code_that_is_told(self):
        kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
        assert len(kinds) > 5
        assert {kind.exit_code for kind in kinds} | {0, common.STOPPED_BY_USER, common.PIPE_CLOSED} == set(
            common.EXIT_CODES
        )
        assert common.PARTLY_FAILED in common.EXIT_CODES

    def test_the_help_tells_them_all(self):
        text = " ".join(CliRunner().invoke(cli.app, ["--help"]).stdout.split())
        for code, meaning in common.EXIT_CODES.items():
            assert f"{code}: {meaning}" in text


class TestHelp:
    @pytest.mark.parametrize("name", ALL)
    def test_every_command_has_examples_that_can_be_typed(self, name):
        examples = [line for line in (ALL[name].epilog or "").splitlines() if line.startswith("h2model ")]
        assert examples, f"{name} has no example"
        for line in examples:
            words = shlex.split(line.partition(" > ")[0])[1:]
            assert words[: len(name.split())] == name.split()
            # The options and arguments are such as the command takes.
            ALL[name].make_context(name, words[len(name.split()) :])

    def test_commands_stand_in_the_order_of_work(self):
        text = CliRunner().invoke(cli.app, ["--help"]).stdout
        places = [text.index(word) for word in ("─ Begin ", "─ Run a scenario ", "─ Look at results ", "─ Study many")]
        assert places == sorted(places)
        names = list(COMMANDS)
        assert names.index("new") < names.index("check") < names.index("run") < names.index("study")

    def test_the_page_names_every_command(self):
        assert [name for name in ALL if f"`h2model {name}" not in PAGE] == []


class TestColour:
    def shown(self, *arguments: str, **environment: str) -> str:
        command = [sys.executable, "-c", "from h2model.cli import main; main()", *arguments]
        kept = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        given = {**kept, "FORCE_COLOR": "1", "TERM": "xterm-256color", **environment}
        return subprocess.run(command, capture_output=True, text=True, env=given, check=False).stderr

    def test_is_there_where_it_is_wanted(self):
        assert "\x1b[1;31m" in self.shown("run", "nothing", "--set", "x")

    def test_can_be_switched_off(self):
        assert "\x1b[1;31m" not in self.shown("--no-color", "run", "nothing", "--set", "x")
        assert "\x1b[1;31m" not in self.shown("run", "nothing", "--set", "x", NO_COLOR="1")


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    """A directory with two cases, a run and a campaign."""
    for path in (
        "inputs/fjord/scenarios/fjord_capped.yaml", "inputs/fjord/scenarios/fjord_reference.yaml",
        "inputs/hill/scenarios/dry.yaml", "inputs/fjord/studies/front.yaml",
        "runs/base/results.nc", "runs/failed/run.log", "runs/front/campaign.json", "elsewhere/a/results.nc",
    ):  # fmt: skip
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("workplace")
class TestCompletion:
    @pytest.mark.parametrize(
        ("of", "incomplete", "expected"),
        [
            (complete.scenarios, "", ["dry", "fjord_capped", "fjord_reference"]),
            (complete.scenarios, "fj", ["fjord_capped", "fjord_reference"]),
            (complete.scenarios, "inputs/hill/scenarios/", ["inputs/hill/scenarios/dry.yaml"]),
            (complete.scenarios, "runs/base/", ["runs/base/results.nc"]),
            (complete.studies, "", ["front", "runs/front"]),
            (complete.runs, "", ["runs/base"]),
            (complete.runs, "elsewhere/", ["elsewhere/a/"]),
            (complete.campaigns, "", ["runs/front"]),
            (complete.campaigns, "x", []),
        ],
    )
    def test_names_what_is_there(self, of, incomplete, expected):
        assert of(incomplete) == expected

    def test_the_shell_is_told_at_once_and_without_heavy_modules(self):
        program = (
            "import sys, h2model.cli\n"
            "try: h2model.cli.app(prog_name='h2model')\n"
            "finally: print([name for name in ('pyomo', 'xarray', 'pandas') if name in sys.modules])"
        )
        asked = {"_H2MODEL_COMPLETE": "complete_bash", "COMP_WORDS": "h2model run fj", "COMP_CWORD": "2"}
        command = [sys.executable, "-c", program]
        ended = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **asked}, check=False)
        assert ended.stdout.split() == ["fjord_capped", "fjord_reference", "[]"], ended.stderr

    def test_files_are_known_by_the_names_that_their_rooms_give_them(self):
        assert (complete.RESULTS, complete.FACTS, complete.RUNS) == (folder.RESULTS, campaign.FACTS, RUNS)
