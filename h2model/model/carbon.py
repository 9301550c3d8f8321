"""Carbon: inputs equal outputs, so no tonne is lost or counted twice.

Emissions follow from the carbon content of carriers, by origin. CO2 from several sources has the origin *pooled*: its
maker gives up its own carbon pro rata by origin, and a release of it releases pooled carbon.

A plant releases the carbon of its inputs, less that of its outputs and the carbon that it stores permanently. Links
release the carbon that they lose and use; disposal and fuel demands release the carbon of their carrier. Imported
biogenic and atmospheric carbon was taken from the air. It counts as taken up in the importing region, and moves with
the carrier from region to region. Carbon in an export or product without permanent storage is not a removal: biogenic,
atmospheric and pooled carbon then counts as released. Fossil and mineral carbon in exports and products is reported,
and counted if a policy sets `exports`. Carbon recovered from products (scrap, plastic waste) has not left.

Net emissions = released − taken up + leaving without removal.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from h2model.case import Parameter, Plausible, Provenance, rule
from h2model.constants import ROUNDING
from h2model.engine import Constraint, Expression, Model, Param, Set, Var
from h2model.errors import Fault, Severity
from h2model.frame.concern import Concern, Sums, equation
from h2model.frame.sets import labels, members_by, nonzero_pairs

TAKEN_FROM_AIR = ("biogenic", "atmospheric")
NO_REMOVAL_WHEN_EXPORTED = ("biogenic", "atmospheric", "pooled")

PARAMETERS = (
    Parameter(
        "carbon_content", dims=("carrier", "origin"), unit="t/{carrier}", default=0.0, lower=0.0,
        plausible=(Plausible(1e-3, 1.3, "MWh"), Plausible(1e-3, 3.7, "t"),),
        description="Carbon held by the carrier, as tonnes of CO2 per amount, by origin.",
    ),
    Parameter(
        "stored_share", dims=("plant",), unit="1", default=0.0, lower=0.0, upper=1.0,
        description="Share of the plant's carbon, inputs less outputs, that is stored permanently.",
    ),
)  # fmt: skip


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add net emissions by region and origin, and the account of carbon that is imported, stored or sold."""
    surplus = plant_surplus(data)
    stored = data.variables["stored_share"]
    m.plant_release = Param(m.plant, m.origin, m.period, initialize=surplus * (1 - stored))
    m.plant_storing = Param(m.plant, m.origin, m.period, initialize=surplus * stored)
    m.link_release = Param(m.link, m.origin, initialize=link_release(data))
    m.carbon_content = Param(m.carrier, m.origin, initialize=data["carbon_content"])
    m.released_share = Param(m.demand, initialize=data.variables["released_share"].fillna(0.0))
    m.export_stored_share = Param(m.trade, initialize=data["export_stored_share"])
    m.upstream_content = Param(m.trade, initialize=data["upstream_emissions"])
    m.link_credit = Param(m.link, m.origin, initialize=link_credit(data))
    origins = labels(data, "origin")
    m.is_taken_from_air = Param(m.origin, initialize=[float(o in TAKEN_FROM_AIR) for o in origins])
    m.counts_when_exported = Param(m.origin, initialize=[float(o in NO_REMOVAL_WHEN_EXPORTED) for o in origins])
    _declare_look_ups(m, data, surplus)

    index = (m.region, m.origin, m.period)
    for term in (
        carbon_imported,
        carbon_taken_up,
        carbon_released,
        carbon_stored,
        carbon_exported,
        carbon_sold,
        carbon_moved,
    ):
        m.add_component(term.__name__, Expression(*index, rule=term, unit="t/year"))
    m.upstream_emissions = Expression(m.region, m.period, rule=upstream_emissions, unit="t/year")
    m.emissions = Var(
        *index, bounds=(None, None), unit="t/year", description="carbon released less carbon taken up, as CO2"
    )
    m.emission_account = Constraint(*index, rule=emission_account.rule, unit="t/year")


