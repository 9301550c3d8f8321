"""A run from scenario to run folder, and how it is opened again; its steps one at a time are in `h2model.steps`.

results = h2model.run("climate_positive")
results = h2model.open_run("runs/climate_positive")
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from h2model.errors import AuditError, InputError, SolveError
from h2model.steps import NO_CHANGES, audited, build, load_case, note_warnings, require_audit, solve_noted

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from h2model.accounts.audit import Audit
    from h2model.case import Scenario
    from h2model.progress import Observer
    from h2model.screen.journal import Journal

RUNS = Path("runs")


def run(
    scenario: str | Path | Scenario,
    out: str | Path | None = None,
    changes: Mapping[str, str] = NO_CHANGES,
    progress: Observer | None = None,
    started: float | None = None,
) -> xr.Dataset:
    """Load, build, solve and write a run folder; returns what `open_run` does: results and inputs in one Dataset.

    Parameters
    ----------
    scenario, changes
        As `load_case`.
    out
        The run folder; `runs/<scenario>` by default. A run with results that stands there is kept as
        `<out>.previous`.
    progress
        Receives phases and the solver's lines.
    started
        Moment of `time.perf_counter` from which times count; now by default.

    Raises
    ------
    InputError
        Before anything is written.
    SolveError
        With inputs.nc, scenario.yaml and run.log in the folder, and no results.nc.
    AuditError
        If the results do not stand up to their audit; they are in the folder, marked so.
    """
    import h2model.accessor  # noqa: F401
    from h2model.results import folder as run_folder
    from h2model.screen.journal import Journal

    with Journal(progress, started) as journal:
        journal.phase(f"reading {_name_of(scenario)}", "reading")
        if out is not None:
            run_folder.check_target(Path(out))
        data = load_case(scenario, changes)
        note_warnings(data, journal)
        target = Path(out) if out is not None else RUNS / data.attrs["scenario"]
        run_folder.check_target(target)
        results = _solve_into(target, data, journal)
    results.encoding["source"] = str(target / run_folder.RESULTS)
    try:
        require_audit(results)
    except AuditError as error:
        error.add_note(f"They are kept, marked as failed, in {target}: do not use them, and report what happened.")
        raise
    return run_folder.with_inputs(results, data)


def _solve_into(target: Path, data: xr.Dataset, journal: Journal) -> xr.Dataset:
    """Build and solve a checked case, and fill its run folder as far as it comes; the results alone."""
    from h2model.results import folder as run_folder
    from h2model.results.netcdf_file import write_netcdf

    journal.phase(f"building {_sizes_in_words(data)}", "building")
    model = build(data)
    run_folder.create_folder(target)
    journal.open(target / run_folder.LOG)
    (target / run_folder.SCENARIO).write_text(data.attrs["scenario_yaml"], encoding="utf-8")
    write_netcdf(data, target / run_folder.INPUTS)
    try:
        results = solve_noted(model, None, journal)
    except SolveError as error:
        error.add_note(f"No results were written. Inputs and log are in {target}.")
        raise
    results = audited(results, data, journal)
    journal.phase(f"writing {target / run_folder.RESULTS}", "writing")
    write_netcdf(results, target / run_folder.RESULTS)
    journal.line(f"done after {journal.total():.1f} s")
    return results


def open_run(folder: str | Path) -> xr.Dataset:
    """Results and inputs of a run as one Dataset, read from disk when used; see `results.folder.open_run`."""
    import h2model.accessor  # noqa: F401
    from h2model.results import folder as run_folder

    return run_folder.open_run(folder)


def audit(folder: str | Path) -> Audit:
    """Recompute a finished run from its results.nc and inputs.nc alone; see `h2model.accounts.audit`.

    Raises
    ------
    H2ModelError
        If the folder holds no results.
    InputError
        If a file is missing or damaged, or the two are of different runs.
    """
    from h2model.accounts.audit import audit as recompute
    from h2model.results import folder as run_folder

    return recompute(*run_folder.read_both(folder))


def compare(folders: Sequence[str | Path]) -> dict[str, pd.DataFrame]:
    """Finished runs beside each other, and what differs in their inputs; the others are held against the first.

    Returns the tables of `h2model.tables.compare` (objective, cost, emissions, stored, co2_price, capacity, unserved)
    and

    scenario    lines of the scenario that differ
    labels      periods, regions, technologies, … that only one of two runs has
    inputs      parameters that differ, at how many places, and where most

    Raises
    ------
    H2ModelError
        If a folder holds no results.
    InputError
        If there are fewer than two, one is given twice, a file is damaged, or they count in different currencies.
    """
    from h2model.results import folder as run_folder
    from h2model.tables import compare as beside
    from h2model.tables import compare_inputs as differing

    named = beside.named_runs(folders)
    runs, faults = {}, []
    with ExitStack() as stack:
        for name, path in named.items():
            try:
                runs[name] = stack.enter_context(run_folder.opened(path))
            except InputError as error:
                faults += error.faults
        if faults:
            raise InputError(faults)
        tables = beside.compare(runs)
        tables |= {"scenario": differing.scenario_changes(runs), "labels": differing.label_changes(runs)}
        inputs = {
            name: run_folder.read_inputs(path / run_folder.INPUTS, ())
            for name, path in named.items()
            if (path / run_folder.INPUTS).is_file()
        }
        tables["inputs"] = differing.parameter_changes(runs, inputs)
    return tables


def _name_of(scenario: str | Path | Scenario) -> str:
    return str(scenario) if isinstance(scenario, str | Path) else f"scenario {scenario.name}"


def _sizes_in_words(data: xr.Dataset) -> str:
    kinds = ("plant", "store", "link", "period")
    counts = [f"{data.sizes[kind]} {kind}{'s' * (data.sizes[kind] != 1)}" for kind in kinds]
    return f"the model: {', '.join(counts)}, {data.sizes['time']:,} steps"
