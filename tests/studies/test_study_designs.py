"""From axes to runs: names, addresses, rows of the manifest, and the changes that each run makes."""

from __future__ import annotations

import numpy as np
import pytest
import yaml
from study_case import CAP, COST, LIMIT, PRICE, write_study, write_valley

import h2model
from h2model.case import read_scenario
from h2model.errors import InputError
from h2model.policies import POLICIES
from h2model.studies.axes import resolve_axes
from h2model.studies.campaign import open_campaign, write_campaign
from h2model.studies.changes import changes_of
from h2model.studies.definition import Study
from h2model.studies.manifest import as_cell, manifest_of
from h2model.studies.prepare import base_scenario, campaign_of, runs_of
from h2model.studies.ranges import split_quantity

BOTH = {COST: {"scale": {"from": 0.5, "to": 1.5}}, PRICE: {"scale": {"from": 0.9, "to": 1.1}}}


def plan(data, axes, **rest):
    study = Study.model_validate({"scenario": "base", "axes": axes, **rest})
    return manifest_of(study, resolve_axes(study, data))


def columns(rows):
    return [list(row.values()) for row in rows]


def numbers(rows):
    return np.array([[split_quantity(cell)[0] for cell in row.values()] for row in rows])


def prepared(scenario, axes, **rest):
    """The changes that each run of a study makes, and the data that come of them."""
    study = Study.model_validate({"scenario": str(scenario), "axes": axes, **rest})
    base = base_scenario(study)
    axes, manifest, content = runs_of(study, base)
    changes = [changes_of(row, axes, base, content) for row in manifest.rows]
    return changes, [h2model.load_case(read_scenario(base, change, POLICIES)) for change in changes]


def refusals(tmp_path, scenario, axes, **rest) -> list[str]:
    """The faults of a study; nothing may have been written."""
    study = write_study(tmp_path / "study" / "trial.yaml", scenario, axes, **rest)
    with pytest.raises(InputError) as refused:
        campaign_of(study, tmp_path / "runs" / "campaign")
    assert not (tmp_path / "runs").exists()
    return [str(fault) for fault in refused.value.faults]


class TestGrid:
    def test_the_last_axis_changes_fastest(self, valley_data):
        axes = {COST: {"scale": [0.8, 1]}, LIMIT: {"set": ["1 kt/year", "2 kt/year", "3 kt/year"]}}
        rows = plan(valley_data, axes).rows
        assert list(rows[0]) == ["clean_overnight_cost", "emission_cap_all_limit_2030"]
        assert columns(rows) == [[cost, f"{cap} kt/year"] for cost in ("0.8", "1.0") for cap in (1, 2, 3)]

    def test_a_range_with_points_lists_its_values(self, valley_data):
        rows = plan(valley_data, {COST: {"set": {"from": "600 EUR2025/kW", "to": "1200 EUR2025/kW", "points": 3}}}).rows
        assert columns(rows) == [["600.0 EUR2025/kW"], ["900.0 EUR2025/kW"], ["1200.0 EUR2025/kW"]]

    @pytest.mark.parametrize("design", ["grid", "zip"])
    @pytest.mark.parametrize("kind", [{}, {"points": 3, "distribution": "log_uniform"}])
    def test_a_range_needs_points_and_no_distribution(self, valley_data, design, kind):
        with pytest.raises(InputError, match="is a range without 'points', or with a distribution → set 'points'"):
            plan(valley_data, {COST: {"scale": {"from": 0.5, "to": 1.0, **kind}}}, design=design)

    def test_a_value_may_be_listed_once(self, valley_data):
        axes = {
            COST: {"scale": [0.8, 1.0, 0.8]},
            PRICE: {"scale": [1, 1.0]},
            LIMIT: {"set": ["1 kt/year", "1.0 kt/year"]},
            "time.weather_year": {"set": ["dry", "dry"]},
        }
        with pytest.raises(InputError) as refused:
            plan(valley_data, axes)
        assert [str(fault) for fault in refused.value.faults] == [
            f"axis {name}: lists a value twice → remove one of them"
            for name in ("clean_overnight_cost", "gas_import_price", "emission_cap_all_limit_2030", "time_weather_year")
        ]

    def test_too_many_runs_are_refused_before_they_are_listed(self, valley_data):
        many = {"from": 0.5, "to": 1.5, "points": 10_000}
        with pytest.raises(
            InputError, match=r"makes 100,000,000 runs, more than the limit of 200,000 → use fewer values or samples"
        ):
            plan(valley_data, {COST: {"scale": many}, PRICE: {"scale": many}})


