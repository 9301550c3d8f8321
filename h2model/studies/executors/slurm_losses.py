"""Finding out what became of runs whose task of Slurm is over and which came to no end.

A task may be killed for want of memory or time, or vanish with its computer; then nobody is left to say so but Slurm.
"""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from h2model.studies.campaign import Campaign, name_of
from h2model.studies.executors.ranges import spread
from h2model.studies.executors.slurm_commands import Task, task_states
from h2model.studies.executors.slurm_notes import FOLDER, Ends, notes, runs_of
from h2model.studies.records import Outcome, attempts, fail, note_attempt

#: A run that was lost this often without an end of its own is not tried again by itself.
MOST_LOSSES = 3
OUT_OF_MEMORY, CANCELLED = "out of memory", "CANCELLED"
TOO_LONG = ("TIMEOUT", "DEADLINE")


@dataclass(frozen=True)
class Gone:
    """A task that has left the queue though some of its runs have no end, and the submission that it belongs to."""

    submission: Mapping[str, Any]
    number: int
    runs: Sequence[int]

    @property
    def name(self) -> str:
        """As Slurm and the attempts call it."""
        return f"{self.submission['job']}_{self.number}"


def record_losses(campaign: Campaign, in_hand: Collection[int]) -> None:
    """Record what became of the runs that were handed to Slurm, have no end, and are not in hand any more."""
    tasks = _gone(campaign, in_hand)
    states = task_states((task.submission["job"], task.number) for task in tasks)
    cancelled = {job for entry in notes(campaign, "cancelled") for job in entry["cancelled"]}
    for task in tasks:
        said = states.get((task.submission["job"], task.number))
        if said is None or said.is_over:
            _record_task(campaign, task, said, task.submission["job"] in cancelled)


def _gone(campaign: Campaign, in_hand: Collection[int]) -> list[Gone]:
    """The tasks to which runs without end were handed last, and which are over."""
    last: dict[int, tuple[int, int]] = {}
    submissions = notes(campaign)
    for index, submission in enumerate(submissions):
        for task in spread(submission["tasks"]):
            last |= dict.fromkeys(runs_of(submission, task, len(campaign)), (index, task))
    ends, runs = Ends.of(campaign), defaultdict(list)
    for run, (index, task) in last.items():
        if run not in in_hand and not ends.has(run, submissions[index], task):
            runs[index, task].append(run)
    return [Gone(submissions[index], task, members) for (index, task), members in sorted(runs.items())]


def _record_task(campaign: Campaign, task: Gone, said: Task | None, cancelled: bool) -> None:
    """Record what its end means for its runs. Mostly it is the run that had begun which was lost, and not the others.

    Where no run had begun, something is wrong with all of them: no Python, too little memory even for that.
    """
    begun = [run for run in task.runs if _last_event(campaign, run, task.name) == "began"]
    for run in begun:
        _release(campaign, run, task.name)
        if cancelled:
            note_attempt(campaign, run, {"event": "cancelled", "job": task.name})
        else:
            _record_loss(campaign, run, task, said)
    if begun or cancelled or said is None or said.state in ("COMPLETED", CANCELLED) or _any_began(campaign, task):
        return
    for run in task.runs:
        if not _last_event(campaign, run, task.name):
            _record_loss(campaign, run, task, said, " before it had begun with a run")


def _record_loss(campaign: Campaign, run: int, task: Gone, said: Task | None, when: str = "") -> None:
    """Note how a run was lost; where another attempt would come to the same, it has failed."""
    memory, most = task.submission["memory"], task.submission["most_memory"]
    state = "forgotten by Slurm" if said is None else said.state
    ran_out = said is not None and said.ran_out_of_memory
    reason = f"Task {task.name} ended as {state}{when}."
    lost = {"event": "lost", "job": task.name, "memory": memory, "reason": reason}
    note_attempt(campaign, run, lost | {"state": OUT_OF_MEMORY if ran_out else state})
    losses = len({entry["job"] for entry in attempts(campaign, run) if entry["event"] == "lost" and "job" in entry})
    if ran_out and memory >= most:
        why = f"It needs more than {memory} MB, which is the limit; submit it with --again and a higher --memory-limit."
        fail(campaign, Outcome(run, OUT_OF_MEMORY, why, attempt=losses, job=task.name))
    elif state in TOO_LONG and not _any_began(campaign, task, but=run):
        why = f"{reason} Submit it with --again and more --time."
        fail(campaign, Outcome(run, "unfinished", why, attempt=losses, job=task.name))
    elif not ran_out and losses >= MOST_LOSSES:
        why = f"It was lost {losses} times. {reason} See {FOLDER}/{task.name}.log, and run it with --again."
        fail(campaign, Outcome(run, "lost", why, attempt=losses, job=task.name))


def _last_event(campaign: Campaign, run: int, task: str) -> str:
    """What was last noted about a run in a task; nothing if it never began there."""
    events = (entry["event"] for entry in reversed(attempts(campaign, run)) if entry.get("job") == task)
    return next(events, "")


def _any_began(campaign: Campaign, task: Gone, but: int | None = None) -> bool:
    """Whether the task had begun with any run, also one that came to an end; except for one."""
    runs = runs_of(task.submission, task.number, len(campaign))
    return any(run != but and _last_event(campaign, run, task.name) for run in runs)


def _release(campaign: Campaign, run: int, task: str) -> None:
    """Give up the claim of a process that is gone: another computer could not tell for some minutes."""
    claim = campaign.folder_of("claims", run)
    with suppress(FileNotFoundError, json.JSONDecodeError):
        owner = json.loads(claim.read_text(encoding="utf-8"))
        if owner["job"] == task:
            claim.unlink()
            work = campaign.folder / "attempts" / f"{name_of(run)}.{owner['host']}.{owner['pid']}.part"
            shutil.rmtree(work, ignore_errors=True)
