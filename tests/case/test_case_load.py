"""A valid case becomes the Dataset that it describes, in the units of the case."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from case_declarations import PARAMETERS
from pydantic import BaseModel, ConfigDict
from tiny_case import append, swap, tiny_scenario, without, write_tiny_case

from h2model.case import CASE_PARAMETERS, Parameter, Scenario, load_case
from h2model.errors import Fault, InputError


@pytest.fixture(scope="module")
def tiny(tmp_path_factory) -> xr.Dataset:
    folder = write_tiny_case(tmp_path_factory.mktemp("case"))
    return load_case(tiny_scenario(folder, time={"resolution": "6h"}), PARAMETERS)


def load(tmp_path, edits=None, **settings) -> xr.Dataset:
    return load_case(tiny_scenario(write_tiny_case(tmp_path, edits), **settings), PARAMETERS)


def value(data: xr.Dataset, name: str, **labels) -> float:
    return float(data[name].sel(labels))


def test_every_declared_parameter_has_its_declared_dims(tiny):
    for parameter in (*CASE_PARAMETERS, *PARAMETERS):
        if parameter.name != "unit":
            assert tiny[parameter.name].dims == parameter.dims
            assert tiny[parameter.name].attrs["long_name"] == parameter.description
            assert tiny[parameter.name].attrs["units"]


def test_assets_are_plants_stores_links_and_store_powers(tiny):
    assert tiny["asset"].to_numpy().tolist() == [
        *["wind_park", "electrolyser_plant", "boiler", "wood_boiler", "loop"],
        *["big_battery", "tank", "buffer", "line", "pipe"],
        *["big_battery:inverter", "tank:hydrogen_compressor"],
    ]
    classes = tiny["asset_class"].to_numpy().tolist()
    assert classes == ["plant"] * 5 + ["store"] * 3 + ["link"] * 2 + ["store_power"] * 2
    units = dict(zip(tiny["asset"].to_numpy().tolist(), tiny["asset_unit"].to_numpy().tolist(), strict=True))
    assert units["wind_park"] == "MW"
    assert units["loop"] == "t/h"
    assert units["tank"] == "MWh"
    assert units["buffer"] == "t"
    assert units["tank:hydrogen_compressor"] == "MW"


def test_store_powers_are_named_by_their_store(tiny):
    battery, tank, buffer = (tiny.sel(store=name) for name in ("big_battery", "tank", "buffer"))
    assert battery["store_charger"].item() == battery["store_discharger"].item() == "big_battery:inverter"
    assert (tank["store_charger"].item(), tank["store_discharger"].item()) == ("tank:hydrogen_compressor", "")
    assert (buffer["store_charger"].item(), buffer["store_discharger"].item()) == ("", "")


def test_labels_of_links_trades_and_demands(tiny):
    pipe = tiny.sel(link="pipe")
    assert (pipe["link_from"].item(), pipe["link_to"].item(), pipe["link_two_way"].item()) == ("north", "south", False)
    assert bool(tiny.sel(link="line")["link_two_way"])
    assert tiny.sel(trade="co2_export")["trade_direction"].item() == "export"
    assert tiny.sel(demand="steam_demand")["demand_carrier"].item() == "steam"
    assert tiny.sel(carrier="ammonia")["carrier_unit"].item() == "t"
    assert tiny.sel(region="north")["latitude"].item() == 59.1


@pytest.mark.parametrize(
    ("name", "labels", "expected"),
    [
        ("overnight_cost", {"asset": "wind_park", "period": 2030}, 1.2e6),
        ("overnight_cost", {"asset": "wind_park", "period": 2040}, 1.0e6),
        ("overnight_cost", {"asset": "electrolyser_plant", "period": 2030}, 8e5),
        # 12000 NOK2024/kW at 0.08 EUR2025 per NOK2024
        ("overnight_cost", {"asset": "wood_boiler", "period": 2030}, 960e3),
        # 900 EUR per tonne a year: a tonne an hour is 8,760 tonnes a year
        ("overnight_cost", {"asset": "loop", "period": 2030}, 900 * 8760),
        ("overnight_cost", {"asset": "big_battery", "period": 2030}, 150e3),
        # 500 EUR/kg: a tonne holds 33.33 MWh
        ("overnight_cost", {"asset": "tank", "period": 2030}, 500e3 / 33.33),
        ("overnight_cost", {"asset": "big_battery:inverter", "period": 2040}, 80e3),
        ("fixed_om_cost", {"asset": "wind_park", "period": 2040}, 30e3),
        ("interest_rate", {"asset": "pipe"}, 0.07),
        ("charge_efficiency", {"store": "big_battery"}, 0.95),
        # 0.18 t hydrogen per t ammonia
        ("input", {"plant": "loop", "carrier": "hydrogen", "period": 2030}, 0.18 * 33.33),
        ("input", {"plant": "loop", "carrier": "electricity", "period": 2030}, 0.4),
        ("input", {"plant": "loop", "carrier": "steam", "period": 2030}, 0.0),
        ("existing_capacity", {"asset": "boiler", "period": 2030}, 40.0),
        ("existing_capacity", {"asset": "loop", "period": 2030}, 0.0),
        ("maximum_capacity", {"asset": "big_battery", "period": 2030}, 1000.0),
        ("maximum_capacity", {"asset": "loop", "period": 2030}, np.inf),
        ("upstream_emissions", {"trade": "gas_import"}, 0.02),
        ("maximum_volume", {"trade": "biomass_import", "period": 2030}, 3e5),
        ("annual_volume", {"demand": "ammonia_demand", "period": 2040}, 8e4),
        ("carbon_content", {"carrier": "biomass", "origin": "biogenic"}, 0.35),
        ("lower_heating_value", {"carrier": "ammonia"}, 5.17),
        ("discount_rate", {}, 0.05),
    ],
)
def test_values_in_the_units_of_the_case(tiny, name, labels, expected):
    assert value(tiny, name, **labels) == pytest.approx(expected, rel=1e-12)


def test_words_defaults_and_what_is_not_given(tiny):
    assert tiny["balance"].sel(carrier="ammonia").item() == "year"
    assert tiny["balance"].sel(carrier="electricity").item() == "hour"
    assert np.isnan(value(tiny, "initial_level", store="tank"))
    assert np.isnan(value(tiny, "disposal_cost", carrier="co2"))
    assert value(tiny, "disposal_cost", carrier="steam") == 0.0


def test_profiles_become_steps_by_the_declared_rule(tiny):
    hours = np.arange(8760)
    wind = (0.4 + 0.4 * np.cos(2 * np.pi * hours / 8760)).round(4).reshape(-1, 6)
    np.testing.assert_allclose(tiny["availability"].sel(plant="wind_park", period=2030), wind.min(axis=1))
    # price: 50 × 1.0 before noon, 50 × 1.5 after; rate: the highest hour of the step
    np.testing.assert_allclose(tiny["price"].sel(trade="power_import", period=2030)[:4], [50, 50, 75, 75])
    np.testing.assert_allclose(tiny["rate"].sel(demand="steam_demand", period=2040)[:4], [10, 20, 20, 20])
    assert np.all(tiny["rate"].sel(demand="household_power") == 10.0)
    assert np.all(tiny["availability"].sel(plant="loop") == 1.0)


def test_time_steps_and_periods(tiny):
    assert tiny.sizes["time"] == 1460
    assert np.all(tiny["hours"] == 6.0)
    assert np.all(tiny["weight"] == 1.0)
    assert str(tiny["timestamp"].to_numpy()[1])[:16] == "2019-01-01T06:00"
    assert tiny["years_represented"].to_numpy().tolist() == [10.0, 10.0]
    mean = np.mean(1.05 ** -np.arange(10.0))
    np.testing.assert_allclose(tiny["discount_factor"], [mean, mean * 1.05**-10], rtol=1e-12)


def test_part_load_curve_becomes_segments(tiny):
    curve = tiny.sel(plant="electrolyser_plant", carrier="hydrogen")
    np.testing.assert_allclose(curve["part_load_slope"], [0.7, 0.62])
    np.testing.assert_allclose(curve["part_load_intercept"], [0.0, 0.02])
    assert np.isnan(tiny["part_load_slope"].sel(plant="loop")).all()
    assert tiny["segment"].to_numpy().tolist() == [1, 2]


def test_unit_labels(tiny):
    assert tiny["overnight_cost"].attrs["units"] == "EUR2025/{capacity}"
    assert tiny["input"].attrs["units"] == "{carrier}/{amount}"
    assert tiny["lifetime"].attrs["units"] == "year"


def test_dataset_comes_back_from_netcdf_as_it_was(tiny, tmp_path):
    tiny.to_netcdf(tmp_path / "inputs.nc", engine="netcdf4")
    with xr.open_dataset(tmp_path / "inputs.nc") as opened:
        back = opened.load()
    xr.testing.assert_identical(tiny, back)
    # Texts come back as wide as the longest of them; what kind of value they are must not change.
    kinds = [{name: v.dtype.str.strip("<>|")[:1] for name, v in data.variables.items()} for data in (back, tiny)]
    assert kinds[0] == kinds[1]


def test_dataset_keeps_case_and_scenario(tiny):
    assert (tiny.attrs["case"], tiny.attrs["currency"], tiny.attrs["scenario"]) == ("tiny", "EUR2025", "test")
    again = Scenario.from_text(tiny.attrs["scenario_yaml"])
    assert (again.case, again.periods, again.time.resolution) == ("tiny", (2030, 2040), "6h")
    assert again.case_folder is None


def test_case_without_stores_links_and_demands_also_comes_back(tmp_path):
    edits = dict.fromkeys(("stores.csv", "links.csv", "part_load.csv", "demands.csv", "plants.csv"))
    edits["assets.csv"] = lambda text: "".join(
        x for x in text.splitlines(True) if x[:4] in ("asse", "powe", "gas_", "biom", "co2_")
    )
    data = load(tmp_path, edits)
    assert [data.sizes[dim] for dim in ("asset", "store", "link", "demand", "segment")] == [0] * 5
    data.to_netcdf(tmp_path / "inputs.nc", engine="netcdf4")
    with xr.open_dataset(tmp_path / "inputs.nc") as opened:
        xr.testing.assert_identical(data, opened.load())


def test_more_specific_rows_win(tmp_path):
    edits = {
        "technologies.csv": append(
            ",fixed_om_cost,,2040,5,,EUR2025/kW/year,test",
            ",fixed_om_cost,,,4,,EUR2025/kW/year,test",
            "gas_boiler,fixed_om_cost,,,3,,EUR2025/kW/year,test",
            "gas_boiler,fixed_om_cost,,2030,2,,EUR2025/kW/year,test",
        ),
        # Stores and plants counted in tonnes have capacities that are no kW: only MW assets stay.
        "plants.csv": without("loop"),
        "stores.csv": None,
        "links.csv": without("pipe"),
        "demands.csv": without("ammonia"),
    }
    edits["assets.csv"] = lambda text: (
        "".join(x for x in text.splitlines(True) if not x.startswith(("buffer", "big_battery", "ammonia")))
        + "wood_boiler,fixed_om_cost,,,1,,EUR2025/kW/year,test\n"
    )
    cost = load(tmp_path, edits)["fixed_om_cost"].sel(period=[2030, 2040]) / 1000
    assert cost.sel(asset="electrolyser_plant").to_numpy().tolist() == [4.0, 5.0]
    assert cost.sel(asset="boiler").to_numpy().tolist() == [2.0, 3.0]
    assert cost.sel(asset="wood_boiler").to_numpy().tolist() == [1.0, 1.0]
    assert cost.sel(asset="wind_park").to_numpy().tolist() == [30.0, 30.0]


def test_single_period_and_chosen_years(tmp_path):
    data = load(tmp_path, periods=[2040], last_period_years=5)
    assert data["years_represented"].to_numpy().tolist() == [5.0]
    assert value(data, "overnight_cost", asset="wind_park", period=2040) == 1e6


def test_base_year_is_the_first_period_unless_given(tmp_path):
    data = load(tmp_path, {"case.yaml": swap("base_year: 2030\n", "")}, periods=[2040])
    assert value(data, "base_year") == 2040.0
    assert value(data, "discount_factor", period=2040) == 1.0
    written = {"case.yaml": swap("base_year: 2030", "base_year: {value: 2020, unit: year, source: test}")}
    assert value(load(tmp_path, written), "base_year") == 2020.0


def test_columns_in_another_order_marks_at_the_start_and_windows_line_ends_are_fine(tmp_path):
    text = "\ufeffregion,plant,technology,note\r\nnorth,only,wind,x\r\n\r\n"
    edits = {"plants.csv": text, "assets.csv": without("boiler"), "part_load.csv": None}
    assert load(tmp_path, edits)["plant"].to_numpy().tolist() == ["only"]


def test_policies_add_their_arrays(tmp_path):
    data = load_case(
        tiny_scenario(write_tiny_case(tmp_path), policies={"levy": {"a": {"height": "2 EUR2025/t"}}}),
        PARAMETERS,
        {"levy": Levy},
    )
    assert data["levy_height"].sel(levy="a").item() == 2.0
    none = load_case(tiny_scenario(tmp_path / "tiny"), PARAMETERS, {"levy": Levy})
    assert none.sizes["levy"] == 0
    assert none["levy"].dtype.kind == "U"


def test_checks_see_data_and_rows(tmp_path):
    def check(data, rows):
        yield Fault(rows.where("lifetime", "boiler"), f"{data['lifetime'].sel(asset='boiler').item()}", "none")
        yield Fault(rows.where("price", "gas_import", period=2040), "b", "none")
        yield Fault(rows.where("output", "wood_boiler", carrier="co2", period=2030), "c", "none")
        yield Fault(rows.where("part_load", "electrolyser_plant", carrier="hydrogen"), "d", "none")
        yield Fault(rows.where("self_discharge", "tank"), "e", "none")
        yield Fault(rows.where("nonsense", "boiler"), "f", "none")
        yield Fault(rows.where("discount_rate"), "g", "none")
        yield Fault(rows.where("lifetime", "nobody"), "h", "none")

    with pytest.raises(InputError) as caught:
        load_case(tiny_scenario(write_tiny_case(tmp_path)), PARAMETERS, checks=[check])
    assert [(fault.where, fault.problem) for fault in caught.value.faults] == [
        ("technologies.csv, row 20", "25.0"),
        ("assets.csv, row 12", "b"),
        ("technologies.csv, row 24", "c"),
        ("part_load.csv, row 2", "d"),
        ("technologies.csv", "e"),
        ("plants.csv, row 4", "f"),
        ("case.yaml, line 7: discount_rate", "g"),
        ("technologies.csv", "h"),
    ]


def test_a_parameter_is_declared_once(tmp_path):
    twice = Parameter("lifetime", ("asset",), "hour", "another meaning")
    with pytest.raises(ValueError, match="lifetime is declared twice"):
        load_case(tiny_scenario(write_tiny_case(tmp_path)), [*PARAMETERS, twice])


class OneLevy(BaseModel):
    """One levy."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    height: str


class Levy:
    """A policy as the case sees it."""

    NAME = "levy"
    settings = OneLevy

    @staticmethod
    def to_data(settings, units, coords):
        """One number per levy; says so when the unit is wrong."""
        try:
            heights = [units.convert_text(levy.height, "{money}/t") for levy in settings.values()]
        except ValueError as error:
            raise InputError([Fault("policies.levy", str(error), "mend it")]) from None
        names = np.array(list(settings), dtype=object)
        return xr.Dataset({"levy_height": ("levy", np.array(heights, dtype=float))}, coords={"levy": names})
