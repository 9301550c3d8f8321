"""Carbon: what goes in comes out, so no tonne is lost or counted twice.

Emissions follow from the carbon content of carriers, which each has by origin. CO2 that is gathered from several
sources is of origin *pooled*: whoever makes it gives up its own carbon pro rata by origin, and whoever releases it
releases pooled carbon.

A plant releases what goes in less what comes out and what it stores for good. Links release what they lose and use,
disposal and fuel demands what they burn. Biogenic and atmospheric carbon that is imported was taken from the air: it
counts as taken up in the region that imports it, and moves on with the carrier from region to region. What leaves
again in an export or product without being stored for good is no removal: biogenic, atmospheric and pooled carbon that
leaves counts as released. Fossil and mineral carbon in exports and products is reported, and counted if a policy asks.
What is won back from products (scrap, plastic waste) has not left.

Net emissions = released − taken up + leaving without removal.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from h2model.case import Parameter, Provenance
from h2model.engine import Constraint, Expression, Model, Param, Set, Var
from h2model.errors import Fault
from h2model.model.frame import Sums, labels, members_by, nonzero_pairs

TAKEN_FROM_AIR = ("biogenic", "atmospheric")
NO_REMOVAL_WHEN_EXPORTED = ("biogenic", "atmospheric", "pooled")
TOLERANCE = 1e-9

PARAMETERS = (
    Parameter(
        "carbon_content", dims=("carrier", "origin"), unit="t/{carrier}", default=0.0, lower=0.0,
        description="Carbon held by the carrier, as tonnes of CO2 per amount, by origin.",
    ),
    Parameter(
        "stored_share", dims=("plant",), unit="1", default=0.0, lower=0.0, upper=1.0,
        description="Share of the carbon that goes into the plant and not into its outputs which is stored for good.",
    ),
)  # fmt: skip


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add net emissions by region and origin, and the account of carbon that is imported, stored or sold."""
    surplus = plant_surplus(data)
    m.plant_release = Param(m.plant, m.origin, m.period, initialize=surplus * (1 - data["stored_share"]))
    m.plant_storing = Param(m.plant, m.origin, m.period, initialize=surplus * data["stored_share"])
    m.link_release = Param(m.link, m.origin, initialize=link_release(data))
    m.carbon_content = Param(m.carrier, m.origin, initialize=data["carbon_content"])
    m.released_share = Param(m.demand, initialize=data["released_share"].fillna(0.0))
    m.export_stored_share = Param(m.trade, initialize=data["export_stored_share"])
    m.upstream_content = Param(m.trade, initialize=data["upstream_emissions"])
    m.link_credit = Param(m.link, m.origin, initialize=link_credit(data))
    origins = labels(data, "origin")
    m.is_taken_from_air = Param(m.origin, initialize=[float(o in TAKEN_FROM_AIR) for o in origins])
    m.counts_when_exported = Param(m.origin, initialize=[float(o in NO_REMOVAL_WHEN_EXPORTED) for o in origins])
    _declare_look_ups(m, data, surplus)

    place = (m.region, m.origin, m.period)
    for rule in (
        carbon_imported,
        carbon_taken_up,
        carbon_released,
        carbon_stored,
        carbon_exported,
        carbon_sold,
        carbon_moved,
    ):
        m.add_component(rule.__name__, Expression(*place, rule=rule, unit="t/year"))
    m.upstream_emissions = Expression(m.region, m.period, rule=upstream_emissions, unit="t/year")
    m.emissions = Var(
        *place, bounds=(None, None), unit="t/year", description="carbon released less carbon taken up, as CO2"
    )
    m.emission_account = Constraint(*place, rule=emission_account, unit="t/year")


def _declare_look_ups(m: Model, data: xr.Dataset, surplus: xr.DataArray) -> None:
    """What holds carbon, by region: plants, trades, demands, disposal."""
    emitters = nonzero_pairs(surplus, "plant", "origin")
    regions = labels(data, "region")
    region_of = dict(zip(labels(data, "plant"), data["plant_region"].values.tolist(), strict=True))
    m.carbon_plants_in = Set(
        m.region,
        m.origin,
        within=m.plant,
        initialize=members_by(
            [(r, o) for r in regions for o in labels(data, "origin")],
            (((region_of[plant], origin), plant) for plant, origin in emitters),
        ),
    )
    is_import = (data["trade_direction"] == "import").values
    trade_holds = holds_carbon(data, data["trade_carrier"])
    m.carbon_imports_in = _members_in_region(m.trade, m, data, "trade", is_import & trade_holds)
    m.carbon_exports_in = _members_in_region(m.trade, m, data, "trade", ~is_import & trade_holds)
    m.imports_in = _members_in_region(m.trade, m, data, "trade", is_import)
    m.carbon_demands_in = _members_in_region(m.demand, m, data, "demand", holds_carbon(data, data["demand_carrier"]))
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
    """carbon stored for good: by plants and by exports to a permanent store"""
    plants = sum(
        m.duration[t] * m.plant_storing[p, o, y] * m.activity[p, y, t] for p in m.carbon_plants_in[r, o] for t in m.time
    )
    exports = sum(
        m.export_stored_share[d] * m.carbon_content[m.carrier_of_trade[d], o] * m.traded[d, y]
        for d in m.carbon_exports_in[r]
    )
    return plants + exports


