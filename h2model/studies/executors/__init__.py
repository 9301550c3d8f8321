"""Executors: run a campaign on this computer, or under a scheduler such as Slurm.

An executor passes run numbers to processes equivalent to `h2model study run-one CAMPAIGN RUN…`. It knows nothing
of the content of a run, and a campaign knows nothing of executors. To add a scheduler, write a module with the four
functions of `Executor`, and add its name to `EXECUTORS`.

Supervision of jobs is our own code. `tests/studies` and `tests/slurm` check the following, and according to their
documentation neither submitit nor snakemake provides it:

- *Resumption after any kill.* The state of a run is a folder, and its worker is named by a claim. After kill -9, the
  loss of a node or of Slurm's controller, the same command continues, from any computer. In submitit, only the
  submitting process knows the run of each job, unless the caller stores it. snakemake needs a main process until the
  last job has ended; after a kill of it, a user must remove its lock and name the incomplete files.
- *Shared campaigns.* Claims distribute runs among all processes, so a laptop and a cluster can work on the same
  campaign. snakemake locks its folder for one main process. submitit does not coordinate submitters.
- *Retry with more memory*, and only for the run without enough memory: not for other runs of its bundle, not after
  other failures, and also on clusters with signal 9 as the only report. submitit requeues after preemption and
  timeouts. snakemake counts attempts after failures of any cause.
- *Identical cubes.* Results are the same to the last digit after any number of interruptions, because all workers start
  from one basis, computed once under a claim. Both tools would need our claims for it.
- *Thousands of runs in a few arrays, without a waiting process.* A task computes its runs from its own number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from h2model.studies.campaign import Campaign
from h2model.studies.executors.local import LocalExecutor
from h2model.studies.executors.slurm import SlurmExecutor


class Executor(Protocol):
    """The interface of an executor; it keeps no state between calls."""

    def submit(self, campaign: Campaign, runs: Sequence[int], again: bool) -> str:
        """Do the runs, or have them done, and return a sentence about it. `again` repeats failed runs."""

    def active_runs(self, campaign: Campaign) -> Mapping[int, str]:
        """Return all running and queued runs, each as "running" or "waiting"."""

    def reconcile(self, campaign: Campaign) -> None:
        """Find out and record the end of runs whose process was killed."""

    def cancel(self, campaign: Campaign) -> str:
        """Cancel all running and waiting runs, and return a sentence about it."""


EXECUTORS: dict[str, type[Executor]] = {"local": LocalExecutor, "slurm": SlurmExecutor}

__all__ = ["EXECUTORS", "Executor", "LocalExecutor", "SlurmExecutor"]
