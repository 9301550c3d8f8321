"""The cube: what it holds, worked out by hand, and what it leaves out."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from study_case import (
    CLEAN,
    COST,
    DEMAND,
    DIRTY,
    EMISSIONS,
    HOURS,
    LIMIT,
    PRICE,
    SAVING,
    copy_of,
    do_runs,
    make_campaign,
    with_rows,
)

import h2model
from h2model import open_study, sensitivity
from h2model.errors import InputError
from h2model.studies.collect import collect
from h2model.studies.records import finished
from h2model.studies.run_results import at_detail

FIRST, SECOND = "clean_overnight_cost", "emission_cap_all_limit_2030"
PLANTS = ["clean_here", "turbine"]


@pytest.fixture(scope="module")
def cube(grid):
    """The cube of the grid: costs × caps."""
    with open_study(grid.folder) as found:
        return found.load()


class TestGrid:
    def test_axes_are_dimensions_with_units(self, cube):
        assert dict(cube["status"].sizes) == {FIRST: 2, SECOND: 3}
        assert cube[FIRST].values.tolist() == [1.0, 1.2]
        assert cube[SECOND].values.tolist() == [400, 100, -1]
        assert cube[FIRST].attrs == {"units": "1", "long_name": "scale technologies.clean.overnight_cost"}
        assert cube[SECOND].attrs["units"] == "kt/year"
        assert cube["run"].values.tolist() == [[0, 1, 2], [3, 4, 5]]

    def test_every_run_has_a_state_and_failures_a_reason(self, cube):
        assert cube["status"].values.tolist() == [["optimal", "optimal", "infeasible"]] * 2
        assert (cube["reason"].isel({SECOND: slice(0, 2)}) == "").all()
        assert all("contradict each other" in text for text in cube["reason"].isel({SECOND: 2}).values)

    def test_a_run_without_result_is_not_a_number(self, cube):
        for name in ("total_cost", "capacity", "emissions", "activity"):
            assert np.isnan(cube[name].isel({SECOND: 2})).all()
            assert np.isfinite(cube[name].isel({SECOND: slice(0, 2)})).all()

    def test_costs_are_those_worked_out_by_hand(self, cube):
        share = 1 - 100_000 / EMISSIONS  # of clean power under a cap of 100 kt
        expected = [[DIRTY, DIRTY + (factor * CLEAN - DIRTY) * share] for factor in (1.0, 1.2)]
        np.testing.assert_allclose(cube["total_cost"].isel({SECOND: slice(0, 2)}), expected, rtol=1e-9)
        assert cube["total_cost"].attrs["units"] == "EUR2025"

    def test_the_price_of_co2_is_what_a_tonne_less_costs(self, cube):
        price = cube["co2_price"].sel(cap="all", period=2030)
        dearer = (1.2 * 100_000 / HOURS - 10) / 0.4
        np.testing.assert_allclose(price.isel({SECOND: slice(0, 2)}), [[0, SAVING], [0, dearer]], atol=1e-9)
        assert price.attrs["units"] == "EUR2025/t"

    def test_labels_of_results_are_kept_and_duals_left_out(self, cube):
        assert cube["asset_technology"].sel(asset="turbine").item() == "gas_turbine"
        assert not [name for name in cube.variables if str(name).startswith("dual_")]
        assert [name for name in cube.data_vars if "time" in cube[name].dims] == ["disposal"]

    def test_totals_are_activity_times_hours(self, cube):
        activity = cube["activity"].sel(plant=PLANTS, period=2030)
        clean = DEMAND * HOURS - 250_000  # 100 kt are 250 GWh
        np.testing.assert_allclose(activity.isel({FIRST: 0, SECOND: 0}), [0, DEMAND * HOURS], atol=1e-6)
        np.testing.assert_allclose(activity.isel({FIRST: 1, SECOND: 1}), [clean, 250_000], rtol=1e-9)

    def test_means_per_month_are_rates(self, cube):
        flow = cube["trade_flow"].sel(trade="gas_import", period=2030).isel({FIRST: 0, SECOND: 0})
        # Two steps of half a year begin in January and July.
        assert flow.dims == ("month",)
        assert flow["month"].values.tolist() == [1, 7]
        np.testing.assert_allclose(flow, 2 * DEMAND)

    def test_its_attributes_state_study_and_scenario(self, cube, grid):
        assert cube.attrs["study"] == "campaign"
        assert cube.attrs["scenario"] == "by_hand"
        assert cube.attrs["left_out"] == "nothing"
        assert "overnight_cost" in cube.attrs["study_yaml"]
        assert "emission_cap" in cube.attrs["scenario_yaml"]
        assert set(grid.facts["h2model_version"]) <= set("0123456789.dev+abcgr")

    def test_the_written_cube_equals_the_returned_one(self, cube, grid):
        xr.testing.assert_identical(collect(grid), cube)

    def test_collected_again_it_is_the_same(self, cube, grid):
        xr.testing.assert_identical(collect(grid), cube)
        assert sorted(path.name for path in grid.folder.glob("study.*")) == ["study.nc", "study.yaml"]


class TestDetail:
    """A value of 1, 2, 3 … in steps of unequal length."""

    WEIGHTS = xr.DataArray([24.0, 48.0, 24.0], dims="time")
    STAMPS = xr.DataArray(pd.to_datetime(["2030-01-05", "2030-01-30", "2030-02-02"]), dims="time")
    ARRAY = xr.DataArray([[1.0, 2.0, 3.0]], dims=("plant", "time"), attrs={"units": "t/hour", "long_name": "flow"})

    def detail(self, detail, array=None):
        return at_detail(self.ARRAY if array is None else array, self.WEIGHTS, self.STAMPS, detail)

    def test_steps_are_as_they_are(self):
        xr.testing.assert_identical(self.detail("steps"), self.ARRAY)

    def test_months_are_means_of_the_steps_that_begin_in_them(self):
        found = self.detail("month")
        assert found.dims == ("plant", "month")
        np.testing.assert_allclose(found, [[(24 + 96) / 72, 3.0]])
        assert found.attrs == self.ARRAY.attrs

    def test_the_mean_is_one_over_all_hours(self):
        np.testing.assert_allclose(self.detail("mean"), [(24 + 96 + 72) / 96])
        assert self.detail("mean").attrs["units"] == "t/hour"

    def test_the_total_is_an_amount(self):
        np.testing.assert_allclose(self.detail("total"), [24 + 96 + 72])
        assert self.detail("total").attrs["units"] == "t/year"

    @pytest.mark.parametrize(("unit", "total"), [("MW", "MW*hour/year"), ("", "*hour/year"), ("MWh/hour", "MWh/year")])
    def test_the_unit_of_a_total_says_so(self, unit, total):
        assert self.detail("total", self.ARRAY.assign_attrs(units=unit)).attrs["units"] == total

    def test_results_without_time_stay(self):
        array = xr.DataArray([1.0, 2.0], dims="plant")
        xr.testing.assert_identical(self.detail("total", array), array)


class TestOtherDesigns:
    def test_missing_runs_are_reported_and_others_shown(self, tmp_path, valley):
        axes = {COST: {"scale": [0.8, 1.2, 1.4]}, PRICE: {"scale": [1.0, 1.1, 1.2]}}
        campaign = make_campaign(tmp_path, valley, axes, design="zip")
        with pytest.raises(InputError, match="no run has a result yet → run the study first"):
            collect(campaign)
        do_runs(campaign, [1])
        cube = collect(campaign)
        assert cube["status"].dims == cube[FIRST].dims == cube["gas_import_price"].dims == ("run",)
        assert cube["status"].values.tolist() == ["not run yet", "optimal", "not run yet"]
        assert np.isfinite(cube["total_cost"]).values.tolist() == [False, True, False]
        assert cube["gas_import_price"].values.tolist() == [1.0, 1.1, 1.2]
        assert cube["gas_import_price"].attrs["units"] == "1"

    def test_a_front_has_the_cost_of_each_step(self, tmp_path, valley):
        axes = {LIMIT: {"set": {"from": "300 kt/year", "to": "0 kt/year", "points": 3}}}
        campaign = make_campaign(tmp_path, valley, axes, design="pareto")
        do_runs(campaign)
        cube = collect(campaign)
        np.testing.assert_allclose(cube["cost_of_step"], [np.nan, *[-1000 * SAVING] * 2], rtol=1e-9)
        assert cube["cost_of_step"].dims == (SECOND,)
        assert cube["cost_of_step"].attrs["units"] == "EUR2025/(kt/year)"

    def test_results_of_other_labels_are_left_out(self, tmp_path, valley):
        axes = {"time.resolution": {"set": ["4380h", "2190h"]}}
        campaign = make_campaign(tmp_path, valley, axes, collect={"activity": "steps", "trade_flow": "mean"})
        do_runs(campaign)
        cube = collect(campaign)
        assert cube["time_resolution"].values.tolist() == ["4380h", "2190h"]
        assert "activity: run 1 has other labels of time" in cube.attrs["left_out"]
        assert "activity" not in cube
        np.testing.assert_allclose(cube["trade_flow"].squeeze(), cube["trade_flow"].isel(time_resolution=0).item())
        with pytest.raises(InputError, match=r"the runs cannot be joined, since their labels differ .* → open the"):
            open_study(campaign.folder, full=True)

    def test_weights_that_differ_from_run_to_run_come_with_the_results(self, tmp_path, valley):
        """A period of one year and one of two have the same label, and weigh differently."""
        axes = {"years": {"of": ["last_period_years"], "set": [1, 2]}}
        campaign = make_campaign(tmp_path, valley, axes)
        do_runs(campaign)
        cube = collect(campaign)
        assert cube.attrs["left_out"] == "nothing"
        assert cube["years_represented"].squeeze("period").values.tolist() == [1, 2]
        full = open_study(campaign.folder, full=True)
        for results in (cube, full.swap_dims(run="years")):
            cost = (results["annual_cost"] * results["years_represented"] * results["discount_factor"]).sum("period")
            np.testing.assert_allclose(cost, results["total_cost"])
        assert cube["total_cost"].values[1] == pytest.approx(2 * cube["total_cost"].values[0])


class TestEarlierVersions:
    """Campaigns that an earlier version has begun or finished."""

    def test_results_with_former_names_are_collected_under_their_names_today(self, grid, tmp_path):
        campaign = copy_of(grid, tmp_path)
        path = campaign.folder_of("runs", 0) / "results.nc"
        with xr.open_dataset(path) as results:
            former = results.load().rename(capacity_retired="capacity_given_up")
        former.to_netcdf(path)
        xr.testing.assert_identical(collect(campaign), collect(grid))
        xr.testing.assert_identical(
            open_study(campaign.folder, full=True)["capacity_retired"].load(),
            open_study(grid.folder, full=True)["capacity_retired"].load(),
        )

    def test_a_cube_with_former_names_is_opened_under_their_names_today(self, grid, tmp_path):
        campaign = copy_of(grid, tmp_path)
        with xr.open_dataset(campaign.folder / "study.nc") as cube:
            former = cube.load().rename(capacity_retired="capacity_given_up")
        former.to_netcdf(campaign.folder / "study.nc")
        with open_study(campaign.folder) as opened, open_study(grid.folder) as expected:
            xr.testing.assert_identical(opened["capacity_retired"], expected["capacity_retired"])
            xr.testing.assert_identical(opened["run"], expected["run"])


class TestRefusals:
    def test_of_an_unknown_variable_come_before_anything_is_done(self, tmp_path, valley):
        with pytest.raises(
            InputError, match=r"collect.activty: the results have no variable .* → did you mean 'activity'"
        ):
            make_campaign(tmp_path, valley, {COST: {"scale": [1.0]}}, collect={"activty": "mean"})

    def test_of_a_study_that_is_not_collected(self, tmp_path, valley):
        campaign = make_campaign(tmp_path, valley, {COST: {"scale": [1.0]}})
        remedy = f"has not been collected yet → collect it: h2model study collect {campaign.folder}"
        with pytest.raises(InputError, match=re.escape(remedy)):
            open_study(campaign.folder)
        with pytest.raises(InputError, match="no run has a result yet"):
            open_study(campaign.folder, full=True)


class TestFull:
    def test_is_read_when_it_is_used_and_is_what_the_runs_say(self, grid):
        with open_study(grid.folder, full=True) as everything:
            assert everything["activity"].chunks is not None
            assert everything["run"].values.tolist() == sorted(finished(grid)) == [0, 1, 3, 4]
            assert everything[SECOND].values.tolist() == [400, 100, 400, 100]
            for run in (0, 4):
                with h2model.open_run(grid.folder_of("runs", run)) as alone:
                    for name in ("activity", "dual_balance", "total_cost", "capacity"):
                        found = everything[name].sel(run=run).values
                        np.testing.assert_array_equal(found, alone[name].values)

    def test_is_public(self, grid):
        with h2model.open_study(grid.folder) as found:
            assert found.sizes[FIRST] == 2


class TestSensitivity:
    """Without a cap all power is from gas: the cost is 2 × 876,000 MWh × price, and the clean plant's has no effect."""

    def test_effects_are_those_worked_out_by_hand(self, morris):
        found = sensitivity(morris.folder)
        assert found["axis"].values.tolist() == [FIRST, "gas_import_price"]
        np.testing.assert_allclose(found["mean_effect"], [0, 2 * DEMAND * HOURS], atol=1e-3)
        np.testing.assert_allclose(found["deviation_of_effects"], 0, atol=1e-3)
        assert found.attrs == {"of": "total_cost", "units": "EUR2025", "runs_left_out": 0}

    def test_a_result_with_labels_is_chosen_from(self, morris):
        found = h2model.sensitivity(morris.folder, "capacity", {"asset": "turbine", "period": 2030})
        np.testing.assert_allclose(found["mean_effect"], 0, atol=1e-9)
        assert h2model.sensitivity(morris.folder, "capacity")["mean_effect"].dims == ("axis", "asset", "period")

    @pytest.mark.parametrize(
        ("result", "where", "words"),
        [
            ("total_costs", {}, "the cube has no result 'total_costs' → use one of: .*total_cost"),
            (
                "capacity",
                {"asset": "nowhere"},
                "asset=nowhere: capacity has no asset 'nowhere' → use one of: clean_here, turbine",
            ),
            ("capacity", {"assets": "turbine"}, "capacity has no dimension 'assets' → did you mean 'asset'"),
        ],
    )
    def test_refuses_unknown_results_and_labels(self, morris, result, where, words):
        with pytest.raises(InputError, match=words):
            sensitivity(morris.folder, result, where)

    def test_refuses_a_design_without_indices(self, grid):
        with pytest.raises(
            InputError,
            match="has the design grid, which does not allow sensitivity indices → use a study with the design",
        ):
            sensitivity(grid.folder)


def test_with_rows_adds_to_a_table():
    assert with_rows("trades", "a,b,c,import")["trades"].endswith("import\na,b,c,import")
