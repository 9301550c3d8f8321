"""The work of `h2model study status`, `collect`, `cancel` and `sensitivity`, on a campaign that exists."""

from __future__ import annotations

from pathlib import Path

import typer
import xarray as xr

from h2model.case import parse_yaml
from h2model.cli.common import console
from h2model.errors import Fault, H2ModelError, InputError
from h2model.studies.analysis import sensitivity
from h2model.studies.campaign import Campaign, open_campaign
from h2model.studies.collect import collect
from h2model.studies.documents import indices_document, status_document
from h2model.studies.executors import Executor, LocalExecutor, SlurmExecutor
from h2model.studies.screen import show_indices, show_status
from h2model.studies.status import Status, status_of


def campaign_status(folder: Path) -> Status:
    """Return the state of all runs; if a scheduler cannot be asked, print the reason and use the folder alone."""
    campaign = open_campaign(folder)
    active: dict[int, str] = {}
    for executor in _executors(campaign):
        try:
            executor.reconcile(campaign)
            active |= executor.active_runs(campaign)
        except H2ModelError as error:
            console(stderr=True).print(f"Cannot tell which runs are waiting: {error}", markup=False, soft_wrap=True)
    return status_of(campaign, active)


def collect_campaign(folder: Path) -> None:
    """Collect all finished runs into one file, and print its size and path."""
    campaign = open_campaign(folder)
    cube = collect(campaign)
    sizes = ", ".join(f"{name} {count}" for name, count in cube["status"].sizes.items())
    count = int((cube["status"] == "optimal").sum())
    typer.echo(f"{count} of {len(campaign)} runs have a result; {sizes}")
    show_cube(campaign, cube)


def show_cube(campaign: Campaign, cube: xr.Dataset) -> None:
    """Print the path of the cube, and the results that it does not contain."""
    left_out = cube.attrs["left_out"]
    for text in [left_out] if isinstance(left_out, str) else left_out:
        if text != "nothing":
            console(stderr=True).print(f"left out of the cube: {text}", markup=False, soft_wrap=True)
    typer.echo(str(campaign.folder / "study.nc"))


def cancel_campaign(folder: Path) -> None:
    """Stop running and waiting runs of all executors that the campaign has used."""
    campaign = open_campaign(folder)
    for executor in _executors(campaign):
        typer.echo(executor.cancel(campaign))


def sensitivity_of(folder: Path, result: str, where: list[str]) -> xr.Dataset:
    """Return the sensitivity indices of a result.

    where
        One label of each dimension of the result, written DIMENSION=LABEL.
    """
    pairs = [text.partition("=") for text in where]
    labels = {name.strip(): parse_yaml(label, f"--where {name}") for name, _, label in pairs}
    indices = sensitivity(folder, result, labels)
    free = [str(dim) for dim in indices["axis"].dims if dim != "axis"]
    free += [str(dim) for dim in indices.dims if dim not in ("axis", "other_axis")]
    if free:
        problem = f"{result} also depends on {', '.join(free)}"
        raise InputError([Fault("--where", problem, f"choose a label, such as --where {free[0]}=…")])
    return indices


def _executors(campaign: Campaign) -> list[Executor]:
    """Return the executors that this campaign has used."""
    slurm = [SlurmExecutor()] if (campaign.folder / "slurm").is_dir() else []
    return [*slurm, LocalExecutor()]


__all__ = [
    "campaign_status",
    "cancel_campaign",
    "collect_campaign",
    "indices_document",
    "sensitivity_of",
    "show_cube",
    "show_indices",
    "show_status",
    "status_document",
]
