"""Renewable hydrogen: electrolysers use power that new renewable plants make at the same time and place.

The rules of Commission Delegated Regulation (EU) 2023/1184: the generation is new (additionality, articles 5 and 11),
it takes place in the same month or hour (temporal correlation, article 6: hours from 2030 on) and in the same bidding
zone (article 7). If more than 90 % of a zone's electricity is renewable, none of this is required (article 4).

Not modelled: the waiver of matching in hours of a low power price; generation in neighbouring zones at a higher price
(name their regions in `bidding_zone` instead); the waiver of additionality in zones of low emission intensity (leave
`commissioned_from` out instead); the yearly limit on hours of operation under the exemption, which at a share above
90 % allows at least 90 % of the year. Power for standby is not matched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import xarray as xr

from h2model.case import Provenance
from h2model.engine import Constraint, Expression, Model, Param, Set, Var
from h2model.errors import Fault
from h2model.frame.concern import Binding, Dual, Policy, Relax, Stage, Sums, equation
from h2model.frame.steps import (
    straddles,
    windows,
)
from h2model.frame.units import carrier_unit
from h2model.policies.parts.entries import address, members_by_entry
from h2model.policies.parts.renewable_entries import DIMENSION, NAME, Settings, to_data

__all__ = ["NAME", "Settings", "check", "declare", "to_data"]


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add claimed generation, its limits, and the matching in every window of every period with a rule."""
    m.renewable_rule = Set(initialize=data[DIMENSION])
    m.renewable_carrier = Param(m.renewable_rule, initialize=data["renewable_carrier"].values.tolist())
    for role, members_set in (("consumer", m.plant), ("store", m.store)):
        members_of = members_by_entry(data[f"renewable_{role}"], DIMENSION)
        m.add_component(f"renewable_{role}s", Set(m.renewable_rule, within=members_set, initialize=members_of))
    kinds = _bound(data)
    _declare_generation(m, data, kinds)
    m.matched = Set(
        dimen=2, initialize=list(kinds), levels=("matched_rule", "matched_period"),
        description="rules on renewable hydrogen and the periods that they limit",
    )  # fmt: skip
    m.renewable_consumption = Expression(m.matched, rule=renewable_consumption, unit="carrier_unit/year")
    m.hourly_matched = Set(
        dimen=2, initialize=[pair for pair, kind in kinds.items() if kind == "hour"],
        levels=("hourly_matched_rule", "hourly_matched_period"), description="those with matching in every step",
    )  # fmt: skip
    m.renewable_matching = Constraint(m.hourly_matched, m.time, rule=renewable_matching.rule, unit="carrier_unit/hour")
    steps = windows(data, set(kinds.values()) - {"hour"})
    m.matching_window = Set(initialize=[name for steps_by_window in steps.values() for name in steps_by_window])
    members_of_window = {
        name: members for steps_by_window in steps.values() for name, members in steps_by_window.items()
    }
    m.matching_steps = Set(m.matching_window, within=m.time, initialize=members_of_window)
    m.window_matched = Set(
        dimen=3, initialize=[(*pair, w) for pair, kind in kinds.items() for w in steps.get(kind, ())],
        levels=("window_matched_rule", "window_matched_period", "window_matched_window"),
        description="those with matching over a day, a month or the year",
    )  # fmt: skip
    m.renewable_matching_over_window = Constraint(
        m.window_matched, rule=renewable_matching_over_window.rule, unit="carrier_unit/year"
    )


def _bound(data: xr.Dataset) -> dict[tuple[str, int], str]:
    """The kind of window of each rule and limited period."""
    kinds = data["renewable_window"].transpose(DIMENSION, "period").values.tolist()
    names, periods = data[DIMENSION].values.tolist(), data["period"].values.tolist()
    return {(n, p): kinds[i][j] for i, n in enumerate(names) for j, p in enumerate(periods) if kinds[i][j]}


