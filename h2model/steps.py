"""The steps of a run, one at a time; each is a function of values that runs alone in a notebook.

    data = h2model.load_case("climate_positive")     checked inputs, an xarray Dataset
    model = h2model.build(data)                      a Pyomo model
    results = h2model.solve(model)                   variables, prices and costs, an xarray Dataset

The floors below are imported inside the functions: `h2model --help` should not wait for Pyomo and xarray.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from typing import TYPE_CHECKING, Any

from h2model.errors import AuditError, Fault, InfeasibleError, InputError, SolveError, UnboundedError

if TYPE_CHECKING:
    import xarray as xr

    from h2model.case import Scenario
    from h2model.diagnosis import Explanation
    from h2model.engine import CompiledModel, Model, Solution, SolverOptions
    from h2model.progress import Observer
    from h2model.screen.journal import Journal

NO_CHANGES: Mapping[str, str] = {}
#: Warnings that a run shows on the screen; its log has all.
MOST_SHOWN = 5
KINDS = ("plant", "store", "link", "trade", "demand")
#: Packages whose versions a result names.
MADE_WITH = ("h2model", "pyomo", "highspy", "numpy", "xarray", "netCDF4")


def load_case(scenario: str | Path | Scenario, changes: Mapping[str, str] = NO_CHANGES) -> xr.Dataset:
    """Read and check everything that a scenario needs.

    Parameters
    ----------
    scenario
        Name of a scenario (`inputs/*/scenarios/<name>.yaml` below the working directory), path of a scenario file, a
        `Scenario`, or the path of the `inputs.nc` of an earlier run, which is complete in itself.
    changes
        Address → value, as `--set` takes them: `{"technologies.electrolyser.overnight_cost": "900 EUR2025/kW"}`.

    Raises
    ------
    InputError
        With every fault that was found: file, row, problem and remedy.
    """
    from h2model import case, checks, model, policies

    if _is_inputs(scenario):
        return _load_inputs(Path(scenario), changes)
    chosen = read_scenario(scenario, changes)
    _check_solver(chosen)
    return case.load_case(chosen, model.PARAMETERS, policies.POLICIES, [checks.check])


def read_scenario(scenario: str | Path | Scenario, changes: Mapping[str, str] = NO_CHANGES) -> Scenario:
    """The scenario with all changes made; see `load_case`."""
    from h2model import case, policies

    return case.read_scenario(scenario, changes, policies.POLICIES)


def build(data: xr.Dataset) -> Model:
    """The Pyomo model of a checked case; its attribute `inputs` keeps the case."""
    from h2model import model

    built = model.build(data)
    built.inputs = data
    return built


def solve(
    model: Model | xr.Dataset, options: SolverOptions | None = None, progress: Observer | None = None
) -> xr.Dataset:
    """Solve a model that `build` made (or the model of a checked case); returns the results, joined by the inputs.

    Parameters
    ----------
    model
        What `build` or `load_case` returned.
    options
        How to solve; by default what the scenario says under `solver`.
    progress
        Receives phases and the solver's lines.

    Raises
    ------
    SolveError
        If the solver does not end with an optimal solution: InfeasibleError, UnboundedError or UnfinishedError.
    AuditError
        If the results are not what the inputs say they should be.
    """
    import h2model.accessor  # noqa: F401
    from h2model.engine import Model
    from h2model.results.folder import with_inputs
    from h2model.screen.journal import Journal

    built = model if isinstance(model, Model) else build(model)
    with Journal(progress) as journal:
        results = audited(solve_noted(built, options, journal), built.inputs, journal)
    require_audit(results)
    return with_inputs(results, built.inputs)


def note_warnings(data: xr.Dataset, journal: Journal) -> None:
    """Take down every warning about the inputs, and leave the first few before the eyes of whoever watches."""
    from h2model.case import warnings_of

    found = warnings_of(data)
    for fault in found:
        journal.line(f"warning ({fault.rule}): {fault}")
    for fault in found[:MOST_SHOWN]:
        journal.show(f"warning: {fault}")
    if len(found) > MOST_SHOWN:
        journal.show(f"and {len(found) - MOST_SHOWN} more warnings: h2model check lists them")


def facts_of_case(data: xr.Dataset) -> dict[str, object]:
    """What a checked case holds, and the size of its model."""
    from h2model import engine
    from h2model.case import warnings_of

    program = engine.compile_model(build(data))
    rows, columns = program.matrix.shape
    return {
        **{name: data.attrs[name] for name in ("case", "title", "scenario", "currency")},
        **{f"{kind}s": data.sizes[kind] for kind in ("region", "carrier", *KINDS)},
        "periods": data["period"].values.tolist(),
        "steps": data.sizes["time"],
        "hours_of_steps": sorted(set(data["hours"].values.tolist())),
        "rows": rows,
        "columns": columns,
        "nonzeros": int(program.matrix.nnz),
        "warnings": len(warnings_of(data)),
    }


def describe_case(facts: Mapping[str, Any]) -> dict[str, str]:
    """The facts of a checked case in words."""
    hours, count = facts["hours_of_steps"], facts["warnings"]
    length = f"{hours[0]:g}" if len(hours) == 1 else f"{hours[0]:g} to {hours[-1]:g}"
    warned = f", {count} warning{'s' * (count != 1)}" if count else ""
    return {
        "case": f"{facts['case']}: {facts['title']}",
        "scenario": facts["scenario"],
        "currency": facts["currency"],
        **{f"{kind}s": f"{facts[f'{kind}s']:,}" for kind in ("region", "carrier", *KINDS)},
        "periods": ", ".join(map(str, facts["periods"])),
        "time": f"{facts['steps']:,} steps of {length} h",
        "model": f"{facts['rows']:,} rows, {facts['columns']:,} columns, {facts['nonzeros']:,} non-zeros",
        "result": f"no faults{warned}: this scenario can be run",
    }


def solve_noted(model: Model, options: SolverOptions | None, journal: Journal) -> xr.Dataset:
    """As `solve`, and what happens is taken down in a journal that the caller keeps."""
    from h2model import engine
    from h2model.model import DUALS
    from h2model.results.dataset import assemble
    from h2model.results.prices import REDUCED_COSTS

    journal.phase("writing the equations as a matrix", "building")
    program = engine.compile_model(model)
    sizes = {"rows": program.matrix.shape[0], "columns": program.matrix.shape[1], "nonzeros": program.matrix.nnz}
    journal.phase("solving {rows:,} rows, {columns:,} columns, {nonzeros:,} non-zeros".format(**sizes), "solving")
    options = replace(options or options_of(model.inputs), log=journal.detail)
    gap = _gap_of(model.inputs)
    if gap is None:
        solution, rounds = engine.solve(program, options), []
    else:
        solution, rounds = _certified(program, model.inputs, gap, options, journal)
    for attempt in solution.outcome.attempts:
        report = journal.note if attempt.termination is engine.TerminationCondition.UNAVAILABLE else journal.line
        report(f"attempt: {attempt}")
    try:
        solution.require_result()
    except SolveError as error:
        _add_advice(error)
        raise
    journal.phase("collecting the results", "writing")
    facts = {**_facts_of_case(model), **_facts_of_solution(solution), "rounds": rounds or ["none"], **sizes}
    seconds = {f"seconds_{name}": value for name, value in journal.seconds.items()}
    return assemble(solution.dataset(REDUCED_COSTS), model.inputs, {**facts, **seconds}, DUALS)


def explain(
    scenario: str | Path | Scenario | xr.Dataset,
    changes: Mapping[str, str] = NO_CHANGES,
    progress: Observer | None = None,
) -> Explanation:
    """Why a scenario has no plan, or no least cost: what must give, what stands in the way, what contradicts what.

    Parameters
    ----------
    scenario, changes
        As `load_case`; or a checked case.
    progress
        Receives the phases.

    Raises
    ------
    InputError
        If the scenario cannot be read.
    UnfinishedError
        If no answer was found in time.
    """
    import xarray as xr

    from h2model.case import CASE_PARAMETERS
    from h2model.diagnosis import explain as find
    from h2model.model import PARAMETERS

    data = scenario if isinstance(scenario, xr.Dataset) else load_case(scenario, changes)
    declared = {parameter.name: parameter for parameter in (*CASE_PARAMETERS, *PARAMETERS)}
    return find(data, declared, options_of(data), progress)


def audited(results: xr.Dataset, inputs: xr.Dataset, journal: Journal) -> xr.Dataset:
    """Results with what their audit found, as attributes `audit` and `audit_failures`; the journal has it as well."""
    from h2model.accounts.audit import audit

    journal.phase("recomputing the results without the model", "auditing")
    found = audit(results, inputs)
    journal.line(f"audit {found.verdict()}")
    for failure in found.failures:
        journal.line(f"audit: {failure}")
    return results.assign_attrs({**found.facts(), "seconds_auditing": journal.elapsed()})


def require_audit(results: xr.Dataset) -> None:
    """AuditError, with all that is wrong, if results do not stand up to their audit."""
    import numpy as np

    if not str(results.attrs["audit"]).startswith("passed"):
        failures = np.atleast_1d(results.attrs["audit_failures"]).tolist()
        heading = "The results are not what their inputs say they should be:"
        raise AuditError("\n".join([heading, *(f"  {failure}" for failure in failures)]))


def _certified(
    program: CompiledModel, data: xr.Dataset, gap: float, options: SolverOptions, journal: Journal
) -> tuple[Solution, list[str]]:
    """A plan for all hours within the gap, and what each round came to."""
    from h2model.case import CASE_PARAMETERS
    from h2model.certified import certify
    from h2model.model import PARAMETERS

    declared = {parameter.name: parameter for parameter in (*CASE_PARAMETERS, *PARAMETERS)}
    solution, rounds = certify(program, data, declared, gap, options, journal)
    return solution, [str(each) for each in rounds]


def _add_advice(error: SolveError) -> None:
    """Say what a planner can do about it."""
    if isinstance(error, InfeasibleError):
        error.add_note(
            "Demands, limits and emission caps contradict each other. What must give at the least, and what stands in "
            "the way, says h2model explain."
        )
    if isinstance(error, UnboundedError):
        error.add_note(
            "Something earns more than it costs without limit: look for an export without maximum_rate or "
            "maximum_volume, a negative price, or a carbon price that pays for removals. h2model explain finds it."
        )


def _facts_of_case(model: Model) -> dict[str, object]:
    from h2model.case import FILES, Scenario

    given = model.inputs.attrs
    own, *others = (f"{name} {version(name)}" for name in MADE_WITH)
    return {
        **{name: given[name] for name in ("scenario", "case", "currency", "scenario_yaml")},
        "title": Scenario.from_text(given["scenario_yaml"]).title or given["title"],
        "cost_parts": model.cost_parts,
        "warnings": given.get("warnings", "[]"),
        FILES: given.get(FILES, "{}"),
        "source": f"{own} with {', '.join(others)}, python {python_version()}",
        "h2model_version": version("h2model"),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _facts_of_solution(solution: Solution) -> dict[str, object]:
    from h2model.engine.residuals import relative_gap

    outcome = solution.outcome
    method = outcome.attempts[-1].method if outcome.attempts else "no solver needed"
    return {
        "objective": solution.objective,
        "upper_bound": solution.objective,
        "lower_bound": solution.objective - solution.distance,
        "gap": relative_gap(solution.objective - solution.distance, solution.objective),
        "status": outcome.status.value,
        "method": method if outcome.optimal else f"{method} for segments, and the dual simplex for all hours",
        "attempts": [str(attempt) for attempt in outcome.attempts] or ["none"],
        "seconds_in_solver": sum(attempt.seconds for attempt in outcome.attempts),
        "largest_residual": solution.residuals.largest,
    }


def _gap_of(data: xr.Dataset) -> float | None:
    """The gap that a scenario asks for; None if it wants the optimum of its steps."""
    from h2model.case import Scenario

    certified = Scenario.from_text(data.attrs["scenario_yaml"]).time.certified
    return None if certified is None else certified.gap


def options_of(data: xr.Dataset) -> SolverOptions:
    """How the scenario of a checked case wants to be solved."""
    from h2model.case import Scenario
    from h2model.engine import SolverOptions

    return SolverOptions(**Scenario.from_text(data.attrs["scenario_yaml"]).solver.model_dump())


def _is_inputs(scenario: object) -> bool:
    return isinstance(scenario, str | Path) and Path(scenario).suffix == ".nc"


def _load_inputs(path: Path, changes: Mapping[str, str]) -> xr.Dataset:
    """The inputs of an earlier run; the solver's settings may be changed, the data may not."""
    from h2model.case import CASE_PARAMETERS, Scenario
    from h2model.model import PARAMETERS
    from h2model.results.folder import read_inputs

    remedy = "change only solver.…, or run the scenario by its name"
    faults = [
        Fault(f"--set {address}", f"the inputs in {path} are finished and cannot be changed", remedy)
        for address in changes
        if not address.startswith("solver.")
    ]
    if faults:
        raise InputError(faults)
    data = read_inputs(path, [parameter.name for parameter in (*CASE_PARAMETERS, *PARAMETERS)])
    chosen = read_scenario(Scenario.from_text(data.attrs["scenario_yaml"]), changes)
    _check_solver(chosen)
    data.attrs["scenario_yaml"] = chosen.to_text()
    return data


def _check_solver(scenario: Scenario) -> None:
    """The case knows no solver, and the engine no scenario: here both are known."""
    from h2model.case import did_you_mean
    from h2model.engine.highs import check_options
    from h2model.engine.solve import LADDERS

    method, methods = scenario.solver.method, ["auto", *LADDERS]
    remedy = "see https://ergo-code.github.io/HiGHS/stable/options/definitions"
    faults = [Fault("scenario: solver.options", problem, remedy) for problem in check_options(scenario.solver.options)]
    if method not in methods:
        problem = f"there is no solution method '{method}'"
        faults.append(Fault("scenario: solver.method", problem, did_you_mean(method, methods)))
    if faults:
        raise InputError(faults)