def _declare_look_ups(m: Model, data: xr.Dataset, surplus: xr.Variable) -> None:
    """Add look-ups of plants, trades, demands and disposal with carbon, by region."""
    emitters = nonzero_pairs(data, surplus, "plant", "origin")
    regions = labels(data, "region")
    region_of = dict(zip(labels(data, "plant"), labels(data, "plant_region"), strict=True))
    m.carbon_plants_in = Set(
        m.region,
        m.origin,
        within=m.plant,
        initialize=members_by(
            [(r, o) for r in regions for o in labels(data, "origin")],
            (((region_of[plant], origin), plant) for plant, origin in emitters),
        ),
    )
    is_import = data.variables["trade_direction"].values == "import"
    trade_holds = holds_carbon(data, labels(data, "trade_carrier"))
    m.carbon_imports_in = _members_in_region(m.trade, m, data, "trade", is_import & trade_holds)
    m.carbon_exports_in = _members_in_region(m.trade, m, data, "trade", ~is_import & trade_holds)
    m.imports_in = _members_in_region(m.trade, m, data, "trade", is_import)
    demand_holds = holds_carbon(data, labels(data, "demand_carrier"))
    m.carbon_demands_in = _members_in_region(m.demand, m, data, "demand", demand_holds)
    m.carbon_recoveries_in = Set(
        m.region,
        dimen=2,
        within=m.recovery,
        initialize=members_by(regions, recoveries_with_carbon(data)),
    )
    m.disposable_in = Set(
        m.region,
        dimen=2,
        within=m.disposable,
        initialize=members_by(regions, ((region, (carrier, region)) for carrier, region in m.disposable)),
    )
    m.carrier_of_trade = Param(m.trade, initialize=labels(data, "trade_carrier"))
    m.carrier_of_demand = Param(m.demand, initialize=labels(data, "demand_carrier"))


def _members_in_region(members: Set, m: Model, data: xr.Dataset, kind: str, keep: np.ndarray) -> Set:
    rows = zip(labels(data, f"{kind}_region"), labels(data, kind), keep, strict=True)
    groups = members_by(labels(data, "region"), ((region, name) for region, name, kept in rows if kept))
    return Set(m.region, within=members, initialize=groups)


def carbon_released(m, r, o, y):
    """carbon released: by plants, by links on the way, by fuel demands and by disposal"""
    plants = sum(
        m.duration[t] * m.plant_release[p, o, y] * m.activity[p, y, t] for p in m.carbon_plants_in[r, o] for t in m.time
    )
    links = sum(
        m.duration[t] * m.link_release[m.link_of[w], o] * m.flow[w, y, t] for w in m.ways_from[r] for t in m.time
    )
    demands = sum(
        m.released_share[d] * m.carbon_content[m.carrier_of_demand[d], o] * m.delivered[d, y]
        for d in m.carbon_demands_in[r]
    )
    vented = sum(
        m.duration[t] * m.carbon_content[c, o] * m.disposal[c, q, y, t] for c, q in m.disposable_in[r] for t in m.time
    )
    return plants + links + demands + vented


def carbon_taken_up(m, r, o, y):
    """carbon taken up = biogenic and atmospheric carbon in imports"""
    return m.is_taken_from_air[o] * m.carbon_imported[r, o, y]


def carbon_imported(m, r, o, y):
    """carbon imported = Σ carbon_content × imports"""
    return sum(m.carbon_content[m.carrier_of_trade[d], o] * m.traded[d, y] for d in m.carbon_imports_in[r])


def carbon_stored(m, r, o, y):
    """carbon stored permanently: by plants and by exports to a permanent store"""
    plants = sum(
        m.duration[t] * m.plant_storing[p, o, y] * m.activity[p, y, t] for p in m.carbon_plants_in[r, o] for t in m.time
    )
    exports = sum(
        m.export_stored_share[d] * m.carbon_content[m.carrier_of_trade[d], o] * m.traded[d, y]
        for d in m.carbon_exports_in[r]
    )
    return plants + exports


def carbon_exported(m, r, o, y):
    """carbon exported = carbon in exports and delivered products that is not stored, released or recovered"""
    exports = sum(
        (1 - m.export_stored_share[d]) * m.carbon_content[m.carrier_of_trade[d], o] * m.traded[d, y]
        for d in m.carbon_exports_in[r]
    )
    products = sum(
        (1 - m.released_share[d]) * m.carbon_content[m.carrier_of_demand[d], o] * m.delivered[d, y]
        for d in m.carbon_demands_in[r]
    )
    won_back = sum(m.carbon_content[c, o] * m.recovered_volume[d, c, y] for d, c in m.carbon_recoveries_in[r])
    return exports + products - won_back


def carbon_sold(m, r, o, y):
    """carbon sold = fossil and mineral carbon in exports and products, which counts only if a policy sets exports"""
    return (1 - m.counts_when_exported[o]) * m.carbon_exported[r, o, y]


def carbon_moved(m, r, o, y):
    """carbon moved = biogenic and atmospheric carbon that links carry to other regions − carry in"""
    sent = sum(m.duration[t] * m.link_credit[m.link_of[w], o] * m.flow[w, y, t] for w in m.ways_from[r] for t in m.time)
    brought = sum(
        m.duration[t] * m.link_credit[m.link_of[w], o] * m.flow[w, y, t] for w in m.ways_to[r] for t in m.time
    )
    return sent - brought


