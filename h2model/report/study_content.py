"""The content of a report on a study, as values and tables; the template decides how it looks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from h2model.case import SCENARIO_TEXT
from h2model.constants import LEAST_CAPACITY
from h2model.numbers import number, table_number
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

MOST_TECHNOLOGIES, MOST_RUNS, MOST_REASONS = 12, 500, 10
#: Columns of a range, with short names for the cards.
ENDS = {"minimum": "min", "median": "median", "maximum": "max"}


@dataclass(frozen=True)
class StudyContent:
    """All content of a report on a study."""

    title: str
    subtitle: str
    description: str
    cards: tuple[Card, ...]
    largest_capacities: Grid
    capacities: Grid
    axes: Grid
    results: Grid
    runs: Grid
    failures: Grid | None
    quality: tuple[tuple[str, str], ...]
    left_out: tuple[str, ...]
    study_yaml: str
    scenario_yaml: str
    sources: Grid


def study_content(campaign: Campaign, cube: xr.Dataset, inputs: xr.Dataset) -> StudyContent:
    """Return the content of the report on a collected study; `inputs` are those of its base scenario."""
    table, built = key_results(cube), _capacities(cube)
    count, done = len(campaign), int((cube["status"] == DONE).sum())
    left_out = cube.attrs["left_out"]
    return StudyContent(
        title=str(cube.attrs["title"] or cube.attrs["study"]),
        subtitle=f"study {cube.attrs['study']} of scenario {cube.attrs['scenario']}: {count} runs, "
        f"{words(campaign.study.design.kind)}",
        description=campaign.study.description,
        cards=(Card("Runs with a result", "", ((f"of {count}", str(done)),)), *_cards(table)),
        largest_capacities=grid("New capacity over all runs", built.iloc[:MOST_TECHNOLOGIES]),
        capacities=grid("All new capacity", built),
        axes=_axes(campaign),
        results=grid("Results over all runs", _spread(table)),
        runs=_runs(cube, table),
        failures=_failures(cube),
        quality=_solution_quality(cube, inputs, f"{done} of {count}"),
        left_out=tuple(text for text in ([left_out] if isinstance(left_out, str) else left_out) if text != "nothing"),
        study_yaml=str(cube.attrs["study_yaml"]),
        scenario_yaml=str(cube.attrs[SCENARIO_TEXT]),
        sources=sources(inputs),
    )


def _spread(table: pd.DataFrame) -> pd.DataFrame:
    """Return minimum, percentiles and maximum of each row."""
    return spread(table).rename(columns={"least": "minimum", "most": "maximum"})


def _cards(table: pd.DataFrame) -> list[Card]:
    """Return the range of the cost, and of net emissions, stored CO2 and CO2 price in the last period."""
    last: dict[str, tuple[str, str]] = {}
    for result, unit in table.index:
        name, _, period = result.rpartition(", ")
        last[name or period] = (result, unit)
    ranges = _spread(table)
    return [
        Card(
            f"{result[0].upper()}{result[1:]}",
            unit,
            tuple((short, table_number(ranges.loc[(result, unit), end], "0")) for end, short in ENDS.items()),
            "over all runs with a result" if result == COST else "",
        )
        for result, unit in last.values()
    ]


def _capacities(cube: xr.Dataset) -> pd.DataFrame:
    """Return the range of each new capacity and the number of runs that build it; the most frequent come first."""
    table = new_capacities(cube)
    with_result = table.notna().any()
    table = table.loc[:, with_result]
    count = (table > LEAST_CAPACITY).sum(axis="columns")
    ranges = _spread(table)[list(ENDS)]
    ranges.insert(0, "built in", [f"{runs} of {int(with_result.sum())} runs" for runs in count])
    order = np.lexsort((-ranges["median"].to_numpy(), -count.to_numpy()))
    return ranges.iloc[order]


def _axes(campaign: Campaign) -> Grid:
    rows = []
    for (name, axis), direction in zip(campaign.study.axes.items(), campaign.axes, strict=True):
        if isinstance(axis.values, Range):
            values = _range_in_words(axis.values)
        else:
            values = ", ".join(map(str, axis.values)) or "see the runs"
        labels = ", ".join(f"{key} {value}" for key, value in axis.selection.items())
        rows.append((words(direction.name), axis.operation, values, ", ".join(axis.of) or name, labels))
    return Grid("Varied inputs", ("axis", "change", "values", "input", "for"), tuple(rows), 1)


def _range_in_words(values: Range) -> str:
    """Return the ends of a range, or the numbers of its distribution.

    >>> _range_in_words(Range(start=0.5, end=2))
    'from 0.5 to 2.0'
    """
    numbers = values.model_dump(by_alias=True, exclude_defaults=True)
    distribution = numbers.pop("distribution", "")
    text = " ".join(f"{name} {value}" for name, value in numbers.items())
    return text + (f" ({words(distribution)})" if distribution else "")


def _runs(cube: xr.Dataset, table: pd.DataFrame) -> Grid:
    """Return a row per run: its values on the axes, its status and its key results."""
    axes = {words(name): per_run(cube, name).values for name in axes_of(cube)}
    units = [unit_of_axis(cube[name]) for name in axes_of(cube)]
    states = per_run(cube, "status").values
    heads = [f"{name}, {unit}" if unit else name for name, unit in zip(axes, units, strict=True)]
    results = [f"{result}, {unit}" for result, unit in table.index]
    rows = tuple(
        (
            str(run),
            *(
                number(values[run], 6) if isinstance(values[run], float) else str(values[run])
                for values in axes.values()
            ),
            str(states[run]),
            *(table_number(value) for value in table.iloc[:, run]),
        )
        for run in range(min(len(states), MOST_RUNS))
    )
    more = len(states) - len(rows)
    title = "Every run" + (f" (the first {MOST_RUNS}; {more} more are in study.nc)" if more else "")
    return Grid(title, ("run", *heads, "status", *results), rows, 1)


def _failures(cube: xr.Dataset) -> Grid | None:
    """Return the runs without result by status and reason, the most frequent first."""
    states, reasons = per_run(cube, "status").values, per_run(cube, "reason").values
    failed = states != DONE
    if not failed.any():
        return None
    first_lines = [reason.strip().splitlines()[0] if reason.strip() else "" for reason in reasons[failed]]
    counts = pd.Series(list(zip(states[failed], first_lines, strict=True))).value_counts()
    rows = tuple((str(count), state, reason) for (state, reason), count in counts.iloc[:MOST_REASONS].items())
    more = len(counts) - len(rows)
    note = f"and {more} more reasons: h2model study status --all" if more else ""
    return Grid("Runs without result", ("runs", "status", "reason"), rows, 0, note)


def _solution_quality(cube: xr.Dataset, inputs: xr.Dataset, done: str) -> tuple[tuple[str, str], ...]:
    priced = any(name.startswith(CO2_PRICE) for name, _ in key_results(cube).index)
    periods = ", ".join(str(period) for period in inputs["period"].values)
    return (
        ("Runs", f"{done} have a result: each is optimal and was recomputed without the model"),
        ("Base", f"periods {periods}; {inputs.sizes['time']:,} steps a year"),
        ("Prices", "saving per additional tonne under a cap" if priced else "the runs have no CO2 price"),
        ("Version", f"h2model {cube.attrs['h2model_version']}"),
    )
