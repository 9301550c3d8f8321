"""Executors: where the runs of a campaign are done.

An executor hands run numbers to processes that each call `h2model study run-one CAMPAIGN RUN…`, and knows nothing of
what a run is; a campaign knows nothing of executors. Another scheduler is one more module with these four functions,
and a name in `EXECUTORS`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from h2model.studies.campaign import Campaign
from h2model.studies.executors.local import LocalExecutor
from h2model.studies.executors.slurm import SlurmExecutor


class Executor(Protocol):
    """What an executor can do; each takes a campaign and keeps nothing in memory between calls."""

    def submit(self, campaign: Campaign, runs: Sequence[int], again: bool) -> str:
        """Do the runs, or have them done; a sentence about it. `again` repeats what has failed."""

    def in_hand(self, campaign: Campaign) -> Mapping[int, str]:
        """The runs that it is at work on or will come to, each as "running" or "waiting"."""

    def reconcile(self, campaign: Campaign) -> None:
        """Find out, and record, what became of runs whose process is gone."""

    def cancel(self, campaign: Campaign) -> str:
        """End what is running or waiting; a sentence about it."""


EXECUTORS: dict[str, type[Executor]] = {"local": LocalExecutor, "slurm": SlurmExecutor}

__all__ = ["EXECUTORS", "Executor", "LocalExecutor", "SlurmExecutor"]
