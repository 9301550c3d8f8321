"""The campaign folder: the inputs and the results of all runs of a study.

    study.yaml      the study as it was read
    scenario.yaml   the base scenario, with the `changes` of the study for all runs
    manifest.csv    one row per run: its number, and the value of every axis
    campaign.json   the axes, and fingerprints of manifest, study, scenario and case
    case/           a copy of the case: editing the inputs does not change a campaign
    runs/00042/     the run folder of a run with a result
    failed/00042/   the log of a failed run, and the reason
    claims/00042    the process that works on a run          attempts/00042.jsonl  notes about every attempt
    study.nc        the results of all runs, once collected

The entries listed before `runs/` are written once, into a temporary folder that is renamed when it is complete. They
never change afterwards. Each run later
adds its own files and folders in the same way. Therefore any process may be killed at any time, and any number of
processes may work on a campaign, on any number of computers.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from h2model.case import Scenario, parse_yaml
from h2model.errors import Fault, InputError
from h2model.studies.changes import ResolvedAxis, changes_of
from h2model.studies.definition import Study
from h2model.studies.designs import NearOptimal
from h2model.studies.manifest import GOAL, RUN, SLACK, Manifest

STUDY = "study.yaml"
SCENARIO = "scenario.yaml"
MANIFEST = "manifest.csv"
FACTS = "campaign.json"
SAMPLE = "sample.npy"
CASE = "case"
CUBE = "study.nc"
#: Files that define a campaign; a changed one is refused.
UNCHANGEABLE = (STUDY, SCENARIO, MANIFEST)
#: Parts of a case folder that runs do not read.
NOT_COPIED = ("scenarios", "studies", "__pycache__", ".*")


@dataclass(frozen=True)
class Campaign:
    """An existing campaign folder; see the module docstring. `prepare.campaign_of` creates one."""

    folder: Path
    study: Study
    axes: tuple[ResolvedAxis, ...]
    rows: tuple[Mapping[str, str], ...]
    facts: Mapping[str, Any]

    def __len__(self) -> int:
        """Number of runs."""
        return len(self.rows)

    @cached_property
    def base(self) -> Scenario:
        """The base scenario, on the copy of the case in the campaign folder."""
        scenario = Scenario.from_text((self.folder / SCENARIO).read_text(encoding="utf-8"))
        return scenario.model_copy(update={"case_folder": self.folder / CASE})

    @cached_property
    def content(self) -> Mapping[str, Any]:
        """The base scenario as plain values."""
        return parse_yaml((self.folder / SCENARIO).read_text(encoding="utf-8"), SCENARIO)

    @property
    def sample(self) -> np.ndarray:
        """The points of a sampled design in the unit cube; shape (run, axis)."""
        return np.load(self.folder / SAMPLE, allow_pickle=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the manifest after the number of the run: axes, or slack and goal of near-optimal plans."""
        return (SLACK, GOAL) if isinstance(self.study.design, NearOptimal) else tuple(a.name for a in self.axes)

    def changes(self, run: int) -> dict[str, Any]:
        """Return how a run changes the base scenario: new values by address, such as `time.resolution`."""
        return changes_of(self.rows[run], self.axes, self.base, self.content)

    def folder_of(self, kind: str, run: int) -> Path:
        """Return the path of a run in the folder `kind`: `runs`, `failed`, `claims` or `attempts`."""
        return self.folder / kind / name_of(run)

    def describe(self, run: int) -> str:
        """Return the number of a run and the values of its axes."""
        values = ", ".join(f"{name} = {value}" for name, value in self.rows[run].items())
        return f"run {run} ({values})"


def name_of(run: int) -> str:
    """Return the name of the files of a run; names sort like numbers.

    >>> name_of(42)
    '00042'
    """
    return f"{run:05d}"


def open_campaign(folder: str | Path) -> Campaign:
    """Open the campaign in a folder.

    Raises InputError if the folder is not a campaign, or if one of its defining files has been changed.
    """
    folder = Path(folder)
    if not (folder / FACTS).is_file():
        problem = f"is not a campaign: {FACTS} is missing" if folder.exists() else "the folder does not exist"
        raise InputError([Fault(str(folder), problem, "use a folder that 'h2model study run' has created")])
    facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    for file in UNCHANGEABLE:
        if not (folder / file).is_file() or digest((folder / file).read_bytes()) != facts.get(file):
            problem = "has been changed since the campaign was created, so it no longer describes the runs"
            raise InputError([Fault(str(folder / file), problem, "restore it, or create a new campaign")])
    study = Study.model_validate(parse_yaml((folder / STUDY).read_text(encoding="utf-8"), STUDY))
    rows = list(csv.DictReader((folder / MANIFEST).read_text(encoding="utf-8").splitlines()))
    for row in rows:
        del row[RUN]
    axes = tuple(ResolvedAxis.from_record(axis) for axis in facts["axes"])
    return Campaign(folder, study, axes, tuple(rows), facts)


def write_campaign(
    folder: Path,
    study: Study,
    base: Scenario,
    case_folder: Path,
    axes: Sequence[ResolvedAxis],
    manifest: Manifest,
    check: Callable[[Path], None] = lambda copy: None,
) -> None:
    """Write a campaign; `folder` appears only when it is complete. `check` may refuse the copy of the case."""
    partial = folder.with_name(f"{folder.name}.{os.getpid()}.part")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
        shutil.copytree(case_folder, partial / CASE, ignore=shutil.ignore_patterns(*NOT_COPIED))
        check(partial / CASE)
        (partial / STUDY).write_text(study.to_text(), encoding="utf-8")
        (partial / SCENARIO).write_text(base.to_text(), encoding="utf-8")
        (partial / MANIFEST).write_bytes(manifest.to_csv())
        if manifest.sample is not None:
            np.save(partial / SAMPLE, manifest.sample, allow_pickle=False)
        for kind in ("runs", "failed", "claims", "attempts"):
            (partial / kind).mkdir()
        facts = {
            "name": folder.name,
            "h2model_version": version("h2model"),
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "runs": len(manifest.rows),
            "axes": [axis.to_record() for axis in axes],
            "case": fingerprint(partial / CASE),
            **{file: digest((partial / file).read_bytes()) for file in UNCHANGEABLE},
        }
        (partial / FACTS).write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        try:
            partial.rename(folder)
        except OSError:
            # Another process has created a campaign of this name; the caller opens it and compares the studies.
            if not (folder / FACTS).is_file():
                raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def fingerprint(case_folder: Path) -> str:
    """Return a hash of the names and contents of all files in a case that are read by runs."""
    ignored, paths = shutil.ignore_patterns(*NOT_COPIED), []
    for parent, folders, files in os.walk(case_folder):
        left_out = ignored(parent, [*folders, *files])
        folders[:] = [name for name in folders if name not in left_out]
        paths += [Path(parent) / name for name in files if name not in left_out]
    content = hashlib.sha256()
    for path in sorted(paths):
        content.update(f"{path.relative_to(case_folder).as_posix()}\0{path.stat().st_size}\0".encode())
        content.update(path.read_bytes())
    return content.hexdigest()


def digest(content: bytes) -> str:
    """Return the hash of the content of a file."""
    return hashlib.sha256(content).hexdigest()
