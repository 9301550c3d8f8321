"""Notes of a campaign about its submissions to Slurm, in its folder `slurm`.

submissions.jsonl   a line for every array (job, offset, bundle, tasks, memory), follower and cancellation
settings.json       the settings of all submissions so far
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from h2model.case import validation_faults
from h2model.errors import InputError
from h2model.studies.campaign import Campaign
from h2model.studies.records import finished, outcome_of
from h2model.studies.resources import Slurm

FOLDER = "slurm"
SUBMISSIONS = "submissions.jsonl"
SETTINGS = "settings.json"


def settings_for(campaign: Campaign, settings: Mapping[str, Any]) -> Slurm:
    """Return the settings of the study, overridden by those of earlier submissions and by `settings`."""
    try:
        return Slurm.model_validate({**campaign.study.slurm.model_dump(), **_kept(campaign), **settings})
    except ValidationError as error:
        raise InputError(validation_faults(error, Slurm, "slurm")) from None


def keep_settings(campaign: Campaign, settings: Mapping[str, Any]) -> None:
    """Keep settings for later submissions."""
    kept = json.dumps({**_kept(campaign), **settings})
    (campaign.folder / FOLDER / SETTINGS).write_text(kept, encoding="utf-8")


def _kept(campaign: Campaign) -> dict[str, Any]:
    path = campaign.folder / FOLDER / SETTINGS
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def add_note(campaign: Campaign, facts: Mapping[str, Any]) -> None:
    """Append a note with the time: about a `job`, a `follower`, or `cancelled` jobs."""
    line = json.dumps({**facts, "at": datetime.now(UTC).isoformat(timespec="seconds")})
    with (campaign.folder / FOLDER / SUBMISSIONS).open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def notes(campaign: Campaign, kind: str = "job") -> list[dict[str, Any]]:
    """Return all notes of a kind (`job`, `follower` or `cancelled`), in order of time."""
    path, entries = campaign.folder / FOLDER / SUBMISSIONS, []
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        with suppress(json.JSONDecodeError):  # the line of a process that was killed while writing
            entries.append(json.loads(line))
    return [facts for facts in entries if kind in facts]


def runs_of(submission: Mapping[str, Any], task: int, count: int) -> range:
    """Return the runs of a task of an array."""
    first = (submission["offset"] + task) * submission["bundle"]
    return range(first, min(first + submission["bundle"], count))


@dataclass(frozen=True)
class EndedRuns:
    """The ended runs, seen from a submission."""

    campaign: Campaign
    done: frozenset[int]
    failed: frozenset[int]

    @classmethod
    def of(cls, campaign: Campaign) -> EndedRuns:
        """Read the current state of a campaign."""
        return cls(campaign, frozenset(finished(campaign)), frozenset(finished(campaign, "failed")))

    def include(self, run: int, submission: Mapping[str, Any], task: int) -> bool:
        """Return whether a run of a submission has ended. An earlier failure of a repeated run does not count."""
        if run not in self.failed or run in self.done or not submission["again"]:
            return run in self.done or run in self.failed
        outcome = outcome_of(self.campaign, run)
        return outcome is not None and outcome.job == f"{submission['job']}_{task}"
