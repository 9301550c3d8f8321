"""Create the campaign of a study: resolve its axes, list its runs, and load the case at the ends of every axis."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import xarray as xr

from h2model.case import Faults, Scenario, did_you_mean, find_case, parse_yaml, read_scenario
from h2model.engine import Constraint, Expression, Objective, Set, Var
from h2model.errors import Fault, InputError
from h2model.policies import POLICIES
from h2model.progress import NullObserver, Observer
from h2model.results.dataset import WEIGHTS
from h2model.results.prices import DERIVED, REDUCED_COSTS
from h2model.studies.axes import GROUPS, resolve_axes
from h2model.studies.campaign import (
    FACTS,
    SCENARIO,
    STUDY,
    Campaign,
    digest,
    fingerprint,
    open_campaign,
    write_campaign,
)
from h2model.studies.changes import ResolvedAxis, changes_of, check_settings
from h2model.studies.definition import Study, read_study
from h2model.studies.designs import NearOptimal
from h2model.studies.manifest import Manifest, manifest_of
from h2model.studies.near_optimal import check_capacities
from h2model.workflow.loading import load_case
from h2model.workflow.running import RUNS
from h2model.workflow.solving import build


def campaign_of(study: str | Path, out: str | Path | None = None, observer: Observer | None = None) -> Campaign:
    """Create the campaign of a study, or open the existing one in its folder.

    Parameters
    ----------
    study
        Name of a study (`inputs/*/studies/<name>.yaml` below the working directory), path of a study file, or the
        folder of a campaign.
    out
        The campaign folder; `runs/<study>` by default.
    observer
        Receives notes about the check of the case, and about inputs changed since the creation of the campaign.

    Raises
    ------
    InputError
        With every fault of study, scenario and case, before anything is written; or if `out` holds another study.
    """
    observer = observer or NullObserver()
    if Path(study).is_dir():
        return open_campaign(study)
    settings, path = read_study(study)
    folder = Path(out) if out is not None else RUNS / settings.name
    if (folder / FACTS).is_file():
        return _existing_campaign(folder, settings, path, observer)
    if folder.exists():
        problem = "exists but is not a campaign"
        raise InputError([Fault(str(folder), problem, "move it away, or choose another --out")])
    base = base_scenario(settings)
    axes, manifest, content = runs_of(settings, base)
    check_ends(path.name, base, axes, manifest, content, observer)
    folder.parent.mkdir(parents=True, exist_ok=True)
    case_folder = find_case(base)
    check = partial(_require_same_case, base, case_folder)
    write_campaign(folder, settings, base, case_folder, axes, manifest, check)
    return _existing_campaign(folder, settings, path, observer)


def _existing_campaign(folder: Path, study: Study, path: Path, observer: Observer) -> Campaign:
    """Open a campaign; refuse it if the study has changed, and note a changed scenario or case."""
    campaign = open_campaign(folder)
    if campaign.facts[STUDY] != digest(study.to_text().encode()):
        created = campaign.facts["created"]
        problem = f"holds a campaign of {path.name} as it was on {created}, but the study has changed since"
        remedy = f"choose another --out, or move the folder away; to continue it, use: h2model study run {folder}"
        raise InputError([Fault(str(folder), problem, remedy)])
    base = base_scenario(study)
    current = {SCENARIO: digest(base.to_text().encode()), "case": fingerprint(find_case(base))}
    for key, name in ((SCENARIO, "scenario"), ("case", "case")):
        if current[key] != campaign.facts[key]:
            observer.note(f"The {name} has changed since. This campaign continues with its own copy in {folder}.")
    return campaign


def base_scenario(study: Study) -> Scenario:
    """Return the base scenario of all runs, with the changes and the threads of the study."""
    threads = {} if "solver.threads" in study.changes else {"solver.threads": study.threads}
    return read_scenario(study.scenario, {**study.changes, **threads}, POLICIES)


def runs_of(study: Study, base: Scenario) -> tuple[tuple[ResolvedAxis, ...], Manifest, Any]:
    """Return the resolved axes, all runs, and the base scenario as plain values."""
    data, content = load_case(base), parse_yaml(base.to_text(), "scenario")
    results, labels = _names_of_results(data)
    axes, faults = resolve_axes(study, data, {*results, *labels}), Faults()
    check_settings(axes, content, faults)
    for name in study.collect:
        if name not in results:
            faults.add(f"collect.{name}", "the results have no variable of this name", did_you_mean(name, results))
    if isinstance(study.design, NearOptimal):
        check_capacities(study.design, data, faults)
        if base.time.certified is not None:
            faults.add("design", "near_optimal plans cannot be certified", "choose a resolution, or segments")
    faults.raise_if_any()
    return axes, manifest_of(study, axes), content


def _names_of_results(data: xr.Dataset) -> tuple[set[str], set[str]]:
    """Return the names of variables, and those of dimensions and coordinates, in results of a case."""
    kinds: dict[type, set[str]] = {Expression: set(), Var: set(), Objective: set(), Constraint: set(), Set: set()}
    for name, component in build(data).component_map().items():
        for kind, names in kinds.items():
            if isinstance(component, kind):
                names.add(name)
    variables = kinds[Expression] | kinds[Var] | kinds[Objective] | {f"dual_{name}" for name in kinds[Constraint]}
    dims = kinds[Set] | set(map(str, data.dims))
    # A set of pairs has a coordinate for each of its halves.
    halves = {f"{pairs}_{half}" for pairs in kinds[Set] for half in dims}
    reduced = {f"reduced_cost_{name}" for name in REDUCED_COSTS}
    return variables | {*DERIVED} | reduced, dims | halves | {*map(str, data.coords), *WEIGHTS}


def check_ends(
    file: str, base: Scenario, axes: Sequence[ResolvedAxis], manifest: Manifest, content: Any, observer: Observer
) -> None:
    """Load the case for the runs with the lowest and the highest value of each axis, and with each word.

    If both ends of a range respect a bound, so do all values between them. Settings of the scenario, such as a
    resolution or a weather year, are not ranges even if they are numbers; each of their values is loaded.
    """
    runs: set[int] = set()
    for axis in axes:
        cells = [row[axis.name] for row in manifest.rows]
        if axis.unit is None or not all(address.partition(".")[0] in GROUPS for address in axis.addresses):
            runs |= {cells.index(word) for word in dict.fromkeys(cells)}
        else:
            values = axis.coordinate(cells)
            runs |= {int(values.argmin()), int(values.argmax())}
    if runs:
        observer.note(f"checking the case for {len(runs)} of {len(manifest.rows):,} runs, at the ends of every axis")
    faults: dict[tuple[str, str], Fault] = {}
    for run in sorted(runs):
        values = ", ".join(f"{name} = {value}" for name, value in manifest.rows[run].items())
        try:
            load_case(base, changes_of(manifest.rows[run], axes, base, content))
        except InputError as error:
            for fault in error.faults:
                # One fault for all runs that have it.
                where = f"{file}: run {run} ({values}): {fault.where}"
                faults.setdefault((fault.where, fault.problem), Fault(where, fault.problem, fault.remedy))
    Faults(faults.values()).raise_if_any()


def _require_same_case(base: Scenario, case_folder: Path, copy: Path) -> None:
    """Refuse a case with files outside of its folder, since its copy is read differently or not at all."""
    try:
        same = load_case(base.model_copy(update={"case_folder": copy})).identical(load_case(base))
    except InputError:
        same = False
    if not same:
        problem = "uses files outside of its folder, and these are not copied to the campaign"
        raise InputError([Fault(str(case_folder), problem, "move its profiles into the folder of the case")])