def _declare_generation(m: Model, data: xr.Dataset, kinds: Mapping[tuple[str, int], str]) -> None:
    """Add generators: their whole generation if all capacity counts, otherwise a limited claim."""
    existing = data["existing_capacity"]
    whole: dict[tuple[str, int], list[str]] = {}
    claims: dict[tuple[str, str, int], list[int]] = {}
    counting: dict[tuple[str, str, int], float] = {}
    generators = members_by_entry(data["renewable_generator"], DIMENSION)
    for rule, period, plant in [(*pair, plant) for pair in kinds for plant in generators[pair[0]]]:
        year = float(data["commissioned_from"].sel({DIMENSION: rule, "period": period}))
        stands = float(existing.sel(asset=plant, period=period))
        kept = 0.0 if data["existing_counts"].sel({DIMENSION: rule}) == 0 and not np.isnan(year) else stands
        vintages = list(m.vintages[plant, period])
        new = [vintage for vintage in vintages if not vintage < year]
        if kept == stands and new == vintages:
            whole.setdefault((rule, period), []).append(plant)
        elif kept or new:
            claims[rule, plant, period], counting[rule, plant, period] = new, kept
    pairs = (m.renewable_rule, m.period)
    m.whole_generators = Set(*pairs, within=m.plant, initialize=_for_all(m, whole))
    claimed = {pair: [p for k, p, y in claims if (k, y) == pair] for pair in kinds}
    m.claimed_generators = Set(*pairs, within=m.plant, initialize=_for_all(m, claimed))
    m.claim = Set(
        dimen=3, initialize=list(claims), levels=("claim_rule", "claim_plant", "claim_period"),
        description="generators with capacity that counts in part, by rule and period",
    )  # fmt: skip
    m.counting_vintages = Set(m.claim, within=m.period, initialize=claims)
    m.counting_existing = Param(m.claim, initialize=counting)
    m.claimed_generation = Var(
        m.claim, m.time, bounds=(0, None), unit="carrier_unit/hour", description="generation that counts as renewable"
    )
    m.claim_limit = Constraint(m.claim, m.time, rule=claim_limit.rule, unit="carrier_unit/hour")
    m.additionality = Constraint(m.claim, m.time, rule=additionality.rule, unit="carrier_unit/hour")


def _for_all(m: Model, some: Mapping[tuple[str, int], list[str]]) -> dict[tuple[str, int], list[str]]:
    """The look-up for every rule and period; empty if it has no entry."""
    return {(k, y): some.get((k, y), []) for k in m.renewable_rule for y in m.period}


def _use(m, k, y, t):
    """Σ over consumers of input × activity"""
    return sum(m.input[p, m.renewable_carrier[k], y] * m.activity[p, y, t] for p in m.renewable_consumers[k])


def _supply(m, k, y, t):
    """Σ output × activity of generators that count in full + Σ claimed_generation + Σ discharge − Σ charge"""
    whole = sum(m.output[p, m.renewable_carrier[k], y] * m.activity[p, y, t] for p in m.whole_generators[k, y])
    claimed = sum(m.claimed_generation[k, p, y, t] for p in m.claimed_generators[k, y])
    stored = sum(m.discharge[s, y, t] - m.charge[s, y, t] for s in m.renewable_stores[k])
    return whole + claimed + stored


@equation(
    dual=Dual(
        "saving from one more unit per hour of other power in this step, as a negative cost: minus the premium on "
        "renewable power",
        Binding("rule {0}: one {1}/hour of other power", per="({0}/hour)/year"),
    ),
    relax=Relax(Stage.POLICY, "the rule on renewable hydrogen '{0}' in {1}", unit="{amount}/year", by_time=True),
    segments="linear in flows: if it holds in every hour, it holds for the means of segments",
)
def renewable_matching(m, k, y, t):
    """consumers' use ≤ renewable generation + discharge − charge, in every step"""
    return _use(m, k, y, t) <= _supply(m, k, y, t)


@equation(
    dual=Dual(
        "saving from one more unit of other power in the window, as a negative cost: minus the premium on "
        "renewable power",
        Binding("rule {0}: one {1} of other power in each window"),
    ),
    relax=Relax(Stage.POLICY, "the rule on renewable hydrogen '{0}' in {1}", unit="{amount}/year", by_time=True),
    segments="a sum over whole segments: their means have the same sum",
)
def renewable_matching_over_window(m, k, y, w):
    """Σ over the day, month or year of duration × use ≤ Σ of duration × (renewable generation + discharge − charge)"""
    return sum(m.duration[t] * (_use(m, k, y, t) - _supply(m, k, y, t)) for t in m.matching_steps[w]) <= 0


@equation(
    dual="saving from one more unit of generation to claim in this step",
    relax="never: only what is generated can be claimed",
    segments="linear in flows: if it holds in every hour, it holds for the means of segments",
)
def claim_limit(m, k, p, y, t):
    """claimed_generation ≤ output × activity"""
    return m.claimed_generation[k, p, y, t] <= m.output[p, m.renewable_carrier[k], y] * m.activity[p, y, t]


@equation(
    dual="saving from one more unit of generation that counts as additional in this step",
    relax=Relax(
        Stage.POLICY, "what counts as renewable generation of {1} for '{0}' in {2}", unit="{amount}/year", by_time=True
    ),
    segments="linear: it holds for the means of segments, with their mean availability",
)
def additionality(m, k, p, y, t):
    """claimed_generation ≤ availability × output × (new_capacity of vintages that count + existing that counts)"""
    counting = sum(m.new_capacity[p, v] for v in m.counting_vintages[k, p, y]) + m.counting_existing[k, p, y]
    return (
        m.claimed_generation[k, p, y, t] <= m.availability[p, y, t] * m.output[p, m.renewable_carrier[k], y] * counting
    )