class TestZipAndList:
    def test_zip_pairs_values(self, valley_data):
        rows = plan(valley_data, {COST: {"scale": [0.8, 1.0]}, PRICE: {"add": [1, 2]}}, design="zip").rows
        assert columns(rows) == [["0.8", "1"], ["1.0", "2"]]

    def test_zip_may_repeat_a_value(self, valley_data):
        axes = {COST: {"scale": [0.8, 0.8, 1.0]}, PRICE: {"scale": [1.0, 2.0, 1.0]}}
        assert len(plan(valley_data, axes, design="zip").rows) == 3

    def test_zip_needs_as_many_values_on_every_axis(self, valley_data):
        words = "zip needs as many values on every axis, but there are clean_overnight_cost 2, gas_import_price 1"
        with pytest.raises(InputError, match=words):
            plan(valley_data, {COST: {"scale": [0.8, 1.0]}, PRICE: {"add": [1]}}, design="zip")

    def test_a_list_has_the_runs_in_its_order(self, valley_data):
        runs = [
            {"gas_import_price": 2, "clean_overnight_cost": 0.9},
            {"clean_overnight_cost": 1, "gas_import_price": 2},
        ]
        axes = {COST: {"scale": [1.0]}, PRICE: {"scale": [1.0]}}
        rows = plan(valley_data, axes, design={"kind": "list", "runs": runs}).rows
        assert numbers(rows).tolist() == [[0.9, 2.0], [1.0, 2.0]]

    def test_a_list_needs_every_axis_and_no_other(self, valley_data):
        runs = [{"clean_overnight_cost": 0.9}, {"clean_overnigth_cost": 1, "gas_import_price": 2}]
        axes = {COST: {"scale": [1.0]}, PRICE: {"scale": [1.0]}}
        with pytest.raises(InputError) as refused:
            plan(valley_data, axes, design={"kind": "list", "runs": runs})
        assert [str(fault) for fault in refused.value.faults] == [
            "design.runs.0: has no value for the axis gas_import_price → add one",
            "design.runs.1: 'clean_overnigth_cost' is not an axis → did you mean 'clean_overnight_cost'?",
            "design.runs.1: has no value for the axis clean_overnight_cost → add one",
        ]

    def test_a_pareto_front_keeps_the_order_of_the_study(self, valley_data):
        rows = plan(valley_data, {LIMIT: {"set": ["3 kt/year", "1 kt/year", "2 kt/year"]}}, design="pareto").rows
        assert columns(rows) == [["3 kt/year"], ["1 kt/year"], ["2 kt/year"]]


