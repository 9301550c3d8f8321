"""From a study file to a campaign folder: axes resolved, runs drawn up, the ends of every axis tried on the case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import xarray as xr

from h2model.case import Faults, Scenario, did_you_mean, find_case, parse_yaml, read_scenario
from h2model.engine import Constraint, Expression, Objective, Set, Var
from h2model.errors import Fault, InputError
from h2model.policies import POLICIES
from h2model.results.dataset import WEIGHTS
from h2model.results.prices import DERIVED, REDUCED_COSTS
from h2model.studies.axes import GROUPS, Direction, changes_of, check_settings, directions
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
from h2model.studies.definition import NearOptimal, Study, read_study
from h2model.studies.designs import Plan, plan_of
from h2model.studies.near_optimal import check_capacities
from h2model.workflow.loading import load_case
from h2model.workflow.running import RUNS
from h2model.workflow.solving import build

Tell = Callable[[str], None]


def campaign_of(study: str | Path, out: str | Path | None = None, tell: Tell = print) -> Campaign:
    """The campaign of a study: made anew, or the one that stands in its folder already.

    Parameters
    ----------
    study
        Name of a study (`inputs/*/studies/<name>.yaml` below the working directory), path of a study file, or the
        folder of a campaign.
    out
        The campaign folder; `runs/<study>` by default.
    tell
        Told what is worth knowing.

    Raises
    ------
    InputError
        With every fault of study, scenario and case, before anything is written; and if another study stands in `out`.
    """
    if Path(study).is_dir():
        return open_campaign(study)
    chosen, path = read_study(study)
    folder = Path(out) if out is not None else RUNS / chosen.name
    if (folder / FACTS).is_file():
        return _continued(folder, chosen, path, tell)
    _refuse_foreign(folder)
    base = base_scenario(chosen)
    axes, plan, content = runs_of(chosen, base)
    try_ends(chosen, path.name, base, axes, plan, content, tell)
    folder.parent.mkdir(parents=True, exist_ok=True)
    case_folder = find_case(base)
    check = partial(_require_same_case, base, case_folder)
    write_campaign(folder, chosen, base, case_folder, axes, plan, check)
    return _continued(folder, chosen, path, tell)


def base_scenario(study: Study) -> Scenario:
    """The scenario that all runs change: with the changes of the study, and its threads."""
    threads = {} if "solver.threads" in study.changes else {"solver.threads": study.threads}
    return read_scenario(study.scenario, {**study.changes, **threads}, POLICIES)


def runs_of(study: Study, base: Scenario) -> tuple[tuple[Direction, ...], Plan, Any]:
    """The axes on the case, all runs, and the base scenario as plain values."""
    data, content = load_case(base), parse_yaml(base.to_text(), "scenario")
    results, labels = _names_of_results(data)
    axes, faults = directions(study, data, {*results, *labels}), Faults()
    check_settings(axes, content, faults)
    for name in study.collect:
        if name not in results:
            faults.add(f"collect.{name}", "the results have nothing of this name", did_you_mean(name, results))
    if isinstance(study.design, NearOptimal):
        check_capacities(study.design, data, faults)
        if base.time.certified is not None:
            faults.add("design", "near_optimal plans cannot be certified", "choose a resolution, or segments")
    faults.raise_if_any()
    return axes, plan_of(study, axes), content


def _names_of_results(data: xr.Dataset) -> tuple[set[str], set[str]]:
    """The names that the results of a case have: those of variables, and those of dimensions and coordinates."""
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


def try_ends(
    study: Study, file: str, base: Scenario, axes: Sequence[Direction], plan: Plan, content: Any, tell: Tell
) -> None:
    """Load the case for the runs that have the lowest or highest value of an axis, or a word for the first time.

    What lies between the ends of a range cannot break a bound that its ends keep; a setting of the scenario, such as a
    resolution or a weather year, is no range even where it is a number.
    """
    runs = _ends(axes, plan)
    if runs:
        tell(f"checking the case for {len(runs)} of {len(plan.rows):,} runs, at the ends of every axis")
    faults = Faults()
    for run in runs:
        values = ", ".join(f"{name} = {value}" for name, value in plan.rows[run].items())
        try:
            load_case(base, changes_of(plan.rows[run], axes, base, content))
        except InputError as error:
            faults.extend(Fault(f"{file}: run {run} ({values}): {f.where}", f.problem, f.remedy) for f in error.faults)
    _without_repeats(faults).raise_if_any()


def _ends(axes: Sequence[Direction], plan: Plan) -> list[int]:
    chosen: set[int] = set()
    for axis in axes:
        cells = [row[axis.name] for row in plan.rows]
        if axis.unit is None or not all(address.partition(".")[0] in GROUPS for address in axis.addresses):
            chosen |= {cells.index(word) for word in dict.fromkeys(cells)}
        else:
            values = axis.coordinate(cells)
            chosen |= {int(values.argmin()), int(values.argmax())}
    return sorted(chosen)


def _without_repeats(faults: Faults) -> Faults:
    """One fault for all runs that have it."""
    kept: dict[tuple[str, str], Fault] = {}
    for fault in faults:
        kept.setdefault((fault.where.rpartition("): ")[2], fault.problem), fault)
    return Faults(kept.values())


def _refuse_foreign(folder: Path) -> None:
    if folder.exists():
        raise InputError([Fault(str(folder), "exists and is no campaign", "move it away, or choose another --out")])


def _continued(folder: Path, study: Study, path: Path, tell: Tell) -> Campaign:
    campaign = open_campaign(folder)
    if campaign.facts[STUDY] != digest(study.to_text().encode()):
        problem = f"holds a campaign of {path.name} as it was on {campaign.facts['created']}; it has been changed since"
        remedy = f"choose another --out, or move the folder away; to go on with it, name it: h2model study run {folder}"
        raise InputError([Fault(str(folder), problem, remedy)])
    base = base_scenario(study)
    now = {"scenario": digest(base.to_text().encode()), "case": fingerprint(find_case(base))}
    for what, then in (("scenario", campaign.facts[SCENARIO]), ("case", campaign.facts["case"])):
        if now[what] != then:
            tell(f"The {what} has been changed since. This campaign goes on with its own copy, in {folder}.")
    return campaign


def _require_same_case(base: Scenario, case_folder: Path, copy: Path) -> None:
    """The copy of the case must be read as the case itself is: it may use files outside of its folder."""
    try:
        same = load_case(base.model_copy(update={"case_folder": copy})).identical(load_case(base))
    except InputError:
        same = False
    if not same:
        problem = "uses files outside of its folder, which a campaign cannot take along"
        raise InputError([Fault(str(case_folder), problem, "move its profiles into the folder of the case")])
