"""Claims of processes on runs.

A claim is a file with the identity of its process. The process touches the file regularly (the heartbeat). Other
processes on the same computer ask the operating system whether the process still exists. Processes on other computers
read the age of the file.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from h2model.studies.campaign import Campaign, name_of

#: A process touches its claims this often.
HEARTBEAT_SECONDS = 15.0
#: A claim of another computer is void if it has not been touched for this long.
TIMEOUT_SECONDS = 180.0


@dataclass(frozen=True)
class ProcessIdentity:
    """A process on one of several computers.

    `created` is the time of its start, since systems reuse process numbers. `job` and `memory` (MB) come from Slurm;
    elsewhere they are "" and 0.
    """

    host: str
    pid: int
    created: float
    job: str = ""
    memory: int = 0

    def to_record(self) -> dict[str, Any]:
        """Return plain values for claims and attempts. The file format calls `created` "born"."""
        return {"host": self.host, "pid": self.pid, "born": self.created, "job": self.job, "memory": self.memory}

    @classmethod
    def read(cls, claim: Path) -> ProcessIdentity:
        """Return the process of a claim.

        Raises FileNotFoundError without a claim, and json.JSONDecodeError if the claim was not written completely.
        """
        record = json.loads(claim.read_text(encoding="utf-8"))
        return cls(record["host"], record["pid"], record["born"], record["job"], record["memory"])


def process_identity() -> ProcessIdentity:
    """Return the identity of this process."""
    process, environment = psutil.Process(), os.environ
    job = environment.get("SLURM_ARRAY_JOB_ID") or environment.get("SLURM_JOB_ID") or ""
    task = environment.get("SLURM_ARRAY_TASK_ID")
    return ProcessIdentity(
        host=socket.gethostname(),
        pid=process.pid,
        created=process.create_time(),
        job=f"{job}_{task}" if job and task else job,
        memory=int(environment.get("SLURM_MEM_PER_NODE", 0)),
    )


def is_alive(claim: Path, observer: ProcessIdentity) -> bool:
    """Return whether the process of a claim still runs, as far as `observer` can find out."""
    try:
        age = time.time() - claim.stat().st_mtime
        owner = ProcessIdentity.read(claim)
    except FileNotFoundError:
        return False
    except json.JSONDecodeError:
        return age < HEARTBEAT_SECONDS  # the claim is being written, or its process was killed while writing
    if "_" in owner.job and owner.job == observer.job and owner != observer:
        return False  # Slurm has restarted the task of this claim, so the former process has ended
    if owner.host != observer.host:
        return age < TIMEOUT_SECONDS
    try:
        process = psutil.Process(owner.pid)
        return abs(process.create_time() - owner.created) < 1.0 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@contextmanager
def claimed(campaign: Campaign, name: str) -> Iterator[bool]:
    """Claim a run (by its `name_of`) or other work, and touch the claim until the end of the context.

    Yields False if another process holds the claim. If two processes replace a void claim at the same time, both hold
    it: they compute the same, and the result of the first one is kept.
    """
    claim, identity = campaign.folder / "claims" / name, process_identity()
    if not _acquire(claim, identity):
        yield False
        return
    stop = threading.Event()

    def send_heartbeats() -> None:
        while not stop.wait(HEARTBEAT_SECONDS):
            with suppress(OSError):
                os.utime(claim)

    thread = threading.Thread(target=send_heartbeats, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield True
    finally:
        stop.set()
        thread.join()
        claim.unlink(missing_ok=True)


def _acquire(claim: Path, identity: ProcessIdentity) -> bool:
    """Create a claim; a void one is replaced."""
    for _ in range(2):
        try:
            with claim.open("x", encoding="utf-8") as file:
                json.dump(identity.to_record(), file)
        except FileExistsError:
            if is_alive(claim, identity):
                return False
            claim.unlink(missing_ok=True)
        else:
            return True
    return False


def release_claim(campaign: Campaign, run: int, job: str) -> None:
    """Delete the claim of an ended job, since other computers would respect it until its timeout."""
    claim = campaign.folder_of("claims", run)
    with suppress(FileNotFoundError, json.JSONDecodeError):
        owner = ProcessIdentity.read(claim)
        if owner.job == job:
            claim.unlink()
            folder = campaign.folder / "attempts" / f"{name_of(run)}.{owner.host}.{owner.pid}.part"
            shutil.rmtree(folder, ignore_errors=True)


def running_runs(campaign: Campaign) -> list[int]:
    """Return all runs claimed by a running process."""
    identity = process_identity()
    claims = [claim for claim in (campaign.folder / "claims").iterdir() if claim.name.isdecimal()]
    return sorted(int(claim.name) for claim in claims if is_alive(claim, identity))


def remove_leftovers(campaign: Campaign) -> None:
    """Delete void claims, and unfinished folders of ended processes of this computer."""
    identity = process_identity()
    for folder in (campaign.folder / "attempts").glob(f"*.{identity.host}.*.part"):
        pid = folder.name.removesuffix(".part").rpartition(".")[2]
        if pid.isdecimal() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)
    for claim in (campaign.folder / "claims").iterdir():
        # A process can be killed after its run is stored and before it releases the claim.
        if not is_alive(claim, identity):
            claim.unlink(missing_ok=True)
