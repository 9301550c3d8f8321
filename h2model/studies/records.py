"""Records of runs: the attempts at each run, and its outcome.

A run is *done* if runs/<run> exists, *failed* if failed/<run> exists, and *running* if a process holds its claim.
Otherwise it is *missing*: it has never begun, or its process was killed.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from h2model.results.netcdf_file import force_to_disk
from h2model.studies.campaign import Campaign, name_of

OUTCOME = "outcome.json"
DONE = "optimal"
BLOCKED, DAMAGED = "waiting for another run", "damaged"


@dataclass(frozen=True)
class Outcome:
    """The state of a run, the reason, the seconds in total and in the solver, and the memory of the process.

    `peak_megabytes` is the peak since the process started, so it includes earlier runs of the same process.
    """

    run: int
    state: str
    reason: str = ""
    seconds: float = 0.0
    solver_seconds: float = 0.0
    peak_megabytes: float = 0.0
    attempt: int = 1
    host: str = ""
    job: str = ""

    @property
    def done(self) -> bool:
        """Whether the run has a result."""
        return self.state == DONE


def outcome_of(campaign: Campaign, run: int) -> Outcome | None:
    """Return the outcome of a run; None if it is neither done nor failed."""
    for kind in ("runs", "failed"):
        with suppress(FileNotFoundError):
            path = campaign.folder_of(kind, run) / OUTCOME
            try:
                return Outcome(**json.loads(path.read_text(encoding="utf-8")))
            except (json.JSONDecodeError, TypeError):
                reason = f"{path} is damaged. Delete the folder {path.parent} to repeat the run."
                return Outcome(run, DAMAGED, reason)
    return None


def finished(campaign: Campaign, kind: str = "runs") -> set[int]:
    """Return the numbers of all finished runs or, for kind "failed", of failed ones. This lists one folder."""
    with os.scandir(campaign.folder / kind) as entries:
        return {int(entry.name) for entry in entries if entry.name.isdecimal()}


def attempt_folder(campaign: Campaign, run: int) -> Path:
    """Create an empty folder for an attempt of this process at a run."""
    folder = campaign.folder / "attempts" / f"{name_of(run)}.{socket.gethostname()}.{os.getpid()}.part"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def store_outcome(campaign: Campaign, outcome: Outcome, folder: Path) -> None:
    """Rename the folder of an attempt to the folder of its run. The result of a faster process is kept."""
    (folder / OUTCOME).write_text(json.dumps(asdict(outcome), ensure_ascii=False), encoding="utf-8")
    force_to_disk(folder / OUTCOME)
    kind = "runs" if outcome.done else "failed"
    target = campaign.folder_of(kind, outcome.run)
    if kind == "failed" and target.exists():
        shutil.rmtree(target, ignore_errors=True)
    try:
        folder.rename(target)
    except OSError:
        # Systems refuse to rename onto a folder with files: another process has finished this run.
        if not target.is_dir():
            raise
        shutil.rmtree(folder, ignore_errors=True)
    if outcome.done:
        shutil.rmtree(campaign.folder_of("failed", outcome.run), ignore_errors=True)
    note_attempt(campaign, outcome.run, {"event": "ended", **asdict(outcome)})


def mark_failed(campaign: Campaign, outcome: Outcome) -> None:
    """Record a failure on behalf of a killed process."""
    store_outcome(campaign, outcome, attempt_folder(campaign, outcome.run))


def attempts(campaign: Campaign, run: int) -> list[dict[str, Any]]:
    """Return all notes about a run, in order of time."""
    try:
        text = (campaign.folder / "attempts" / f"{name_of(run)}.jsonl").read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    notes = []
    for line in text.splitlines():
        with suppress(json.JSONDecodeError):  # the line of a process that was killed while writing
            notes.append(json.loads(line))
    return notes


def note_attempt(campaign: Campaign, run: int, facts: Mapping[str, Any]) -> None:
    """Append a note about a run. An incomplete last line, of a killed process, stays a line of its own."""
    line = json.dumps({"at": datetime.now(UTC).isoformat(timespec="seconds"), **facts}, ensure_ascii=False) + "\n"
    with (campaign.folder / "attempts" / f"{name_of(run)}.jsonl").open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            line = line if file.read(1) == b"\n" else "\n" + line
        file.write(line.encode())
