"""The summary of a run on the terminal, as tables of at most 100 characters in width."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from h2model.constants import MILLION
from h2model.errors import counted
from h2model.numbers import NOTHING, aligned, decimals_for, percent
from h2model.results.folder import INPUTS, LOG, SCENARIO
from h2model.tables.run_summary import RunSummary


def show_run(console: Console, summary: RunSummary, path: Path) -> None:
    """Print costs, carbon, prices, new capacities, warnings, solution quality and the files of a run."""
    facts = summary.facts
    console.print()
    console.print(Text(f"{facts['scenario']}: {facts['title']}", style="bold reverse"))
    for table in (_cost_table(summary), _carbon_table(summary), _price_table(summary), _capacity_table(summary)):
        console.print()
        console.print(table, soft_wrap=True)
    console.print()
    for line in _notices(summary):
        console.print(line, soft_wrap=True)
    console.print()
    console.print(_facts_table(summary, path), soft_wrap=True)


def _cost_table(summary: RunSummary) -> Table:
    costs = summary.costs
    if summary.facts["objective"] <= 0:
        # If the region earns more than it spends, a share of the total is misleading.
        costs = costs.assign(share=np.nan)
    rows = [
        [part_in_words(name), *cells]
        for name, cells in _cells(costs)
        if name == "total" or any(cell.strip() != NOTHING for cell in cells[:-1])
    ]
    title = f"Cost, {summary.costs.attrs['unit']}; share: part of the objective"
    return plain_table(title, ["part"], list(costs.columns), rows, total=1)


def _carbon_table(summary: RunSummary) -> Table | Text:
    emissions, stored = summary.emissions, summary.carbon_stored
    table = pd.concat(
        [
            emissions,
            _as_row(emissions.sum(), ("net emissions", "")),
            _as_row(stored.sum(), ("stored for good", "")),
        ]
    )
    rows = [[*name, *cells] for name, cells in _cells(table)]
    return plain_table(
        f"CO2 emissions, {emissions.attrs['unit']} (net of uptake from the air)",
        ["region", "origin"], list(table.columns), _without_repeats(rows), total=2,
    )  # fmt: skip


def _price_table(summary: RunSummary) -> Table | Text:
    prices = summary.co2_prices
    if prices.empty:
        return Text("CO2 price: none. The scenario does not set a cap, budget or price on emissions.", style="dim")
    rows = [[name, *cells] for name, cells in _cells(prices)]
    return plain_table(f"CO2 price, {prices.attrs['unit']} (undiscounted)", ["set by"], list(prices.columns), rows)


def _capacity_table(summary: RunSummary) -> Table | Text:
    capacities = summary.new_capacities
    if capacities.empty:
        return Text("New capacity: none.", style="dim")
    order = {region: number for number, region in enumerate(summary.regions)}
    capacities = capacities.reorder_levels(["region", "technology", "unit"]).sort_index(
        level="region", key=lambda regions: regions.map(order), sort_remaining=False, kind="stable"
    )
    rows = [[*name, *cells] for name, cells in _cells(capacities, each_row=True)]
    return plain_table("New capacity", list(capacities.index.names), list(capacities.columns), _without_repeats(rows))


def _notices(summary: RunSummary) -> Iterable[Text]:
    """Yield one line on all input warnings, one per unserved demand, and one per vented or dumped carrier."""
    if summary.warnings:
        count, rules = len(summary.warnings), ", ".join(counted(summary.warnings))
        text = f"{count} input warning{'s' * (count != 1)} ({rules}): see {LOG}."
        yield Text(text, style="bold yellow")
    if summary.unserved.empty:
        yield Text("All demand is met.", style="green")
    for (demand, region, unit), row in summary.unserved.iterrows():
        yield Text(f"UNSERVED DEMAND: {demand} in {region}: {_yearly(row, unit)}.", style="bold red")
    if summary.disposed.empty:
        yield Text("Vented or dumped: none.", style="green")
    for (carrier, region, unit), row in summary.disposed.iterrows():
        yield Text(f"Vented or dumped: {carrier} in {region}: {_yearly(row, unit)}.", style="bold yellow")


def _facts_table(summary: RunSummary, path: Path) -> Table:
    facts = summary.facts
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(no_wrap=True)
    currency = facts["currency"]
    table.add_row("Objective", f"{facts['objective'] / MILLION:,.3f} million {currency}, present value of all costs")
    table.add_row("Solver", f"{facts['status']}, with {facts['method']}, in {facts['seconds_solving']:.1f} s")
    bound = f"every plan costs at least {facts['lower_bound'] / MILLION:,.3f} million {currency}"
    table.add_row("Bound", f"{bound}; gap {facts['gap']:.3%}")
    table.add_row("Audit", facts["audit"])
    table.add_row("Model", f"{facts['rows']:,} rows, {facts['columns']:,} columns, {facts['nonzeros']:,} non-zeros")
    table.add_row(
        "Time",
        f"reading {facts['seconds_reading']:.1f} s, building {facts['seconds_building']:.1f} s, "
        f"ready for HiGHS after {facts['seconds_until_solver']:.1f} s, solving {facts['seconds_solving']:.1f} s, "
        f"auditing {facts['seconds_auditing']:.1f} s",
    )
    table.add_row("Files", f"{path}; {INPUTS}, {SCENARIO} and {LOG} are in the same folder")
    return table


def part_in_words(name: str) -> str:
    """Return the name of a cost part for people: "import" for `import_cost`, "export" for `export_revenue`.

    A revenue is a negative cost.
    """
    return name.removesuffix("_cost").removesuffix("_revenue").replace("_", " ")


def _cells(table: pd.DataFrame, each_row: bool = False) -> Iterable[tuple[object, list[str]]]:
    """Yield row names with their numbers as text; a column `share` is in percent.

    The number of decimals is that of the whole table, or with `each_row` that of the row, if rows have different units.
    """
    sizes = table.drop(columns="share", errors="ignore").abs().fillna(0.0)
    decimals = (
        sizes.max(axis="columns").map(decimals_for).tolist()
        if each_row
        else [decimals_for(sizes.to_numpy().max(initial=0.0))] * len(table)
    )
    most = max(decimals, default=0)
    for (name, row), digits in zip(table.iterrows(), decimals, strict=True):
        cells = [
            "" if np.isnan(value) else aligned(value, digits, most) for value in row.drop("share", errors="ignore")
        ]
        if "share" in row:
            cells.append(NOTHING if np.isnan(row["share"]) else percent(row["share"]))
        yield name, cells


def plain_table(
    title: str, names: Sequence[str], columns: Sequence[object], rows: list[list[str]], total: int = 0
) -> Table:
    """Return a table of names and right-aligned numbers; the last `total` rows are sums and bold."""
    table = Table(title=Text(title, style="bold"), title_justify="left", box=None, pad_edge=False, header_style="dim")
    for name in names:
        table.add_column(name, no_wrap=True)
    widths = []
    for position, column in enumerate(columns, start=len(names)):
        widths.append(max(len(str(column)), *(len(row[position]) for row in rows)))
        # The cells are padded here, because rich would strip the blanks that align the decimal points.
        table.add_column(str(column).rjust(widths[-1]), no_wrap=True)
    for number, row in enumerate(rows):
        numbers = [cell.rjust(width) for cell, width in zip(row[len(names) :], widths, strict=True)]
        table.add_row(*row[: len(names)], *numbers, style="bold" if number >= len(rows) - total else "")
    return table


def _without_repeats(rows: list[list[str]]) -> list[list[str]]:
    """Return the rows, with a blank first cell if it repeats that of the row above."""
    before = [None, *(row[0] for row in rows)]
    return [["" if row[0] == last else row[0], *row[1:]] for row, last in zip(rows, before, strict=False)]


def _as_row(values: pd.Series, name: tuple[str, str]) -> pd.DataFrame:
    return values.to_frame().T.set_axis(pd.MultiIndex.from_tuples([name]), axis="index")


def _yearly(row: pd.Series, unit: str) -> str:
    shown = row[row != 0]
    return ", ".join(f"{value:,.{min(decimals_for(value), 1)}f} {unit} in {period}" for period, value in shown.items())
