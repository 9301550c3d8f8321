"""Records of runs: who is at work on one, how every attempt ended, what has come of it.

A run is *done* when runs/<run> is there, *failed* when failed/<run> is there, *running* when its claim is alive, and
otherwise *missing*: never begun, or lost with the process that was at work on it.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from h2model.results.netcdf_file import force_to_disk
from h2model.studies.campaign import Campaign, name_of

OUTCOME = "outcome.json"
#: A claim shows that it is alive this often, in seconds, and is taken for dead after so long without.
BEAT, DEAD = 15.0, 180.0

DONE = "optimal"
BLOCKED, DAMAGED = "waiting for another run", "damaged"


@dataclass(frozen=True)
class Outcome:
    """What came of a run: its state, why, how long it took, also within the solver, and the memory of its process.

    `peak_megabytes` is the most that the process has used so far, also for the runs that it did before.
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
        """Whether there is a result."""
        return self.state == DONE


def outcome_of(campaign: Campaign, run: int) -> Outcome | None:
    """What came of a run; None as long as nothing has."""
    for kind in ("runs", "failed"):
        with suppress(FileNotFoundError):
            path = campaign.folder_of(kind, run) / OUTCOME
            try:
                return Outcome(**json.loads(path.read_text(encoding="utf-8")))
            except (json.JSONDecodeError, TypeError):
                why = f"{path} is damaged; delete the folder {path.parent}, and the run is done again."
                return Outcome(run, DAMAGED, why)
    return None


def finished(campaign: Campaign, kind: str = "runs") -> set[int]:
    """The numbers of the runs that are done (or, for kind "failed", have failed): one look at one folder."""
    with os.scandir(campaign.folder / kind) as entries:
        return {int(entry.name) for entry in entries if entry.name.isdecimal()}


def settle(campaign: Campaign, outcome: Outcome, work: Path) -> None:
    """Give the folder of an attempt its final name; if another process was faster, its result stays."""
    (work / OUTCOME).write_text(json.dumps(asdict(outcome), ensure_ascii=False), encoding="utf-8")
    force_to_disk(work / OUTCOME)
    kind = "runs" if outcome.done else "failed"
    target = campaign.folder_of(kind, outcome.run)
    if kind == "failed" and target.exists():
        shutil.rmtree(target, ignore_errors=True)
    try:
        work.rename(target)
    except OSError:
        # The name is taken by a folder that holds files: this run has been finished by somebody else.
        if not target.is_dir():
            raise
        shutil.rmtree(work, ignore_errors=True)
    if outcome.done:
        shutil.rmtree(campaign.folder_of("failed", outcome.run), ignore_errors=True)
    note_attempt(campaign, outcome.run, {"event": "ended", **asdict(outcome)})


def fail(campaign: Campaign, outcome: Outcome) -> None:
    """Record a failure that the run itself could not record, since its process was killed."""
    work = campaign.folder / "attempts" / f"{name_of(outcome.run)}.{socket.gethostname()}.{os.getpid()}.part"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    settle(campaign, outcome, work)


def attempts(campaign: Campaign, run: int) -> list[dict[str, Any]]:
    """What was noted about a run, in order of time."""
    try:
        text = (campaign.folder / "attempts" / f"{name_of(run)}.jsonl").read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    notes = []
    for line in text.splitlines():
        with suppress(json.JSONDecodeError):  # a line that a killed process did not finish
            notes.append(json.loads(line))
    return notes


def note_attempt(campaign: Campaign, run: int, facts: Mapping[str, Any]) -> None:
    """Add a line to what is noted about a run; a line that a killed process did not finish is left as it is."""
    line = json.dumps({"at": datetime.now(UTC).isoformat(timespec="seconds"), **facts}, ensure_ascii=False) + "\n"
    with (campaign.folder / "attempts" / f"{name_of(run)}.jsonl").open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            line = line if file.read(1) == b"\n" else "\n" + line
        file.write(line.encode())


def whoami() -> dict[str, Any]:
    """This process: computer, number, start (numbers are used again) and, under Slurm, job and memory."""
    process, given = psutil.Process(), os.environ
    job = given.get("SLURM_ARRAY_JOB_ID") or given.get("SLURM_JOB_ID") or ""
    task = given.get("SLURM_ARRAY_TASK_ID")
    return {
        "host": socket.gethostname(),
        "pid": process.pid,
        "born": process.create_time(),
        "job": f"{job}_{task}" if job and task else job,
        "memory": int(given.get("SLURM_MEM_PER_NODE", 0)),
    }


def is_alive(claim: Path, me: Mapping[str, Any]) -> bool:
    """Whether the process that made a claim is still at work, as far as can be told from here."""
    try:
        age = time.time() - claim.stat().st_mtime
        owner = json.loads(claim.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return False
    except json.JSONDecodeError:
        return age < BEAT  # it is just being written, or its process died while doing so
    if "_" in owner["job"] and owner["job"] == me["job"] and owner != me:
        return False  # the same task of the scheduler, begun anew: what it was before is gone
    if owner["host"] != me["host"]:
        return age < DEAD
    try:
        process = psutil.Process(owner["pid"])
        return abs(process.create_time() - owner["born"]) < 1.0 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@contextmanager
def claimed(campaign: Campaign, name: str) -> Iterator[bool]:
    """Claim a run (by its `name_of`) or other work, and keep the claim alive meanwhile; False if somebody has it.

    Two processes that break a dead claim at once both get it: they do the same, and the first to finish stays.
    """
    claim, me = campaign.folder / "claims" / name, whoami()
    if not _take(claim, me):
        yield False
        return
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(BEAT):
            with suppress(OSError):
                os.utime(claim)

    thread = threading.Thread(target=beat, name="claim", daemon=True)
    thread.start()
    try:
        yield True
    finally:
        stop.set()
        thread.join()
        claim.unlink(missing_ok=True)


def _take(claim: Path, me: Mapping[str, Any]) -> bool:
    for _ in range(2):
        try:
            with claim.open("x", encoding="utf-8") as file:
                json.dump(me, file)
        except FileExistsError:
            if is_alive(claim, me):
                return False
            claim.unlink(missing_ok=True)
        else:
            return True
    return False


def running(campaign: Campaign) -> dict[int, dict[str, Any]]:
    """The runs that are being worked on, and by whom."""
    me, found = whoami(), {}
    for claim in (campaign.folder / "claims").iterdir():
        if claim.name.isdecimal() and is_alive(claim, me):
            with suppress(FileNotFoundError, json.JSONDecodeError):
                found[int(claim.name)] = json.loads(claim.read_text(encoding="utf-8"))
    return found


def sweep(campaign: Campaign) -> None:
    """Tidy up after processes that are gone: what they left half-written on this computer, and their claims."""
    host, me = socket.gethostname(), whoami()
    for work in (campaign.folder / "attempts").glob(f"*.{host}.*.part"):
        owner = work.name.removesuffix(".part").rpartition(".")[2]
        if owner.isdecimal() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(work, ignore_errors=True)
    for claim in (campaign.folder / "claims").iterdir():
        # A process may die after its run has its name, and before it gives back the claim.
        if not is_alive(claim, me):
            claim.unlink(missing_ok=True)
