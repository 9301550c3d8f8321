"""A worker does runs of a campaign, one after another, in one process.

A run depends only on the campaign folder, so any process on any computer can do it, also repeatedly. A finished
run is skipped. Between runs a worker keeps the tables of the case and the common start in memory.
"""

from __future__ import annotations

import shutil
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

try:
    import resource
except ImportError:  # Windows
    resource = None

import xarray as xr

from h2model import engine
from h2model.errors import AuditError, Fault, H2ModelError, InfeasibleError, InputError, SolveError, UnboundedError
from h2model.model.near_optimal import ROWS, explore
from h2model.results import folder as run_folder
from h2model.results.netcdf_file import write_netcdf
from h2model.screen.journal import Journal
from h2model.studies import near_optimal
from h2model.studies.campaign import Campaign, name_of
from h2model.studies.claims import claimed, is_alive, process_identity
from h2model.studies.records import (
    BLOCKED,
    DONE,
    Outcome,
    attempt_folder,
    attempts,
    note_attempt,
    outcome_of,
    store_outcome,
)
from h2model.studies.start import common_start
from h2model.workflow.loading import LoadedCase, load
from h2model.workflow.running import run as ordinary_run
from h2model.workflow.solving import audited, build, require_audit, solve_case

POLL_SECONDS = 0.5


class Worker:
    """Do runs of one campaign."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        self._start_journal = Journal()

    @cached_property
    def start(self) -> engine.Basis | None:
        """The common start of the campaign."""
        return common_start(self.campaign, self._start_journal)

    def run(self, run: int, again: bool = False) -> Outcome | None:
        """Do a run unless it is done, and return its outcome; None if another process works on it.

        `again` repeats a failed run. A run blocked by another one is always repeated. Errors within the run are
        not raised; the outcome describes them.
        """
        outcome = outcome_of(self.campaign, run)
        if _is_final(outcome, again):
            return outcome
        blocked = self._do_needed_runs(run)
        with claimed(self.campaign, name_of(run)) as is_claimed:
            if not is_claimed:
                return None
            outcome = outcome_of(self.campaign, run)
            if _is_final(outcome, again):
                return outcome  # another process has finished the run in the meantime
            return self._attempt(run, blocked)

    def _do_needed_runs(self, run: int) -> str:
        """Do the runs needed by a run; return the reason if one of them has no result, otherwise ""."""
        identity = process_identity()
        for needed in near_optimal.needed_runs(self.campaign, run):
            claim = self.campaign.folder_of("claims", needed)
            # Another process may be repeating a failed run at this moment.
            while (outcome := self.run(needed)) is None or (not outcome.done and is_alive(claim, identity)):
                time.sleep(POLL_SECONDS)
            if not outcome.done:
                return f"It needs {self.campaign.describe(needed)}, which is {outcome.state}: {outcome.reason}"
        return ""

    def _attempt(self, run: int, blocked: str) -> Outcome:
        """Do a claimed run, and store its outcome."""
        started, identity = time.perf_counter(), process_identity()
        number = 1 + sum(note["event"] == "began" for note in attempts(self.campaign, run))
        note_attempt(self.campaign, run, {"event": "began", "attempt": number, **identity.to_record()})
        folder = attempt_folder(self.campaign, run)
        results, state, reason = None, DONE, ""
        try:
            if blocked:
                raise H2ModelError(blocked)
            results = self._results(run, folder)
        except KeyboardInterrupt:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        except Exception as error:
            state, reason = (BLOCKED, blocked) if blocked else _state_after(error)
        outcome = Outcome(
            run, state, reason, time.perf_counter() - started,
            results.attrs["seconds_in_solver"] if results is not None else 0.0,
            peak_megabytes(), number, identity.host, identity.job,
        )  # fmt: skip
        store_outcome(self.campaign, outcome, folder)
        return outcome

    def _results(self, run: int, folder: Path) -> xr.Dataset:
        """Compute the results of a run and write them to a folder; raises all errors."""
        with Journal() as journal:
            journal.open(folder / run_folder.LOG)
            journal.phase(f"reading {self.campaign.describe(run)} of {self.campaign.folder.name}", "reading")
            case = load(self.campaign.base, self.campaign.changes(run))
            (folder / run_folder.SCENARIO).write_text(case.scenario.to_text(), encoding="utf-8")
            journal.phase("building the model", "building")
            results = audited(self._solved(run, case, journal), case.data, journal)
            require_audit(results)
            results.attrs |= {"study": self.campaign.facts["name"], "run": run}
            journal.phase(f"writing {run_folder.RESULTS}", "writing")
            write_netcdf(results, folder / run_folder.RESULTS)
            journal.line(f"done after {journal.total():.1f} s")
        return results

    def _solved(self, run: int, case: LoadedCase, journal: Journal) -> xr.Dataset:
        """Solve a run, for a near-optimal plan with the objective and the limit of its cost."""
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
    """Repeat one run as an ordinary run, in a run folder with inputs; return the path of its results.

    Raises InputError for several runs, and for near-optimal plans, since an ordinary run cannot compute them.
    """
    if len(runs) != 1 or not near_optimal.is_optimum(campaign, runs[0]):
        problem = "is more than one run" if len(runs) != 1 else "is a near-optimal plan and not an ordinary run"
        raise InputError([Fault("--out", f"{', '.join(map(str, runs))} {problem}", "use one ordinary run")])
    results = ordinary_run(campaign.base, out, campaign.changes(runs[0]))
    return Path(results.encoding["source"])


def _state_after(error: Exception) -> tuple[str, str]:
    """Return the state of a run after an error, and the reason."""
    text = "\n".join([str(error), *getattr(error, "__notes__", ())])
    states = {
        InputError: "refused",
        AuditError: "audit failed",
        InfeasibleError: "infeasible",
        UnboundedError: "unbounded",
        SolveError: "unfinished",
        MemoryError: "out of memory",
    }
    for kind, state in states.items():
        if isinstance(error, kind):
            return state, text or "the memory was not sufficient"
    if isinstance(error, H2ModelError):
        return "crashed", text
    return "crashed", "".join(traceback.format_exception_only(error)).strip()


def _is_final(outcome: Outcome | None, again: bool) -> bool:
    """Return whether a run need not be done: it is done, or it has failed and is not to be repeated."""
    return outcome is not None and (outcome.done or not (again or outcome.state == BLOCKED))


def peak_megabytes() -> float:
    """Return the peak memory of this process in MB; 0 on Windows, since it is not reported there."""
    if resource is None:
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024.0**2 if sys.platform == "darwin" else 1024.0)