def carbon_exported(m, r, o, y):
    """carbon exported = carbon in exports and delivered products that is not stored for good, released or won back"""
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
    """carbon sold = fossil and mineral carbon in exports and products, which counts only if a policy asks"""
    return (1 - m.counts_when_exported[o]) * m.carbon_exported[r, o, y]


def carbon_moved(m, r, o, y):
    """carbon moved = biogenic and atmospheric carbon that links carry to other regions − that they bring"""
    sent = sum(m.duration[t] * m.link_credit[m.link_of[w], o] * m.flow[w, y, t] for w in m.ways_from[r] for t in m.time)
    brought = sum(
        m.duration[t] * m.link_credit[m.link_of[w], o] * m.flow[w, y, t] for w in m.ways_to[r] for t in m.time
    )
    return sent - brought


def upstream_emissions(m, r, y):
    """upstream emissions = Σ upstream_emissions × imports"""
    return sum(m.upstream_content[d] * m.traded[d, y] for d in m.imports_in[r])


def emission_account(m, r, o, y):
    """emissions = carbon released − carbon taken up + carbon moved + carbon exported that is no removal

    Segments: sums over the year of flows: the same for means.
    """
    no_removal = m.counts_when_exported[o] * m.carbon_exported[r, o, y]
    taken_up = m.carbon_taken_up[r, o, y] - m.carbon_moved[r, o, y]
    return m.emissions[r, o, y] == m.carbon_released[r, o, y] - taken_up + no_removal


EQUATIONS = (emission_account,)
EXPRESSIONS = (
    carbon_released,
    carbon_taken_up,
    carbon_imported,
    carbon_stored,
    carbon_exported,
    carbon_sold,
    carbon_moved,
    upstream_emissions,
)


def holds_carbon(data: xr.Dataset, carriers: xr.DataArray) -> np.ndarray:
    """For each of the named carriers: does it hold carbon of any origin?"""
    return (data["carbon_content"].sum("origin") > 0).sel(carrier=carriers.values).values


def recoveries_with_carbon(data: xr.Dataset) -> list[tuple[str, tuple[str, str]]]:
    """Region, and demand with the carrier that can be won back from it, where this carrier holds carbon."""
    pairs = nonzero_pairs(data["recoverable"], "demand", "carrier")
    holds = set(data["carrier"].values[holds_carbon(data, data["carrier"])].tolist())
    region_of = dict(zip(labels(data, "demand"), data["demand_region"].values.tolist(), strict=True))
    return [(region_of[demand], (demand, carrier)) for demand, carrier in pairs if carrier in holds]


def plant_surplus(data: xr.Dataset) -> xr.DataArray:
    """Carbon that goes into a plant and not into its outputs, t per amount of activity (plant, origin, period).

    Outputs take carbon of their own origin. A pooled output takes what is left of all origins, pro rata.
    """
    content = data["carbon_content"]
    taken_in = xr.dot(data["input"], content, dim="carrier")
    given_out = xr.dot(data["output"], content, dim="carrier")
    is_pooled = content["origin"] == "pooled"
    left = taken_in - given_out.where(~is_pooled, 0.0)
    total_left = left.sum("origin")
    pooled_share = (given_out.sel(origin="pooled") / total_left.where(total_left > 0)).fillna(0.0)
    surplus = left * (1 - pooled_share.drop_vars("origin"))
    # What rounding leaves of a sum that should vanish is not an emission.
    return surplus.where(abs(surplus) > TOLERANCE, 0.0).transpose("plant", "origin", "period")


def link_release(data: xr.Dataset) -> xr.DataArray:
    """Carbon released per amount sent over a link: in what is lost and in what is used on the way (link, origin)."""
    lost = data["loss"] * _carried(data)
    used = xr.dot(data["energy_use"], data["carbon_content"], dim="carrier")
    return (lost + used).transpose("link", "origin")


