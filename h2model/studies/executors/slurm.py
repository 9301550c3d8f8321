"""Slurm executor: the missing runs of a campaign as job arrays. No process waits for them.

Four other modules belong to it: `slurm_arrays` composes the arrays, `slurm_commands` calls Slurm, `slurm_notes` records
the submissions, and `slurm_losses` finds out how tasks have ended.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from h2model.errors import H2ModelError
from h2model.studies.campaign import Campaign
from h2model.studies.executors.slurm_arrays import (
    array_options,
    array_script,
    array_submissions,
    follower_options,
    follower_script,
)
from h2model.studies.executors.slurm_commands import WAITING, queue, sbatch, scancel
from h2model.studies.executors.slurm_losses import record_losses
from h2model.studies.executors.slurm_notes import (
    FOLDER,
    EndedRuns,
    add_note,
    keep_settings,
    notes,
    runs_of,
    settings_for,
)
from h2model.studies.resources import Slurm


@dataclass
class SlurmExecutor:
    """Runs as job arrays.

    `settings` take precedence over those of the study, also for later submissions. `then_collect` adds a follower: a
    job to resubmit lost runs when all tasks have ended, or to collect the results.
    """

    settings: Mapping[str, Any] = field(default_factory=dict)
    then_collect: bool = False

    def submit(self, campaign: Campaign, runs: Sequence[int], again: bool = False) -> str:
        """Submit the runs, grouped by memory, and return a sentence about them.

        Raises H2ModelError if Slurm refuses some or all arrays; accepted ones are recorded.
        """
        settings = settings_for(campaign, self.settings)
        (campaign.folder / FOLDER).mkdir(exist_ok=True)
        submissions = array_submissions(campaign, runs, settings, again)
        accepted, refusal = _submit_arrays(campaign, submissions, settings)
        jobs, count = [job["job"] for job in accepted], sum(job["runs"] for job in accepted)
        if not jobs:
            if refusal is not None:
                raise refusal
            return "no runs to submit to Slurm"
        keep_settings(campaign, self.settings)
        if self.then_collect:
            refusal = _submit_follower(campaign, jobs, settings) or refusal
        if refusal is not None:
            raise H2ModelError(
                f"{count} of {len(runs)} runs were submitted to Slurm as {_listed(jobs)}; the rest was refused: "
                f"{refusal}\nRepeat the command when these have ended. With --bundle, there are fewer tasks."
            )
        return f"{count} runs were submitted to Slurm as {_listed(jobs)}"

    def follow(self, campaign: Campaign) -> str:
        """Add a follower to the jobs in the queue, and return a sentence about it."""
        waiting, this_job = queue(), os.environ.get("SLURM_JOB_ID")
        followers = [entry["follower"] for entry in notes(campaign, "follower") if entry["follower"] != this_job]
        if any(follower in waiting for follower in followers):
            return "a job that resubmits or collects is already waiting"
        jobs = [entry["job"] for entry in notes(campaign) if entry["job"] in waiting]
        refusal = _submit_follower(campaign, jobs, settings_for(campaign, self.settings))
        if refusal is not None:
            raise refusal
        return f"a job follows {_listed(jobs)} to resubmit or collect"

    def active_runs(self, campaign: Campaign) -> Mapping[int, str]:
        """Return all unfinished runs of the tasks in Slurm's queue, each as "running" or "waiting"."""
        submissions = notes(campaign)
        if not submissions:
            return {}
        tasks, ended = queue(), EndedRuns.of(campaign)
        active: dict[int, str] = {}
        for submission in submissions:
            for task, state in tasks.get(submission["job"], {}).items():
                word = "waiting" if state in WAITING else "running"
                runs = runs_of(submission, task, len(campaign))
                active |= {run: word for run in runs if not ended.include(run, submission, task)}
        return active

    def reconcile(self, campaign: Campaign) -> None:
        """Record how the runs were lost whose task has ended without an outcome."""
        if notes(campaign):
            record_losses(campaign, self.active_runs(campaign))

    def cancel(self, campaign: Campaign) -> str:
        """Cancel all tasks of this campaign; followers first, because they would resubmit the runs."""
        cancelled: list[str] = []
        for kind in ("follower", "job"):
            waiting = queue()
            active = [entry[kind] for entry in notes(campaign, kind) if entry[kind] in waiting]
            if active:
                add_note(campaign, {"cancelled": active})
                scancel(active)
                cancelled += active
        return f"{_listed(cancelled)} cancelled" if cancelled else "Slurm's queue has no task of this campaign"


def _submit_arrays(
    campaign: Campaign, submissions: Sequence[Mapping[str, Any]], settings: Slurm
) -> tuple[list[Mapping[str, Any]], H2ModelError | None]:
    """Submit arrays until Slurm refuses one; return the accepted ones, recorded one by one, and the refusal."""
    accepted = []
    for submission in submissions:
        try:
            job = sbatch(array_options(campaign, submission, settings), array_script(campaign, submission, settings))
        except H2ModelError as error:
            if "submit limit" in str(error):
                error.add_note("With --bundle, a task does several runs, so that there are fewer tasks.")
            return accepted, error
        accepted.append({"job": job, **submission})
        add_note(campaign, accepted[-1])
    return accepted, None


def _submit_follower(campaign: Campaign, jobs: Sequence[str], settings: Slurm) -> H2ModelError | None:
    """Submit a job to start when all tasks have ended, with or without success; return the refusal of Slurm."""
    try:
        job = sbatch(follower_options(campaign, jobs, settings), follower_script(campaign, settings))
    except H2ModelError as error:
        return error
    add_note(campaign, {"follower": job})
    return None


def _listed(jobs: Sequence[str]) -> str:
    return f"job{'s' * (len(jobs) != 1)} {', '.join(jobs)}"
