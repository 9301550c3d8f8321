"""Some six hundred broken inputs: a run ends without a traceback, and without results where inputs must be refused.

`make test` tries the first few seeds of each mutation, `make test-all` all of them.
"""

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


def unexpected_outcome(mutation: Mutation, seed: int, base: tuple[Path, float], parent: Path) -> str | None:
    """Mutate a copy of the case, run it, and describe an unexpected outcome; None if the outcome is as expected."""
    folder, out = parent / base[0].name, parent / "run"
    shutil.copytree(base[0], folder)
    file = mutation.mutate(Random(f"{mutation.name} {seed}"), folder)
    outcome = CliRunner().invoke(app, ["run", str(folder / SCENARIO), "--out", str(out), "--quiet"])
    return problem_of_run(mutation, file, outcome, out, base[1])


def problem_of_run(mutation: Mutation, file: str | None, outcome, out: Path, least: float) -> str | None:
    """Describe what is wrong with the end of a run: its exit code, its output or its results."""
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
        return problem_of_report(text, file, out)
    if mutation.fate is Fate.HARMLESS and code != 0:
        return f"refused, though harmless: {text}"
    return problem_of_results(out, least if mutation.fate is Fate.HARMLESS else None) if code == 0 else None


def problem_of_report(text: str, file: str | None, out: Path) -> str | None:
    """Describe what a report of faults lacks."""
    if "→" not in text or (out.exists() and any(out.iterdir())):
        return f"no remedy, or something left behind: {text}"
    if file is not None and file not in text:
        return f"the report does not name {file}: {text}"
    return None


def problem_of_results(out: Path, least: float | None) -> str | None:
    """Describe what is wrong with the results of a run; `least` is the least cost, if it is known."""
    with h2model.open_run(out) as results:
        attributes = results.attrs
    if not attributes["audit"].startswith("passed"):
        return f"results that fail their audit: {attributes['audit']}"
    if least is not None and abs(attributes["objective"] / least - 1) > 1e-9:
        return f"least cost {attributes['objective']} instead of {least}"
    return None


def some(mutation: Mutation) -> range:
    """The seeds that are always tried: a fifth of all, at least 3."""
    return range(max(3, mutation.seeds // 5))


def others(mutation: Mutation) -> range:
    """The seeds that only `make test-all` tries."""
    return range(len(some(mutation)), mutation.seeds)


def problems(mutation: Mutation, seeds: range, base: tuple[Path, float], folder: Path) -> str:
    """Describe each seed with an unexpected outcome, one per line."""
    lines = []
    for seed in seeds:
        seed_folder = folder / str(seed)
        seed_folder.mkdir()
        if problem := unexpected_outcome(mutation, seed, base, seed_folder):
            lines.append(f"{mutation.name}, seed {seed}: {problem}")
        shutil.rmtree(seed_folder)
    return "\n".join(lines)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_broken_inputs_are_refused_or_solved_correctly(mutation, base, tmp_path):
    assert problems(mutation, some(mutation), base, tmp_path) == ""


@pytest.mark.slow
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_many_broken_inputs_are_refused_or_solved_correctly(mutation, base, tmp_path):
    assert problems(mutation, others(mutation), base, tmp_path) == ""


def test_at_least_500_broken_inputs_are_tried():
    assert sum(len(some(mutation)) + len(others(mutation)) for mutation in MUTATIONS) >= SEEDS_AT_LEAST
