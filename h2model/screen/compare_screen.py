"""A comparison of runs on the screen, what differs first, and as one JSON document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

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
    "emissions": "CO2, released less taken from the air",
    "stored": "CO2 stored for good",
    "co2_price": "CO2 price, undiscounted",
    "capacity": "Capacity",
    "unserved": "Unserved demand",
}
#: Labels of a kind that are shown one by one, and differing parameters of a run, unless all are asked for.
FEW_LABELS = 6
FEW_PARAMETERS = 12
STYLES = {"+": "green", "-": "red"}


def show_comparison(console: Console, tables: Mapping[str, pd.DataFrame], everything: bool = False) -> None:
    """Print what differs between the runs that `h2model.compare` has put beside each other."""
    runs = runs_of(tables)
    first, *others = runs
    console.print(Text(f"{', '.join(others)} against {first}", style="bold reverse"))
    console.print()
    console.print(_objectives(tables["objective"], runs), soft_wrap=True)
    if not tables["objective"].attrs["same_years"]:
        console.print(Text("They count other periods or years, so that their difference says little.", style="yellow"))
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
        in_words = part_in_words if name == "cost" else str
        console.print(_runs_below(title, shown, runs, in_words), soft_wrap=True)
    console.print()
    if same:
        console.print(Text(f"The same in all runs: {'; '.join(same)}.", style="dim"), soft_wrap=True)
    console.print(Text("– is zero; blank: the run has no such row or period.", style="dim"), soft_wrap=True)
    _show_inputs(console, tables, runs, everything)


def document(tables: Mapping[str, pd.DataFrame]) -> dict[str, object]:
    """The comparison as JSON takes it: tables as lists of values, each with its run, period and row; NaN is null."""
    found: dict[str, object] = {"runs": runs_of(tables)}
    for name, table in tables.items():
        if name in TABLES:
            found[name] = {"unit": table.attrs["unit"], "values": list(_values(table))}
        elif name == "objective":
            found[name] = {"unit": table.attrs["unit"], "values": _plain(table.iloc[0].to_dict())}
        else:
            named = table.index.names != [None]
            rows = (table.reset_index() if named else table).to_dict("records")
            found[name] = [_plain(row) for row in rows]
    return found


def runs_of(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """The names of the runs."""
    return list(tables["objective"].attrs["runs"])


def _objectives(table: pd.DataFrame, runs: Sequence[str]) -> Table:
    values = table.iloc[0]
    first, *others = runs
    apart = np.abs([values[difference(run, first)] for run in others])
    decimals = decimals_for(float(apart.max() or np.abs(values).max()))
    rows = [[first, aligned(values[first], decimals, decimals), ""]]
    for run in others:
        numbers = (values[run], values[difference(run, first)])
        rows.append([run, *(aligned(value, decimals, decimals) for value in numbers)])
    title = f"{HEADINGS['objective']}, {table.attrs['unit']}"
    return plain_table(title, ["run"], ["objective", "difference"], rows)


def _runs_below(title: str, table: pd.DataFrame, runs: Sequence[str], in_words: Callable[[str], str]) -> Table:
    """A table with the periods beside and the runs, with their differences, below each other."""
    first, *others = runs
    labels = [first, *(label for run in others for label in (run, difference(run, first)))]
    periods = sorted({period for _, period in table.columns})
    # As many decimals as it takes to see by how much runs differ.
    apart = table[[difference(run, first) for run in others]].abs().max(axis="columns")
    sizes = apart.where(apart > table.attrs["least"], table.abs().max(axis="columns")).fillna(0.0)
    decimals = sizes.map(decimals_for) if "unit" in table.index.names else sizes * 0 + decimals_for(sizes.max())
    most = int(decimals.max())
    rows = []
    for place, (name, row) in enumerate(table.iterrows()):
        words = list(map(in_words, name if isinstance(name, tuple) else (name,)))
        for label in labels:
            numbers = [row.get((label, period), np.nan) for period in periods]
            cells = ["" if np.isnan(value) else aligned(value, int(decimals.iloc[place]), most) for value in numbers]
            rows.append([*(words if label == first else [""] * len(words)), label, *cells])
    return plain_table(title, [*map(str, table.index.names), "run"], periods, rows)


def _show_inputs(console: Console, tables: Mapping[str, pd.DataFrame], runs: Sequence[str], everything: bool) -> None:
    """What differs in scenarios, labels and parameters, run by run."""
    first, *others = runs
    for run in others:
        lines, labels = (tables[name][tables[name]["run"] == run] for name in ("scenario", "labels"))
        parameters = tables["inputs"][tables["inputs"].index.get_level_values("run") == run]
        console.print()
        if lines.empty and labels.empty and parameters.empty:
            console.print(Text(f"Inputs of {run}: the same as of {first}.", style="dim"), soft_wrap=True)
        if len(lines):
            console.print(Text(f"Scenario of {run} (+) against {first} (-)", style="bold"))
        for line in lines["line"]:
            console.print(Text(f"  {line}", style=STYLES.get(line[:1], "dim")), soft_wrap=True)
        if len(labels):
            console.print(Text(f"Only in {run} (+) or only in {first} (-)", style="bold"))
        for row in labels.itertuples():
            words = _few("+", row.more, everything) + _few("-", row.less, everything)
            console.print(Text(f"  {row.labels}: {' '.join(words)}"), soft_wrap=True)
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
    title = f"Inputs of {run} against {first}: {count}, at the labels that both have"
    found = Table(title=Text(title, style="bold"), title_justify="left", box=None, pad_edge=False, header_style="dim")
    for name in ("parameter", "places", "most at", first, run, "unit"):
        found.add_column(name, justify="right" if name in ("places", first, run) else "left", no_wrap=True)
    for row in rows:
        found.add_row(*map(Text, row))
    return found


def _number(value: object) -> str:
    if isinstance(value, float) and np.isnan(value):
        return "none"
    return number(value, digits=6) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _values(table: pd.DataFrame) -> Iterable[dict[str, object]]:
    keys = table.index.names
    for name, row in table.iterrows():
        words = dict(zip(keys, name if isinstance(name, tuple) else (name,), strict=True))
        for (run, period), value in row.items():
            yield _plain({**words, "run": run, "period": period, "value": value})


def _plain(row: Mapping[str, object]) -> dict[str, object]:
    """Numbers as JSON knows them: neither NaN nor infinity, which are null and text."""
    return {str(name): _plain_value(value) for name, value in row.items()}


def _plain_value(value: object) -> object:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None if np.isnan(value) else str(value)
    return value
