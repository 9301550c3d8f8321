"""Run a scenario: load, build, solve, audit, and write the run folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xarray as xr

from h2model.case import Scenario
from h2model.errors import AuditError, SolveError
from h2model.progress import Observer
from h2model.results import folder as run_folder
from h2model.results.netcdf_file import write_netcdf
from h2model.screen.journal import Journal
from h2model.workflow.describing import note_warnings
from h2model.workflow.loading import NO_CHANGES, LoadedCase, load
from h2model.workflow.solving import build, require_audit, solve_and_audit

RUNS = Path("runs")


def run(
    scenario: str | Path | Scenario,
    out: str | Path | None = None,
    changes: Mapping[str, Any] = NO_CHANGES,
    progress: Observer | None = None,
    started: float | None = None,
) -> xr.Dataset:
    """Load, build, solve and audit a scenario, and write its run folder.

    Parameters
    ----------
    scenario, changes
        As `load_case`.
    out
        The run folder; `runs/<scenario>` by default. An existing run with results is kept as `<out>.previous`.
    progress
        Receives phases and the solver's lines.
    started
        Value of `time.perf_counter()` at the start of the run, from which its times are measured. By default, the call
        is the start.

    Returns
    -------
    Results and inputs in one Dataset, as `open_run` returns them.

    Raises
    ------
    InputError
        If the inputs have faults. Nothing has been written then.
    SolveError
        If the solver finds no optimum. The folder then holds inputs.nc, scenario.yaml and run.log, but no results.nc.
    AuditError
        If the results contradict their inputs; they are in the folder, marked as failed.
    """
    with Journal(progress, started) as journal:
        name = scenario if isinstance(scenario, str | Path) else f"scenario {scenario.name}"
        journal.phase(f"reading {name}", "reading")
        if out is not None:
            run_folder.check_target(Path(out))
        case = load(scenario, changes)
        note_warnings(case.data, journal)
        target = Path(out) if out is not None else RUNS / case.data.attrs["scenario"]
        run_folder.check_target(target)
        results = _solve_into(target, case, journal)
    results.encoding["source"] = str(target / run_folder.RESULTS)
    try:
        require_audit(results)
    except AuditError as error:
        error.add_note(f"The results are kept in {target}, marked as failed. Do not use them, and report the failure.")
        raise
    return run_folder.with_inputs(results, case.data)


def _solve_into(target: Path, case: LoadedCase, journal: Journal) -> xr.Dataset:
    """Build, solve and audit a case. Write each file as soon as it is complete. Return results without inputs."""
    kinds = ("plant", "store", "link", "period")
    counts = [f"{case.data.sizes[kind]} {kind}{'s' * (case.data.sizes[kind] != 1)}" for kind in kinds]
    journal.phase(f"building the model: {', '.join(counts)}, {case.data.sizes['time']:,} steps", "building")
    model = build(case.data)
    run_folder.create_folder(target)
    journal.open(target / run_folder.LOG)
    (target / run_folder.SCENARIO).write_text(case.scenario.to_text(), encoding="utf-8")
    write_netcdf(case.data, target / run_folder.INPUTS)
    try:
        results = solve_and_audit(case, model, journal)
    except SolveError as error:
        error.add_note(f"No results were written. Inputs and log are in {target}.")
        raise
    journal.phase(f"writing {target / run_folder.RESULTS}", "writing")
    write_netcdf(results, target / run_folder.RESULTS)
    journal.line(f"done after {journal.total():.1f} s")
    return results
