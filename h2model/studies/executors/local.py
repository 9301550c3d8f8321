"""Local executor: worker processes on the cores of this computer, as many as there is memory for.

A worker is a process of its own: it reads run numbers from its input and writes outcomes to its output, a line each.
One that is killed (by the system, for want of memory) takes its run with it, and nothing else.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

import psutil

from h2model.studies.campaign import Campaign, open_campaign
from h2model.studies.records import Outcome, claimed, fail, is_alive, note_attempt, running, sweep, whoami

DRIVER = "driver"
LOG = "workers.log"
MEGABYTE = 1024.0**2
#: MB that a run is taken to need if the study does not say.
ASSUMED_MEMORY = 1000
#: How a process ends that was asked to: by the signal, or by what it makes of it.
ENDED = (-signal.SIGTERM, 128 + signal.SIGTERM)
#: Share of the memory that is left free before another run begins beside others.
FREE_SHARE = 0.1
POLL_SECONDS = 1.0


class Watch(Protocol):
    """Who is told how a local campaign goes."""

    def began(self, run: int) -> None:
        """A run has begun."""

    def ended(self, run: int, outcome: Outcome | None) -> None:
        """A run has ended; None if another process is at work on it."""

    def note(self, text: str) -> None:
        """Something worth knowing."""


class Nobody:
    """Is told, and says nothing."""

    def began(self, run: int) -> None:
        """Say nothing."""

    def ended(self, run: int, outcome: Outcome | None) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Say nothing."""


