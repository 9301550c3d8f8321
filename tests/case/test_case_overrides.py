"""Overrides change what their address names, and nothing else; those that change nothing are refused."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from case_declarations import PARAMETERS
from tiny_case import append, tiny_scenario, without, write_tiny_case

from h2model.case import load_case
from h2model.errors import InputError


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    edits = {"plants.csv": append("south_park,wind,south")}
    return write_tiny_case(tmp_path_factory.mktemp("case"), edits)


@pytest.fixture(scope="module")
def plain(folder) -> xr.Dataset:
    return load_case(tiny_scenario(folder), PARAMETERS)


def changed(folder, address, override) -> xr.Dataset:
    return load_case(tiny_scenario(folder, overrides={address: override}), PARAMETERS)


@pytest.mark.parametrize(
    ("address", "override", "labels", "expected"),
    [
        ("technologies.wind.overnight_cost", 5.0, {"asset": "wind_park", "period": 2030}, 5.0),
        ("technologies.wind.overnight_cost", "900 EUR2025/kW", {"asset": "wind_park", "period": 2040}, 9e5),
        (
            "technologies.wind.overnight_cost",
            {2030: "700 EUR2025/kW", 2040: "600 EUR2025/kW"},
            {"asset": "wind_park", "period": 2040},
            6e5,
        ),
        ("technologies.wind.overnight_cost", {"scale": 0.5}, {"asset": "wind_park", "period": 2030}, 6e5),
        ("technologies.wind.overnight_cost", {"add": "100 EUR2025/kW"}, {"asset": "wind_park", "period": 2030}, 1.3e6),
        (
            "technologies.wind.overnight_cost",
            {"scale": 2, "period": 2040},
            {"asset": "wind_park", "period": 2030},
            1.2e6,
        ),
        (
            "technologies.wind.overnight_cost",
            {"scale": 2, "period": [2040]},
            {"asset": "wind_park", "period": 2040},
            2e6,
        ),
        (
            "technologies.wind.overnight_cost",
            {"scale": 2, "region": "south"},
            {"asset": "wind_park", "period": 2040},
            1e6,
        ),
        (
            "technologies.wind.overnight_cost",
            {"scale": 2, "region": "south"},
            {"asset": "south_park", "period": 2040},
            2e6,
        ),
        (
            "technologies.wind.overnight_cost",
            [{"set": 5}, {"add": 1}, {"scale": 2}],
            {"asset": "wind_park", "period": 2030},
            12.0,
        ),
        ("technologies.cable.loss", {"set": 0.1, "region": "north"}, {"link": "line"}, 0.1),
        ("technologies.gas_boiler.input", 1.2, {"plant": "boiler", "carrier": "natural_gas", "period": 2030}, 1.2),
        (
            "technologies.ammonia_loop.input",
            {"set": "0.2 t/t", "carrier": "hydrogen"},
            {"plant": "loop", "carrier": "hydrogen", "period": 2030},
            0.2 * 33.33,
        ),
        (
            "technologies.ammonia_loop.input",
            {"scale": 2},
            {"plant": "loop", "carrier": "electricity", "period": 2030},
            0.8,
        ),
        (
            "technologies.wind.fixed_om_cost",
            {"scale": 2, "carrier": "electricity"},
            {"asset": "wind_park", "period": 2030},
            6e4,
        ),
        ("technologies.inverter.overnight_cost", {"scale": 2}, {"asset": "big_battery:inverter", "period": 2030}, 16e4),
        ("assets.buffer.initial_level", {"add": "1 kt"}, {"store": "buffer"}, 1010.0),
        ("assets.line.maximum_new_capacity", float("inf"), {"asset": "line", "period": 2030}, np.inf),
        (
            "assets.ammonia_demand.annual_volume",
            {"set": "1 kt/year", "period": 2040},
            {"demand": "ammonia_demand", "period": 2040},
            1e3,
        ),
        ("carriers.natural_gas.carbon_content", 0.3, {"carrier": "natural_gas", "origin": "fossil"}, 0.3),
        (
            "carriers.natural_gas.carbon_content",
            {"set": "100 kg/MWh", "origin": "biogenic"},
            {"carrier": "natural_gas", "origin": "biogenic"},
            0.1,
        ),
        ("case.discount_rate", {"add": "1 %/year"}, {}, 0.06),
    ],
)
def test_override_changes_the_value(folder, address, override, labels, expected):
    data = changed(folder, address, override)
    assert float(data[address.rsplit(".", 1)[1]].sel(labels)) == pytest.approx(expected, rel=1e-12)


def test_only_what_is_addressed_changes(folder, plain):
    data = changed(folder, "technologies.wind.overnight_cost", {"scale": 2, "region": "south", "period": 2030})
    difference = data["overnight_cost"] - plain["overnight_cost"]
    assert np.argwhere(difference.to_numpy() != 0).tolist() == [[5, 0]]
    assert data.drop_vars("overnight_cost").drop_attrs().equals(plain.drop_vars("overnight_cost").drop_attrs())


def test_a_value_with_a_profile_is_scaled_shifted_or_set_and_keeps_its_profile(folder, plain):
    price = {"trade": "power_import", "period": 2030}
    for override, expected in (
        ({"scale": 2}, plain["price"].sel(price) * 2),
        ({"add": "1 EUR2025/MWh"}, plain["price"].sel(price) + 1),
        ([{"add": 10}, {"scale": -1}], -(plain["price"].sel(price) + 10)),
        ({"set": 7}, plain["price"].sel(price) * 7 / 50),
    ):
        data = changed(folder, "assets.power_import.price", override)
        np.testing.assert_allclose(data["price"].sel(price), expected, rtol=1e-12)


def test_negative_profiles_take_the_other_extreme(tmp_path):
    """The least of a negated profile in a step is the negated greatest."""
    folder = write_tiny_case(
        tmp_path,
        {
            "assets.csv": append(
                "household_power,rate,,2030,1,wind,MW,test", "household_power,rate,,2040,1,wind,MW,test"
            )
        },
    )
    overrides = {"assets.household_power.rate": [{"scale": -1}, {"add": 1}]}
    rate = load_case(tiny_scenario(folder, overrides=overrides), PARAMETERS)["rate"].sel(demand="household_power")
    wind = (0.4 + 0.4 * np.cos(2 * np.pi * np.arange(8760) / 8760)).round(4).reshape(5, -1)
    np.testing.assert_allclose(rate.sel(period=2030), 1 - wind.min(axis=1), rtol=1e-12)


def test_heating_value_changes_before_units_are_converted(folder):
    data = changed(folder, "carriers.hydrogen.lower_heating_value", "30 MWh/t")
    assert float(data["overnight_cost"].sel(asset="tank", period=2030)) == pytest.approx(500e3 / 30)


def test_words_can_be_set(folder):
    assert changed(folder, "carriers.hydrogen.balance", "day")["balance"].sel(carrier="hydrogen").item() == "day"


def test_override_gives_what_the_tables_lack(tmp_path):
    folder = write_tiny_case(tmp_path, {"technologies.csv": without("cable,loss")})
    assert float(changed(folder, "technologies.cable.loss", 0.2)["loss"].sel(link="line")) == 0.2


@pytest.mark.parametrize(
    ("address", "override", "expected"),
    [
        (
            "technologies.wnd.lifetime",
            3,
            "override technologies.wnd.lifetime: the technology 'wnd' is unknown → did you mean 'wind'?",
        ),
        ("technologies.wind.lifetme", 3, "the parameter 'lifetme' is unknown here → did you mean 'lifetime'?"),
        ("technologies.wind.price", 3, "the parameter 'price' is unknown here"),
        ("assets.lin.loss", 0.1, "the asset 'lin' is unknown → did you mean 'line'?"),
        ("carriers.hydrogn.carbon_content", 0.1, "the carrier 'hydrogn' is unknown → did you mean 'hydrogen'?"),
        ("case.discount", 0.1, "the parameter 'discount' is unknown here → did you mean 'discount_rate'?"),
        ("technologies.wind.loss", 0.1, "changes nothing → correct the address"),
        ("technologies.electrolyser.lifetime", {"scale": 2, "region": "south"}, "changes nothing"),
        ("technologies.wind.fixed_om_cost", {"scale": 2, "carrier": "steam"}, "changes nothing"),
        ("technologies.wind.overnight_cost", {"scale": 2, "period": 2035}, "the period 2035 is not in the case"),
        ("technologies.gas_boiler.input", {"set": 2, "carrier": "gas"}, "the carrier gas is not in the case"),
        ("technologies.wind.lifetime", {"scale": 2, "period": 2030}, "lifetime has no period → leave 'period' out"),
        ("technologies.wind.lifetime", {"scale": 2, "origin": "fossil"}, "lifetime has no origin → leave 'origin' out"),
        (
            "technologies.ammonia_loop.input",
            2,
            "input has values for electricity, hydrogen → say which carrier is meant",
        ),
        ("technologies.wind.lifetime", -3, "lifetime of wind_park is set -3.0: below the lower bound, 1"),
        (
            "technologies.wind.lifetime",
            {"scale": -1},
            "lifetime of wind_park is scale -1.0: below the lower bound, 1",
        ),
        ("technologies.wind.overnight_cost", "900 EUR2025/kWh", "does not measure the same quantity as EUR2025/MW"),
        ("technologies.wind.overnight_cost", "cheap", "overnight_cost: 'cheap' is not a value with a unit"),
        ("assets.tank.initial_level", {"scale": 2}, "the tables have no value to scale → use set instead"),
        (
            "carriers.hydrogen.balance",
            "week",
            "balance cannot be changed by set: week → set it to one of: hour, day, month, year",
        ),
    ],
)
def test_fault_of_an_override(folder, address, override, expected):
    with pytest.raises(InputError) as caught:
        changed(folder, address, override)
    assert any(expected in str(fault) for fault in caught.value.faults), str(caught.value)


@pytest.mark.parametrize("operation", ["scale", "add"])
def test_a_default_cannot_be_scaled_or_added_to(folder, operation):
    """A limit that is not given would stay infinite, and a study would show that nothing depends on it."""
    with pytest.raises(InputError, match=f"the tables have no value to {operation}"):
        changed(folder, "assets.gas_import.maximum_volume", {operation: 0.5})


def test_scaling_leaves_what_is_not_given(folder, plain):
    data = changed(folder, "technologies.gas_boiler.input", {"scale": 0.5})
    np.testing.assert_allclose(data["input"].sel(plant="boiler"), plain["input"].sel(plant="boiler") * 0.5)
