"""What a report on a run says, as values and tables; how it looks is the template's concern."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from h2model.case import SCENARIO_TEXT, Scenario, warnings_of
from h2model.constants import MILLION, TONNES_PER_KILOTONNE
from h2model.numbers import table_number
from h2model.plots.words import words
from h2model.report.binding import BindingLimit, binding_limits
from h2model.report.parts import Card, Grid, grid, sources
from h2model.tables import carbon_tables, cost_tables, summary
from h2model.tables.co2_price import co2_prices

MOST_BUILDS, MOST_BINDINGS = 8, 12


@dataclass(frozen=True)
class RunContent:
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
    bindings: tuple[BindingLimit, ...] = field(default=())
    bindings_left_out: int = 0


def run_content(run: xr.Dataset) -> RunContent:
    """Gather what the report of a run says."""
    facts = run.attrs
    missing, limits = summary.unserved(run), binding_limits(run)
    shown = _most_worth(limits)
    return RunContent(
        title=str(facts["title"]),
        subtitle=f"scenario {facts['scenario']} of case {facts['case']}",
        description=Scenario.of(run).description or "",
        cards=(_cost_card(run), *_carbon_cards(run), _stored_card(run), *_price_cards(run)),
        builds=_builds(run),
        tables=_tables(run),
        unserved=None if missing.empty else grid("Demand that is not served, per year", missing),
        proof=_proof(run),
        warnings=tuple(f"{fault.where}: {fault.problem} → {fault.remedy}" for fault in warnings_of(run)),
        scenario_yaml=str(facts[SCENARIO_TEXT]),
        sources=sources(run),
        failed="" if str(facts["audit"]).startswith("passed") else str(facts["audit"]),
        bindings=shown,
        bindings_left_out=len(limits) - len(shown),
    )


def _most_worth(limits: list[BindingLimit]) -> tuple[BindingLimit, ...]:
    """The first ones of each unit: others cannot be told to be worth more or less."""
    so_far: Counter[str] = Counter()
    shown = []
    for binding in limits:
        so_far[binding.unit] += 1
        if so_far[binding.unit] <= MOST_BINDINGS:
            shown.append(binding)
    return tuple(shown)


def capped_regions(run: xr.Dataset) -> list[str] | None:
    """The regions that the first emission cap counts; None if it counts all, or there is none."""
    if not run.sizes["cap"]:
        return None
    counted = run["cap_region"].isel(cap=0).values > 0
    return None if counted.all() else run["region"].values[counted].tolist()


def net_is_capped(run: xr.Dataset) -> bool:
    """Whether what the first cap counts is the net of all origins in its regions, no more and no less."""
    if not run.sizes["cap"]:
        return False
    regions = capped_regions(run) or run["region"].values
    net = run["emissions"].sel(region=regions).sum(("region", "origin")).transpose("period").values
    counted = run["cap_emissions"].isel(cap=0).sum("region").transpose("period").values
    return bool(np.allclose(net, counted, rtol=1e-6, atol=1.0))


def _cost_card(run: xr.Dataset) -> Card:
    values = [(str(p), table_number(v / MILLION, "0")) for p, v in _per_period(run, run["annual_cost"])]
    total = f"{run.attrs['objective'] / MILLION:,.0f} million {run.attrs['currency']}, present cost of all periods"
    return Card("Annual cost", f"million {run.attrs['currency']}/year", tuple(values), total)


def _carbon_cards(run: xr.Dataset) -> list[Card]:
    """Emissions as each cap counts them; of all regions where there is no cap."""
    if not run.sizes["cap"]:
        net = run["emissions"].sum(("region", "origin"))
        return [_carbon_card(run, net, "Net CO2 emissions", "released less taken from the air: all regions")]
    several = run.sizes["cap"] > 1
    cards = []
    for place, cap in enumerate(run["cap"].values.tolist()):
        counted = run["cap_emissions"].isel(cap=place).sum("region")
        regions = run["region"].values[run["cap_region"].isel(cap=place).values > 0].tolist()
        where = "all regions" if len(regions) == run.sizes["region"] else ", ".join(map(words, regions))
        plain = not several and net_is_capped(run)
        note = (
            f"released less taken from the air: {where}" if plain else f"as the cap {words(cap)} counts them: {where}"
        )
        title = f"CO2 under the cap {words(cap)}" if several else "Net CO2 emissions"
        cards.append(_carbon_card(run, counted, title, note))
    return cards


def _carbon_card(run: xr.Dataset, tonnes: xr.DataArray, title: str, note: str) -> Card:
    values = [(str(p), table_number(v, "0")) for p, v in _per_period(run, tonnes / TONNES_PER_KILOTONNE)]
    return Card(title, "kt/year", tuple(values), note)


def _stored_card(run: xr.Dataset) -> Card:
    stored = run["carbon_stored"].sum(("region", "origin")) / TONNES_PER_KILOTONNE
    values = [(str(p), table_number(v, "0")) for p, v in _per_period(run, stored)]
    return Card("CO2 stored for good", "kt/year", tuple(values))


def _price_cards(run: xr.Dataset) -> list[Card]:
    prices = co2_prices(run)
    return [
        Card(
            f"CO2 price, {words(of)}",
            prices.attrs["unit"],
            tuple((str(period), table_number(value, "0")) for period, value in row.dropna().items()),
            "by all caps, budgets and prices together" if of.startswith("fossil") else "what one more tonne would save",
        )
        for of, row in prices.iterrows()
    ]


def _builds(run: xr.Dataset) -> Grid:
    """The largest of what is built, by what it costs."""
    built = summary.new_capacities(run)
    spent = cost_tables.cost_rows(run)
    spent = spent[spent.index.get_level_values("part") == "investment_cost"].max(axis="columns")
    cost = spent.groupby(level=["technology", "region"]).sum()
    order = [cost.get((technology, region), 0.0) for technology, region, _ in built.index]
    built = built.iloc[np.argsort(-np.array(order), kind="stable")][:MOST_BUILDS]
    return grid("The big builds: new capacity, by what it costs", built)


def _tables(run: xr.Dataset) -> dict[str, Grid]:
    costs = cost_tables.cost_breakdown(run)
    carbon = carbon_tables.emissions_table(run)
    return {
        "costs": grid(f"Annual cost, {costs.attrs['unit']}", costs),
        "carbon": grid(
            "Carbon in all regions by entry and origin, kt of CO2 per year", carbon[(carbon.abs() >= 0.5).any(axis=1)]
        ),
        "capacity": grid("All new capacity", summary.new_capacities(run)),
        "vented": grid("Vented or dumped, per year", summary.disposed(run)),
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
        ("Made", f"{facts['created']} by {facts.get('source', 'h2model ' + facts['h2model_version'])}"),
    ]
    return tuple((name, str(text)) for name, text in rows)


def _per_period(run: xr.Dataset, values: xr.DataArray) -> list[tuple[int, float]]:
    return list(zip(run["period"].values.tolist(), values.values.tolist(), strict=True))
