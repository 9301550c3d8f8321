"""Record how runs were lost whose task of Slurm has ended without an outcome.

Slurm kills a task beyond its memory or time, and a task ends if its node fails. Only Slurm can then report it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from h2model.studies.campaign import Campaign
from h2model.studies.claims import release_claim
from h2model.studies.executors.ranges import parse_ranges
from h2model.studies.executors.slurm_commands import Task, task_states
from h2model.studies.executors.slurm_notes import FOLDER, EndedRuns, notes, runs_of
from h2model.studies.records import Outcome, attempts, mark_failed, note_attempt

#: A run that was lost this often without an outcome is not repeated automatically.
MOST_LOSSES = 3
OUT_OF_MEMORY, CANCELLED = "out of memory", "CANCELLED"
TOO_LONG = ("TIMEOUT", "DEADLINE")


@dataclass(frozen=True)
class EndedTask:
    """A task outside of the queue with runs without outcome (`runs`), and its submission."""

    submission: Mapping[str, Any]
    number: int
    runs: Sequence[int]

    @property
    def name(self) -> str:
        """Job and number of the task, as in Slurm and in the notes about attempts."""
        return f"{self.submission['job']}_{self.number}"


def record_losses(campaign: Campaign, active: Collection[int]) -> None:
    """Record how submitted runs were lost: those without outcome and no longer active."""
    tasks = _ended_tasks(campaign, active)
    states = task_states((task.submission["job"], task.number) for task in tasks)
    cancelled = {job for entry in notes(campaign, "cancelled") for job in entry["cancelled"]}
    for task in tasks:
        state = states.get((task.submission["job"], task.number))
        if state is None or state.has_ended:
            _record_task(campaign, task, state, task.submission["job"] in cancelled)


def _ended_tasks(campaign: Campaign, active: Collection[int]) -> list[EndedTask]:
    """Return the last tasks of all runs without outcome, if no longer active."""
    last: dict[int, tuple[int, int]] = {}
    submissions = notes(campaign)
    for index, submission in enumerate(submissions):
        for task in parse_ranges(submission["tasks"]):
            last |= dict.fromkeys(runs_of(submission, task, len(campaign)), (index, task))
    ended, runs = EndedRuns.of(campaign), defaultdict(list)
    for run, (index, task) in last.items():
        if run not in active and not ended.include(run, submissions[index], task):
            runs[index, task].append(run)
    return [EndedTask(submissions[index], task, members) for (index, task), members in sorted(runs.items())]


def _record_task(campaign: Campaign, task: EndedTask, state: Task | None, cancelled: bool) -> None:
    """Record the end of a task for its runs; `state` is None if Slurm has forgotten it.

    Usually only the current run was lost. If no run had begun, all were lost for a common reason, such as a
    missing Python or too little memory to start it.
    """
    begun = [run for run in task.runs if _last_event(campaign, run, task.name) == "began"]
    for run in begun:
        release_claim(campaign, run, task.name)
        if cancelled:
            note_attempt(campaign, run, {"event": "cancelled", "job": task.name})
        else:
            _record_loss(campaign, run, task, state)
    if begun or cancelled or state is None or state.state in ("COMPLETED", CANCELLED) or _any_began(campaign, task):
        return
    for run in task.runs:
        if not _last_event(campaign, run, task.name):
            _record_loss(campaign, run, task, state, " before its first run had begun")


def _record_loss(campaign: Campaign, run: int, task: EndedTask, ended: Task | None, when: str = "") -> None:
    """Note how a run was lost, and mark it as failed if another attempt would end in the same way."""
    memory, most = task.submission["memory"], task.submission["most_memory"]
    state = "forgotten by Slurm" if ended is None else ended.state
    ran_out = ended is not None and ended.ran_out_of_memory
    reason = f"Task {task.name} ended as {state}{when}."
    lost = {"event": "lost", "job": task.name, "memory": memory, "reason": reason}
    note_attempt(campaign, run, lost | {"state": OUT_OF_MEMORY if ran_out else state})
    losses = len({entry["job"] for entry in attempts(campaign, run) if entry["event"] == "lost" and "job" in entry})
    if ran_out and memory >= most:
        reason = f"It needs more than the limit of {memory} MB. Submit it with --again and a higher --memory-limit."
        mark_failed(campaign, Outcome(run, OUT_OF_MEMORY, reason, attempt=losses, job=task.name))
    elif state in TOO_LONG and not _any_began(campaign, task, except_run=run):
        reason = f"{reason} Submit it with --again and more --time."
        mark_failed(campaign, Outcome(run, "unfinished", reason, attempt=losses, job=task.name))
    elif not ran_out and losses >= MOST_LOSSES:
        reason = f"It was lost {losses} times. {reason} See {FOLDER}/{task.name}.log, then submit it with --again."
        mark_failed(campaign, Outcome(run, "lost", reason, attempt=losses, job=task.name))


def _last_event(campaign: Campaign, run: int, task: str) -> str:
    """Return the last event of a run in a task; "" if the run has not begun there."""
    events = (entry["event"] for entry in reversed(attempts(campaign, run)) if entry.get("job") == task)
    return next(events, "")


def _any_began(campaign: Campaign, task: EndedTask, except_run: int | None = None) -> bool:
    """Return whether a run of the task had begun, other than `except_run`."""
    runs = runs_of(task.submission, task.number, len(campaign))
    return any(run != except_run and _last_event(campaign, run, task.name) for run in runs)