class TestSamples:
    @pytest.mark.parametrize(
        ("design", "count"),
        [
            ({"kind": "latin_hypercube", "samples": 10}, 10),
            ({"kind": "sobol", "samples": 8}, 8 * 4),
            ({"kind": "sobol", "samples": 8, "second_order": True}, 8 * 6),
            ({"kind": "morris", "trajectories": 5}, 5 * 3),
        ],
    )
    def test_has_as_many_runs_as_it_should_the_same_for_the_same_seed(self, valley_data, design, count):
        first, again = (plan(valley_data, BOTH, design=design) for _ in range(2))
        assert len(first.rows) == count
        assert first.sample.shape == (count, 2)
        assert first.rows == again.rows
        assert first.rows != plan(valley_data, BOTH, design={**design, "seed": 2}).rows
        values = numbers(first.rows)
        assert (values >= [0.5, 0.9]).all()
        assert (values <= [1.5, 1.1]).all()
        np.testing.assert_allclose(values, [0.5, 0.9] + first.sample * [1.0, 0.2], rtol=1e-12)

    def test_latin_hypercube_has_one_run_in_every_slice_of_every_axis(self, valley_data):
        values = numbers(plan(valley_data, BOTH, design={"kind": "latin_hypercube", "samples": 20}).rows)
        slices = np.floor((values - [0.5, 0.9]) / [1.0, 0.2] * 20)
        assert np.sort(slices, axis=0).T.tolist() == [list(range(20))] * 2

    def test_a_step_of_morris_changes_one_axis(self, valley_data):
        values = numbers(plan(valley_data, BOTH, design={"kind": "morris", "trajectories": 4}).rows).reshape(4, 3, 2)
        changed = (np.diff(values, axis=1) != 0).sum(axis=(1, 2))
        assert changed.tolist() == [2] * 4

    def test_morris_leaves_out_the_ends_that_lie_at_infinity(self, valley_data):
        unbounded = {"mean": 1, "deviation": 0.1, "distribution": "normal"}
        axes = {COST: {"scale": unbounded}, PRICE: {"scale": {"from": 0.9, "to": 1.1}}}
        values = numbers(plan(valley_data, axes, design={"kind": "morris", "trajectories": 8}).rows)
        assert np.isfinite(values).all()
        # The 99.5 % quantile of a normal distribution lies 2.5758 deviations off.
        assert values[:, 0].max() == pytest.approx(1.25758, abs=1e-5)
        assert values[:, 1].max() == 1.1

    def test_values_keep_their_unit_to_the_last_digit(self, valley_data):
        axes = {COST: {"set": {"from": "700 EUR2025/kW", "to": "1300 EUR2025/kW"}}, PRICE: BOTH[PRICE]}
        found = plan(valley_data, axes, design={"kind": "latin_hypercube", "samples": 50})
        exact = 700 + 600 * found.sample[:, 0]
        assert numbers(found.rows)[:, 0].tolist() == exact.tolist()
        assert found.rows[0]["clean_overnight_cost"].endswith(" EUR2025/kW")

    @pytest.mark.parametrize("values", [[0.8, 1.0], {"from": 0.8, "to": 1.0, "points": 3}])
    def test_needs_ranges(self, valley_data, values):
        axes = {COST: {"scale": values}, PRICE: BOTH[PRICE]}
        with pytest.raises(
            InputError,
            match="axis clean_overnight_cost: has a list of values or 'points', but its design takes samples → use",
        ):
            plan(valley_data, axes, design={"kind": "latin_hypercube", "samples": 4})

    def test_triangular_values_have_the_mean_of_their_triangle(self, valley_data):
        axes = {COST: {"scale": {"from": 0, "to": 3, "peak": 0.3, "distribution": "triangular"}}}
        values = numbers(plan(valley_data, axes, design={"kind": "latin_hypercube", "samples": 2000}).rows)
        assert values.mean() == pytest.approx((0 + 3 + 0.3) / 3, rel=1e-3)


@pytest.mark.parametrize("value", [0.1 + 0.2, 1 / 3, 1e-300, -2.5e17, np.float64(0.7), np.nextafter(1.0, 2.0)])
def test_a_cell_is_read_as_the_same_float(value):
    assert split_quantity(as_cell(value, "kt/year")) == (float(value), "kt/year")


