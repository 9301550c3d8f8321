"""Slurm executor: the missing runs of a campaign as job arrays; no process waits for them.

A task of an array does one run, or a bundle of consecutive ones. Its number says which, so nothing has to be looked up:
runs (offset + task) × bundle and the following. What a task finds done it skips. Submissions are noted in
`slurm/submissions.jsonl`; what has become of a task is asked of `sacct` where the cluster keeps accounts, else of
`scontrol`, which remembers for some minutes.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from h2model.case import validation_faults
from h2model.errors import H2ModelError, InputError
from h2model.studies.campaign import Campaign
from h2model.studies.definition import Slurm
from h2model.studies.executors.ranges import compressed, spread
from h2model.studies.records import Outcome, attempts, fail, finished, note_attempt

FOLDER = "slurm"
SUBMISSIONS = "submissions.jsonl"
SETTINGS = "settings.json"
DEFAULT_ARRAY_SIZE = 1001
#: A run that was lost this often without an end of its own is not tried again by itself.
MOST_LOSSES = 3
OUT_OF_MEMORY = "out of memory"
#: States of tasks that say what became of a run; in all others it was lost by no fault of its own.
TOO_LONG = ("TIMEOUT", "DEADLINE")
WAITING = ("PD", "RQ", "RD", "RH", "RF", "SE", "S", "PENDING", "REQUEUED", "SUSPENDED")
TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class Task:
    """What Slurm says of one task of an array: its state, and the signal that ended it."""

    state: str
    signal: int = 0


@dataclass
class SlurmExecutor:
    """Runs as job arrays. `wanted` are settings that go before those of the study, from now on; `then_collect` adds a
    job that sees to the rest."""

    wanted: Mapping[str, Any] = field(default_factory=dict)
    then_collect: bool = False

    def submit(self, campaign: Campaign, runs: Sequence[int], again: bool = False) -> str:
        """Hand the runs to Slurm, grouped by the memory they need; a sentence about it."""
        settings = _settings(campaign, self.wanted)
        groups: dict[int, list[int]] = defaultdict(list)
        for run in runs:
            groups[memory_of(campaign, run, settings)].append(run)
        jobs = []
        for memory, members in sorted(groups.items()):
            # A run that needs more memory than the others shares its task with none of them.
            bundle = settings.bundle if memory == settings.memory else 1
            jobs += self._submit_group(campaign, members, memory, bundle, settings, again)
        if self.then_collect and jobs:
            _submit_follower(campaign, jobs, settings)
        return f"{len(runs)} runs were handed to Slurm as {_listed_jobs(jobs)}" if jobs else "nothing to hand to Slurm"

    def in_hand(self, campaign: Campaign) -> Mapping[int, str]:
        """The runs of all tasks that are in Slurm's queue and have neither a result nor failed."""
        notes = submissions(campaign)
        if not notes:
            return {}
        tasks = queue(note["job"] for note in notes)
        ended = finished(campaign) | finished(campaign, "failed")
        found: dict[int, str] = {}
        for note in notes:
            for task, state in tasks.get(note["job"], {}).items():
                word = "waiting" if state in WAITING else "running"
                found |= dict.fromkeys((run for run in runs_of(note, task, len(campaign)) if run not in ended), word)
        return found

    def reconcile(self, campaign: Campaign) -> None:
        """Record what became of runs that began in a task of Slurm and came to no end."""
        notes = {note["job"]: note for note in submissions(campaign)}
        if not notes:
            return
        open_runs = _begun_without_end(campaign, set(self.in_hand(campaign)))
        states = task_states({job.partition("_")[0] for job in open_runs.values()})
        for run, job in open_runs.items():
            number, _, task = job.partition("_")
            _record_loss(campaign, run, job, states.get((number, int(task or 0))), notes.get(number, {}))

    def cancel(self, campaign: Campaign) -> str:
        """End all tasks of this campaign."""
        jobs = [note["job"] for note in submissions(campaign)]
        active = [job for job in jobs if queue([job])]
        if not active:
            return "no task of this campaign is in Slurm's queue"
        _call(["scancel", *active])
        return f"{_listed_jobs(active)} cancelled"

    def _submit_group(
        self, campaign: Campaign, runs: Sequence[int], memory: int, bundle: int, settings: Slurm, again: bool
    ) -> list[str]:
        tasks = sorted({run // bundle for run in runs})
        size, chunks = largest_array(), defaultdict(list)
        for task in tasks:
            chunks[task // size].append(task % size)
        jobs = []
        for chunk, numbers in sorted(chunks.items()):
            note = {"offset": chunk * size, "bundle": bundle, "memory": memory, "tasks": compressed(numbers)}
            note["most_memory"] = settings.most_memory
            options = array_options(campaign, note, settings)
            job = _sbatch(options, run_script(campaign, note, settings, again))
            _note_submission(campaign, {"job": job, **note})
            jobs.append(job)
        return jobs


def _settings(campaign: Campaign, wanted: Mapping[str, Any]) -> Slurm:
    """The settings of the study, changed by all that submissions have asked for so far; they are kept for the next."""
    path = campaign.folder / FOLDER / SETTINGS
    before = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    asked = {**before, **wanted}
    try:
        settings = Slurm.model_validate({**campaign.study.slurm.model_dump(), **asked})
    except ValidationError as error:
        raise InputError(validation_faults(error, Slurm, "slurm")) from None
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(asked), encoding="utf-8")
    return settings


def array_options(campaign: Campaign, note: Mapping[str, Any], settings: Slurm) -> list[str]:
    """The options of sbatch for one array."""
    limit = f"%{settings.array_limit}" if settings.array_limit else ""
    log = (campaign.folder / FOLDER / "%A_%a.log").absolute()
    return [
        f"--array={note['tasks']}{limit}",
        f"--time={minutes(settings.time) * note['bundle']}",
        f"--mem={note['memory']}M",
        f"--cpus-per-task={campaign.study.threads}",
        "--requeue",
        "--open-mode=append",
        f"--output={log}",
        f"--job-name=h2model-{campaign.facts['name']}",
        *_place(settings),
    ]


def run_script(campaign: Campaign, note: Mapping[str, Any], settings: Slurm, again: bool) -> str:
    """What a task does."""
    first = f"$(( ({note['offset']} + SLURM_ARRAY_TASK_ID) * {note['bundle']} ))"
    python, folder = shlex.quote(sys.executable), shlex.quote(str(campaign.folder.absolute()))
    last_run = len(campaign) - 1
    return "\n".join(
        [
            "#!/bin/bash",
            *settings.setup,
            f"first={first}",
            f"last=$(( first + {note['bundle'] - 1} < {last_run} ? first + {note['bundle'] - 1} : {last_run} ))",
            # Not a step of its own (srun): the fewer daemons have to talk to each other, the fewer can fail.
            f"exec {python} -m h2model study run-one {folder} $first-$last{' --again' if again else ''}",
            "",
        ]
    )


def memory_of(campaign: Campaign, run: int, settings: Slurm) -> int:
    """MB for a run: as the settings say, or twice what it ran out of, up to the limit."""
    lost = [
        note["memory"] for note in attempts(campaign, run) if note.get("state") == OUT_OF_MEMORY and "memory" in note
    ]
    return max(settings.memory, min(2 * max(lost), settings.most_memory)) if lost else settings.memory


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


def submissions(campaign: Campaign) -> list[dict[str, Any]]:
    """What has been handed to Slurm, in order of time."""
    path = campaign.folder / FOLDER / SUBMISSIONS
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def runs_of(note: Mapping[str, Any], task: int, count: int) -> range:
    """The runs that a task does."""
    first = (note["offset"] + task) * note["bundle"]
    return range(first, min(first + note["bundle"], count))


def queue(jobs: Iterable[str]) -> dict[str, dict[int, str]]:
    """The tasks in Slurm's queue and their states (as two letters), by job; jobs it no longer knows have none."""
    text = _call(["squeue", "--noheader", "--me", "--format=%F|%K|%t"])
    wanted, found = set(jobs), defaultdict(dict)
    for line in text.splitlines():
        job, tasks, state = line.strip().split("|")
        if job in wanted and tasks != "N/A":
            found[job] |= dict.fromkeys(spread(tasks), state)
    return dict(found)


def task_states(jobs: Iterable[str]) -> dict[tuple[str, int], Task]:
    """What Slurm remembers of the tasks of some jobs, from its accounts or, without accounts, from its controller."""
    jobs = sorted(jobs)
    if not jobs:
        return {}
    with suppress(H2ModelError):
        return _from_accounts(jobs)
    found: dict[tuple[str, int], Task] = {}
    for job in jobs:
        with suppress(H2ModelError):  # the controller has forgotten it
            found |= _from_controller(job)
    return found


def largest_array() -> int:
    """How many numbers a task may have on this cluster: MaxArraySize, of which the last one is not allowed."""
    match = re.search(r"^MaxArraySize\s*=\s*(\d+)", _call(["scontrol", "show", "config"]), re.MULTILINE)
    return int(match.group(1)) if match else DEFAULT_ARRAY_SIZE


def _from_accounts(jobs: Sequence[str]) -> dict[tuple[str, int], Task]:
    text = _call(["sacct", "-n", "-P", "-X", "-j", ",".join(jobs), "--format=JobID,State,ExitCode"])
    found = {}
    for line in text.splitlines():
        name, state, code = line.split("|")
        job, _, task = name.partition("_")
        if task.isdecimal():
            found[job, int(task)] = Task(state.split()[0], int(code.partition(":")[2] or 0))
    if not found:
        raise H2ModelError("sacct knows none of the jobs")
    return found


def _from_controller(job: str) -> dict[tuple[str, int], Task]:
    found = {}
    for line in _call(["scontrol", "--oneliner", "show", "job", job]).splitlines():
        facts = dict(re.findall(r"(\w+)=(\S*)", line))
        if facts.get("ArrayTaskId", "").isdecimal():
            ended_by = int(facts.get("ExitCode", "0:0").partition(":")[2] or 0)
            found[job, int(facts["ArrayTaskId"])] = Task(facts["JobState"], ended_by)
    return found


def _begun_without_end(campaign: Campaign, in_hand: set[int]) -> dict[int, str]:
    """Runs that a task began, and which neither ended nor are in the queue, with the task."""
    ended = finished(campaign) | finished(campaign, "failed") | in_hand
    found = {}
    for path in (campaign.folder / "attempts").glob("*.jsonl"):
        run = int(path.stem)
        if run in ended:
            continue
        last = next((n for n in reversed(attempts(campaign, run)) if n["event"] in ("began", "lost", "ended")), None)
        if last is not None and last["event"] == "began" and last.get("job"):
            found[run] = last["job"]
    return found


def _record_loss(campaign: Campaign, run: int, job: str, task: Task | None, note: Mapping[str, Any]) -> None:
    """Note how a run was lost; where another attempt would come to the same, it has failed."""
    memory, most = note.get("memory", 0), note.get("most_memory", 0)
    state = "forgotten by Slurm" if task is None else task.state
    ran_out = state == "OUT_OF_MEMORY" or (task is not None and state == "FAILED" and task.signal == 9)
    reason = f"Task {job} ended as {state}."
    lost = {"event": "lost", "job": job, "memory": memory, "reason": reason}
    note_attempt(campaign, run, lost | {"state": OUT_OF_MEMORY if ran_out else state})
    losses = sum(entry["event"] == "lost" for entry in attempts(campaign, run))
    if ran_out and memory >= most:
        why = f"It needs more than {memory} MB, which is the limit; raise slurm.memory_limit and run it with --again."
        fail(campaign, Outcome(run, OUT_OF_MEMORY, why, attempt=losses, job=job))
    elif state in TOO_LONG:
        why = f"{reason} Give it more time with --time or slurm.time, and run it with --again."
        fail(campaign, Outcome(run, "unfinished", why, attempt=losses, job=job))
    elif not ran_out and losses >= MOST_LOSSES:
        fail(campaign, Outcome(run, "lost", f"It was lost {losses} times. {reason}", attempt=losses, job=job))


def _submit_follower(campaign: Campaign, jobs: Sequence[str], settings: Slurm) -> None:
    """A job that runs when all tasks have ended, well or not: it resubmits what was lost, or collects."""
    log = (campaign.folder / FOLDER / "follow-%j.log").absolute()
    options = [
        f"--dependency=afterany:{':'.join(jobs)}", "--time=60", f"--mem={max(settings.memory, 2048)}M", "--requeue",
        "--open-mode=append", f"--output={log}", f"--job-name=h2model-{campaign.facts['name']}-then", *_place(settings),
    ]  # fmt: skip
    python, folder = shlex.quote(sys.executable), shlex.quote(str(campaign.folder.absolute()))
    command = f"exec {python} -m h2model study submit {folder} --then-collect"
    _note_submission(campaign, {"follower": _sbatch(options, "\n".join(["#!/bin/bash", *settings.setup, command, ""]))})


def _note_submission(campaign: Campaign, note: Mapping[str, Any]) -> None:
    path = campaign.folder / FOLDER / (SUBMISSIONS if "job" in note else "followers.jsonl")
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps({**note, "at": datetime.now(UTC).isoformat(timespec="seconds")}) + "\n")


def _place(settings: Slurm) -> list[str]:
    """Options that say where, and on whose account, a job runs."""
    named = {"--partition": settings.partition, "--account": settings.account}
    return [*(f"{option}={value}" for option, value in named.items() if value), *settings.options]


def _sbatch(options: Sequence[str], script: str) -> str:
    """Submit a script; returns the number of the job."""
    return _call(["sbatch", "--parsable", *options], script).strip().partition(";")[0]


def _listed_jobs(jobs: Sequence[str]) -> str:
    return f"job{'s' * (len(jobs) != 1)} {', '.join(jobs)}"


def _call(command: Sequence[str], given: str | None = None) -> str:
    """Output of a command of Slurm; raises H2ModelError with what it says if it fails."""
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False,
            # Otherwise long lists of tasks are cut short with dots.
            env={**os.environ, "SLURM_BITSTR_LEN": "0"},
        )  # fmt: skip
    except FileNotFoundError:
        raise H2ModelError(f"There is no command {command[0]} here: is this a computer of a Slurm cluster?") from None
    except subprocess.TimeoutExpired:
        raise H2ModelError(f"{command[0]} does not answer within {TIMEOUT_SECONDS} s; try again later.") from None
    if done.returncode:
        raise H2ModelError(f"{command[0]} says: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout
