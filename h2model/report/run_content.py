"""The content of a report on a run, as values and tables; the template decides how it looks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

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

MOST_INVESTMENTS = 8
#: Binding limits that are shown for each unit of the saving.
MOST_LIMITS = 12


@dataclass(frozen=True)
class RunContent:
    """All content of a report on a run. `failed` is the verdict of the audit if it failed."""

    title: str
    subtitle: str
    description: str
    cards: tuple[Card, ...]
    investments: Grid
    tables: dict[str, Grid]
    unserved: Grid | None
    quality: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    scenario_yaml: str
    sources: Grid
    failed: str
    binding_limits: tuple[BindingLimit, ...]
    limits_left_out: int


def run_content(run: xr.Dataset) -> RunContent:
    """Return the content of the report on a run (results with inputs)."""
    facts = run.attrs
    unserved, limits = summary.unserved(run), binding_limits(run)
    costs, carbon = cost_tables.cost_breakdown(run), carbon_tables.emissions_table(run)
    shown = _largest_savings(limits)
    return RunContent(
        title=str(facts["title"]),
        subtitle=f"scenario {facts['scenario']} of case {facts['case']}",
        description=Scenario.of(run).description or "",
        cards=_cards(run),
        investments=_largest_investments(run),
        tables={
            "costs": grid(f"Annual cost, {costs.attrs['unit']}", costs),
            "carbon": grid(
                "Carbon in all regions by entry and origin, kt of CO2 per year",
                carbon[(carbon.abs() >= 0.5).any(axis=1)],
            ),
            "capacity": grid("All new capacity", summary.new_capacities(run)),
            "vented": grid("Vented or dumped, per year", summary.disposed(run)),
        },
        unserved=None if unserved.empty else grid("Unserved demand, per year", unserved),
        quality=_solution_quality(run),
        warnings=tuple(f"{fault.where}: {fault.problem} → {fault.remedy}" for fault in warnings_of(run)),
        scenario_yaml=str(facts[SCENARIO_TEXT]),
        sources=sources(run),
        failed="" if str(facts["audit"]).startswith("passed") else str(facts["audit"]),
        binding_limits=shown,
        limits_left_out=len(limits) - len(shown),
    )


def capped_regions(run: xr.Dataset) -> list[str] | None:
    """Return the regions of the first emission cap; None if it counts all regions, or if the run has no cap."""
    if not run.sizes["cap"]:
        return None
    counted = run["cap_region"].isel(cap=0).values > 0
    return None if counted.all() else run["region"].values[counted].tolist()


def net_is_capped(run: xr.Dataset) -> bool:
    """Return whether the first cap counts exactly the net emissions of all origins in its regions."""
    if not run.sizes["cap"]:
        return False
    regions = capped_regions(run) or run["region"].values
    net = run["emissions"].sel(region=regions).sum(("region", "origin")).transpose("period").values
    counted = run["cap_emissions"].isel(cap=0).sum("region").transpose("period").values
    return bool(np.allclose(net, counted, rtol=1e-6, atol=1.0))


def _cards(run: xr.Dataset) -> tuple[Card, ...]:
    """Return annual cost, emissions, CO2 stored for good and CO2 prices."""
    currency, prices = run.attrs["currency"], co2_prices(run)
    total = f"{run.attrs['objective'] / MILLION:,.0f} million {currency}, present cost of all periods"
    stored = run["carbon_stored"].sum(("region", "origin")) / TONNES_PER_KILOTONNE
    return (
        Card.by_period("Annual cost", f"million {currency}/year", run["annual_cost"] / MILLION, total),
        *_carbon_cards(run),
        Card.by_period("CO2 stored for good", "kt/year", stored),
        *(
            Card(
                f"CO2 price, {words(of)}",
                prices.attrs["unit"],
                tuple((str(period), table_number(value, "0")) for period, value in row.dropna().items()),
                "of all caps, budgets and prices" if of.startswith("fossil") else "saving per additional tonne",
            )
            for of, row in prices.iterrows()
        ),
    )


def _carbon_cards(run: xr.Dataset) -> list[Card]:
    """Return the emissions that each cap counts; without a cap, the net emissions of all regions."""
    caps = run["cap"].values.tolist()
    if not caps:
        net = run["emissions"].sum(("region", "origin")) / TONNES_PER_KILOTONNE
        return [Card.by_period("Net CO2 emissions", "kt/year", net, "net of uptake from the air: all regions")]
    cards = []
    for position, cap in enumerate(caps):
        counted = run["cap_emissions"].isel(cap=position).sum("region") / TONNES_PER_KILOTONNE
        regions = run["region"].values[run["cap_region"].isel(cap=position).values > 0].tolist()
        where = "all regions" if len(regions) == run.sizes["region"] else ", ".join(map(words, regions))
        is_net = len(caps) == 1 and net_is_capped(run)
        note = f"net of uptake from the air: {where}" if is_net else f"as counted by the cap {words(cap)}: {where}"
        title = "Net CO2 emissions" if len(caps) == 1 else f"CO2 under the cap {words(cap)}"
        cards.append(Card.by_period(title, "kt/year", counted, note))
    return cards


def _largest_investments(run: xr.Dataset) -> Grid:
    built = summary.new_capacities(run)
    spent = cost_tables.costs_by_member(run)
    spent = spent[spent.index.get_level_values("part") == "investment_cost"].max(axis="columns")
    cost = spent.groupby(level=["technology", "region"]).sum()
    order = [cost.get((technology, region), 0.0) for technology, region, _ in built.index]
    built = built.iloc[np.argsort(-np.array(order), kind="stable")][:MOST_INVESTMENTS]
    return grid("Largest investments: new capacity", built)


def _largest_savings(limits: list[BindingLimit]) -> tuple[BindingLimit, ...]:
    """Return the first limits of each unit, because savings in different units cannot be compared."""
    count: Counter[str] = Counter()
    shown = []
    for limit in limits:
        count[limit.unit] += 1
        if count[limit.unit] <= MOST_LIMITS:
            shown.append(limit)
    return tuple(shown)


def _solution_quality(run: xr.Dataset) -> tuple[tuple[str, str], ...]:
    facts = run.attrs
    bound = facts["lower_bound"]
    rows = [
        ("Solver", f"{facts['status']}, with {facts['method']}, in {facts['seconds_solving']:.0f} s"),
        (
            "Lower bound",
            "none: the run is one of several near-optimal plans"
            if isinstance(bound, str)
            else f"every plan costs at least {bound / MILLION:,.3f} million {facts['currency']}; "
            f"gap of this plan {facts['gap']:.3%}",
        ),
        ("Audit", f"{facts['audit']}; recomputed without the model"),
        ("Model", f"{facts['rows']:,} equations, {facts['columns']:,} variables, {run.sizes['time']:,} steps a year"),
        ("Created", f"{facts['created']} by {facts.get('source', 'h2model ' + facts['h2model_version'])}"),
    ]
    return tuple((name, str(text)) for name, text in rows)
