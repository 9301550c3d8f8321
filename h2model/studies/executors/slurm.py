"""Slurm executor: the missing runs of a campaign as job arrays; no process waits for them.

A task of an array does one run, or a bundle of consecutive ones. Its number says which, so nothing has to be looked up:
runs (offset + task) × bundle and the following. What a task finds done it skips. Beside this file, `slurm_commands`
talks to Slurm, `slurm_notes` keeps what was submitted, and `slurm_losses` finds out what became of it.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from h2model.errors import H2ModelError
from h2model.studies.campaign import Campaign
from h2model.studies.definition import Slurm
from h2model.studies.executors.ranges import compressed
from h2model.studies.executors.slurm_commands import WAITING, largest_array, queue, sbatch, scancel
from h2model.studies.executors.slurm_losses import OUT_OF_MEMORY, record_losses
from h2model.studies.executors.slurm_notes import FOLDER, Ends, keep_settings, note, notes, runs_of, settings_for
from h2model.studies.records import attempts, finished

#: Slurm's controller refuses an array whose numbers, written out as ranges, are longer than 4,096 letters.
MOST_LETTERS = 4000


@dataclass
class SlurmExecutor:
    """Runs as job arrays. `wanted` are settings that go before those of the study, from now on; `then_collect` adds a
    job that sees to the rest."""

    wanted: Mapping[str, Any] = field(default_factory=dict)
    then_collect: bool = False

    def submit(self, campaign: Campaign, runs: Sequence[int], again: bool = False) -> str:
        """Hand the runs to Slurm, grouped by the memory they need; a sentence about it.

        Raises H2ModelError if Slurm takes none of them, or not all; what it has taken is noted all the same.
        """
        settings = settings_for(campaign, self.wanted)
        (campaign.folder / FOLDER).mkdir(exist_ok=True)
        submissions, refusal = _handed_over(campaign, _submissions(campaign, runs, settings, again), settings)
        jobs, count = [job["job"] for job in submissions], sum(job["runs"] for job in submissions)
        if not jobs:
            if refusal is not None:
                raise refusal
            return "nothing to hand to Slurm"
        keep_settings(campaign, self.wanted)
        if self.then_collect:
            refusal = _submit_follower(campaign, jobs, settings) or refusal
        if refusal is not None:
            raise H2ModelError(_partly(jobs, count, len(runs), refusal))
        return f"{count} runs were handed to Slurm as {_listed(jobs)}"

    def follow(self, campaign: Campaign) -> str:
        """See to it that a job follows on what is in the queue already; a sentence about it."""
        waiting, myself = queue(), os.environ.get("SLURM_JOB_ID")
        others = [entry["follower"] for entry in notes(campaign, "follower") if entry["follower"] != myself]
        if any(follower in waiting for follower in others):
            return "a job that sees to the rest is waiting already"
        active = [entry["job"] for entry in notes(campaign) if entry["job"] in waiting]
        refusal = _submit_follower(campaign, active, settings_for(campaign, self.wanted))
        if refusal is not None:
            raise refusal
        return f"a job follows on {_listed(active)} and sees to the rest"

    def in_hand(self, campaign: Campaign) -> Mapping[int, str]:
        """The runs of all tasks that are in Slurm's queue and have come to no end."""
        submissions = notes(campaign)
        if not submissions:
            return {}
        tasks, ends = queue(), Ends.of(campaign)
        found: dict[int, str] = {}
        for submission in submissions:
            for task, state in tasks.get(submission["job"], {}).items():
                word = "waiting" if state in WAITING else "running"
                runs = runs_of(submission, task, len(campaign))
                found |= {run: word for run in runs if not ends.has(run, submission, task)}
        return found

    def reconcile(self, campaign: Campaign) -> None:
        """Record what became of runs whose task is over and which came to no end."""
        if notes(campaign):
            record_losses(campaign, self.in_hand(campaign))

    def cancel(self, campaign: Campaign) -> str:
        """End all tasks of this campaign, and before them the jobs that would hand over their runs again."""
        cancelled: list[str] = []
        for kind in ("follower", "job"):
            waiting = queue()
            active = [entry[kind] for entry in notes(campaign, kind) if entry[kind] in waiting]
            if active:
                note(campaign, {"cancelled": active})
                scancel(active)
                cancelled += active
        return f"{_listed(cancelled)} cancelled" if cancelled else "no task of this campaign is in Slurm's queue"