def test_a_manifest_is_read_as_the_same_rows(tmp_path, valley, valley_data):
    """Also where cells hold commas, quotes or nothing but digits."""
    study = Study.model_validate({"scenario": "base", "axes": {"words": {"of": [COST], "set": ["a"]}}})
    found = plan(valley_data, BOTH, design={"kind": "latin_hypercube", "samples": 30})
    odd = [
        {**row, "word": word} for row, word in zip(found.rows, ['a,b "c"', "2010", " x ", "å;ö", ""] * 6, strict=True)
    ]
    base = read_scenario(valley)
    write_campaign(tmp_path / "c", study, base, valley.parent.parent, (), type(found)(odd, found.sample))
    again = open_campaign(tmp_path / "c")
    assert list(again.rows) == odd
    assert (again.sample == found.sample).all()


class TestNames:
    def test_an_axis_is_called_as_its_address_without_the_first_word(self, valley_data):
        study = Study.model_validate(
            {"scenario": "s", "axes": {"time.weather_year": {"set": ["a"]}, "mine": {"of": [PRICE], "scale": [1.0]}}}
        )
        found = resolve_axes(study, valley_data)
        assert [axis.name for axis in found] == ["time_weather_year", "mine"]
        assert [axis.unit for axis in found] == [None, ""]
        assert found[0].coordinate(["dry", "wet"]).tolist() == ["dry", "wet"]
        assert found[1].coordinate(["1.5", "2"]).tolist() == [1.5, 2.0]
        assert type(found[0]).from_record(found[0].to_record()) == found[0]

    @pytest.mark.parametrize(
        ("axes", "words"),
        [
            ({"mine": {"scale": [1.0]}}, "axis mine: is not an address → use an address such as technologies"),
            ({COST: {"of": [PRICE], "scale": [1.0]}}, "is an address, but other addresses are under 'of'"),
            ({"run": {"of": [PRICE], "scale": [1.0]}}, "'run' is a name of the results → choose another name"),
            ({COST: {"set": ["1 EUR2025/kW", 2]}}, "mixes units: 'EUR2025/kW', none → use"),
            ({LIMIT: {"set": ["1 kt/year", "2 t/year"]}}, "'kt/year', 't/year' → use 'kt/year' for all values"),
            (
                {"technologies.hydro*.lifetime": {"scale": [1.0]}},
                "technologies.hydro*.lifetime matches nothing in the case",
            ),
            ({"technologies.*.lifetimes": {"scale": [1.0]}}, "technologies.*.lifetimes matches nothing in the case"),
            ({"carriers.*.lifetime": {"scale": [1.0]}}, "carriers.*.lifetime matches nothing in the case"),
            (
                {"policies.emission_cap.*.limit": {"scale": [1.0]}},
                "policies.emission_cap.*.limit matches nothing in the case",
            ),
        ],
    )
    def test_refuses_with_a_sentence(self, valley_data, axes, words):
        study = Study.model_validate({"scenario": "s", "axes": axes})
        with pytest.raises(InputError) as refused:
            resolve_axes(study, valley_data)
        (fault,) = refused.value.faults
        assert words in str(fault)

    def test_names_of_results_are_taken(self, tmp_path, valley):
        axes = {"capacity": {"of": [COST], "scale": [1.0]}, "period": {"of": [PRICE], "scale": [1.0]}}
        found = refusals(tmp_path, valley, axes)
        assert [fault.partition(" → ")[0] for fault in found] == [
            f"axis {name}: '{name}' is a name of the results" for name in ("capacity", "period")
        ]

    def test_two_axes_of_one_name_are_refused(self, valley_data):
        axes = {"technologies.clean.lifetime": {"scale": [1.0]}, "assets.clean.lifetime": {"scale": [1.0]}}
        with pytest.raises(InputError, match="'clean_lifetime' is the name of more than one axis"):
            resolve_axes(Study.model_validate({"scenario": "s", "axes": axes}), valley_data)

    def test_an_unknown_axis_is_reported_with_the_nearest_name(self, valley_data):
        design = {"kind": "list", "runs": [{"clean_overnight_costs": 1.0, "clean_overnight_cost": 1.0}]}
        with pytest.raises(
            InputError, match=r"'clean_overnight_costs' is not an axis → did you mean 'clean_overnight_c"
        ):
            plan(valley_data, {COST: {"scale": []}}, design=design)