def link_credit(data: xr.Dataset) -> xr.DataArray:
    """Carbon taken from the air that arrives per amount sent over a link (link, origin)."""
    from_air = data["origin"].isin(TAKEN_FROM_AIR)
    return ((1 - data["loss"]) * _carried(data)).where(from_air, 0.0).transpose("link", "origin")


def _carried(data: xr.Dataset) -> xr.DataArray:
    """Carbon content of the carrier of each link."""
    carriers = xr.DataArray(data["link_carrier"].values, dims="link")
    return data["carbon_content"].sel(carrier=carriers).drop_vars("carrier")


def check(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """No plant makes carbon; what holds carbon does not leak unseen from a store or along a part-load curve."""
    yield from _created_carbon(data, rows)
    yield from _misplaced_storage(data, rows)
    carbon_of = dict(zip(labels(data, "carrier"), (data["carbon_content"].sum("origin") > 0).values, strict=True))
    for plant, carrier in nonzero_pairs(data["part_load_slope"], "plant", "carrier"):
        if carbon_of[carrier]:
            yield Fault(
                rows.where("part_load", plant, carrier=carrier),
                f"{plant} has a part-load curve for {carrier}, which holds carbon that would not be conserved",
                "give the output of a carbon carrier as a fixed ratio",
            )
    filled = (data["inflow"] > 0).any(("period", "time")).values
    for store, carrier, fills in zip(labels(data, "store"), data["store_carrier"].values.tolist(), filled, strict=True):
        if fills and carbon_of[carrier]:
            problem = f"{carrier} flows into {store} by itself, but it holds carbon, which comes from nowhere"
            yield Fault(rows.where("inflow", store), problem, "let it come as an import, or from a plant")
    lossless = (data["charge_efficiency"] == 1) & (data["discharge_efficiency"] == 1) & (data["self_discharge"] == 0)
    for store, carrier, keeps in zip(
        labels(data, "store"), data["store_carrier"].values.tolist(), lossless.values, strict=True
    ):
        if carbon_of[carrier] and not keeps:
            yield Fault(
                rows.where("charge_efficiency", store),
                f"{store} loses {carrier}, which holds carbon, so its carbon would vanish",
                "set its efficiencies to 1 and self_discharge to 0, and give the energy it needs to a plant before it",
            )


def _misplaced_storage(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """Only a plant that takes carbon and makes nothing can store it for good."""
    makes = {
        plant for name in ("output", "part_load_slope") for plant, _ in nonzero_pairs(data[name], "plant", "carrier")
    }
    takes = xr.dot(data["input"], data["carbon_content"], dim="carrier").sum("origin").max("period") > 0
    for plant, share, holds in zip(labels(data, "plant"), data["stored_share"].values, takes.values, strict=True):
        if share > 0 and (plant in makes or not holds):
            why = "makes something else" if plant in makes else "takes no carbon"
            yield Fault(
                rows.where("stored_share", plant),
                f"{plant} has a stored_share, but {why}",
                "let one plant capture CO2, and another, without outputs, store it",
            )


def _created_carbon(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """Faults for plants whose outputs hold more carbon than their inputs, of one origin or in all."""
    content = data["carbon_content"]
    taken_in = xr.dot(data["input"], content, dim="carrier")
    given_out = xr.dot(data["output"], content, dim="carrier")
    unpooled = data["origin"] != "pooled"
    by_origin = (given_out - taken_in).where(unpooled, 0.0).max("origin")
    in_all = given_out.sum("origin") - taken_in.sum("origin")
    excess = xr.where(by_origin > in_all, by_origin, in_all).transpose("plant", "period")
    scale = given_out.sum("origin").transpose("plant", "period")
    for i, plant in enumerate(labels(data, "plant")):
        too_much = np.flatnonzero(excess.values[i] > TOLERANCE * np.maximum(1.0, scale.values[i]))
        if len(too_much):
            period = labels(data, "period")[too_much[0]]
            total_in = float(taken_in.sum("origin").sel(plant=plant, period=period))
            total_out = float(given_out.sum("origin").sel(plant=plant, period=period))
            carrier = str(
                (data["output"] * content.sum("origin")).sel(plant=plant, period=period).idxmax("carrier").item()
            )
            yield Fault(
                rows.where("output", plant, carrier=carrier, period=period),
                f"the outputs of {plant} hold more carbon than its inputs in {period}: {total_out:.6g} t out, "
                f"{total_in:.6g} t in per amount of its reference carrier (in all, or of one origin)",
                "lower the output, add the input that brings the carbon, or mend the carbon_content of the carriers",
            )
