"""Sensitivity studies: one YAML file, many runs, one Dataset; see `definition` and `campaign`.

    cube = run_study("front_2050")                       all of it, on this computer

    campaign = prepare.campaign_of("front_2050")         or step by step: a study file becomes a campaign folder,
    runs = status.runs_to_do(campaign)                   everything checked,
    executors.LocalExecutor().submit(campaign, runs)     or SlurmExecutor: the runs are done,
    cube = collect.collect(campaign)                     their results become one Dataset

What is imported by `import h2model` stays light; the rest is imported when it is used.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr

log = logging.getLogger("h2model.studies")


def run_study(
    study: str | Path, out: str | Path | None = None, workers: int | None = None, again: bool = False
) -> xr.Dataset:
    """Do all runs of a study that are not done yet, on this computer, and collect them.

    Parameters
    ----------
    study
        Name of a study (`inputs/*/studies/<name>.yaml` below the working directory), its path, or a campaign folder.
    out
        The campaign folder; `runs/<study>` by default.
    workers
        Runs at the same time; as many as cores and memory allow by default.
    again
        Whether to repeat runs that have failed.

    Returns
    -------
    The cube; see `collect.collect`. A run that has failed is not a number there, with `status` and `reason`.

    Raises
    ------
    InputError
        With every fault of study, scenario and case; or if no run has a result.
    """
    import h2model.accessor  # noqa: F401
    from h2model.studies.collect import collect
    from h2model.studies.executors import LocalExecutor
    from h2model.studies.prepare import campaign_of
    from h2model.studies.status import runs_to_do

    campaign, executor = campaign_of(study, out, log.info), LocalExecutor(workers=workers)
    executor.reconcile(campaign)
    executor.submit(campaign, runs_to_do(campaign, again=again), again)
    return collect(campaign)


def open_study(folder: str | Path, full: bool = False) -> xr.Dataset:
    """The cube of a study; or, with `full`, all results of all its runs, lazily: see `collect.open_study`."""
    import h2model.accessor  # noqa: F401
    from h2model.studies import collect

    return collect.open_study(folder, full)


def sensitivity(
    folder: str | Path, result: str = "total_cost", where: Mapping[str, object] | None = None
) -> xr.Dataset:
    """Sobol or Morris indices of a result of a collected study: see `analysis.sensitivity`."""
    import h2model.accessor  # noqa: F401
    from h2model.studies import analysis

    return analysis.sensitivity(folder, result, where)
