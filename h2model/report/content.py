"""What a report on a run says, as values and tables; how it looks is the template's concern."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import xarray as xr

from h2model.case import Scenario, sources_of, warnings_of
from h2model.plots.run_charts import words
from h2model.report.binding import Binding, bindings
from h2model.results import carbon_tables, cost_rows, summary

MILLION, KILO = 1e6, 1e3
MOST_BUILDS, MOST_BINDINGS = 8, 20


@dataclass(frozen=True)
class Card:
    """One figure that stands out, for each period."""

    title: str
    unit: str
    values: tuple[tuple[str, str], ...]
    note: str = ""


@dataclass(frozen=True)
class Grid:
    """A table for people: texts in rows and columns, `names` of them on the left."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    names: int = 1
    note: str = ""


@dataclass(frozen=True)
class Content:
    """All that stands in a report."""

    title: str
    subtitle: str
    description: str
    cards: tuple[Card, ...]
    builds: Grid
    tables: dict[str, Grid]
    unserved: Grid | None
    proof: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    scenario_yaml: str
    sources: Grid
    failed: str = ""
    bindings: tuple[Binding, ...] = field(default=())


def content_of(run: xr.Dataset) -> Content:
    """Gather what the report of a run says."""
    facts = run.attrs
    missing = summary.unserved(run)
    return Content(
        title=str(facts["title"]),
        subtitle=f"scenario {facts['scenario']} of case {facts['case']}",
        description=Scenario.from_text(facts["scenario_yaml"]).description or "",
        cards=(_cost_card(run), _carbon_card(run), _stored_card(run), *_price_cards(run)),
        builds=_builds(run),
        tables=_tables(run),
        unserved=None if missing.empty else _grid("Demand that is not served, per year", missing),
        proof=_proof(run),
        warnings=tuple(f"{fault.where}: {fault.problem} → {fault.remedy}" for fault in warnings_of(run)),
        scenario_yaml=str(facts["scenario_yaml"]),
        sources=_sources(run),
        failed="" if str(facts["audit"]).startswith("passed") else str(facts["audit"]),
        bindings=tuple(bindings(run)[:MOST_BINDINGS]),
    )


def capped_regions(run: xr.Dataset) -> list[str] | None:
    """The regions that the first emission cap of the scenario counts; None if it counts all, or there is none."""
    caps = Scenario.from_text(run.attrs["scenario_yaml"]).policies.get("emission_cap") or {}
    regions = next(iter(caps.values())).get("regions") if caps else None
    return list(regions) if regions else None


def _cost_card(run: xr.Dataset) -> Card:
    values = [(str(p), _number(v / MILLION)) for p, v in _per_period(run, run["annual_cost"])]
    total = f"{run.attrs['objective'] / MILLION:,.0f} million {run.attrs['currency']}, present cost of all periods"
    return Card("Annual cost", f"million {run.attrs['currency']}/year", tuple(values), total)


def _carbon_card(run: xr.Dataset) -> Card:
    regions = capped_regions(run)
    emissions = run["emissions"] if regions is None else run["emissions"].sel(region=regions)
    net = emissions.sum(("region", "origin")) / KILO
    where = "all regions" if regions is None else ", ".join(map(words, regions))
    values = [(str(p), _number(v)) for p, v in _per_period(run, net)]
    return Card("Net CO2 emissions", "kt/year", tuple(values), f"released less taken from the air: {where}")


def _stored_card(run: xr.Dataset) -> Card:
    stored = run["carbon_stored"].sum(("region", "origin")) / KILO
    return Card("CO2 stored for good", "kt/year", tuple((str(p), _number(v)) for p, v in _per_period(run, stored)))


def _price_cards(run: xr.Dataset) -> list[Card]:
    if "price_of_cap" not in run:
        return []
    prices = summary.carbon_prices(run)
    return [
        Card(
            f"CO2 price, cap {words(cap)}",
            prices.attrs["unit"],
            tuple((str(period), _number(value)) for period, value in row.dropna().items()),
            "what the last tonne costs",
        )
        for cap, row in prices.iterrows()
    ]


