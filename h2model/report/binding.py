"""What binds a plan, and what it would be worth to have more of it: duals and reduced costs in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from h2model.plots.words import words
from h2model.tables.summary import carbon_prices

#: What is worth less than this in a year, for all that a limit holds back, is the solver's tolerance.
LEAST_WORTH = 1.0
#: The same of a tonne or MWh.
LEAST_PRICE = 1e-3
#: Of what serves for longer than its period the worth of all years together is told.
PRESENT = "{} (present worth)"


@dataclass(frozen=True)
class Binding:
    """One limit that costs something: in words, when, and what one more unit of it would save."""

    what: str
    period: int | str
    worth: float
    unit: str


def bindings(run: xr.Dataset) -> list[Binding]:
    """Limits that bind, kind by kind and the most worth first; empty for plans without prices."""
    if "price_of_cap" not in run:
        return []
    kinds = (_policies, _volumes, _builds, _capacities)
    return [*_caps(run), *_budgets(run), *(each for kind in kinds for each in _by_worth(kind(run)))]


def _by_worth(found: list[Binding]) -> list[Binding]:
    return sorted(found, key=lambda each: (-each.worth, each.what))


def _caps(run: xr.Dataset) -> list[Binding]:
    prices = carbon_prices(run)
    return [
        Binding(f"emission cap {words(cap)}: one tonne more", int(period), float(value), prices.attrs["unit"])
        for cap, row in prices.iterrows()
        for period, value in row.dropna().items()
        if value > LEAST_PRICE
    ]


def _budgets(run: xr.Dataset) -> list[Binding]:
    """Budgets over all periods, at their worth in the base year."""
    prices = run["price_of_budget"]
    return [
        Binding(f"emission budget {words(name)}: one tonne more", "all", float(value), prices.attrs["units"])
        for name, value in zip(run["budget"].values.tolist(), prices.values, strict=True)
        if value > LEAST_PRICE
    ]


def _years(run: xr.Dataset) -> dict[int, float]:
    years = run["years_represented"] * run["discount_factor"]
    return dict(zip(run["period"].values.tolist(), years.values.tolist(), strict=True))


def _volumes(run: xr.Dataset) -> list[Binding]:
    """Imports and exports of which the limit on the year's volume binds."""
    dual = run["dual_trade_volume_limit"]
    (pairs,) = dual.dims
    years = _years(run)
    carriers = dict(zip(run["trade"].values.tolist(), run["trade_carrier"].values.tolist(), strict=True))
    units = dict(zip(run["carrier"].values.tolist(), run["carrier_unit"].values.tolist(), strict=True))
    names, periods = run[f"{pairs}_trade"].values.tolist(), run[f"{pairs}_period"].values.tolist()
    return [
        Binding(
            f"yearly volume of {words(trade)}: one {units[carriers[trade]]} more",
            period,
            float(-value / years[period]),
            f"{run.attrs['currency']}/{units[carriers[trade]]}",
        )
        for trade, period, value in zip(names, periods, dual.values, strict=True)
        if -value / years[period] > LEAST_PRICE
    ]


def _capacities(run: xr.Dataset) -> list[Binding]:
    """Room for capacity that stands in a period, with what it would save in each of its years."""
    return _at_upper_limit(
        run, "capacity", "maximum_capacity", "capacity of {}: one {} more room", "{}/year", _years(run)
    )


def _builds(run: xr.Dataset) -> list[Binding]:
    """What may be built in a period and serves as long as it lives, so that its worth is that of all these years."""
    whole = dict.fromkeys(run["period"].values.tolist(), 1.0)
    return _at_upper_limit(run, "new_capacity", "maximum_new_capacity", "building of {}: one {} more", PRESENT, whole)


