"""Run a whole study on this computer."""

from __future__ import annotations

import logging
from pathlib import Path

import xarray as xr

from h2model.progress import NullObserver
from h2model.studies.collect import collect
from h2model.studies.executors import LocalExecutor
from h2model.studies.prepare import campaign_of
from h2model.studies.status import runs_to_do

log = logging.getLogger("h2model.studies")


class LogNotes(NullObserver):
    """Write notes to the log `h2model.studies`."""

    def note(self, text: str) -> None:
        """Log a message."""
        log.info(text)


def run_study(
    study: str | Path, out: str | Path | None = None, workers: int | None = None, again: bool = False
) -> xr.Dataset:
    """Do all unfinished runs of a study on this computer, and collect the results.

    Parameters
    ----------
    study
        Name of a study (`inputs/*/studies/<name>.yaml` below the working directory), its path, or a campaign folder.
    out
        The campaign folder; `runs/<study>` by default.
    workers
        Runs at the same time; as many as cores and memory allow by default.
    again
        Whether to repeat failed runs.

    Returns
    -------
    The cube; see `collect.collect`. A failed run is NaN there, and has a `status` and a `reason`.

    Raises
    ------
    InputError
        With every fault of study, scenario and case; or if no run has a result.
    """
    campaign, executor = campaign_of(study, out, LogNotes()), LocalExecutor(workers=workers)
    executor.reconcile(campaign)
    executor.submit(campaign, runs_to_do(campaign, again=again), again)
    return collect(campaign)