class TestChanges:
    def test_of_several_addresses_and_wildcards(self, valley_data):
        axes = {"all": {"of": ["technologies.*.lifetime", "assets.gas_*.price", COST, COST], "scale": [1.0]}}
        (found,) = resolve_axes(Study.model_validate({"scenario": "s", "axes": axes}), valley_data)
        assert found.addresses == ("technologies.clean.lifetime", "technologies.gas_turbine.lifetime", PRICE, COST)

    def test_change_the_data(self, valley):
        axes = {
            "costs": {"of": ["assets.*.overnight_cost"], "set": ["900 EUR2025/kW"]},
            PRICE: {"scale": [0.1 + 0.2]},
            LIMIT: {"set": ["-3 kt/year"]},
        }
        _, (data,) = prepared(valley, axes)
        assert data["overnight_cost"].sel(asset="clean_here").item() == 900_000
        assert (data["price"] == 5 * (0.1 + 0.2)).all()
        settings = yaml.safe_load(data.attrs["scenario_yaml"])["policies"]["emission_cap"]["all"]
        assert settings["limit"] == {2030: "-3 kt/year"}

    def test_are_applied_after_those_of_the_scenario(self, tmp_path):
        scenario = write_valley(tmp_path / "valley", overrides={COST: ["800 EUR2025/kW", {"scale": 2}]})
        axes = {COST: {"scale": [0.5, 1.5]}}
        _, data = prepared(scenario, axes)
        assert [one["overnight_cost"].sel(asset="clean_here").item() for one in data] == [800_000, 2_400_000]

    def test_of_the_study_itself_come_before_its_axes(self, valley):
        changes = {COST: "700 EUR2025/kW", "time.resolution": "2190h"}
        _, (data,) = prepared(valley, {COST: {"scale": [2]}}, changes=changes, threads=2)
        assert data["overnight_cost"].sel(asset="clean_here").item() == 1_400_000
        assert data.sizes["time"] == 4
        assert yaml.safe_load(data.attrs["scenario_yaml"])["solver"]["threads"] == 2

    def test_two_axes_at_one_address_are_refused(self, valley_data):
        """One of them might have no effect, and a sensitivity study would say that it does not matter."""
        axes = {"level": {"of": [COST], "set": ["500 EUR2025/kW"]}, "factor": {"of": [COST], "scale": [3.0]}}
        with pytest.raises(InputError, match=r"axis factor: .*overnight_cost is also changed by the axis level"):
            plan(valley_data, axes)

    def test_are_applied_after_all_overrides_of_the_scenario(self, valley):
        """Also after an override of the asset, which stands behind one of its technology."""
        asset = COST.replace("technologies.clean.", "assets.clean_here.")
        changes = {COST: "{scale: 2}", asset: "1000 EUR2025/kW"}
        _, (data,) = prepared(valley, {COST: {"scale": [0.5]}}, changes=changes)
        assert data["overnight_cost"].sel(asset="clean_here").item() == 500_000

    @pytest.mark.parametrize("place", [{"period": 2030}, {"region": "here"}])
    def test_a_setting_has_no_period_or_region(self, valley, place):
        axes = {LIMIT: {"set": ["50 kt/year"], **place}}
        with pytest.raises(InputError, match=r"is a setting and cannot be limited to a (period|region) → remove"):
            prepared(valley, axes)

    def test_a_listed_value_in_another_unit_is_refused(self, valley_data):
        axes = {"clean": {"of": [COST], "set": []}}
        runs = [{"clean": "500 EUR2025/kW"}, {"clean": "0.5 MEUR2025/MW"}]
        with pytest.raises(InputError, match="mixes units"):
            plan(valley_data, axes, design={"kind": "list", "runs": runs})

    def test_words_are_only_set(self, valley_data):
        design = {"kind": "list", "runs": [{"clean": "low"}]}
        with pytest.raises(InputError, match="axis clean: cannot scale by words → use numbers"):
            plan(valley_data, {"clean": {"of": [COST], "scale": []}}, design=design)

    def test_words_that_begin_with_a_number_stay_words(self, valley_data):
        rows = plan(valley_data, {"time.weather_year": {"set": ["2015_cold", "2015_warm"]}}).rows
        assert [row["time_weather_year"] for row in rows] == ["2015_cold", "2015_warm"]

    @pytest.mark.parametrize(
        "name", ["total_cost", "price_of_carrier", "discount_factor", "capped_cap", "price/wood", ""]
    )
    def test_a_name_that_the_cube_cannot_have_is_refused(self, valley, name):
        with pytest.raises(InputError, match=r"is a name of the results|is an invalid name"):
            prepared(valley, {name: {"of": [COST], "scale": [1.0]}})

    def test_a_front_needs_numbers(self, valley):
        with pytest.raises(InputError, match="has words as values"):
            prepared(valley, {"policies.emission_cap.all.scope": {"set": ["net", "fossil"]}}, design="pareto")

    def test_may_hold_for_a_region_or_a_period_only(self, tmp_path):
        tables = {"plants": "clean_here,clean,here\nclean_there,clean,there\nturbine,gas_turbine,here"}
        scenario = write_valley(tmp_path / "valley", tables, periods=[2030, 2040])
        axes = {
            "near": {"of": [COST], "scale": [2.0], "region": "here"},
            "late": {"of": [COST], "scale": [3.0], "period": 2040},
        }
        _, (data,) = prepared(scenario, axes)
        cost = data["overnight_cost"].sel(asset=["clean_here", "clean_there"]).transpose("asset", "period") / 1e6
        assert cost.values.tolist() == [[2.0, 6.0], [1.0, 3.0]]

    def test_may_hold_for_an_origin_only(self, valley):
        axes = {"carriers.gas.carbon_content": {"set": ["0.3 t/MWh"], "origin": "fossil"}}
        _, (data,) = prepared(valley, axes)
        assert data["carbon_content"].sel(carrier="gas", origin="fossil").item() == 0.3

    def test_whole_numbers_stay_whole(self, tmp_path):
        """A weather year is a name, and the file of 2030.0 is not that of 2030."""
        scenario = write_valley(tmp_path / "valley")
        case = scenario.parent.parent
        (case / "hourly.csv").rename(case / "hourly_2030.csv")
        settings = yaml.safe_load((case / "case.yaml").read_text())
        settings |= {"profiles": ["hourly_{weather_year}.csv"], "weather_year": 2030}
        (case / "case.yaml").write_text(yaml.safe_dump(settings))
        _, (data,) = prepared(scenario, {"time.weather_year": {"set": [2030]}})
        assert data.attrs["weather_year"] == "2030"

    @pytest.mark.parametrize(
        ("axis", "limits"),
        [
            ({"set": ["0 kt/year", "7 kt/year"]}, ["0 kt/year", "7 kt/year"]),
            ({"scale": [0.5, -1]}, ["50.0 kt/year", "-100.0 kt/year"]),
            ({"add": ["-120 kt/year", "5.5 kt/year"]}, ["-20.0 kt/year", "105.5 kt/year"]),
            ({"scale": {"from": 0.0, "to": 1.0, "points": 2}}, ["0.0 kt/year", "100.0 kt/year"]),
        ],
    )
    def test_of_a_policy_are_set_scaled_or_added(self, valley, axis, limits):
        changes, _ = prepared(valley, {LIMIT: axis})
        assert [change[LIMIT] for change in changes] == limits


