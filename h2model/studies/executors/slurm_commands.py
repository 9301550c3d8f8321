"""What Slurm's commands are asked, and how their answers are read; knows nothing of campaigns."""

from __future__ import annotations

import os
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from h2model.errors import H2ModelError
from h2model.studies.executors.ranges import spread

TIMEOUT_SECONDS = 60
DEFAULT_ARRAY_SIZE = 1001
#: States of a task that is not over yet, in squeue's letters and in words.
WAITING = ("PD", "RQ", "RD", "RH", "RF", "RV", "SE", "S")
NOT_OVER = (
    "PENDING", "RUNNING", "SUSPENDED", "COMPLETING", "CONFIGURING", "RESIZING", "SIGNALING", "STAGE_OUT", "STOPPED",
    "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "RESV_DEL_HOLD", "SPECIAL_EXIT",
)  # fmt: skip


@dataclass(frozen=True)
class Task:
    """What Slurm says of one task of an array: its state, and the signal that ended it."""

    state: str
    signal: int = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state not in NOT_OVER

    @property
    def ran_out_of_memory(self) -> bool:
        """Whether it was killed for want of memory; clusters without cgroups only say that it was killed."""
        return self.state == "OUT_OF_MEMORY" or (self.state == "FAILED" and self.signal == 9)


def sbatch(options: Sequence[str], script: str) -> str:
    """Submit a script; returns the number of the job."""
    return call(["sbatch", "--parsable", *options], script).strip().partition(";")[0]


def scancel(jobs: Sequence[str]) -> None:
    """End jobs that are in the queue."""
    call(["scancel", *jobs])


def queue() -> dict[str, dict[int, str]]:
    """All that the user has in Slurm's queue: by job the tasks with their states, in squeue's letters.

    A job that is no array is in it, and has no tasks.
    """
    found: dict[str, dict[int, str]] = defaultdict(dict)
    for line in call(["squeue", "--noheader", "--me", "--format=%F|%K|%t"]).splitlines():
        job, tasks, state = line.strip().split("|")
        found[job] |= {} if tasks == "N/A" else dict.fromkeys(spread(tasks), state)
    return dict(found)


def task_states(tasks: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Task]:
    """What Slurm remembers of tasks (of a job, with a number) from its accounts, or from its controller.

    Not every cluster keeps accounts, and those that do write them some seconds late. The controller knows at once, but
    forgets after some minutes. A task that neither knows is left out.
    """
    tasks = sorted(set(tasks))
    found: dict[tuple[str, int], Task] = {}
    if tasks:
        with suppress(H2ModelError):
            found = _from_accounts(sorted({job for job, _ in tasks}))
    unsure = {task[0] for task in tasks if task not in found or not found[task].is_over}
    for job in sorted(unsure):
        found |= _from_controller(job)
    return found


def largest_array() -> int:
    """How many numbers a task may have on this cluster: MaxArraySize, of which the last one is not allowed."""
    match = re.search(r"^MaxArraySize\s*=\s*(\d+)", call(["scontrol", "show", "config"]), re.MULTILINE)
    return int(match.group(1)) if match else DEFAULT_ARRAY_SIZE


def _from_accounts(jobs: Sequence[str]) -> dict[tuple[str, int], Task]:
    found = {}
    for line in call(["sacct", "-n", "-P", "-X", "-j", ",".join(jobs), "--format=JobID,State,ExitCode"]).splitlines():
        name, state, code = line.split("|")
        job, _, task = name.partition("_")
        if task.isdecimal():
            found[job, int(task)] = Task(state.split()[0], _signal(code))
    return found


def _from_controller(job: str) -> dict[tuple[str, int], Task]:
    try:
        text = call(["scontrol", "--oneliner", "show", "job", job])
    except H2ModelError as error:
        if "Invalid job id" in str(error):  # it has forgotten it; anything else must not be taken for that
            return {}
        raise
    found = {}
    for line in text.splitlines():
        facts = dict(re.findall(r"\b(ArrayTaskId|JobState|ExitCode)=(\S*)", line))
        if facts.get("ArrayTaskId", "").isdecimal():
            found[job, int(facts["ArrayTaskId"])] = Task(facts["JobState"], _signal(facts.get("ExitCode", "")))
    return found


def _signal(exit_code: str) -> int:
    """The signal in Slurm's "exit code:signal"."""
    return int(exit_code.partition(":")[2] or 0)


def call(command: Sequence[str], given: str | None = None) -> str:
    """Output of a command of Slurm; raises H2ModelError with what it says if it fails."""
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False,
            # Otherwise long lists of tasks are cut short with dots.
            env={**os.environ, "SLURM_BITSTR_LEN": "0"},
        )  # fmt: skip
    except FileNotFoundError:
        raise H2ModelError(f"There is no command {command[0]} here: is this a computer of a Slurm cluster?") from None
    except subprocess.TimeoutExpired as error:
        # sbatch tries again and again where the queue is full, and says so meanwhile.
        said = (error.stderr or b"").decode(errors="replace").strip()
        problem = f"{command[0]} does not answer within {TIMEOUT_SECONDS} s; try again later."
        raise H2ModelError("\n".join([problem, *said.splitlines()[-1:]])) from None
    if done.returncode:
        raise H2ModelError(f"{command[0]} says: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout
