"""The state of a campaign: its runs by state, and the runs to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean

from h2model.studies import near_optimal
from h2model.studies.campaign import Campaign
from h2model.studies.records import BLOCKED, DONE, Outcome, finished, outcome_of

#: The seconds per run are the mean of about so many runs.
SAMPLE = 50
RUNNING, WAITING, MISSING = "running", "waiting in the queue", "missing"


@dataclass(frozen=True)
class Status:
    """Runs by state, failures with their reasons, and the mean seconds of a run (None if no run is done)."""

    campaign: Campaign
    counts: Mapping[str, int]
    failures: tuple[Outcome, ...]
    seconds_per_run: float | None

    @property
    def open(self) -> int:
        """Number of running, waiting and missing runs."""
        return sum(self.counts.get(state, 0) for state in (RUNNING, WAITING, MISSING))


def status_of(campaign: Campaign, active: Mapping[int, str]) -> Status:
    """Count the runs by state; `active` contains "running" or "waiting" by run, as executors report it."""
    done, failed = finished(campaign), finished(campaign, "failed")
    failed -= done | set(active)  # a failed run that is being repeated counts as active
    failures = tuple(outcome for run in sorted(failed) if (outcome := outcome_of(campaign, run)) is not None)
    unfinished = {run: state for run, state in active.items() if run not in done}
    counts = Counter({DONE: len(done)}) + Counter(outcome.state for outcome in failures)
    counts[RUNNING] = sum(state == "running" for state in unfinished.values())
    counts[WAITING] = len(unfinished) - counts[RUNNING]
    counts[MISSING] = len(campaign) - len(done) - len(failed) - len(unfinished)
    sampled = sorted(done)[:: max(1, len(done) // SAMPLE)]
    durations = [outcome.seconds for run in sampled if (outcome := outcome_of(campaign, run)) is not None]
    seconds = fmean(durations) if durations else None
    return Status(campaign, {state: count for state, count in counts.items() if count}, failures, seconds)


def runs_to_do(campaign: Campaign, active: Iterable[int] = (), again: bool = False) -> list[int]:
    """Return the runs that are neither done nor active nor failed; with `again`, also failed ones.

    A run blocked by other runs is always repeated, unless one of those has failed.
    """
    ended = finished(campaign)
    if not again:
        failed = finished(campaign, "failed") - ended
        for run in sorted(failed):
            outcome = outcome_of(campaign, run)
            if outcome is not None and outcome.state == BLOCKED:
                needed = near_optimal.needed_runs(campaign, run)
                failed -= set() if failed.intersection(needed) else {run}
        ended |= failed
    ended |= set(active)
    return [run for run in range(len(campaign)) if run not in ended]