def upstream_emissions(m, r, y):
    """upstream emissions = Σ upstream_emissions × imports"""
    return sum(m.upstream_content[d] * m.traded[d, y] for d in m.imports_in[r])


@equation(
    dual="cost of one more tonne of this origin released here: the price of carbon that caps and prices make",
    relax="never: defines emissions: carbon is conserved",
    segments="a sum over the year: the means of segments have the same sum",
)
def emission_account(m, r, o, y):
    """emissions = carbon released − carbon taken up + carbon moved + carbon exported without being a removal"""
    no_removal = m.counts_when_exported[o] * m.carbon_exported[r, o, y]
    taken_up = m.carbon_taken_up[r, o, y] - m.carbon_moved[r, o, y]
    return m.emissions[r, o, y] == m.carbon_released[r, o, y] - taken_up + no_removal


def carbon_by_carrier(data: xr.Dataset) -> dict[str, float]:
    """Return the carbon content of each carrier, of all origins together, in t of CO2 per amount."""
    content = data.variables["carbon_content"].sum("origin").values.tolist()
    return dict(zip(labels(data, "carrier"), content, strict=True))


def holds_carbon(data: xr.Dataset, carriers: Iterable[str]) -> np.ndarray:
    """Return for each of the named carriers whether it holds carbon of any origin."""
    content = carbon_by_carrier(data)
    return np.array([content[carrier] > 0 for carrier in carriers], dtype=bool)


def recoveries_with_carbon(data: xr.Dataset) -> list[tuple[str, tuple[str, str]]]:
    """Return region, demand and recoverable carrier, if this carrier holds carbon."""
    pairs = nonzero_pairs(data, "recoverable", "demand", "carrier")
    content = carbon_by_carrier(data)
    region_of = dict(zip(labels(data, "demand"), labels(data, "demand_region"), strict=True))
    return [(region_of[demand], (demand, carrier)) for demand, carrier in pairs if content[carrier] > 0]


def carbon_in(data: xr.Dataset, ratio: str) -> xr.Variable:
    """Return the carbon of a ratio over carriers, in t per amount that the ratio refers to (…, origin)."""
    amounts = data.variables[ratio].transpose(..., "carrier")
    content = data.variables["carbon_content"].transpose("carrier", "origin")
    return xr.Variable((*amounts.dims[:-1], "origin"), amounts.values @ content.values)


def plant_surplus(data: xr.Dataset) -> xr.Variable:
    """Return the carbon of a plant's inputs less its outputs, t per amount of activity (plant, origin, period).

    Outputs take carbon of their own origin. A pooled output takes the remaining carbon of all origins, pro rata.
    """
    taken_in, given_out = carbon_in(data, "input"), carbon_in(data, "output")
    is_pooled = data.variables["origin"].to_base_variable() == "pooled"
    left = taken_in - given_out.where(~is_pooled, 0.0)
    total_left = left.sum("origin")
    pooled_share = (given_out.where(is_pooled, 0.0).sum("origin") / total_left.where(total_left > 0)).fillna(0.0)
    surplus = left * (1 - pooled_share)
    # A rounding error of a sum that should be zero is not an emission.
    return surplus.where(abs(surplus) > ROUNDING, 0.0).transpose("plant", "origin", "period")


def link_release(data: xr.Dataset) -> xr.Variable:
    """Return the carbon released per amount sent over a link, by losses and energy use (link, origin)."""
    lost = data.variables["loss"] * _carried(data)
    return (lost + carbon_in(data, "energy_use")).transpose("link", "origin")


def link_credit(data: xr.Dataset) -> xr.Variable:
    """Return the carbon taken from the air that arrives per amount sent over a link (link, origin)."""
    from_air = xr.Variable("origin", np.isin(data.variables["origin"].values, TAKEN_FROM_AIR))
    return ((1 - data.variables["loss"]) * _carried(data)).where(from_air, 0.0).transpose("link", "origin")


def _carried(data: xr.Dataset) -> xr.Variable:
    """Carbon content of the carrier of each link (link, origin)."""
    positions = data.get_index("carrier").get_indexer(labels(data, "link_carrier"))
    content = data.variables["carbon_content"].transpose("carrier", "origin")
    return xr.Variable(("link", "origin"), content.values[positions])


