"""What a campaign notes of its dealings with Slurm, in its folder `slurm`.

submissions.jsonl   a line for every array (job, offset, bundle, tasks, memory), job that follows, and cancellation
settings.json       what submissions have asked for so far
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
from h2model.studies.definition import Slurm
from h2model.studies.records import finished, outcome_of

FOLDER = "slurm"
SUBMISSIONS = "submissions.jsonl"
SETTINGS = "settings.json"


def settings_for(campaign: Campaign, wanted: Mapping[str, Any]) -> Slurm:
    """The settings of the study, changed by all that submissions have asked for so far, and by what is wanted now."""
    try:
        return Slurm.model_validate({**campaign.study.slurm.model_dump(), **_kept(campaign), **wanted})
    except ValidationError as error:
        raise InputError(validation_faults(error, Slurm, "slurm")) from None


def keep_settings(campaign: Campaign, wanted: Mapping[str, Any]) -> None:
    """Keep what is wanted for further submissions."""
    kept = json.dumps({**_kept(campaign), **wanted})
    (campaign.folder / FOLDER / SETTINGS).write_text(kept, encoding="utf-8")


def _kept(campaign: Campaign) -> dict[str, Any]:
    path = campaign.folder / FOLDER / SETTINGS
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def note(campaign: Campaign, facts: Mapping[str, Any]) -> None:
    """Note something that was handed to Slurm, or taken back: a `job`, a `follower`, or what was `cancelled`."""
    line = json.dumps({**facts, "at": datetime.now(UTC).isoformat(timespec="seconds")})
    with (campaign.folder / FOLDER / SUBMISSIONS).open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def notes(campaign: Campaign, kind: str = "job") -> list[dict[str, Any]]:
    """What was noted of a kind (`job`, `follower` or `cancelled`), in order of time."""
    path, found = campaign.folder / FOLDER / SUBMISSIONS, []
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        with suppress(json.JSONDecodeError):  # a line that a killed process did not finish
            found.append(json.loads(line))
    return [facts for facts in found if kind in facts]


def runs_of(submission: Mapping[str, Any], task: int, count: int) -> range:
    """The runs that a task of an array does."""
    first = (submission["offset"] + task) * submission["bundle"]
    return range(first, min(first + submission["bundle"], count))


@dataclass(frozen=True)
class Ends:
    """Which runs have come to an end, as far as a submission is concerned."""

    campaign: Campaign
    done: frozenset[int]
    failed: frozenset[int]

    @classmethod
    def of(cls, campaign: Campaign) -> Ends:
        """As it is now."""
        return cls(campaign, frozenset(finished(campaign)), frozenset(finished(campaign, "failed")))

    def has(self, run: int, submission: Mapping[str, Any], task: int) -> bool:
        """Whether a run has an end. One that is done again has failed before, which is not the end of it."""
        if run not in self.failed or run in self.done or not submission["again"]:
            return run in self.done or run in self.failed
        outcome = outcome_of(self.campaign, run)
        return outcome is not None and outcome.job == f"{submission['job']}_{task}"