def _submissions(campaign: Campaign, runs: Sequence[int], settings: Slurm, again: bool) -> list[dict[str, Any]]:
    """The arrays that runs need: one for each amount of memory, in pieces that Slurm takes."""
    size, found = largest_array(), []
    for (memory, bundle), members in sorted(_groups(campaign, runs, settings, again).items()):
        chunks: dict[int, list[int]] = defaultdict(list)
        for run in members:
            chunks[run // bundle // size].append(run)
        for chunk, chosen in sorted(chunks.items()):
            facts = {"offset": chunk * size, "bundle": bundle, "memory": memory, "most_memory": settings.most_memory}
            for tasks in _pieces(sorted({run // bundle % size for run in chosen})):
                of_tasks = {(facts["offset"] + task) for task in tasks}
                count = sum(run // bundle in of_tasks for run in chosen)
                found.append({**facts, "again": again, "tasks": compressed(tasks), "runs": count})
    return found


def _handed_over(
    campaign: Campaign, submissions: Sequence[Mapping[str, Any]], settings: Slurm
) -> tuple[list[Mapping[str, Any]], H2ModelError | None]:
    """What Slurm has taken, noted as soon as it has; and why it took no more, if so."""
    taken = []
    for submission in submissions:
        try:
            job = sbatch(array_options(campaign, submission, settings), run_script(campaign, submission, settings))
        except H2ModelError as error:
            if "submit limit" in str(error):
                error.add_note("With --bundle, a task does more runs, so that there are fewer tasks.")
            return taken, error
        taken.append({"job": job, **submission})
        note(campaign, taken[-1])
    return taken, None


def _groups(
    campaign: Campaign, runs: Sequence[int], settings: Slurm, again: bool
) -> Mapping[tuple[int, int], list[int]]:
    """Runs by the memory they need and how many share a task.

    A bundle is a range of runs, and its task does all that it does not find done. So where a run of it needs more
    memory, or is in the queue already, each of the others gets a task of its own.
    """
    needs = {run: memory_of(campaign, run, settings) for run in runs}
    ended = finished(campaign) | (set() if again else finished(campaign, "failed"))

    def fits_in(run: int) -> bool:
        return needs[run] == settings.memory if run in needs else run in ended

    broken = {run // settings.bundle for run in range(len(campaign)) if not fits_in(run)}
    groups: dict[tuple[int, int], list[int]] = defaultdict(list)
    for run, memory in needs.items():
        groups[memory, 1 if run // settings.bundle in broken else settings.bundle].append(run)
    return groups


def _pieces(tasks: Sequence[int]) -> list[Sequence[int]]:
    """Numbers of tasks in pieces that are short enough when they are written as ranges."""
    if len(compressed(tasks)) <= MOST_LETTERS:
        return [tasks]
    half = len(tasks) // 2
    return [*_pieces(tasks[:half]), *_pieces(tasks[half:])]


def array_options(campaign: Campaign, submission: Mapping[str, Any], settings: Slurm) -> list[str]:
    """The options of sbatch for one array."""
    limit = f"%{settings.array_limit}" if settings.array_limit else ""
    log = (campaign.folder / FOLDER / "%A_%a.log").absolute()
    return [
        f"--array={submission['tasks']}{limit}",
        f"--time={minutes(settings.time) * submission['bundle']}",
        f"--mem={submission['memory']}M",
        f"--cpus-per-task={campaign.study.threads}",
        "--requeue",
        "--open-mode=append",
        f"--output={log}",
        f"--job-name=h2model-{campaign.facts['name']}",
        *_place(settings),
    ]


def run_script(campaign: Campaign, submission: Mapping[str, Any], settings: Slurm) -> str:
    """What a task does."""
    bundle, last_run = submission["bundle"], len(campaign) - 1
    python, folder = shlex.quote(sys.executable), shlex.quote(str(campaign.folder.absolute()))
    again = " --again" if submission["again"] else ""
    return "\n".join(
        [
            "#!/bin/bash",
            *settings.setup,
            f"first=$(( ({submission['offset']} + SLURM_ARRAY_TASK_ID) * {bundle} ))",
            f"last=$(( first + {bundle - 1} < {last_run} ? first + {bundle - 1} : {last_run} ))",
            # Not a step of its own (srun): the fewer daemons have to talk to each other, the fewer can fail.
            f"exec {python} -m h2model study run-one {folder} $first-$last{again}",
            "",
        ]
    )


def memory_of(campaign: Campaign, run: int, settings: Slurm) -> int:
    """MB for a run: as the settings say, or twice what it ran out of, up to the limit."""
    had, too_little = 0, 0
    for entry in attempts(campaign, run):
        had = entry.get("memory", had)
        if entry.get("state") == OUT_OF_MEMORY:
            too_little = max(too_little, had)
    return max(settings.memory, min(2 * too_little, settings.most_memory))


def minutes(text: str) -> int:
    """A time as Slurm writes it, in whole minutes (rounded up).

    >>> [minutes(text) for text in ("90", "30:00", "01:30:00", "1-02:00:00", "0:45")]
    [90, 30, 90, 1560, 1]
    """
    days, _, rest = text.rpartition("-")
    parts = [int(part) for part in rest.split(":")]
    if len(parts) == 1:
        return parts[0]
    seconds = sum(part * 60**power for power, part in enumerate(reversed(parts))) + 86400 * int(days or 0)
    return -(-seconds // 60)


def _submit_follower(campaign: Campaign, jobs: Sequence[str], settings: Slurm) -> H2ModelError | None:
    """A job that runs when all tasks have ended, well or not: it resubmits what was lost, or collects.

    Returns why Slurm did not take it, if so.
    """
    log = (campaign.folder / FOLDER / "follow-%j.log").absolute()
    options = [
        f"--dependency=afterany:{':'.join(jobs)}", "--time=60", f"--mem={max(settings.memory, 2048)}M", "--requeue",
        "--open-mode=append", f"--output={log}", f"--job-name=h2model-{campaign.facts['name']}-then", *_place(settings),
    ]  # fmt: skip
    python, folder = shlex.quote(sys.executable), shlex.quote(str(campaign.folder.absolute()))
    command = f"exec {python} -m h2model study submit {folder} --then-collect"
    try:
        note(campaign, {"follower": sbatch(options, "\n".join(["#!/bin/bash", *settings.setup, command, ""]))})
    except H2ModelError as error:
        return error
    return None


def _place(settings: Slurm) -> list[str]:
    """Options that say where, and on whose account, a job runs."""
    named = {"--partition": settings.partition, "--account": settings.account}
    return [*(f"{option}={value}" for option, value in named.items() if value), *settings.options]


def _partly(jobs: Sequence[str], count: int, wanted: int, refusal: H2ModelError) -> str:
    remedy = "Say the same again when these have ended; with --bundle, there are fewer tasks."
    return f"{count} of {wanted} runs were handed to Slurm as {_listed(jobs)}, and no more: {refusal}\n{remedy}"


def _listed(jobs: Sequence[str]) -> str:
    return f"job{'s' * (len(jobs) != 1)} {', '.join(jobs)}"
