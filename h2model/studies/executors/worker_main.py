"""The main program of a worker process: it reads run numbers from its input and writes outcomes, a line each."""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import asdict
from types import FrameType

from h2model.studies.campaign import open_campaign
from h2model.studies.worker import Worker


def work(folder: str, again: bool) -> None:
    """Do the runs of the input, and write each outcome to the output, until the input ends."""
    # Only outcomes go to the real output. Everything else that is printed goes to the error output.
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    worker = Worker(open_campaign(folder))
    for line in sys.stdin:
        outcome = worker.run(int(line), again)
        channel.write(json.dumps(None if outcome is None else asdict(outcome)) + "\n")
        channel.flush()


def exit_at_once(number: int, frame: FrameType | None) -> None:
    """End this process without cleaning up, on SIGTERM."""
    # HiGHS may be solving in a thread. An ordinary exit would free its memory and crash.
    os._exit(128 + signal.SIGTERM)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, exit_at_once)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the executor ends its workers
    work(sys.argv[1], sys.argv[2] == "again")
