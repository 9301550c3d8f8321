"""Identities of every solution, recomputed with numpy from inputs and results alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

import h2model
from h2model.model.carbon import plant_surplus


@pytest.fixture(scope="module")
def solved(small_year):
    return small_year, h2model.solve(small_year)


@pytest.fixture(scope="module")
def duration(small_year):
    return small_year["hours"] * small_year["weight"]


def test_cost_parts_add_up_to_the_objective(solved):
    data, results = solved
    weight = data["years_represented"] * data["discount_factor"]
    parts = {
        name: results[name].sum([d for d in results[name].dims if d != "period"])
        for name in results.attrs["cost_parts"]
    }
    total = float(sum((part * weight).sum() for part in parts.values()))
    assert total == pytest.approx(results.attrs["objective"], rel=1e-9)
    assert total == pytest.approx(float(results["total_cost"]), rel=1e-9)


Place = tuple[str, str]


def plant_flows(data, results) -> Iterator[tuple[Place, np.ndarray]]:
    """Production and use of plants, by (carrier, region)."""
    net = (data["output"] - data["input"]).transpose("plant", "carrier", "period").values
    activity = results["activity"].transpose("plant", "period", "time").values
    for p, region in enumerate(data["plant_region"].values):
        for c, carrier in enumerate(data["carrier"].values):
            yield (carrier, region), net[p, c][:, None] * activity[p]
    yield ("hydrogen", "coast"), results["part_load_output"].squeeze("curved_output").values


def store_flows(data, results) -> Iterator[tuple[Place, np.ndarray]]:
    net = (results["discharge"] - results["charge"]).transpose("store", "period", "time").values
    for flow, carrier, region in zip(net, data["store_carrier"].values, data["store_region"].values, strict=True):
        yield (carrier, region), flow


def link_flows(data, results) -> Iterator[tuple[Place, np.ndarray]]:
    ends = {"cable": ("inland", "coast"), "cable (reverse)": ("coast", "inland")}
    ends |= {"wood_truck": ("coast", "inland"), "gas_pipe": ("coast", "inland"), "co2_pipe": ("inland", "coast")}
    for way, (start, end) in ends.items():
        link = data.sel(link=way.removesuffix(" (reverse)"))
        flow = results["flow"].sel(way=way).transpose("period", "time").values
        carrier = str(link["link_carrier"].values)
        yield (carrier, start), -flow
        yield (carrier, end), (1 - float(link["loss"])) * flow
        for used, ratio in zip(data["carrier"].values, link["energy_use"].values, strict=True):
            yield (used, start), -ratio * flow


def outside_flows(data, results) -> Iterator[tuple[Place, np.ndarray]]:
    """Trade and disposal."""
    flows = results["trade_flow"].transpose("trade", "period", "time").values
    signs = np.where(data["trade_direction"].values == "import", 1, -1)
    nodes = zip(data["trade_carrier"].values, data["trade_region"].values, strict=True)
    for node, sign, flow in zip(nodes, signs, flows, strict=True):
        yield node, sign * flow
    vented = results["disposal"].transpose("disposable", "period", "time").values
    nodes = zip(results["disposable_carrier"].values, results["disposable_region"].values, strict=True)
    for node, flow in zip(nodes, vented, strict=True):
        yield node, -flow


def demand_flows(data, results) -> Iterator[tuple[Place, np.ndarray]]:
    flat = data["annual_volume"] / (data["hours"] * data["weight"]).sum()
    served = (data["rate"] + flat - results["unserved_demand"]).transpose("demand", "period", "time")
    for demand in data["demand"].values:
        own = data.sel(demand=demand)
        place = (str(own["demand_carrier"].values), str(own["demand_region"].values))
        if demand in results["flexible_demand"].values:
            yield place, -results["delivery"].sel(flexible_demand=demand).transpose("period", "time").values
        else:
            yield place, -served.sel(demand=demand).values


def test_balances_close(solved, duration):
    """Every carrier in every region: hourly ones in each step, the others over their day or year."""
    data, results = solved
    net: dict[Place, np.ndarray] = {}
    for flows in (plant_flows, store_flows, link_flows, outside_flows, demand_flows):
        for place, flow in flows(data, results):
            net[place] = net.get(place, np.zeros((2, 14))) + flow

    hours = duration.values
    balance = dict(zip(data["carrier"].values, data["balance"].values, strict=True))
    for (carrier, region), flow in net.items():
        if balance[carrier] == "day":
            flow = (flow * hours).reshape(2, 7, 2).sum(2) / hours.reshape(7, 2).sum(1)
        elif balance[carrier] == "year":
            flow = (flow * hours).sum(1) / hours.sum()
        np.testing.assert_allclose(flow, 0, atol=1e-6, err_msg=f"{carrier} in {region}")


def test_annual_volumes_are_delivered(solved, duration):
    data, results = solved
    for demand in results["flexible_demand"].values:
        given = results["delivery"].sel(flexible_demand=demand) + results["unserved_demand"].sel(demand=demand)
        np.testing.assert_allclose((given * duration).sum("time"), data["annual_volume"].sel(demand=demand), rtol=1e-6)


def test_storage_levels_follow_their_flows(solved):
    data, results = solved
    for store in data["store"].values:
        own, flows = data.sel(store=store), results.sel(store=store)
        level = flows["storage_level"].transpose("period", "time").values
        before = np.roll(level, 1, axis=1)
        if not np.isnan(own["initial_level"]):
            before[:, 0] = own["initial_level"]
        kept = (1 - float(own["self_discharge"])) ** data["hours"].values
        gain = float(own["charge_efficiency"]) * flows["charge"] - flows["discharge"] / float(
            own["discharge_efficiency"]
        )
        after = kept * before + data["hours"].values * gain.transpose("period", "time").values
        np.testing.assert_allclose(level, after, atol=1e-6)


def test_carbon_is_conserved_in_every_plant(solved, duration):
    """Carbon in = carbon out + what is left, and what is left is never negative."""
    data, results = solved
    content = data["carbon_content"].sum("origin")
    run = (results["activity"] * duration).sum("time")
    taken_in = (data["input"] * content).sum("carrier") * run
    given_out = (data["output"] * content).sum("carrier") * run
    left = plant_surplus(data).sum("origin") * run
    np.testing.assert_allclose(taken_in, (given_out + left).transpose(*taken_in.dims), atol=1e-6)


def test_carbon_is_conserved_in_the_whole_region(solved, duration):
    """Imported carbon is released, stored, or leaves in exports and products."""
    _, results = solved
    sides = {
        name: results[name].sum(("region", "origin"))
        for name in ("carbon_imported", "carbon_released", "carbon_stored", "carbon_exported")
    }
    gone = sides["carbon_released"] + sides["carbon_stored"] + sides["carbon_exported"]
    np.testing.assert_allclose(sides["carbon_imported"], gone, rtol=1e-6)
    assert float(sides["carbon_stored"].sum()) > 0


def test_carbon_is_conserved_by_origin_but_for_pooling(solved):
    """Pooled CO2 comes from the origins that were captured: each loses only to it, and nothing is gained in all."""
    _, results = solved
    gone = results["carbon_released"] + results["carbon_stored"] + results["carbon_exported"]
    gap = (results["carbon_imported"] - gone).sum("region")
    assert (gap.drop_sel(origin="pooled") > -1e-3).all()
    np.testing.assert_allclose(gap.sum("origin"), 0, atol=1e-3)


def test_emissions_are_released_less_taken_up_and_meet_the_cap(solved):
    data, results = solved
    leaving = results["carbon_exported"].sel(origin=["biogenic", "atmospheric", "pooled"])
    net = results["carbon_released"] - results["carbon_taken_up"] + results["carbon_moved"]
    net = net + leaving.reindex(origin=net["origin"], fill_value=0.0)
    np.testing.assert_allclose(results["emissions"], net, atol=1e-4)
    capped = (
        net.sum(("region", "origin"))
        + results["upstream_emissions"].sum("region")
        + results["carbon_exported"].sel(origin=["fossil", "mineral"]).sum(("region", "origin"))
    )
    limit = data["cap_limit"].sel(cap="all")
    assert (capped <= limit + 1e-3).all()


def test_nothing_exceeds_its_capacity(solved):
    data, results = solved
    capacity = results["capacity"]
    of_plants = capacity.sel(asset=data["plant"].values).rename(asset="plant")
    assert (results["activity"] <= data["availability"] * of_plants + 1e-6).all()
    of_stores = capacity.sel(asset=data["store"].values).rename(asset="store")
    assert (results["storage_level"] <= of_stores + 1e-6).all()
    of_links = capacity.sel(asset="cable")
    both_ways = results["flow"].sel(way="cable") + results["flow"].sel(way="cable (reverse)")
    assert (both_ways <= of_links + 1e-6).all()
