"""A worker: does runs of a campaign, one after the other, in one process.

Every run is done from the campaign folder alone, so it does not matter which process does it, where, or how often. A
run that is done is not done again. Between runs a worker keeps what does not change: the tables of the case (read once
per process) and the common start.
"""

from __future__ import annotations

import os
import shutil
import socket
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import xarray as xr

from h2model import engine
from h2model.errors import AuditError, Fault, H2ModelError, InfeasibleError, InputError, SolveError, UnboundedError
from h2model.model.near_optimal import ROWS, explore
from h2model.results import folder as run_folder
from h2model.results.netcdf_file import write_netcdf
from h2model.screen.journal import Journal
from h2model.studies import near_optimal
from h2model.studies.campaign import Campaign, name_of
from h2model.studies.records import (
    BLOCKED,
    DONE,
    Outcome,
    attempts,
    claimed,
    is_alive,
    note_attempt,
    outcome_of,
    settle,
    whoami,
)
from h2model.studies.start import common_start
from h2model.workflow.loading import LoadedCase, load
from h2model.workflow.running import run as ordinary_run
from h2model.workflow.solving import audited, build, require_audit, solve_case

try:
    import resource
except ImportError:  # Windows
    resource = None

POLL_SECONDS = 0.5


class Worker:
    """Does runs of one campaign."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        self._start_journal = Journal()

    @cached_property
    def start(self) -> engine.Basis | None:
        """The common start of the campaign."""
        return common_start(self.campaign, self._start_journal)

    def run(self, run: int, again: bool = False) -> Outcome | None:
        """Do a run, unless it is done; returns what has come of it, None if another process is at work on it.

        `again` repeats a run that has failed; one that waited for another is tried anew in any case. Never raises
        because of what goes wrong within a run: see the outcome.
        """
        known = outcome_of(self.campaign, run)
        if _is_final(known, again):
            return known
        blocked = self._what_it_lacks(run)
        with claimed(self.campaign, name_of(run)) as mine:
            if not mine:
                return None
            known = outcome_of(self.campaign, run)
            if _is_final(known, again):
                return known  # somebody has finished it in the meantime
            return self._attempt(run, blocked)

    def _what_it_lacks(self, run: int) -> str:
        """Do the runs that this one needs; a sentence if one of them has no result."""
        for other in near_optimal.needed_runs(self.campaign, run):
            # One that has failed may be done again by another process at this moment.
            while (found := self.run(other)) is None or (not found.done and self._is_claimed(other)):
                time.sleep(POLL_SECONDS)
            if not found.done:
                return f"It needs {self.campaign.describe(other)}, which is {found.state}: {found.reason}"
        return ""

    def _is_claimed(self, run: int) -> bool:
        return is_alive(self.campaign.folder_of("claims", run), whoami())

    def _attempt(self, run: int, blocked: str) -> Outcome:
        began, me = time.perf_counter(), whoami()
        number = 1 + sum(note["event"] == "began" for note in attempts(self.campaign, run))
        note_attempt(self.campaign, run, {"event": "began", "attempt": number, **me})
        work = self._workplace(run)
        results, state, reason = None, DONE, ""
        try:
            if blocked:
                raise H2ModelError(blocked)
            results = self._results(run, work)
        except KeyboardInterrupt:
            shutil.rmtree(work, ignore_errors=True)
            raise
        except Exception as error:
            state, reason = _verdict(error, blocked)
        outcome = Outcome(
            run, state, reason, time.perf_counter() - began,
            results.attrs["seconds_in_solver"] if results is not None else 0.0,
            peak_megabytes(), number, me["host"], me["job"],
        )  # fmt: skip
        settle(self.campaign, outcome, work)
        return outcome

    def _workplace(self, run: int) -> Path:
        """A folder of this process's own for an attempt."""
        name = f"{name_of(run)}.{socket.gethostname()}.{os.getpid()}.part"
        work = self.campaign.folder / "attempts" / name
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        return work

    def _results(self, run: int, work: Path) -> xr.Dataset:
        """Do a run in a folder of its own; raises what goes wrong."""
        with Journal() as journal:
            journal.open(work / run_folder.LOG)
            journal.phase(f"reading {self.campaign.describe(run)} of {self.campaign.folder.name}", "reading")
            case = load(self.campaign.base, self.campaign.changes(run))
            (work / run_folder.SCENARIO).write_text(case.scenario.to_text(), encoding="utf-8")
            journal.phase("building the model", "building")
            results = audited(self._solved(run, case, journal), case.data, journal)
            require_audit(results)
            results.attrs |= {"study": self.campaign.facts["name"], "run": run}
            journal.phase(f"writing {run_folder.RESULTS}", "writing")
            write_netcdf(results, work / run_folder.RESULTS)
            journal.line(f"done after {journal.total():.1f} s")
        return results

    def _solved(self, run: int, case: LoadedCase, journal: Journal) -> xr.Dataset:
        model, options = build(case.data), case.solver_options
        if near_optimal.is_optimum(self.campaign, run):
            return solve_case(case, model, journal, replace(options, start=self.start))
        needed = near_optimal.needed_runs(self.campaign, run)
        before = [xr.load_dataset(self.campaign.folder_of("runs", n) / run_folder.RESULTS) for n in needed]
        weights = near_optimal.weights(self.campaign, run, before)
        explore(model, weights, near_optimal.most_cost(self.campaign, run, before[0]))
        start = None if self.start is None else self.start.with_slack_rows(ROWS)
        return near_optimal.as_plan(solve_case(case, model, journal, replace(options, start=start)))


def repeat(campaign: Campaign, runs: Sequence[int], out: Path) -> Path:
    """Do one run once more as an ordinary run, with a run folder of its own that also holds the inputs.

    Raises InputError for more than one run, and for near-optimal plans, which are no ordinary runs.
    """
    if len(runs) != 1 or not near_optimal.is_optimum(campaign, runs[0]):
        problem = "is more than one run" if len(runs) != 1 else "is a near-optimal plan, no ordinary run"
        raise InputError([Fault("--out", f"{', '.join(map(str, runs))} {problem}", "name one ordinary run")])
    results = ordinary_run(campaign.base, out, campaign.changes(runs[0]))
    return Path(results.encoding["source"])


def _verdict(error: Exception, blocked: str) -> tuple[str, str]:
    """The state of a run that ended with an error, and why in words."""
    if blocked:
        return BLOCKED, blocked
    text = "\n".join([str(error), *getattr(error, "__notes__", ())])
    kinds = {
        InputError: "refused",
        AuditError: "audit failed",
        InfeasibleError: "infeasible",
        UnboundedError: "unbounded",
        SolveError: "unfinished",
        MemoryError: "out of memory",
    }
    for kind, state in kinds.items():
        if isinstance(error, kind):
            return state, text or "the memory did not suffice"
    if isinstance(error, H2ModelError):
        return "crashed", text
    return "crashed", "".join(traceback.format_exception_only(error)).strip()


def _is_final(known: Outcome | None, again: bool) -> bool:
    """Whether what is known of a run is the answer."""
    return known is not None and (known.done or not (again or known.state == BLOCKED))


def peak_megabytes() -> float:
    """The most memory that this process has used so far, in MB; 0 where the system does not tell."""
    if resource is None:
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024.0**2 if sys.platform == "darwin" else 1024.0)