@dataclass
class LocalExecutor:
    """Runs on this computer; `submit` comes back when all are done."""

    watch: Watch = field(default_factory=Nobody)
    workers: int | None = None

    def submit(self, campaign: Campaign, runs: Sequence[int], again: bool = False) -> str:
        """Do the runs; a sentence about how it went. KeyboardInterrupt ends all workers, and nothing done is lost."""
        with claimed(campaign, DRIVER) as mine, _ended_by_sigterm():
            if not mine:
                self.watch.note("Another process is at work on this campaign, too; the runs are shared.")
            pool = _Pool(campaign, self.watch, self._count(campaign), again)
            done = pool.do(runs)
        return f"{done} of {len(runs)} runs have a result"

    def in_hand(self, campaign: Campaign) -> Mapping[int, str]:
        """The runs that workers on any computer have claimed."""
        return dict.fromkeys(running(campaign), "running")

    def reconcile(self, campaign: Campaign) -> None:
        """Tidy up: a run whose worker is gone is simply not done."""
        sweep(campaign)

    def cancel(self, campaign: Campaign) -> str:
        """End the process that leads the workers here, and with it the workers."""
        me, claim = whoami(), campaign.folder / "claims" / DRIVER
        if not is_alive(claim, me):
            return "nothing is running here"
        owner = json.loads(claim.read_text(encoding="utf-8"))
        if owner["host"] != me["host"]:
            return f"it is run by process {owner['pid']} on {owner['host']}; end it there"
        os.kill(owner["pid"], signal.SIGTERM)
        return f"process {owner['pid']} and its workers were ended"

    def _count(self, campaign: Campaign) -> int:
        """How many workers: as asked for, or as cores and memory allow."""
        study = campaign.study
        asked = self.workers or study.local.workers
        count = asked or max(1, cores() // study.threads)
        if not asked:
            need = study.local.memory or ASSUMED_MEMORY
            count = max(1, min(count, int(psutil.virtual_memory().available / MEGABYTE / need)))
        return count


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Pool:
    """The workers of one call of `submit`."""

    def __init__(self, campaign: Campaign, watch: Watch, size: int, again: bool) -> None:
        self.campaign, self.watch, self.size, self.again = campaign, watch, size, again
        self.selector = selectors.DefaultSelector()
        self.workers: list[_Process] = []
        self.deaths: dict[int, int] = {}
        self.waiting: deque[int] = deque()
        self.alone: deque[int] = deque()
        self.done = 0

    def do(self, runs: Sequence[int]) -> int:
        """Do all runs; returns how many have a result."""
        self.waiting = deque(runs)
        try:
            while self.waiting or self.alone or self._at_work():
                if not self.waiting and not self._at_work():
                    self.size = 1
                    self.waiting.append(self.alone.popleft())
                self._give_out()
                for key, _ in self.selector.select(POLL_SECONDS):
                    self._hear(key.data)
        finally:
            for worker in self.workers:
                worker.end()
        return self.done

    def _at_work(self) -> bool:
        return any(worker.run is not None for worker in self.workers)

    def _give_out(self) -> None:
        """Give waiting runs to idle workers, and start workers while there is room."""
        for worker in self.workers:
            if worker.run is None and self.waiting and self._has_room():
                self._give(worker)
        while self.waiting and len(self.workers) < self.size and self._has_room():
            worker = _Process(self.campaign.folder, self.again)
            self.workers.append(worker)
            self.selector.register(worker.process.stdout, selectors.EVENT_READ, worker)
            self._give(worker)

    def _give(self, worker: _Process) -> None:
        run = self.waiting.popleft()
        worker.begin(run)
        self.watch.began(run)

    def _has_room(self) -> bool:
        """Whether memory allows one more run beside those under way; one always may."""
        if not self._at_work():
            return True
        memory = psutil.virtual_memory()
        return memory.available > max(FREE_SHARE * memory.total, (self.campaign.study.local.memory or 0) * MEGABYTE)

    def _hear(self, worker: _Process) -> None:
        line = worker.process.stdout.readline()
        if not line:
            self._bury(worker)
            return
        run, worker.run = worker.run, None
        content = json.loads(line)
        outcome = None if content is None else Outcome(**content)
        self.done += outcome is not None and outcome.done
        self.watch.ended(run, outcome)

    def _bury(self, worker: _Process) -> None:
        """A worker has died. If it was killed, its run gets a second chance at the end, when it has all memory."""
        self.selector.unregister(worker.process.stdout)
        self.workers.remove(worker)
        run, code = worker.run, worker.process.wait()
        if run is None:
            return
        self.deaths[run] = self.deaths.get(run, 0) + 1
        why = _why_dead(code)
        note_attempt(self.campaign, run, {"event": "lost", "state": "killed", "reason": why})
        if code in ENDED:
            # Somebody ended it: nothing is known of the run, and the same command does it again.
            self.watch.ended(run, Outcome(run, "lost", why))
        elif code == -signal.SIGKILL and self.deaths[run] < 2:
            self.watch.note(f"Run {run} was killed, perhaps for want of memory; it is done again alone, at the end.")
            self.alone.append(run)
        else:
            state = "out of memory" if code == -signal.SIGKILL else "crashed"
            outcome = Outcome(run, state, why, attempt=self.deaths[run])
            fail(self.campaign, outcome)
            self.watch.ended(run, outcome)


def _why_dead(code: int) -> str:
    if code == -signal.SIGKILL:
        return "Its process was killed: by the system for want of memory, or by somebody."
    with suppress(ValueError):
        return f"Its process was ended by {signal.Signals(-code).name}; {LOG} may say more."
    return f"Its process ended with exit code {code}; {LOG} may say more."


class _Process:
    """One worker process, and the run that it is at."""

    def __init__(self, folder: Path, again: bool) -> None:
        command = [sys.executable, "-m", "h2model.studies.executors.local", str(folder), "again" if again else ""]
        # One thread for numpy: the cores are taken by other workers.
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        with (folder / LOG).open("a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, env=environment
            )
        self.run: int | None = None

    def begin(self, run: int) -> None:
        """Give the worker a run; one that has died is noticed when its output is read."""
        self.run = run
        with suppress(BrokenPipeError):
            self.process.stdin.write(f"{run}\n")
            self.process.stdin.flush()

    def end(self) -> None:
        """Let an idle worker go, and end one that is at work."""
        if self.run is not None:
            self.process.terminate()
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            self.process.wait(10.0 if self.run is not None else None)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM end this process as Ctrl-C does: with its workers."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, interrupt)
    except ValueError:  # not the main thread, as in some notebooks
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def work(folder: str, again: bool) -> None:
    """Do the runs whose numbers come as lines of the input, until it ends; write each outcome as a line."""
    from h2model.studies.worker import Worker

    # The real output is kept for outcomes; whatever else is printed goes where errors go.
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    worker = Worker(open_campaign(folder))
    for line in sys.stdin:
        outcome = worker.run(int(line), again)
        channel.write(json.dumps(None if outcome is None else asdict(outcome)) + "\n")
        channel.flush()


def _exit_at_once(*_: object) -> None:
    # HiGHS may be at work in its thread; an ordinary exit would take its memory away and crash.
    os._exit(143)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _exit_at_once)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the leader ends its workers
    work(sys.argv[1], sys.argv[2] == "again")