def renewable_consumption(m, k, y):
    """renewable_consumption = Σ over time of duration × consumers' use"""
    return sum(m.duration[t] * _use(m, k, y, t) for t in m.time)


def check(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """Consumers use the carrier, generators make it without carbon in inputs, and steps fit into the windows."""
    burns = ((data["input"] > 0).any("period") & (data["carbon_content"] > 0).any("origin")).any("carrier")
    for name, carrier in zip(data[DIMENSION].values.tolist(), data["renewable_carrier"].values, strict=True):
        for role, ratio, verb in (("consumer", "input", "uses"), ("generator", "output", "makes")):
            marked = data[f"renewable_{role}"].sel({DIMENSION: name}) > 0
            does = (data[ratio].sel(carrier=carrier) > 0).any("period")
            for technology in _technologies(data, marked & ~does):
                problem = f"{technology} {verb} no {carrier} at a fixed ratio"
                yield Fault(address(NAME, name, f"{role}s"), problem, f"name technologies that {verb[:-1]} {carrier}")
        for technology in _technologies(data, (data["renewable_generator"].sel({DIMENSION: name}) > 0) & burns):
            problem = f"{technology} uses a carrier with carbon: generators are renewable sources other than biomass"
            yield Fault(address(NAME, name, "generators"), problem, "remove it")
    yield from _half_a_plant(data)
    yield from _reservoirs(data)
    for (name, period), kind in _bound(data).items():
        if kind in ("day", "month") and straddles(data, kind):
            problem = f"some steps cross the end of a {kind}, within which use and generation must match"
            remedy = "choose steps that fit into a day (1h, 2h, 3h, 4h, 6h, 12h, 24h)"
            yield Fault(address(NAME, name, f"matching.{period}"), problem, remedy)


def _half_a_plant(data: xr.Dataset) -> Iterable[Fault]:
    """Faults if a plant is a consumer without its modes, or a mode without its plant: some use would go unmatched."""
    plants, technology = data["plant"].values, data["plant_technology"].values
    of_plant = np.where(data["plant_mode_of"].values == "", plants, data["plant_mode_of"].values)
    for name, carrier in zip(data[DIMENSION].values.tolist(), data["renewable_carrier"].values, strict=True):
        is_consumer = data["renewable_consumer"].sel({DIMENSION: name}).values > 0
        uses = (data["input"].sel(carrier=carrier) > 0).any("period").values
        left_out = uses & ~is_consumer & np.isin(of_plant, of_plant[is_consumer])
        for plant, kind in zip(plants[left_out], technology[left_out], strict=True):
            problem = f"{plant} uses {carrier} as part of a plant that is named, but is not named itself"
            yield Fault(address(NAME, name, "consumers"), problem, f"add {kind}")


def _technologies(data: xr.Dataset, marked: xr.DataArray) -> list[str]:
    return sorted(set(data["plant_technology"].values[marked.values].tolist()))


def _reservoirs(data: xr.Dataset) -> Iterable[Fault]:
    """Faults if a store with an inflow is named with commissioned_from: it would count as new generation."""
    filled = set(data["store"].values[(data["inflow"] > 0).any(("period", "time")).values].tolist())
    aged = data["commissioned_from"].notnull() & (data["renewable_window"] != "") & (data["existing_counts"] == 0)
    stores = members_by_entry(data["renewable_store"] * aged.any("period"), DIMENSION)
    for name, store in ((name, store) for name, members in stores.items() for store in members if store in filled):
        problem = f"{store} has an inflow, and would count as new generation with commissioned_from"
        yield Fault(address(NAME, name, "stores"), problem, "remove it, or leave commissioned_from out")


def unit_of(data: xr.Dataset, entry: str) -> str:
    """Return the unit of the carrier that must be renewable."""
    return carrier_unit(data, str(data["renewable_carrier"].sel({DIMENSION: entry}).values))


POLICY = Policy(
    __name__,
    __doc__,
    declare=declare,
    check=check,
    equations=(renewable_matching, renewable_matching_over_window, claim_limit, additionality),
    expressions=(renewable_consumption,),
    needs=("charge", "discharge", "activity", "availability", "input", "output", "new_capacity", "vintages"),
    settings=Settings,
    to_data=to_data,
    dimension=DIMENSION,
    unit_of=unit_of,
)
