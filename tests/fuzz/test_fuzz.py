"""Some six hundred broken inputs: never a traceback, and no result from what a check should have refused."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import pytest
from base_case import SCENARIO, write_base_case
from mutations import MUTATIONS, Fate, Mutation
from typer.testing import CliRunner

import h2model
from h2model.cli.commands import app

SEEDS_AT_LEAST = 500


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> tuple[Path, float]:
    """The folder of the case as it is, and its least cost."""
    folder = tmp_path_factory.mktemp("fuzz") / "base"
    folder.mkdir()
    write_base_case(folder)
    results = h2model.run(folder / SCENARIO, folder.parent / "run")
    return folder, results.attrs["objective"]


def what_is_wrong(mutation: Mutation, seed: int, base: tuple[Path, float], place: Path) -> str | None:
    """Mutate the case with a seed, run it, and say what of the outcome should not be; None if all is well."""
    folder, out = place / base[0].name, place / "run"
    shutil.copytree(base[0], folder)
    file = mutation.mutate(Random(f"{mutation.name} {seed}"), folder)
    outcome = CliRunner().invoke(app, ["run", str(folder / SCENARIO), "--out", str(out), "--quiet"])
    return _unexpected(mutation, file, outcome, out, base[1])


def _unexpected(mutation: Mutation, file: str | None, outcome, out: Path, least: float) -> str | None:
    """What of the end of a run should not be."""
    text, code = outcome.output, outcome.exit_code
    if (outcome.exception is not None and not isinstance(outcome.exception, SystemExit)) or "Traceback" in text:
        return f"a traceback: {outcome.exception!r}"
    if code not in (0, 2, 3):
        return f"exit code {code}: {text}"
    if code != 0 and (out / "results.nc").exists():
        return f"results in spite of exit code {code}"
    if mutation.fate is Fate.REFUSED and code != 2:
        return f"accepted (exit code {code}), but should have been refused: {text[-500:]}"
    if code == 2:
        return _lacking(text, file, out)
    if mutation.fate is Fate.HARMLESS and code != 0:
        return f"refused, though harmless: {text}"
    return _doubtful(out, least if mutation.fate is Fate.HARMLESS else None) if code == 0 else None


def _lacking(text: str, file: str | None, out: Path) -> str | None:
    """What a report of faults lacks."""
    if "→" not in text or (out.exists() and any(out.iterdir())):
        return f"no remedy, or something left behind: {text}"
    if file is not None and file not in text:
        return f"the report does not name {file}: {text}"
    return None


def _doubtful(out: Path, least: float | None) -> str | None:
    """What is wrong with the results of a run; `least` is the cost that they must have, if one is known."""
    with h2model.open_run(out) as results:
        found = results.attrs
    if not found["audit"].startswith("passed"):
        return f"results that fail their audit: {found['audit']}"
    if least is not None and abs(found["objective"] / least - 1) > 1e-9:
        return f"another least cost: {found['objective']} in place of {least}"
    return None


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_broken_inputs(mutation, base, tmp_path):
    found = {}
    for seed in range(mutation.seeds):
        place = tmp_path / str(seed)
        place.mkdir()
        wrong = what_is_wrong(mutation, seed, base, place)
        if wrong:
            found[seed] = wrong
        shutil.rmtree(place)
    assert not found, "\n".join(f"{mutation.name}, seed {seed}: {wrong}" for seed, wrong in found.items())


def test_there_are_enough_of_them():
    assert sum(mutation.seeds for mutation in MUTATIONS) >= SEEDS_AT_LEAST
