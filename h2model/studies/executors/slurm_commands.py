"""Calls of Slurm's commands and their answers, independent of campaigns."""

from __future__ import annotations

import os
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from h2model.errors import H2ModelError
from h2model.studies.executors.ranges import parse_ranges

TIMEOUT_SECONDS = 60
DEFAULT_ARRAY_SIZE = 1001
#: States of a task that waits (in squeue's letters), and of one that has not ended (in words).
WAITING = ("PD", "RQ", "RD", "RH", "RF", "RV", "SE", "S")
NOT_ENDED = (
    "PENDING", "RUNNING", "SUSPENDED", "COMPLETING", "CONFIGURING", "RESIZING", "SIGNALING", "STAGE_OUT", "STOPPED",
    "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "RESV_DEL_HOLD", "SPECIAL_EXIT",
)  # fmt: skip


@dataclass(frozen=True)
class Task:
    """One task of an array as Slurm reports it: its state and final signal."""

    state: str
    signal: int = 0

    @property
    def has_ended(self) -> bool:
        """Whether the task has ended for good."""
        return self.state not in NOT_ENDED

    @property
    def ran_out_of_memory(self) -> bool:
        """Whether memory ran out; clusters without cgroups only report signal 9."""
        return self.state == "OUT_OF_MEMORY" or (self.state == "FAILED" and self.signal == 9)


def sbatch(options: Sequence[str], script: str) -> str:
    """Submit a script and return the number of the job."""
    return call(["sbatch", "--parsable", *options], script).strip().partition(";")[0]


def scancel(jobs: Sequence[str]) -> None:
    """Cancel jobs in the queue."""
    call(["scancel", *jobs])


def queue() -> dict[str, dict[int, str]]:
    """Return all jobs of the user in Slurm's queue, each with its tasks and their states, in squeue's letters.

    A job without array has an empty entry.
    """
    jobs: dict[str, dict[int, str]] = defaultdict(dict)
    for line in call(["squeue", "--noheader", "--me", "--format=%F|%K|%t"]).splitlines():
        job, tasks, state = line.strip().split("|")
        jobs[job] |= {} if tasks == "N/A" else dict.fromkeys(parse_ranges(tasks), state)
    return dict(jobs)


def task_states(tasks: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Task]:
    """Return the states of tasks (job, number) from Slurm's accounts or its controller.

    Not every cluster keeps accounts, and they are written some seconds late. The controller reports the state at once,
    but forgets it after some minutes. Other tasks are left out.
    """
    tasks = sorted(set(tasks))
    states: dict[tuple[str, int], Task] = {}
    if tasks:
        with suppress(H2ModelError):
            states = _states_from_accounts(sorted({job for job, _ in tasks}))
    uncertain = {job for job, number in tasks if not (task := states.get((job, number))) or not task.has_ended}
    for job in sorted(uncertain):
        states |= _states_from_controller(job)
    return states


def largest_array() -> int:
    """Return MaxArraySize of this cluster: task numbers of an array must be below it."""
    match = re.search(r"^MaxArraySize\s*=\s*(\d+)", call(["scontrol", "show", "config"]), re.MULTILINE)
    return int(match.group(1)) if match else DEFAULT_ARRAY_SIZE


def _states_from_accounts(jobs: Sequence[str]) -> dict[tuple[str, int], Task]:
    states = {}
    for line in call(["sacct", "-n", "-P", "-X", "-j", ",".join(jobs), "--format=JobID,State,ExitCode"]).splitlines():
        name, state, code = line.split("|")
        job, _, task = name.partition("_")
        if task.isdecimal():
            states[job, int(task)] = Task(state.split()[0], _signal(code))
    return states


def _states_from_controller(job: str) -> dict[tuple[str, int], Task]:
    try:
        text = call(["scontrol", "--oneliner", "show", "job", job])
    except H2ModelError as error:
        if "Invalid job id" in str(error):  # the controller has forgotten the job; other errors are real
            return {}
        raise
    states = {}
    for line in text.splitlines():
        facts = dict(re.findall(r"\b(ArrayTaskId|JobState|ExitCode)=(\S*)", line))
        if facts.get("ArrayTaskId", "").isdecimal():
            states[job, int(facts["ArrayTaskId"])] = Task(facts["JobState"], _signal(facts.get("ExitCode", "")))
    return states


def _signal(exit_code: str) -> int:
    """Return the signal of an "exit code:signal" of Slurm."""
    return int(exit_code.partition(":")[2] or 0)


def call(command: Sequence[str], script: str | None = None) -> str:
    """Run a command of Slurm with `script` as its input, and return its output.

    Raises H2ModelError with the message of the command if it fails.
    """
    try:
        done = subprocess.run(
            command, input=script, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False,
            # Without this, Slurm shortens long lists of tasks.
            env={**os.environ, "SLURM_BITSTR_LEN": "0"},
        )  # fmt: skip
    except FileNotFoundError:
        raise H2ModelError(
            f"The command {command[0]} does not exist on this computer. Use a computer of a Slurm cluster."
        ) from None
    except subprocess.TimeoutExpired as error:
        # If the queue is full, sbatch repeats its request and prints the reason.
        messages = (error.stderr or b"").decode(errors="replace").strip().splitlines()
        problem = f"{command[0]} did not answer within {TIMEOUT_SECONDS} s; try again later."
        raise H2ModelError("\n".join([problem, *messages[-1:]])) from None
    if done.returncode:
        raise H2ModelError(f"{command[0]} reports: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout
