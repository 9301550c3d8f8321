"""A comparison of runs on the terminal, and as a JSON document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from h2model.numbers import aligned, decimals_for, number
from h2model.screen.run_screen import part_in_words, plain_table
from h2model.tables.compare import TABLES, difference, differs

HEADINGS = {
    "objective": "Objective, present cost of all periods",
    "cost": "Cost",
    "emissions": "CO2 emissions, net of uptake from the air",
    "stored": "CO2 stored for good",
    "co2_price": "CO2 price, undiscounted",
    "capacity": "Capacity",
    "unserved": "Unserved demand",
}
#: Maximum number of labels of a dimension that are listed without --all.
FEW_LABELS = 6
#: Maximum number of parameters of a run that are listed without --all.
FEW_PARAMETERS = 12
STYLES = {"+": "green", "-": "red"}


def show_comparison(console: Console, tables: Mapping[str, pd.DataFrame], everything: bool = False) -> None:
    """Print the differences between runs, from the tables of `h2model.compare`; `everything` prints equal rows too."""
    runs = runs_of(tables)
    first, *others = runs
    console.print(Text(f"{', '.join(others)} against {first}", style="bold reverse"))
    console.print()
    console.print(_objectives(tables["objective"], runs), soft_wrap=True)
    if not tables["objective"].attrs["same_years"]:
        console.print(
            Text(
                "The runs cover different periods or years, so that their objectives cannot be compared.",
                style="yellow",
            )
        )
    same = []
    for name in TABLES:
        table = tables[name]
        shown = table if everything else table[differs(table, runs)]
        if shown.empty:
            same.append(HEADINGS[name])
            continue
        count = "" if len(shown) == len(table) else f": {len(shown)} of {len(table)} rows differ"
        console.print()
        title = f"{HEADINGS[name]}, {table.attrs['unit']}{count}"
        console.print(_run_table(title, shown, runs, part_in_words if name == "cost" else str), soft_wrap=True)
    console.print()
    if same:
        console.print(Text(f"Equal in all runs: {'; '.join(same)}.", style="dim"), soft_wrap=True)
    console.print(
        Text("A dash is zero. A blank is a row or period that the run does not have.", style="dim"), soft_wrap=True
    )
    for run in others:
        console.print()
        _show_inputs(console, tables, run, first, everything)


def document(tables: Mapping[str, pd.DataFrame]) -> dict[str, object]:
    """Return the comparison for JSON.

    Each table becomes a list of values. Each value has its run, its period and the labels of its row. NaN becomes
    null, and an infinite number becomes text.
    """
    parts: dict[str, object] = {"runs": runs_of(tables)}
    for name, table in tables.items():
        if name in TABLES:
            values = [
                _plain({**labels, "run": run, "period": period, "value": value})
                for row, numbers in table.iterrows()
                for labels in [dict(zip(table.index.names, row if isinstance(row, tuple) else (row,), strict=True))]
                for (run, period), value in numbers.items()
            ]
            parts[name] = {"unit": table.attrs["unit"], "values": values}
        elif name == "objective":
            parts[name] = {"unit": table.attrs["unit"], "values": _plain(table.iloc[0].to_dict())}
        else:
            has_labels = table.index.names != [None]
            rows = (table.reset_index() if has_labels else table).to_dict("records")
            parts[name] = [_plain(row) for row in rows]
    return parts


def runs_of(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return the names of the runs."""
    return list(tables["objective"].attrs["runs"])


def _objectives(table: pd.DataFrame, runs: Sequence[str]) -> Table:
    values = table.iloc[0]
    first, *others = runs
    differences = np.abs([values[difference(run, first)] for run in others])
    decimals = decimals_for(float(differences.max() or np.abs(values).max()))
    rows = [[first, aligned(values[first], decimals, decimals), ""]]
    for run in others:
        numbers = (values[run], values[difference(run, first)])
        rows.append([run, *(aligned(value, decimals, decimals) for value in numbers)])
    title = f"{HEADINGS['objective']}, {table.attrs['unit']}"
    return plain_table(title, ["run"], ["objective", "difference"], rows)


def _run_table(title: str, table: pd.DataFrame, runs: Sequence[str], in_words: Callable[[str], str]) -> Table:
    """Return a table with a column for each period, and a row for each run and each difference to the first run."""
    first, *others = runs
    labels = [first, *(label for run in others for label in (run, difference(run, first)))]
    periods = sorted({period for _, period in table.columns})
    # Enough decimals to show the differences between runs.
    differences = table[[difference(run, first) for run in others]].abs().max(axis="columns")
    sizes = differences.where(differences > table.attrs["least"], table.abs().max(axis="columns")).fillna(0.0)
    decimals = sizes.map(decimals_for) if "unit" in table.index.names else sizes * 0 + decimals_for(sizes.max())
    most = int(decimals.max())
    rows = []
    for (name, row), digits in zip(table.iterrows(), decimals.astype(int), strict=True):
        names = [in_words(label) for label in (name if isinstance(name, tuple) else (name,))]
        for label in labels:
            numbers = [row.get((label, period), np.nan) for period in periods]
            cells = ["" if np.isnan(value) else aligned(value, digits, most) for value in numbers]
            rows.append([*(names if label == first else [""] * len(names)), label, *cells])
    return plain_table(title, [*map(str, table.index.names), "run"], periods, rows)


def _show_inputs(console: Console, tables: Mapping[str, pd.DataFrame], run: str, first: str, everything: bool) -> None:
    """Print the differences in scenario, labels and parameters between a run and the first one."""
    lines, labels = (tables[name][tables[name]["run"] == run] for name in ("scenario", "labels"))
    parameters = tables["inputs"][tables["inputs"].index.get_level_values("run") == run]
    if lines.empty and labels.empty and parameters.empty:
        console.print(Text(f"Inputs of {run}: the same as of {first}.", style="dim"), soft_wrap=True)
    if len(lines):
        console.print(Text(f"Scenario of {run} (+) against {first} (-)", style="bold"))
    for line in lines["line"]:
        console.print(Text(f"  {line}", style=STYLES.get(line[:1], "dim")), soft_wrap=True)
    if len(labels):
        console.print(Text(f"Only in {run} (+) or only in {first} (-)", style="bold"))
    for row in labels.itertuples():
        changes = _few("+", row.more, everything) + _few("-", row.less, everything)
        console.print(Text(f"  {row.labels}: {' '.join(changes)}"), soft_wrap=True)
    if len(parameters):
        console.print(_parameters(parameters, run, first, everything), soft_wrap=True)
        left = len(parameters) - FEW_PARAMETERS
        if left > 0 and not everything:
            console.print(Text(f"{left} more parameters differ (--all shows them)", style="dim"))


def _few(sign: str, labels: Sequence[str], everything: bool) -> list[str]:
    shown = labels if everything or len(labels) <= FEW_LABELS + 1 else labels[:FEW_LABELS]
    left = len(labels) - len(shown)
    return [f"{sign}{label}" for label in shown] + ([f"{sign}({left} more, --all shows them)"] if left else [])


def _parameters(table: pd.DataFrame, run: str, first: str, everything: bool) -> Table:
    shown = table if everything else table[:FEW_PARAMETERS]
    rows = [
        [str(parameter), f"{row.places:,} of {row.of:,}", row.where, _number(row.first), _number(row.other), row.unit]
        for (_, parameter), row in zip(shown.index, shown.itertuples(index=False), strict=True)
    ]
    count = "1 parameter differs" if len(table) == 1 else f"{len(table)} parameters differ"
    title = f"Inputs of {run} against {first}: {count} (at labels that both runs have)"
    grid = Table(title=Text(title, style="bold"), title_justify="left", box=None, pad_edge=False, header_style="dim")
    for name in ("parameter", "values", "largest difference at", first, run, "unit"):
        grid.add_column(name, justify="right" if name in ("values", first, run) else "left", no_wrap=True)
    for row in rows:
        grid.add_row(*map(Text, row))
    return grid


def _number(value: object) -> str:
    if isinstance(value, float) and np.isnan(value):
        return "none"
    return number(value, digits=6) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _plain(row: Mapping[str, object]) -> dict[str, object]:
    """Return values that JSON supports: NaN is null, and an infinite number is text."""
    plain = {str(name): value.item() if isinstance(value, np.generic) else value for name, value in row.items()}
    for name, value in plain.items():
        if isinstance(value, float) and not np.isfinite(value):
            plain[name] = None if np.isnan(value) else str(value)
    return plain