@rule(Severity.ERROR, against="CO2 that vanishes from the account, or appears without a source.")
def carbon_is_kept(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """Stores and part-load curves neither lose nor gain a carrier with carbon, and it has no inflow."""
    carbon_of = carbon_by_carrier(data)
    for plant, carrier in nonzero_pairs(data, "part_load_slope", "plant", "carrier"):
        if carbon_of[carrier] > 0:
            yield Fault(
                provenance.where("part_load", plant, carrier=carrier),
                f"{plant} has a part-load curve for {carrier}, which holds carbon that would not be conserved",
                "give the output of a carbon carrier as a fixed ratio",
            )
    variables = data.variables
    filled = (variables["inflow"] > 0).any(("period", "time")).values
    for store, carrier, fills in zip(labels(data, "store"), labels(data, "store_carrier"), filled, strict=True):
        if fills and carbon_of[carrier] > 0:
            problem = f"{carrier} flows into {store} as an inflow, but it holds carbon without a source"
            yield Fault(provenance.where("inflow", store), problem, "supply it by an import or a plant")
    lossless = (
        (variables["charge_efficiency"] == 1)
        & (variables["discharge_efficiency"] == 1)
        & (variables["self_discharge"] == 0)
    )
    for store, carrier, keeps in zip(
        labels(data, "store"), labels(data, "store_carrier"), lossless.values, strict=True
    ):
        if carbon_of[carrier] > 0 and not keeps:
            yield Fault(
                provenance.where("charge_efficiency", store),
                f"{store} loses {carrier}, and its carbon would vanish",
                "set its efficiencies to 1 and self_discharge to 0, and give the energy it needs to a plant before it",
            )


@rule(Severity.ERROR, against="a counted removal whose carbon continues in a product.")
def carbon_is_stored_at_the_end(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """Only a plant with carbon in its inputs and without outputs stores it permanently."""
    makes = {
        plant for name in ("output", "part_load_slope") for plant, _ in nonzero_pairs(data, name, "plant", "carrier")
    }
    takes = carbon_in(data, "input").sum("origin").max("period") > 0
    for plant, share, holds in zip(labels(data, "plant"), data["stored_share"].values, takes.values, strict=True):
        if share > 0 and (plant in makes or not holds):
            why = "has an output" if plant in makes else "takes no carbon"
            yield Fault(
                provenance.where("stored_share", plant),
                f"{plant} has a stored_share, but {why}",
                "let one plant capture CO2, and another, without outputs, store it",
            )


@rule(Severity.ERROR, against="captured CO2 without an emission, and removals without carbon from the air.")
def carbon_is_not_created(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """The outputs of a plant hold at most the carbon of its inputs, in total and of each origin."""
    order = ("plant", "period", "origin")
    taken_in, given_out = (carbon_in(data, ratio).transpose(*order).values for ratio in ("input", "output"))
    unpooled = data.variables["origin"].values != "pooled"
    by_origin = np.where(unpooled, given_out - taken_in, 0.0).max(axis=-1)
    all_in, all_out = taken_in.sum(axis=-1), given_out.sum(axis=-1)
    excess = np.maximum(by_origin, all_out - all_in)
    for i, plant in enumerate(labels(data, "plant")):
        too_much = np.flatnonzero(excess[i] > ROUNDING * np.maximum(1.0, all_out[i]))
        if len(too_much):
            period = labels(data, "period")[too_much[0]]
            total_in, total_out = float(all_in[i, too_much[0]]), float(all_out[i, too_much[0]])
            content = data["output"] * data["carbon_content"].sum("origin")
            carrier = str(content.sel(plant=plant, period=period).idxmax("carrier").item())
            yield Fault(
                provenance.where("output", plant, carrier=carrier, period=period),
                f"the outputs of {plant} hold more carbon than its inputs in {period}: {total_out:.6g} t out, "
                f"{total_in:.6g} t in per amount of its reference carrier (in total, or of one origin)",
                "lower the output, add the input that brings the carbon, or correct the carbon_content of the carriers",
            )


CONCERN = Concern(
    __name__,
    __doc__,
    declare=declare,
    rules=(carbon_is_not_created, carbon_is_stored_at_the_end, carbon_is_kept),
    parameters=PARAMETERS,
    equations=(emission_account,),
    expressions=(
        carbon_released,
        carbon_taken_up,
        carbon_imported,
        carbon_stored,
        carbon_exported,
        carbon_sold,
        carbon_moved,
        upstream_emissions,
    ),
    needs=(
        "delivered",
        "disposable",
        "disposal",
        "flow",
        "link_of",
        "ways_from",
        "ways_to",
        "recovered_volume",
        "recovery",
        "activity",
        "traded",
    ),
)
