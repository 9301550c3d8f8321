"""Explanations: why a scenario has no plan and the smallest changes that give it one, or which profit is unbounded.

    print(h2model.explain("climate_positive", {"policies.emission_cap.cluster.limit.2050": "-3 Mt/year"}))

Coarse years come first: a coarse year without a plan proves that no finer year has one. If a year has no plan, an
elastic program relaxes policies, limits and demands as little as possible. Its duals show the binding limits. Each of
these is relaxed alone, to find single changes that would suffice. Last, the conflict is reduced to a set of
constraints of which none can be left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import xarray as xr

from h2model.case import Parameter
from h2model.diagnosis import words
from h2model.diagnosis.coarser import relaxed
from h2model.diagnosis.explanation import Explanation
from h2model.diagnosis.relaxable import Part
from h2model.diagnosis.search import Cause, Relaxed, cause_of
from h2model.diagnosis.unbounded import unbounded_profit
from h2model.engine import CompiledModel, SolutionStatus, SolverOptions, compile_model, solve
from h2model.model.build import build
from h2model.progress import NullObserver, Observer

#: Numbers of segments of the year that are tried in turn, before all steps.
LEVELS = (24, 160)
#: Larger programs are first solved as they are, because relaxing them takes long.
ROWS_FOR_ELASTIC = 20_000
MOST_BINDING = 12


def explain(
    data: xr.Dataset,
    parameters: Mapping[str, Parameter],
    options: SolverOptions | None = None,
    observer: Observer | None = None,
) -> Explanation:
    """Explain why a checked case has no plan, or no least cost.

    Parameters
    ----------
    data
        The checked case.
    parameters
        All declarations by name.
    options
        How to solve.
    observer
        Receives the progress.

    Raises
    ------
    UnfinishedError
        If no answer was found in time.
    """
    options, observer = replace(options or SolverOptions(), log=None), observer or NullObserver()
    steps, scenario = data.sizes["time"], data.attrs["scenario"]
    for count in (*(level for level in LEVELS if level < steps), steps):
        coarse = relaxed(data, parameters, count)
        segments = coarse.sizes["time"]
        observer.phase(f"searching {segments} {'steps' if segments == steps else 'segments'} of the year")
        program = compile_model(build(coarse))
        large = segments == steps and program.matrix.shape[0] > ROWS_FOR_ELASTIC
        if not (large and _has_solution(program, options)):
            cause = cause_of(program, coarse, observer)
            if cause is not None:
                return _infeasible(scenario, coarse, cause, segments, steps)
        if count == LEVELS[0] or segments == steps:
            observer.phase("searching for an unbounded profit")
            gain = unbounded_profit(data, parameters, options, program if segments == steps else None)
            if gain:
                proof = f"{scenario} has no least cost: a profit is unbounded."
                return Explanation(scenario, "unbounded", proof, sentences={"Unbounded profit": gain})
        if segments == steps:
            break
    return Explanation(scenario, "feasible", f"{scenario} has a plan: all policies, limits and demands can be met.")


def _has_solution(program: CompiledModel, options: SolverOptions) -> bool:
    """Whether the program has a solution at any cost; UnfinishedError if the solver does not finish."""
    solution = solve(replace(program, cost=0.0 * program.cost), options)
    if solution.outcome.status is SolutionStatus.INFEASIBLE:
        return False
    solution.require_optimal()
    return True


def _infeasible(scenario: str, data: xr.Dataset, cause: Cause, segments: int, steps: int) -> Explanation:
    proof = f"{scenario} has no plan: policies, limits and demands contradict each other."
    if segments < steps:
        proof += f" {segments} segments of the year prove it for all {steps:,} steps; amounts are lower bounds."
    broken = {each.part.name for each in cause.broken}
    alone = len(cause.broken) == 1
    others = [part for part, _ in cause.in_the_way if part.name not in broken]
    conflict = tuple(words.group(group, data) for group in cause.conflict)
    return Explanation(
        scenario,
        "infeasible",
        proof,
        broken=_table([cause.broken]),
        in_the_way=pd.DataFrame([{**_facts(part), "weight": weight} for part, weight in cause.in_the_way]),
        remedies=_table(cause.remedies),
        conflict=conflict,
        sentences={
            "Limits to relax": tuple(words.relaxed(each, data, alone) for each in cause.broken),
            "Binding limits": tuple(words.with_limit(part, data) for part in others[:MOST_BINDING]),
            "Single changes that would suffice": tuple(words.remedy(remedy, data) for remedy in cause.remedies),
            "Not tested in time": tuple(words.with_limit(p, data) for p in cause.untried),
            "Conflicting constraints (without any one of these, the others can hold)": conflict,
        },
    )


def _table(groups: list[list[Relaxed]]) -> pd.DataFrame:
    rows = [
        {**_facts(each.part), "amount": each.amount, "most": each.most, "share": each.share, "number": number}
        for number, group in enumerate(groups, start=1)
        for each in group
    ]
    return pd.DataFrame(rows, columns=["equation", "name", "labels", "limit", "amount", "most", "share", "number"])


def _facts(part: Part) -> dict[str, object]:
    return {"equation": part.source.component, "name": part.name, "labels": part.labels, "limit": part.limit}


__all__ = ["Explanation", "explain"]
