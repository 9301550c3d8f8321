"""A worker process, as the local executor sees it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from h2model.studies.records import Outcome

LOG = "workers.log"
#: Exit codes of a process that was asked to end: by the signal itself, or by a handler.
TERMINATED = (-signal.SIGTERM, 128 + signal.SIGTERM)
TERMINATE_SECONDS = 10.0


class WorkerProcess:
    """A process for one run after another; `run` is the current one."""

    def __init__(self, folder: Path, again: bool) -> None:
        command = [
            sys.executable, "-m", "h2model.studies.executors.worker_main", str(folder), "again" if again else ""
        ]  # fmt: skip
        # One thread for numpy: other workers use the other cores.
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        with (folder / LOG).open("a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, env=environment
            )
        self.run: int | None = None

    def begin(self, run: int) -> None:
        """Pass a run to the process. If it has been killed, the next `read_outcome` raises EOFError."""
        self.run = run
        with suppress(BrokenPipeError):
            self.process.stdin.write(f"{run}\n")
            self.process.stdin.flush()

    def read_outcome(self) -> Outcome | None:
        """Return the outcome of the run, None if another process works on it; raises EOFError if the process ended."""
        line = self.process.stdout.readline()
        if not line:
            raise EOFError
        self.run = None
        content = json.loads(line)
        return None if content is None else Outcome(**content)

    def end(self) -> None:
        """End the process; during a run it is terminated, and killed after 10 seconds."""
        if self.run is not None:
            self.process.terminate()
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            self.process.wait(TERMINATE_SECONDS if self.run is not None else None)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def reason_of_exit(code: int) -> str:
    """Return a sentence about the exit code of a process."""
    if code == -signal.SIGKILL:
        return "Its process was killed, either by the system because memory ran out, or by a user."
    with suppress(ValueError):
        return f"Its process was ended by {signal.Signals(-code).name}; see {LOG}."
    return f"Its process ended with exit code {code}; see {LOG}."
