"""The job arrays for the runs of a campaign: their tasks, options and scripts.

A task does one run, or a bundle of consecutive runs. Its number determines them: (offset + task) × bundle and the
following. It skips finished runs.
"""

from __future__ import annotations

import shlex
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from h2model.studies.campaign import Campaign
from h2model.studies.executors.ranges import format_ranges
from h2model.studies.executors.slurm_commands import largest_array
from h2model.studies.executors.slurm_losses import OUT_OF_MEMORY
from h2model.studies.executors.slurm_notes import FOLDER
from h2model.studies.records import attempts, finished
from h2model.studies.resources import Slurm

#: Slurm's controller refuses an array if the ranges of its task numbers take more than 4,096 characters.
MOST_CHARACTERS = 4000
#: Memory of a follower, which collects, is at least so many MB.
FOLLOWER_MEMORY = 2048


def array_submissions(campaign: Campaign, runs: Sequence[int], settings: Slurm, again: bool) -> list[dict[str, Any]]:
    """Return the arrays for runs: separate ones for each amount of memory, and none larger than Slurm accepts."""
    size, submissions = largest_array(), []
    for (memory, bundle), members in sorted(_groups(campaign, runs, settings, again).items()):
        chunks: dict[int, list[int]] = defaultdict(list)
        for run in members:
            chunks[run // bundle // size].append(run)
        for chunk, chunk_runs in sorted(chunks.items()):
            facts = {"offset": chunk * size, "bundle": bundle, "memory": memory, "most_memory": settings.most_memory}
            for tasks in split_tasks(sorted({run // bundle % size for run in chunk_runs})):
                bundles = {(facts["offset"] + task) for task in tasks}
                count = sum(run // bundle in bundles for run in chunk_runs)
                submissions.append({**facts, "again": again, "tasks": format_ranges(tasks), "runs": count})
    return submissions


def _groups(
    campaign: Campaign, runs: Sequence[int], settings: Slurm, again: bool
) -> Mapping[tuple[int, int], list[int]]:
    """Return runs by memory and by the number of runs in a task.

    The task of a bundle does all its unfinished runs. If a run of the bundle needs more memory, or is in the
    queue already, each of the others therefore gets a task of its own.
    """
    needs = {run: memory_of(campaign, run, settings) for run in runs}
    ended = finished(campaign) | (set() if again else finished(campaign, "failed"))

    def suits_bundle(run: int) -> bool:
        return needs[run] == settings.memory if run in needs else run in ended

    broken = {run // settings.bundle for run in range(len(campaign)) if not suits_bundle(run)}
    groups: dict[tuple[int, int], list[int]] = defaultdict(list)
    for run, memory in needs.items():
        groups[memory, 1 if run // settings.bundle in broken else settings.bundle].append(run)
    return groups


def memory_of(campaign: Campaign, run: int, settings: Slurm) -> int:
    """Return the memory of a run in MB: that of the settings, or twice a too small amount, up to the limit."""
    latest, too_small = 0, 0
    for entry in attempts(campaign, run):
        latest = entry.get("memory", latest)
        if entry.get("state") == OUT_OF_MEMORY:
            too_small = max(too_small, latest)
    return max(settings.memory, min(2 * too_small, settings.most_memory))


def split_tasks(tasks: Sequence[int]) -> list[Sequence[int]]:
    """Split task numbers into parts with short enough ranges."""
    if len(format_ranges(tasks)) <= MOST_CHARACTERS:
        return [tasks]
    half = len(tasks) // 2
    return [*split_tasks(tasks[:half]), *split_tasks(tasks[half:])]


def array_options(campaign: Campaign, submission: Mapping[str, Any], settings: Slurm) -> list[str]:
    """Return the options of sbatch for one array."""
    limit = f"%{settings.array_limit}" if settings.array_limit else ""
    return [
        f"--array={submission['tasks']}{limit}",
        f"--time={minutes(settings.time) * submission['bundle']}",
        f"--mem={submission['memory']}M",
        f"--cpus-per-task={campaign.study.threads}",
        *_common_options(campaign, settings, name="", log="%A_%a.log"),
    ]


def array_script(campaign: Campaign, submission: Mapping[str, Any], settings: Slurm) -> str:
    """Return the script of a task."""
    bundle, last_run = submission["bundle"], len(campaign) - 1
    again = " --again" if submission["again"] else ""
    lines = [
        f"first=$(( ({submission['offset']} + SLURM_ARRAY_TASK_ID) * {bundle} ))",
        f"last=$(( first + {bundle - 1} < {last_run} ? first + {bundle - 1} : {last_run} ))",
        # Not with srun: a step of its own would involve more daemons, each of which can fail.
        f"exec {_python()} -m h2model study run-one {_folder(campaign)} $first-$last{again}",
    ]
    return "\n".join(["#!/bin/bash", *settings.setup, *lines, ""])


def follower_options(campaign: Campaign, jobs: Sequence[str], settings: Slurm) -> list[str]:
    """Return the options of sbatch for a job to start when all tasks of `jobs` have ended."""
    return [
        f"--dependency=afterany:{':'.join(jobs)}",
        "--time=60",
        f"--mem={max(settings.memory, FOLLOWER_MEMORY)}M",
        *_common_options(campaign, settings, name="-then", log="follow-%j.log"),
    ]


def follower_script(campaign: Campaign, settings: Slurm) -> str:
    """Return the script of a job to resubmit lost runs, or to collect if none are missing."""
    command = f"exec {_python()} -m h2model study submit {_folder(campaign)} --then-collect"
    return "\n".join(["#!/bin/bash", *settings.setup, command, ""])


def minutes(text: str) -> int:
    """Return a time in the format of Slurm in whole minutes, rounded up.

    >>> [minutes(text) for text in ("90", "30:00", "01:30:00", "1-02:00:00", "0:45")]
    [90, 30, 90, 1560, 1]
    """
    days, _, rest = text.rpartition("-")
    parts = [int(part) for part in rest.split(":")]
    if len(parts) == 1:
        return parts[0]
    seconds = sum(part * 60**power for power, part in enumerate(reversed(parts))) + 86400 * int(days or 0)
    return -(-seconds // 60)


def _common_options(campaign: Campaign, settings: Slurm, name: str, log: str) -> list[str]:
    partition = [f"--partition={settings.partition}"] if settings.partition else []
    account = [f"--account={settings.account}"] if settings.account else []
    return [
        "--requeue",
        "--open-mode=append",
        f"--output={(campaign.folder / FOLDER / log).absolute()}",
        f"--job-name=h2model-{campaign.facts['name']}{name}",
        *partition,
        *account,
        *settings.options,
    ]


def _python() -> str:
    return shlex.quote(sys.executable)


def _folder(campaign: Campaign) -> str:
    return shlex.quote(str(campaign.folder.absolute()))
