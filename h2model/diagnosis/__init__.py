"""Explanations: why a scenario has no plan, what would be the least to change, or what earns without limit.

    print(h2model.explain("climate_positive", {"policies.emission_cap.cluster.limit.2050": "-3 Mt/year"}))

First coarse years, whose impossibility is proven for all finer ones, are tried, then finer ones. Where there is no
plan, policies, limits and demands give way as little as possible (an elastic program); its duals say what stands in
the way; each of these is tried as the only one to give; and what is left is reduced to what contradicts itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import xarray as xr

from h2model.case import Parameter
from h2model.diagnosis import words
from h2model.diagnosis.explanation import Explanation
from h2model.diagnosis.relax import relaxed
from h2model.diagnosis.relaxable import Part
from h2model.diagnosis.search import Cause, Loosened, cause_of
from h2model.diagnosis.unbounded import endless
from h2model.engine import CompiledModel, SolutionStatus, SolverOptions, compile_model, solve
from h2model.model.build import build
from h2model.progress import NullObserver, Observer

#: Segments of the year that are tried one after the other; at last all steps.
LEVELS = (24, 160)
#: Programs of more rows are asked whether they have a solution at all before anything may give.
ROWS_FOR_ELASTIC = 20_000
MOST_IN_THE_WAY = 12


def explain(
    data: xr.Dataset,
    parameters: Mapping[str, Parameter],
    options: SolverOptions | None = None,
    observer: Observer | None = None,
) -> Explanation:
    """Explain a checked case; `parameters` are all declarations by name."""
    options, observer = replace(options or SolverOptions(), log=None), observer or NullObserver()
    steps, scenario = data.sizes["time"], data.attrs["scenario"]
    for count in (*(level for level in LEVELS if level < steps), steps):
        coarse = relaxed(data, parameters, count)
        segments = coarse.sizes["time"]
        observer.phase(f"looking at {segments} {'steps' if segments == steps else 'segments'} of the year")
        program = compile_model(build(coarse))
        large = segments == steps and program.matrix.shape[0] > ROWS_FOR_ELASTIC
        if not (large and _has_solution(program, options)):
            cause = cause_of(program, coarse, observer)
            if cause is not None:
                return _told(scenario, coarse, cause, segments, steps)
        if count == LEVELS[0] or segments == steps:
            observer.phase("looking for what earns without limit")
            gain = endless(data, parameters, options, program if segments == steps else None)
            if gain:
                proof = f"{scenario} has no least cost: something earns without limit."
                return Explanation(scenario, "unbounded", proof, sentences={"Unbounded profit": gain})
        if segments == steps:
            break
    return Explanation(scenario, "feasible", f"{scenario} has a plan: all policies, limits and demands can be met.")


def _has_solution(program: CompiledModel, options: SolverOptions) -> bool:
    """Whether the solver finds any solution, whatever it costs; UnfinishedError if it finds no end."""
    found = solve(replace(program, cost=0.0 * program.cost), options)
    if found.outcome.status is SolutionStatus.INFEASIBLE:
        return False
    found.require_optimal()
    return True


def _told(scenario: str, data: xr.Dataset, cause: Cause, segments: int, steps: int) -> Explanation:
    proof = f"{scenario} has no plan: policies, limits and demands contradict each other."
    if segments < steps:
        proof += f" Proven with {segments} segments of the year, and so for all {steps:,} steps; amounts are the least."
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
            "Limits to relax": tuple(words.loosened(each, data, alone) for each in cause.broken),
            "Binding limits": tuple(words.limited(part, data) for part in others[:MOST_IN_THE_WAY]),
            "Single changes that would suffice": tuple(words.remedy(remedy, data) for remedy in cause.remedies),
            "Not tested in time": tuple(words.limited(p, data) for p in cause.untried),
            "Conflicting constraints (without any one of these, the others can hold)": conflict,
        },
    )


def _table(groups: list[list[Loosened]]) -> pd.DataFrame:
    rows = [
        {**_facts(each.part), "amount": each.amount, "most": each.most, "share": each.share, "number": number}
        for number, group in enumerate(groups, start=1)
        for each in group
    ]
    return pd.DataFrame(rows, columns=["equation", "name", "labels", "limit", "amount", "most", "share", "number"])


def _facts(part: Part) -> dict[str, object]:
    return {"equation": part.source.component, "name": part.name, "labels": part.labels, "limit": part.limit}


__all__ = ["Explanation", "explain"]
