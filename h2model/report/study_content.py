"""What a report on a study says, as values and tables; how it looks is the template's concern."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from h2model.case import SCENARIO_TEXT
from h2model.constants import LEAST_CAPACITY
from h2model.numbers import table_number
from h2model.plots.words import words
from h2model.report.parts import Card, Grid, grid, sources
from h2model.studies.campaign import Campaign
from h2model.studies.ranges import Range
from h2model.studies.records import DONE
from h2model.tables.over_runs import (
    CO2_PRICE,
    COST,
    axes_of,
    key_results,
    new_capacities,
    per_run,
    spread,
    unit_of_axis,
)

MOST_BUILDS, MOST_RUNS, MOST_REASONS = 12, 500, 10


@dataclass(frozen=True)
class StudyContent:
    """All that stands in a report on a study."""

    title: str
    subtitle: str
    description: str
    cards: tuple[Card, ...]
    builds: Grid
    builds_of_all: Grid
    axes: Grid
    results: Grid
    runs: Grid
    failures: Grid | None
    proof: tuple[tuple[str, str], ...]
    left_out: tuple[str, ...]
    study_yaml: str
    scenario_yaml: str
    sources: Grid


def study_content(campaign: Campaign, cube: xr.Dataset, inputs: xr.Dataset) -> StudyContent:
    """Gather what the report of a collected study says; `inputs` are those of its base scenario."""
    table, built = key_results(cube), _builds(cube)
    count, done = len(campaign), int((cube["status"] == DONE).sum())
    left_out = cube.attrs["left_out"]
    return StudyContent(
        title=str(cube.attrs["title"] or cube.attrs["study"]),
        subtitle=f"study {cube.attrs['study']} of scenario {cube.attrs['scenario']}: {count} runs, "
        f"{words(campaign.study.design.kind)}",
        description=campaign.study.description,
        cards=(Card("Runs with a result", "", ((f"of {count}", str(done)),)), *_cards(table)),
        builds=grid("What is built, over all runs", built.iloc[:MOST_BUILDS]),
        builds_of_all=grid("All that is built", built),
        axes=_axes(campaign),
        results=grid("Results over all runs", spread(table)),
        runs=_runs(cube, table),
        failures=_failures(cube),
        proof=_proof(cube, inputs, f"{done} of {count}"),
        left_out=tuple(text for text in ([left_out] if isinstance(left_out, str) else left_out) if text != "nothing"),
        study_yaml=str(cube.attrs["study_yaml"]),
        scenario_yaml=str(cube.attrs[SCENARIO_TEXT]),
        sources=sources(inputs),
    )


def _cards(table: pd.DataFrame) -> list[Card]:
    """Least, median and most of the cost, and of the last period's net emissions, storage and CO2 price."""
    chosen: dict[str, tuple[str, str]] = {}
    for result, unit in table.index:
        name, _, period = result.rpartition(", ")
        chosen[name or period] = (result, unit)
    found = spread(table)
    return [
        Card(
            f"{key[0][0].upper()}{key[0][1:]}",
            key[1],
            tuple((name, table_number(found.loc[key, name], "0")) for name in ("least", "median", "most")),
            "over all runs with a result" if key[0] == COST else "",
        )
        for key in chosen.values()
    ]


def _builds(cube: xr.Dataset) -> pd.DataFrame:
    """In how many runs a technology is built, and how much of it; what is built in most runs comes first."""
    table = new_capacities(cube)
    known = table.notna().any()
    chosen = table.loc[:, known]
    built = (chosen > LEAST_CAPACITY).sum(axis="columns")
    found = spread(chosen)[["least", "median", "most"]]
    found.insert(0, "built in", [f"{count} of {int(known.sum())}" for count in built])
    order = np.lexsort((-found["median"].to_numpy(), -built.to_numpy()))
    return found.iloc[order]


def _axes(campaign: Campaign) -> Grid:
    rows = []
    for (name, axis), direction in zip(campaign.study.axes.items(), campaign.axes, strict=True):
        values = axis.values
        told = _range(values) if isinstance(values, Range) else ", ".join(map(str, values)) or "see the runs"
        place = ", ".join(f"{key} {value}" for key, value in axis.place.items())
        rows.append((words(direction.name), axis.operation, told, ", ".join(axis.of) or name, place))
    return Grid("What is varied", ("axis", "how", "values", "of what", "where"), tuple(rows), 1)


def _range(values: Range) -> str:
    """The ends of a range, or the numbers of its distribution.

    >>> _range(Range(start=0.5, end=2))
    'from 0.5 to 2.0'
    """
    numbers = values.model_dump(by_alias=True, exclude_defaults=True)
    distribution = numbers.pop("distribution", "")
    told = " ".join(f"{name} {value}" for name, value in numbers.items())
    return told + (f" ({words(distribution)})" if distribution else "")


def _runs(cube: xr.Dataset, table: pd.DataFrame) -> Grid:
    """A row per run: its place on the axes, what came of it, and its key results."""
    axes = {words(name): per_run(cube, name).values for name in axes_of(cube)}
    units = [unit_of_axis(cube[name]) for name in axes_of(cube)]
    states = per_run(cube, "status").values
    heads = [f"{name}, {unit}" if unit else name for name, unit in zip(axes, units, strict=True)]
    results = [f"{result}, {unit}" for result, unit in table.index]
    rows = tuple(
        (
            str(run),
            *(f"{values[run]:.6g}" if isinstance(values[run], float) else str(values[run]) for values in axes.values()),
            str(states[run]),
            *(table_number(value) for value in table.iloc[:, run]),
        )
        for run in range(min(len(states), MOST_RUNS))
    )
    more = len(states) - len(rows)
    title = "Every run" + (f" (the first {MOST_RUNS}; {more} more are in study.nc)" if more else "")
    return Grid(title, ("run", *heads, "what came of it", *results), rows, 1)


def _failures(cube: xr.Dataset) -> Grid | None:
    """Runs without result by what came of them and why, the most frequent first."""
    states, reasons = per_run(cube, "status").values, per_run(cube, "reason").values
    failed = states != DONE
    if not failed.any():
        return None
    told = [reason.strip().splitlines()[0] if reason.strip() else "" for reason in reasons[failed]]
    counts = pd.Series(list(zip(states[failed], told, strict=True))).value_counts()
    rows = tuple((str(count), state, reason) for (state, reason), count in counts.iloc[:MOST_REASONS].items())
    more = len(counts) - len(rows)
    note = f"and {more} more reasons: h2model study status --all" if more else ""
    return Grid("Runs without result", ("runs", "what came of them", "why"), rows, 0, note)


def _proof(cube: xr.Dataset, inputs: xr.Dataset, done: str) -> tuple[tuple[str, str], ...]:
    priced = any(name.startswith(CO2_PRICE) for name, _ in key_results(cube).index)
    periods = ", ".join(str(period) for period in inputs["period"].values)
    return (
        ("Runs", f"{done} have a result: each is solved to optimality and recomputed without the model"),
        ("Base", f"periods {periods}; {inputs.sizes['time']:,} steps a year"),
        ("Prices", "what one more tonne under a cap would save" if priced else "the runs have no CO2 price"),
        ("Version", f"h2model {cube.attrs['h2model_version']}"),
    )
