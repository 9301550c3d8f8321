"""Properties that hold for every case, tried on random variations of the case that has one of each kind."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import h2model

few = settings(
    settings.get_profile("few"),
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
MONEY = (
    "overnight_cost",
    "fixed_om_cost",
    "variable_om_cost",
    "transport_cost",
    "price",
    "unserved_cost",
    "disposal_cost",
    "carbon_price_height",
)


def varied(data: xr.Dataset, seed: int) -> xr.Dataset:
    """The case with other weather, prices, costs and demands."""
    rng = np.random.default_rng(seed)
    changed = {}
    for name in ("availability", "rate", "price", "overnight_cost", "input"):
        values = data[name]
        noise = xr.DataArray(rng.uniform(0.8, 1.2, values.shape), dims=values.dims, coords=values.coords)
        changed[name] = values * noise if name not in ("availability", "input") else values
    is_wind = data["plant_technology"] == "wind"
    weather = rng.uniform(0, 1, data["availability"].shape)
    changed["availability"] = data["availability"].where(~is_wind, weather)
    return data.assign(changed)


def cost(data: xr.Dataset) -> float:
    return h2model.solve(data).attrs["objective"]


@given(seed=st.integers(0, 10_000))
@few
def test_doubling_costs_doubles_the_objective(small_year, seed):
    data = varied(small_year, seed)
    doubled = data.assign({name: data[name] * 2 for name in MONEY})
    assert cost(doubled) == pytest.approx(2 * cost(data), rel=1e-6)


@given(seed=st.integers(0, 10_000), looser=st.floats(1, 50_000))
@few
def test_a_looser_cap_never_costs_more(small_year, seed, looser):
    data = varied(small_year, seed)
    tight = cost(data)
    assert cost(data.assign(cap_limit=data["cap_limit"] + looser)) <= tight + 1e-6 * abs(tight)


@given(seed=st.integers(0, 10_000), order=st.randoms())
@few
def test_renaming_and_reordering_change_nothing(small_year, seed, order):
    data = varied(small_year, seed)
    dims = ["region", "carrier", "asset", "plant", "store", "link", "trade", "demand", "origin"]
    shuffled = data.isel({dim: order.sample(range(data.sizes[dim]), data.sizes[dim]) for dim in dims})
    renamed = shuffled.assign_coords(
        {dim: [f"{name}!" for name in shuffled[dim].values] for dim in ("region", "carrier")}
    )
    words = {
        name: coord.copy(data=np.array([f"{word}!" for word in coord.values]))
        for name, coord in renamed.coords.items()
        if name.endswith(("_region", "_carrier")) or name in ("link_from", "link_to")
    }
    renamed = renamed.assign_coords(words)
    # Policies name carriers, too.
    named = [name for name in renamed.data_vars if str(name).endswith("_carrier")]
    renamed = renamed.assign({n: renamed[n].copy(data=[f"{word}!" for word in renamed[n].values]) for n in named})
    assert cost(renamed) == pytest.approx(cost(data), rel=1e-6)


@given(seed=st.integers(0, 10_000), parts=st.integers(2, 4))
@few
def test_cutting_steps_into_equal_parts_changes_nothing(small_year, seed, parts):
    """Without self-discharge, and with the same weather in every part."""
    data = varied(small_year, seed)
    data = data.assign(self_discharge=data["self_discharge"] * 0)
    steps = np.repeat(np.arange(data.sizes["time"]), parts)
    cut = data.isel(time=steps).assign_coords(time=np.arange(len(steps)))
    cut = cut.assign(hours=cut["hours"] / parts)
    assert cost(cut) == pytest.approx(cost(data), rel=1e-5)


@given(seed=st.integers(0, 10_000))
@few
def test_carbon_is_conserved(small_year, seed):
    results = h2model.solve(varied(small_year, seed))
    total = {
        n: results[f"carbon_{n}"].sum(("region", "origin")) for n in ("imported", "released", "stored", "exported")
    }
    np.testing.assert_allclose(total["imported"], total["released"] + total["stored"] + total["exported"], rtol=1e-6)
    assert (results["carbon_released"] >= -1e-3).all()
