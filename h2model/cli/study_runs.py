"""The work of `h2model study run`, `submit` and `run-one`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from h2model.case import did_you_mean
from h2model.cli.common import PARTLY_FAILED, STOPPED_BY_USER, console
from h2model.cli.study_campaigns import show_cube
from h2model.errors import Fault, InputError
from h2model.studies.campaign import Campaign, open_campaign
from h2model.studies.collect import collect
from h2model.studies.executors import EXECUTORS, LocalExecutor, SlurmExecutor
from h2model.studies.executors.ranges import parse_ranges
from h2model.studies.prepare import campaign_of
from h2model.studies.progress import first_line
from h2model.studies.screen import StudyProgress, show_status
from h2model.studies.status import runs_to_do, status_of
from h2model.studies.worker import Worker, repeat


def run_study(study: str, on: str, out: Path | None, workers: int | None, again: bool) -> None:
    """Do all unfinished runs of a study on this computer and collect them, or submit them."""
    if on not in EXECUTORS:
        raise InputError([Fault(f"--on {on}", "is not a place to run", did_you_mean(on, EXECUTORS))])
    if on != "local":
        submit_study(study, out, {}, again, then_collect=True)
        return
    campaign, executor = _campaign(study, out), LocalExecutor(workers=workers)
    executor.reconcile(campaign)
    runs = runs_to_do(campaign, again=again)
    if runs:
        try:
            with StudyProgress(console(stderr=True)) as executor.observer:
                executor.submit(campaign, runs, again)
        except KeyboardInterrupt:
            typer.echo("Stopped. Finished runs are kept; the same command continues from there.", err=True)
            raise typer.Exit(STOPPED_BY_USER) from None
    status = status_of(campaign, executor.active_runs(campaign))
    show_status(console(), status)
    if status.counts.get("optimal"):
        show_cube(campaign, collect(campaign))
    if status.counts.get("optimal", 0) < len(campaign):
        raise typer.Exit(PARTLY_FAILED)


def submit_study(study: str, out: Path | None, options: dict[str, Any], again: bool, then_collect: bool) -> None:
    """Submit all unfinished runs of a study to Slurm; collect them if all are done and `then_collect` asks for it."""
    campaign, executor = _campaign(study, out), SlurmExecutor(options, then_collect)
    executor.reconcile(campaign)
    active = executor.active_runs(campaign)
    runs = runs_to_do(campaign, active, again)
    if runs or not then_collect:
        typer.echo(executor.submit(campaign, runs, again))
    elif active:
        typer.echo(executor.follow(campaign))
    else:
        show_cube(campaign, collect(campaign))


def do_runs(folder: Path, text: str, again: bool, out: Path | None) -> None:
    """Do the runs whose numbers a text lists; or repeat one of them as an ordinary run in `out`."""
    campaign = open_campaign(folder)
    runs = _numbers(text, len(campaign))
    if out is not None:
        typer.echo(str(repeat(campaign, runs, out)))
        return
    worker = Worker(campaign)
    for run in runs:
        outcome = worker.run(run, again)
        if outcome is None:
            typer.echo(f"run {run}: another process works on it")
        else:
            why = f": {first_line(outcome.reason)}" if outcome.reason else ""
            typer.echo(f"run {run}: {outcome.state}, {outcome.seconds:.1f} s{why}")


def _campaign(study: str, out: Path | None) -> Campaign:
    return campaign_of(study, out, StudyProgress(console(stderr=True)))


def _numbers(text: str, count: int) -> list[int]:
    try:
        runs = parse_ranges(text)
    except ValueError:
        raise InputError([Fault(f"RUNS {text}", "must be numbers of runs", "write such as 7 or 0-3,9")]) from None
    unknown = [run for run in runs if not 0 <= run < count]
    if unknown:
        raise InputError([Fault(f"RUNS {text}", f"there is no run {unknown[0]}", f"choose from 0 to {count - 1}")])
    return runs