def _builds(run: xr.Dataset) -> Grid:
    """The largest of what is built, by what it costs."""
    built = summary.new_capacities(run)
    spent = cost_rows.cost_rows(run)
    spent = spent[spent.index.get_level_values("part") == "investment_cost"].max(axis="columns")
    cost = spent.groupby(level=["technology", "region"]).sum()
    order = [cost.get((technology, region), 0.0) for technology, region, _ in built.index]
    built = built.iloc[np.argsort(-np.array(order), kind="stable")][:MOST_BUILDS]
    return _grid("The big builds: new capacity, by what it costs", built)


def _tables(run: xr.Dataset) -> dict[str, Grid]:
    costs = cost_rows.cost_breakdown(run)
    carbon = carbon_tables.emissions_table(run, capped_regions(run))
    return {
        "costs": _grid(f"Annual cost, {costs.attrs['unit']}", costs),
        "carbon": _grid("Carbon by entry and origin, kt of CO2 per year", carbon[(carbon.abs() >= 0.5).any(axis=1)]),
        "capacity": _grid("All new capacity", summary.new_capacities(run)),
        "vented": _grid("Vented or dumped, per year", summary.disposed(run)),
    }


def _proof(run: xr.Dataset) -> tuple[tuple[str, str], ...]:
    facts = run.attrs
    bound = facts["lower_bound"]
    proof = "none: one of several plans near the least cost"
    if not isinstance(bound, str):
        least = f"no plan costs less than {bound / MILLION:,.3f} million {facts['currency']}"
        proof = f"{least}; this one is within {facts['gap']:.3%}"
    rows = [
        ("Solver", f"{facts['status']}, with {facts['method']}, in {facts['seconds_solving']:.0f} s"),
        ("Bounds", proof),
        ("Audit", f"recomputed without the model: {facts['audit']}"),
        ("Model", f"{facts['rows']:,} equations, {facts['columns']:,} unknowns, {run.sizes['time']:,} steps a year"),
        ("Version", f"h2model {facts['h2model_version']}, {facts['created']}"),
    ]
    return tuple((name, str(text)) for name, text in rows)


def _sources(run: xr.Dataset) -> Grid:
    table = sources_of(run).fillna("")
    known = {str(name) for kind in ("plant", "store", "link") for name in run[f"{kind}_technology"].values}
    known |= {str(name) for name in (*run["asset"].values, *run["asset_technology"].values, *run["carrier"].values)}
    known |= {str(name) for kind in ("trade", "demand", "region") for name in run[kind].values} | {"", "case"}
    used = table[table["subject"].isin(known)]
    value = used["value"] + np.where(used["profile"] != "", " × profile " + used["profile"], "")
    what = used["parameter"] + used["carrier"].map(lambda name: f" ({name})" if name else "")
    columns = [used["subject"].map(words), what.map(words), used["period"], value, used["unit"], used["source"]]
    rows = tuple(zip(*(column.tolist() for column in columns), strict=True))
    return Grid("Assumptions and their sources", ("of", "what", "period", "value", "unit", "source"), rows, 2)


def _per_period(run: xr.Dataset, values: xr.DataArray) -> list[tuple[int, float]]:
    return list(zip(run["period"].values.tolist(), values.values.tolist(), strict=True))


def _grid(title: str, table: pd.DataFrame) -> Grid:
    levels = table.index.nlevels
    names = [words(name or "") for name in table.index.names]
    rows = []
    for labels, row in table.iterrows():
        left = [words(label) for label in (labels if levels > 1 else [labels])]
        rows.append((*left, *(_cell(column, value) for column, value in row.items())))
    return Grid(title, (*names, *map(str, table.columns)), tuple(rows), levels)


def _cell(column: object, value: float) -> str:
    return f"{value:.1%}" if column == "share" else _number(value)


def _number(value: float) -> str:
    """Three or four significant digits, with thousands separators; a dash for nothing.

    >>> _number(1234.567), _number(12.3456), _number(0.0), _number(-0.4567)
    ('1,235', '12.3', '–', '-0.457')
    """
    if not np.isfinite(value) or abs(value) < 1e-3:
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3g}"
