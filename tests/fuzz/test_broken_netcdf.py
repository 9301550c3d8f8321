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


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize(
    ("spoil", "seeds"), [(cut_off, 15), (bytes_flipped, 30), (something_else, 6), (the_other_file, 1)],
    ids=lambda value: getattr(value, "__name__", None),
)  # fmt: skip
def test_broken_files_of_a_run(finished, tmp_path, file, spoil: Callable[[Random, Path], None], seeds: int):
    found = {}
    for seed in range(seeds):
        run = tmp_path / str(seed)
        shutil.copytree(finished, run)
        spoil(Random(f"{spoil.__name__} {file} {seed}"), run / file)
        commands = {"audit": ["audit", str(run)]}
        if file == "inputs.nc":
            commands["run"] = ["run", str(run / file), "--out", str(tmp_path / f"again {seed}"), "--quiet"]
        for name, words in commands.items():
            outcome = CliRunner().invoke(app, words)
            left = (tmp_path / f"again {seed}" / "results.nc").exists()
            if not isinstance(outcome.exception, SystemExit | None) or outcome.exit_code not in (0, 2, 3, 4):
                found[seed, name] = f"exit code {outcome.exit_code}: {outcome.exception!r} {outcome.output[-300:]}"
            elif outcome.exit_code not in (0, 4) and name == "run" and left:
                found[seed, name] = "results in spite of a refusal"
            elif spoil is not bytes_flipped and outcome.exit_code == 0:
                found[seed, name] = "accepted"
    assert not found, "\n".join(f"seed {seed}, {name}: {wrong}" for (seed, name), wrong in found.items())
