"""Build the model of a case, solve it, and audit the results."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from platform import python_version

import numpy as np
import xarray as xr

from h2model import engine
from h2model.accounts.audit import audit
from h2model.case import FILES, SCENARIO_TEXT
from h2model.certified import certify
from h2model.engine import Model, Solution, SolverOptions
from h2model.engine.residuals import relative_gap
from h2model.errors import AuditError, InfeasibleError, SolveError, UnboundedError
from h2model.model import DUALS
from h2model.model import build as build_model
from h2model.progress import Observer
from h2model.results.dataset import assemble
from h2model.results.folder import with_inputs
from h2model.results.prices import REDUCED_COSTS
from h2model.screen.journal import Journal
from h2model.workflow.loading import PARAMETERS, LoadedCase

#: Packages whose versions are recorded with the results.
MADE_WITH = ("h2model", "pyomo", "highspy", "numpy", "xarray", "netCDF4")
ADVICE = {
    InfeasibleError: "Demands, limits and emission caps contradict each other. h2model explain lists the limits to "
    "relax and the conflicting constraints.",
    UnboundedError: "Something earns more than it costs without limit: look for an export without maximum_rate or "
    "maximum_volume, a negative price, or a carbon price that pays for removals. h2model explain finds it.",
}


def build(data: xr.Dataset) -> Model:
    """Return the Pyomo model of a checked case; its attribute `inputs` is the case."""
    built = build_model(data)
    built.inputs = data
    return built


def solve(
    model: Model | xr.Dataset, options: SolverOptions | None = None, progress: Observer | None = None
) -> xr.Dataset:
    """Solve a model and audit the results.

    Parameters
    ----------
    model
        A model that `build` returned, or a case that `load_case` returned.
    options
        Options of the solver; by default those of the scenario under `solver`.
    progress
        Receives phases and the solver's lines.

    Returns
    -------
    The results, merged with the inputs.

    Raises
    ------
    SolveError
        If the solver does not end with an optimal solution: InfeasibleError, UnboundedError or UnfinishedError.
    AuditError
        If the results contradict their inputs.
    """
    built = model if isinstance(model, Model) else build(model)
    case = LoadedCase.from_data(built.inputs)
    with Journal(progress) as journal:
        results = solve_and_audit(case, built, journal, options)
    require_audit(results)
    return with_inputs(results, case.data)


def solve_and_audit(
    case: LoadedCase, built: Model, journal: Journal, options: SolverOptions | None = None
) -> xr.Dataset:
    """Return the results alone, with the verdict of the audit in `audit` and `audit_failures`.

    A failed audit does not raise here, so that a run can keep such results and mark them; see `require_audit`.
    """
    return audited(solve_case(case, built, journal, options), case.data, journal)


def solve_case(case: LoadedCase, built: Model, journal: Journal, options: SolverOptions | None = None) -> xr.Dataset:
    """Return the results of the model of a case, before their audit; raises SolveError as `solve`."""
    journal.phase("writing the equations as a matrix", "building")
    program = engine.compile_model(built)
    sizes = {"rows": program.matrix.shape[0], "columns": program.matrix.shape[1], "nonzeros": program.matrix.nnz}
    journal.phase("solving {rows:,} rows, {columns:,} columns, {nonzeros:,} non-zeros".format(**sizes), "solving")
    options = replace(options or case.solver_options, log=journal.detail)
    certified, rounds = case.scenario.time.certified, []
    if certified is None:
        solution = engine.solve(program, options)
    else:
        solution, rounds = certify(program, case.data, PARAMETERS, certified.gap, options, journal)
    for attempt in solution.outcome.attempts:
        record = journal.note if attempt.termination is engine.TerminationCondition.UNAVAILABLE else journal.line
        record(f"attempt: {attempt}")
    try:
        solution.require_result()
    except SolveError as error:
        if type(error) in ADVICE:
            error.add_note(ADVICE[type(error)])
        raise
    journal.phase("collecting the results", "writing")
    facts = {
        **_facts_of_case(case),
        "cost_parts": built.cost_parts,
        **_facts_of_solution(solution),
        "rounds": [str(each) for each in rounds] or ["none"],
        **sizes,
        **{f"seconds_{name}": value for name, value in journal.seconds.items()},
    }
    return assemble(solution.dataset(REDUCED_COSTS), case.data, facts, DUALS)


def audited(results: xr.Dataset, inputs: xr.Dataset, journal: Journal) -> xr.Dataset:
    """Return the results with the findings of their audit as attributes; the journal records them, too."""
    journal.phase("recomputing the results without the model", "auditing")
    report = audit(results, inputs)
    journal.line(f"audit {report.verdict()}")
    for failure in report.failures:
        journal.line(f"audit: {failure}")
    return results.assign_attrs({**report.facts(), "seconds_auditing": journal.elapsed()})


def require_audit(results: xr.Dataset) -> None:
    """Raise AuditError, with all that is wrong, if results did not pass their audit."""
    if not str(results.attrs["audit"]).startswith("passed"):
        failures = np.atleast_1d(results.attrs["audit_failures"]).tolist()
        raise AuditError("\n".join(["The results contradict their inputs:", *(f"  {failure}" for failure in failures)]))


def _facts_of_case(case: LoadedCase) -> dict[str, object]:
    attrs = case.data.attrs
    this, *others = (f"{name} {version(name)}" for name in MADE_WITH)
    return {
        **{name: attrs[name] for name in ("scenario", "case", "currency", SCENARIO_TEXT)},
        "title": case.scenario.title or attrs["title"],
        "warnings": attrs.get("warnings", "[]"),
        FILES: attrs.get(FILES, "{}"),
        "source": f"{this} with {', '.join(others)}, python {python_version()}",
        "h2model_version": version("h2model"),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _facts_of_solution(solution: Solution) -> dict[str, object]:

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