def _at_upper_limit(
    run: xr.Dataset, name: str, limit: str, text: str, per: str, years: dict[int, float]
) -> list[Binding]:
    """Where more capacity, or more building, than is allowed would save: its reduced cost is negative at the limit."""
    cost = run[f"reduced_cost_{name}"].transpose("asset", "period").values
    value = run[name].transpose("asset", "period").values
    most = run[limit].transpose("asset", "period").values
    found = []
    for place, position in np.argwhere((cost < 0) & np.isfinite(most) & (most > 0)).tolist():
        period = int(run["period"].values[position])
        worth = float(-cost[place, position] / years[period])
        at_limit = value[place, position] >= most[place, position] * (1 - 1e-6)
        if worth >= LEAST_WORTH and at_limit:
            unit = str(run["asset_unit"].values[place])
            what = text.format(words(run["asset"].values[place]), unit)
            found.append(Binding(what, period, worth, f"{run.attrs['currency']}/{per.format(unit)}"))
    return found


def _policies(run: xr.Dataset) -> list[Binding]:
    """Policies that bind, with what one unit less of what they ask for would save in a year, all steps together."""
    years, found = _years(run), []
    for equation, policy in POLICIES.items():
        dual = run.get(f"dual_{equation}")
        if dual is None or not dual.size:
            continue
        pairs = str(dual.dims[0])
        names, periods = (run[f"{pairs}_{level}"].values.tolist() for level in (_entry_level(run, pairs), "period"))
        saved = np.abs(dual).sum([dim for dim in dual.dims if dim != pairs]).values
        total = pd.Series(saved).groupby([names, periods], sort=False).sum()
        for (name, period), value in total.items():
            worth = value if policy.per == PRESENT else value / years[period]
            if worth > LEAST_PRICE:
                unit = policy.unit_of(run, name)
                per = f"{run.attrs['currency']}/{policy.per.format(unit)}"
                found.append(Binding(policy.what.format(words(name), unit), period, worth, per))
    return found


def _entry_level(run: xr.Dataset, pairs: str) -> str:
    return next(level for level in ("entry", "rule") if f"{pairs}_{level}" in run.coords)


def _asset_unit(run: xr.Dataset, entry: str) -> str:
    """The unit of what counts under a limit on building."""
    counted = run["build_counted"].sel(build_limit=entry).values > 0
    return str(run["asset_unit"].values[counted][0])


def _resource_unit(run: xr.Dataset, entry: str) -> str:
    """The unit of the imports that draw on a budget."""
    drawn = run["resource_import"].sel(resource=entry).values > 0
    return _unit_of_carrier(run, str(run["trade_carrier"].values[drawn][0]))


def _share_unit(run: xr.Dataset, rule: str) -> str:
    return _unit_of_carrier(run, str(run["share_carrier"].sel(share_rule=rule).values))


def _margin_unit(run: xr.Dataset, rule: str) -> str:
    return _unit_of_carrier(run, str(run["margin_carrier"].sel(margin_rule=rule).values))


def _rule_unit(run: xr.Dataset, rule: str) -> str:
    return _unit_of_carrier(run, str(run["renewable_carrier"].sel(renewable_rule=rule).values))


def _unit_of_carrier(run: xr.Dataset, carrier: str) -> str:
    return str(run["carrier_unit"].sel(carrier=carrier).values)


@dataclass(frozen=True)
class Policy:
    """A policy in words: what would save, what gives the unit of an entry, and what the saving is counted per."""

    what: str
    unit_of: Callable[[xr.Dataset, str], str]
    per: str


#: By equation. What holds in every step or window is loosened in all of them.
POLICIES = {
    "resource_budget": Policy("budget of {}: one {} a year more", _resource_unit, "{}"),
    "production_share": Policy("share {}: one {} a year less from those named", _share_unit, "{}"),
    "build_rate": Policy("rate of building {}: one {} more", _asset_unit, PRESENT),
    "growth_limit": Policy("growth of {}: one {} more", lambda run, entry: "unit", PRESENT),
    "reserve_margin": Policy("reserve margin {}: one {}/hour less", _margin_unit, "({}/hour)/year"),
    "renewable_matching": Policy("rule {}: one {}/hour of other power", _rule_unit, "({}/hour)/year"),
    "renewable_matching_over_window": Policy("rule {}: one {} of other power in each window", _rule_unit, "{}"),
}