class TestRefusals:
    """Everything is refused before a campaign folder is there."""

    @pytest.mark.parametrize(
        ("axes", "words"),
        [
            ({"technologies.claen.lifetime": {"scale": [1.0]}}, "did you mean 'clean'"),
            ({"technologies.clean.lifetimes": {"scale": [1.0]}}, "did you mean 'lifetime'"),
            ({"assets.nowhere.price": {"scale": [1.0]}}, "nowhere"),
            ({"times.resolution": {"set": ["24h"]}}, "did you mean 'time'"),
            ({COST: {"set": ["900 EUR2025/kg"]}}, "EUR2025/kg"),
            ({"technologies.gas_turbine.availability": {"set": [0.9, 1.2]}}, "availability of "),
            ({"technologies.clean.lifetime": {"scale": [1.0, -1.0]}}, "lifetime"),
            ({COST: {"scale": [1.0], "region": "nowhere"}}, "changes nothing → correct the address or its reg"),
            ({COST: {"scale": [1.0], "period": 2077}}, "the period 2077 is not in the case"),
            ({LIMIT: {"add": ["5 t/year"]}}, "adds 't/year' to policies.emission_cap.all.limit.2030, which is in 'kt"),
            (
                {LIMIT: {"add": [5]}},
                "adds '' to policies.emission_cap.all.limit.2030, which is in 'kt/year' → ",
            ),
            (
                {"policies.emission_cap.none.limit.2030": {"scale": [1.0]}},
                "the scenario has no number at policies.",
            ),
            ({"policies.emission_cap.none.limit.2030": {"set": ["1 kt/year"]}}, "none"),
            ({"time.resolution": {"set": ["24h", "25h", "48h"]}}, "25h"),
            ({LIMIT: {"set": ["1 kt"]}}, "kt"),
        ],
    )
    def test_with_a_sentence(self, tmp_path, valley, axes, words):
        found = refusals(tmp_path, valley, axes)
        assert any(words in fault for fault in found), found

    def test_a_value_out_of_bounds_is_named_with_its_run(self, tmp_path, valley):
        axes = {"technologies.gas_turbine.availability": {"set": {"from": 0.5, "to": 1.5, "points": 5}}}
        (fault,) = refusals(tmp_path, valley, axes)
        assert fault.startswith("trial.yaml: run 4 (gas_turbine_availability = 1.5): ")

    def test_also_where_it_is_sampled(self, tmp_path, valley):
        axes = {"technologies.gas_turbine.availability": {"set": {"from": 0.5, "to": 1.5}}}
        (fault,) = refusals(tmp_path, valley, axes, design={"kind": "latin_hypercube", "samples": 10})
        assert "gas_turbine_availability = 1." in fault

    def test_all_at_once(self, tmp_path, valley):
        axes = {
            "technologies.claen.lifetime": {"scale": [1.0]},
            "technologies.clean.lifetimes": {"scale": [1.0]},
            LIMIT: {"set": ["1 kt"]},
        }
        found = refusals(tmp_path, valley, axes)
        assert len(found) == 3

    def test_units_and_addresses_of_all_axes_at_once(self, tmp_path, valley):
        axes = {
            COST: {"set": ["1 EUR2025/kW", 2]},
            "technologies.hydro*.lifetime": {"scale": [1.0]},
            "mine": {"scale": [1.0]},
        }
        assert len(refusals(tmp_path, valley, axes)) == 3

    def test_of_the_scenario(self, tmp_path, valley):
        (fault,) = refusals(tmp_path, valley, {COST: {"scale": [1.0]}}, changes={"time.resolution": "7h"})
        assert "7h" in fault

    def test_of_an_unknown_scenario(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        (fault,) = refusals(tmp_path, "nowhere", {COST: {"scale": [1.0]}})
        assert "scenario nowhere: cannot find inputs/" in fault


def test_the_cap_of_the_valley_is_the_one_that_studies_change():
    assert CAP["emission_cap"]["all"]["limit"] == {2030: "100 kt/year"}
