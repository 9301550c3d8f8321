"""Run folders whose files are cut off, flipped, swapped or something else: a report, and never a traceback."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from base_case import SCENARIO, write_base_case
from typer.testing import CliRunner

import h2model
from h2model.cli.commands import app

FILES = ("results.nc", "inputs.nc")


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    """The folder of a run."""
    folder = tmp_path_factory.mktemp("finished") / "base"
    folder.mkdir()
    write_base_case(folder)
    out = folder.parent / "run"
    h2model.run(folder / SCENARIO, out)
    return out


def cut_off(rng: Random, path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: rng.randrange(len(content))])


def bytes_flipped(rng: Random, path: Path) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(rng.randint(1, 20)):
        content[rng.randrange(len(content))] = rng.randrange(256)
    path.write_bytes(bytes(content))


def something_else(rng: Random, path: Path) -> None:
    path.unlink()
    how = rng.randrange(4)
    if how == 0:
        path.mkdir()
    elif how == 1:
        path.write_text("time,value\n1,2\n")
    elif how == 2:
        path.write_bytes(b"")


def the_other_file(_: Random, path: Path) -> None:
    (other,) = (name for name in FILES if name != path.name)
    shutil.copy(path.with_name(other), path)


def problems(finished: Path, folder: Path, file: str, spoil: Callable[[Random, Path], None], seeds: range) -> str:
    """Spoil a file of a copied run with each seed, and describe unexpected outcomes, one per line."""
    lines = []
    for seed in seeds:
        run, again = folder / str(seed), folder / f"again {seed}"
        shutil.copytree(finished, run)
        spoil(Random(f"{spoil.__name__} {file} {seed}"), run / file)
        commands = {"audit": ["audit", str(run)]}
        if file == "inputs.nc":
            commands["run"] = ["run", str(run / file), "--out", str(again), "--quiet"]
        for name, words in commands.items():
            outcome = CliRunner().invoke(app, words)
            results_left = (again / "results.nc").exists()
            if not isinstance(outcome.exception, SystemExit | None) or outcome.exit_code not in (0, 2, 3, 4):
                problem = f"exit code {outcome.exit_code}: {outcome.exception!r} {outcome.output[-300:]}"
            elif outcome.exit_code not in (0, 4) and name == "run" and results_left:
                problem = "results in spite of a refusal"
            elif spoil is not bytes_flipped and outcome.exit_code == 0:
                problem = "accepted"
            else:
                continue
            lines.append(f"seed {seed}, {name}: {problem}")
    return "\n".join(lines)


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize(
    ("spoil", "seeds"),
    [
        (cut_off, range(3)),
        (bytes_flipped, range(6)),
        (something_else, range(6)),
        (the_other_file, range(1)),
        pytest.param(cut_off, range(3, 15), marks=pytest.mark.slow),
        pytest.param(bytes_flipped, range(6, 30), marks=pytest.mark.slow),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_broken_files_of_a_run_are_reported(finished, tmp_path, file, spoil, seeds):
    assert problems(finished, tmp_path, file, spoil, seeds) == ""
