"""The campaign folder: everything that the runs of a study need, and everything that they leave.

    study.yaml      the study as it was read                 scenario.yaml   the base scenario, with the study's changes
    manifest.csv    one row per run: its number, and the value of every axis
    campaign.json   the axes, and fingerprints of manifest, study and case
    case/           a copy of the case: editing the inputs does not change a study that is under way
    runs/00042/     the run folder of a run that has a result
    failed/00042/   the log of a run that has none, and why
    claims/00042    who is at work on a run                  attempts/00042.jsonl  every attempt at it
    study.nc        all results together, once collected

Everything above `runs/` is written once and never changed; the folder takes its name when it is complete. Whatever
comes later is one file or folder per run that takes its name when *it* is complete. So any process may be killed at
any time, and any number may be at work, on any number of computers.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from h2model.case import Scenario, parse_yaml
from h2model.errors import Fault, InputError
from h2model.studies.axes import Direction, changes_of
from h2model.studies.definition import NearOptimal, Study
from h2model.studies.designs import GOAL, SLACK, Plan

STUDY = "study.yaml"
SCENARIO = "scenario.yaml"
MANIFEST = "manifest.csv"
FACTS = "campaign.json"
SAMPLE = "sample.npy"
CASE = "case"
CUBE = "study.nc"
RUN = "run"
#: What a campaign is, and what no one may change any more.
UNCHANGEABLE = (STUDY, SCENARIO, MANIFEST)
#: Parts of a case folder that no run reads.
NOT_COPIED = ("scenarios", "studies", "__pycache__", ".*")


@dataclass(frozen=True)
class Campaign:
    """A campaign folder that is there; see the module docstring. Make one with `prepare.campaign_of`."""

    folder: Path
    study: Study
    axes: tuple[Direction, ...]
    rows: tuple[Mapping[str, str], ...]
    facts: Mapping[str, Any]

    def __len__(self) -> int:
        """Number of runs."""
        return len(self.rows)

    @cached_property
    def base(self) -> Scenario:
        """The scenario that all runs change, on the campaign's own copy of the case."""
        scenario = Scenario.from_text((self.folder / SCENARIO).read_text(encoding="utf-8"))
        return scenario.model_copy(update={"case_folder": self.folder / CASE})

    @cached_property
    def content(self) -> Mapping[str, Any]:
        """The base scenario as plain values."""
        return parse_yaml((self.folder / SCENARIO).read_text(encoding="utf-8"), SCENARIO)

    @property
    def sample(self) -> np.ndarray:
        """The points of a sampled design in the unit cube, an array (run, axis)."""
        return np.load(self.folder / SAMPLE, allow_pickle=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the manifest after the number of the run: axes, or what tells near-optimal plans apart."""
        return (SLACK, GOAL) if isinstance(self.study.design, NearOptimal) else tuple(a.name for a in self.axes)

    def changes(self, run: int) -> dict[str, Any]:
        """What a run changes in the base scenario, by address."""
        return changes_of(self.rows[run], self.axes, self.base, self.content)

    def folder_of(self, kind: str, run: int) -> Path:
        """Where something of a run is kept: in `runs`, `failed`, `claims` or `attempts`."""
        return self.folder / kind / name_of(run)

    def describe(self, run: int) -> str:
        """A run in words."""
        values = ", ".join(f"{name} = {value}" for name, value in self.rows[run].items())
        return f"run {run} ({values})"


def name_of(run: int) -> str:
    """The name of a run's files, which sort as the runs do.

    >>> name_of(42)
    '00042'
    """
    return f"{run:05d}"


def open_campaign(folder: str | Path) -> Campaign:
    """The campaign in a folder.

    Raises InputError if there is none, or if what must not change has been changed.
    """
    folder = Path(folder)
    if not (folder / FACTS).is_file():
        problem = "there is no such folder" if not folder.exists() else f"is no campaign: it holds no {FACTS}"
        raise InputError([Fault(str(folder), problem, "name the folder that 'h2model study run' made")])
    facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    for file in UNCHANGEABLE:
        if not (folder / file).is_file() or digest((folder / file).read_bytes()) != facts.get(file):
            problem = "has been changed since the campaign was made, so its runs no longer are what it says"
            raise InputError([Fault(str(folder / file), problem, "put it back, or make a new campaign")])
    study = Study.model_validate(parse_yaml((folder / STUDY).read_text(encoding="utf-8"), STUDY))
    rows = list(csv.DictReader((folder / MANIFEST).read_text(encoding="utf-8").splitlines()))
    for row in rows:
        del row[RUN]
    axes = tuple(Direction.from_dict(axis) for axis in facts["axes"])
    return Campaign(folder, study, axes, tuple(rows), facts)


def write_campaign(
    folder: Path,
    study: Study,
    base: Scenario,
    case_folder: Path,
    axes: Sequence[Direction],
    plan: Plan,
    check: Callable[[Path], None] = lambda copy: None,
) -> None:
    """Write a campaign so that `folder` is either complete or not there; `check` may refuse the copy of the case."""
    partial = folder.with_name(f"{folder.name}.{os.getpid()}.part")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
        shutil.copytree(case_folder, partial / CASE, ignore=shutil.ignore_patterns(*NOT_COPIED))
        check(partial / CASE)
        (partial / STUDY).write_text(study.to_text(), encoding="utf-8")
        (partial / SCENARIO).write_text(base.to_text(), encoding="utf-8")
        (partial / MANIFEST).write_bytes(_manifest(plan.rows))
        if plan.sample is not None:
            np.save(partial / SAMPLE, plan.sample, allow_pickle=False)
        for kind in ("runs", "failed", "claims", "attempts"):
            (partial / kind).mkdir()
        facts = _facts(partial, folder.name, axes, len(plan.rows))
        (partial / FACTS).write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        try:
            partial.rename(folder)
        except OSError:
            # Somebody else has made a campaign of this name meanwhile; whoever opens it sees whether it is the same.
            if not (folder / FACTS).is_file():
                raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _facts(folder: Path, name: str, axes: Sequence[Direction], runs: int) -> dict[str, Any]:
    return {
        "name": name,
        "h2model_version": version("h2model"),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "runs": runs,
        "axes": [axis.to_dict() for axis in axes],
        "case": fingerprint(folder / CASE),
        **{file: digest((folder / file).read_bytes()) for file in UNCHANGEABLE},
    }


def fingerprint(case_folder: Path) -> str:
    """A number that differs when any file of a case does, as far as runs read it."""
    found = hashlib.sha256()
    for path in sorted(_files(case_folder)):
        found.update(f"{path.relative_to(case_folder).as_posix()}\0{path.stat().st_size}\0".encode())
        found.update(path.read_bytes())
    return found.hexdigest()


def digest(content: bytes) -> str:
    """The fingerprint of a file."""
    return hashlib.sha256(content).hexdigest()


def _files(case_folder: Path) -> Iterable[Path]:
    ignored = shutil.ignore_patterns(*NOT_COPIED)
    for here, folders, files in os.walk(case_folder):
        left_out = ignored(here, [*folders, *files])
        folders[:] = [name for name in folders if name not in left_out]
        yield from (Path(here) / name for name in files if name not in left_out)


def _manifest(rows: Sequence[Mapping[str, str]]) -> bytes:
    lines = [[RUN, *rows[0]], *([str(number), *row.values()] for number, row in enumerate(rows))]
    text = "\n".join(",".join(_quoted(cell) for cell in line) for line in lines)
    return (text + "\n").encode()


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if set(cell) & set(',"\n\r') else cell
