"""Local executor: worker processes on the cores of this computer, as many as memory allows.

If a worker is killed, for example by the system because memory ran out, only its current run is lost.
"""

from __future__ import annotations

import os
import selectors
import signal
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil

from h2model.progress import NullObserver, Observer
from h2model.studies.campaign import Campaign
from h2model.studies.claims import ProcessIdentity, claimed, is_alive, process_identity, remove_leftovers, running_runs
from h2model.studies.executors.worker_process import TERMINATED, WorkerProcess, reason_of_exit
from h2model.studies.progress import RunProgress
from h2model.studies.records import Outcome, mark_failed, note_attempt

DRIVER = "driver"
MEGABYTE = 1024.0**2
#: Memory of a run in MB if the study does not state it.
ASSUMED_MEMORY = 1000
#: Share of the memory that must be free before another run begins.
FREE_SHARE = 0.1
POLL_SECONDS = 1.0


@dataclass
class LocalExecutor:
    """Runs on this computer. `submit` returns when all runs have ended; it reports to `observer` meanwhile."""

    observer: Observer = field(default_factory=NullObserver)
    workers: int | None = None

    def submit(self, campaign: Campaign, runs: Sequence[int], again: bool = False) -> str:
        """Do the runs and return a sentence about them. KeyboardInterrupt ends all workers; finished runs are kept."""
        with claimed(campaign, DRIVER) as is_first, _sigterm_as_interrupt():
            if not is_first:
                self.observer.note("Another process also works on this campaign; the runs are shared.")
            pool = _Pool(campaign, self.observer, self.worker_count(campaign), again)
            done = pool.do(runs)
        return f"{done} of {len(runs)} runs have a result"

    def active_runs(self, campaign: Campaign) -> Mapping[int, str]:
        """Return all runs claimed by workers on any computer, each as "running"."""
        return dict.fromkeys(running_runs(campaign), "running")

    def reconcile(self, campaign: Campaign) -> None:
        """Delete the leftovers of killed processes, so their runs count as missing."""
        remove_leftovers(campaign)

    def cancel(self, campaign: Campaign) -> str:
        """End the process of this campaign on this computer, and its workers."""
        identity, claim = process_identity(), campaign.folder / "claims" / DRIVER
        if not is_alive(claim, identity):
            return "no process on this computer runs this campaign"
        owner = ProcessIdentity.read(claim)
        if owner.host != identity.host:
            return f"process {owner.pid} on {owner.host} runs this campaign; cancel it there"
        os.kill(owner.pid, signal.SIGTERM)
        return f"process {owner.pid} and its workers were ended"

    def worker_count(self, campaign: Campaign) -> int:
        """Return the requested number of workers, or as many as cores and memory allow."""
        study = campaign.study
        requested = self.workers or study.local.workers
        if requested:
            return requested
        need = study.local.memory or ASSUMED_MEMORY
        by_memory = int(psutil.virtual_memory().available / MEGABYTE / need)
        return max(1, min(cores() // study.threads, by_memory))


def cores() -> int:
    """Return the number of processor cores available to this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Pool:
    """The workers of one call of `submit`."""

    def __init__(self, campaign: Campaign, observer: Observer, size: int, again: bool) -> None:
        self.campaign, self.observer, self.size, self.again = campaign, observer, size, again
        self.selector = selectors.DefaultSelector()
        self.workers: list[WorkerProcess] = []
        self.losses: dict[int, int] = {}
        self.waiting: deque[int] = deque()
        #: Runs whose worker was killed; they are repeated at the end, one at a time, with all memory.
        self.alone: deque[int] = deque()
        self.progress = RunProgress(observer, 0)
        self.done = 0

    def do(self, runs: Sequence[int]) -> int:
        """Do all runs, and return how many have a result."""
        self.waiting, self.progress = deque(runs), RunProgress(self.observer, len(runs))
        try:
            while self.waiting or self.alone or self._is_busy():
                if not self.waiting and not self._is_busy():
                    self.size = 1
                    self.waiting.append(self.alone.popleft())
                self._assign()
                for key, _ in self.selector.select(POLL_SECONDS):
                    self._receive(key.data)
        finally:
            for worker in self.workers:
                worker.end()
        return self.done

    def _is_busy(self) -> bool:
        return any(worker.run is not None for worker in self.workers)

    def _assign(self) -> None:
        """Pass waiting runs to idle workers, and start more workers, while memory allows."""
        for worker in self.workers:
            if worker.run is None and self.waiting and self._has_memory():
                self._begin(worker)
        while self.waiting and len(self.workers) < self.size and self._has_memory():
            worker = WorkerProcess(self.campaign.folder, self.again)
            self.workers.append(worker)
            self.selector.register(worker.process.stdout, selectors.EVENT_READ, worker)
            self._begin(worker)

    def _begin(self, worker: WorkerProcess) -> None:
        run = self.waiting.popleft()
        worker.begin(run)
        self.progress.begin(run)

    def _has_memory(self) -> bool:
        """Return whether another run may begin; without other runs it always may."""
        if not self._is_busy():
            return True
        memory = psutil.virtual_memory()
        return memory.available > max(FREE_SHARE * memory.total, (self.campaign.study.local.memory or 0) * MEGABYTE)

    def _receive(self, worker: WorkerProcess) -> None:
        """Take the outcome of a worker, or remove an ended worker."""
        run = worker.run
        try:
            outcome = worker.read_outcome()
        except EOFError:
            self.selector.unregister(worker.process.stdout)
            self.workers.remove(worker)
            code = worker.process.wait()
            if run is not None:
                self._record_loss(run, code)
            return
        self.done += outcome is not None and outcome.done
        self.progress.end(run, outcome)

    def _record_loss(self, run: int, code: int) -> None:
        """Record the end of the worker of a run, and repeat the run once if the worker was killed."""
        self.losses[run] = self.losses.get(run, 0) + 1
        reason = reason_of_exit(code)
        note_attempt(self.campaign, run, {"event": "lost", "state": "killed", "reason": reason})
        if code in TERMINATED:
            # A user or a shutdown ended the worker. The run itself is not to blame, and stays missing.
            self.progress.end(run, Outcome(run, "lost", reason))
        elif code == -signal.SIGKILL and self.losses[run] < 2:
            self.observer.note(
                f"Run {run} was killed, perhaps because memory ran out; it is repeated alone at the end."
            )
            self.alone.append(run)
        else:
            state = "out of memory" if code == -signal.SIGKILL else "crashed"
            outcome = Outcome(run, state, reason, attempt=self.losses[run])
            mark_failed(self.campaign, outcome)
            self.progress.end(run, outcome)


@contextmanager
def _sigterm_as_interrupt() -> Iterator[None]:
    """Handle SIGTERM like Ctrl-C, to end workers too."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, interrupt)
    except ValueError:  # some notebooks run outside of the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
