"""How a campaign stands, and which of its runs are to be done next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean

from h2model.studies import near_optimal
from h2model.studies.campaign import Campaign
from h2model.studies.records import BLOCKED, DONE, Outcome, finished, outcome_of

# So many runs say how long one takes.
SAMPLE = 50
RUNNING, WAITING, MISSING = "running", "waiting in the queue", "missing"


@dataclass(frozen=True)
class Status:
    """Runs by state, failures with their reasons, and how long a run takes (seconds; None if none is done yet)."""

    campaign: Campaign
    counts: Mapping[str, int]
    failures: tuple[Outcome, ...]
    seconds_per_run: float | None

    @property
    def open(self) -> int:
        """Runs that have come to no end yet."""
        return sum(self.counts.get(state, 0) for state in (RUNNING, WAITING, MISSING))


def status_of(campaign: Campaign, in_hand: Mapping[int, str]) -> Status:
    """Count the runs; `in_hand` are those that executors are at work on or will come to."""
    done, failed = finished(campaign), finished(campaign, "failed")
    failed -= done | set(in_hand)  # one that is done again has not come to its end
    failures = tuple(found for run in sorted(failed) if (found := outcome_of(campaign, run)) is not None)
    under_way = {run: word for run, word in in_hand.items() if run not in done}
    counts = Counter({DONE: len(done)}) + Counter(outcome.state for outcome in failures)
    counts[RUNNING] = sum(word == "running" for word in under_way.values())
    counts[WAITING] = len(under_way) - counts[RUNNING]
    counts[MISSING] = len(campaign) - len(done) - len(failed) - len(under_way)
    some = [found for run in sorted(done)[:: max(1, len(done) // SAMPLE)] if (found := outcome_of(campaign, run))]
    seconds = fmean(outcome.seconds for outcome in some) if some else None
    return Status(campaign, {state: count for state, count in counts.items() if count}, failures, seconds)


def runs_to_do(campaign: Campaign, in_hand: Iterable[int] = (), again: bool = False) -> list[int]:
    """The runs without result that are in nobody's hands and have not failed; with `again`, failures too.

    A run that waited for others is done again in any case, unless those have failed for good.
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
    ended |= set(in_hand)
    return [run for run in range(len(campaign)) if run not in ended]
