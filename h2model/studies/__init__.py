"""Sensitivity studies: one YAML file, many runs, one Dataset; see `definition` and `campaign`.

    campaign = prepare.campaign_of("cap_and_costs")      the study file becomes a campaign folder, everything checked
    executors.LocalExecutor().submit(campaign, runs)     or SlurmExecutor: the runs are done
    cube = collect.collect(campaign)                     their results as one Dataset

What is imported by `import h2model` stays light; the rest is imported when it is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr


def open_study(folder: str | Path, full: bool = False) -> xr.Dataset:
    """The cube of a study; or, with `full`, all results of all its runs, lazily: see `collect.open_study`."""
    from h2model.studies import collect

    return collect.open_study(folder, full)


def sensitivity(
    folder: str | Path, result: str = "total_cost", where: Mapping[str, object] | None = None
) -> xr.Dataset:
    """Sobol or Morris indices of a result of a collected study: see `analysis.sensitivity`."""
    from h2model.studies import analysis

    return analysis.sensitivity(folder, result, where)
