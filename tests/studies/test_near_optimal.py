"""Near-optimal plans, worked out by hand, and the equation that they add.

100 MW are needed. `clean` costs 100,000 EUR per MW and year, `other` 1,000 more and `third` 2,000 more. So 0.5 % above
the least cost of 10 million are enough to replace 50 MW by `other`, or 25 MW by `third`, or for 0.5 MW too many.
"""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from equation_rows import assert_row
from oracle import assert_same_as_pyomo
from study_case import DEMAND, make_campaign, write_study, write_valley

import h2model
from h2model import open_study
from h2model.engine import compile_model
from h2model.errors import InputError
from h2model.model.near_optimal import ROWS as ADDED_ROWS
from h2model.model.near_optimal import explore
from h2model.studies.collect import collect
from h2model.studies.near_optimal import members, needed_runs, weights
from h2model.studies.prepare import campaign_of
from h2model.studies.records import finished, outcome_of
from h2model.studies.status import runs_to_do
from h2model.studies.worker import Worker

PLANT = """
    {name},reference,electricity,,,,
    {name},output,electricity,,1,,MWh/MWh
    {name},overnight_cost,,,{cost},,EUR2025/kW
    {name},lifetime,,,10,,year
    {name},interest_rate,,,0,,1/year
"""
TABLES = {
    "technologies": "".join(
        PLANT.format(name=name, cost=cost) for name, cost in (("clean", 1000), ("other", 1010), ("third", 1020))
    )
    + """
    old,reference,electricity,,,,
    old,output,electricity,,1,,MWh/MWh
    old,maximum_new_capacity,,,0,,MW
    battery,reference,electricity,,,,
    battery,charge_efficiency,,,0.9,,1
    battery,discharge_efficiency,,,0.9,,1
    battery,overnight_cost,,,1000,,EUR2025/kWh
    battery,lifetime,,,10,,year
    battery,interest_rate,,,0,,1/year
    """,
    "plants": "clean_here,clean,here\nother_here,other,here\nthird_here,third,here\nold_here,old,here",
    "stores": "battery_here,battery,here,,",
    "trades": "",
    "assets": f"town,rate,,,{DEMAND},,MW",
}
CAPACITIES = {"clean": "clean", "other": ["other_here"], "both": ["clean*", "other"]}
LEAST = 10_000_000.0
PLANTS = ["clean_here", "other_here", "third_here"]


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    """The scenario of the four plants."""
    return write_valley(tmp_path_factory.mktemp("inputs") / "valley", TABLES, policies={})


@pytest.fixture(scope="module")
def done(tmp_path_factory, scenario):
    """A finished campaign, begun from its end."""
    design = {"kind": "near_optimal", "slack": "0.5%", "capacities": CAPACITIES, "alternatives": 2}
    campaign = make_campaign(tmp_path_factory.mktemp("near"), scenario, design=design)
    worker = Worker(campaign)
    for run in range(len(campaign))[::-1]:
        assert worker.run(run).done, outcome_of(campaign, run)
    return campaign


@pytest.fixture(scope="module")
def cube(done):
    """Its cube."""
    collect(done)
    with open_study(done.folder) as found:
        return found.load()


def built(cube, goal):
    chosen = cube.isel(run=cube["goal"].values.tolist().index(goal))
    return chosen["new_capacity"].sel(asset=PLANTS).sum("period").values.tolist()


class TestPlans:
    def test_come_in_a_fixed_order(self, done):
        assert [(row["slack"], row["goal"]) for row in done.rows] == [
            ("0.0", "optimum"),
            *(("0.005", f"{sense} {name}") for name in CAPACITIES for sense in ("least", "most")),
            ("0.005", "alternative 1"),
            ("0.005", "alternative 2"),
        ]

    @pytest.mark.parametrize(
        ("goal", "plan"),
        [
            ("optimum", [100, 0, 0]),
            ("least clean", [50, 50, 0]),
            ("most clean", [100.5, 0, 0]),
            ("most other", [50, 50, 0]),
            ("alternative 1", [50, 50, 0]),
            # `clean` weighs (1 + 0.5) / 100, `other` 1 / 50 and `third` nothing.
            ("alternative 2", [75, 0, 25]),
        ],
    )
    def test_are_those_worked_out_by_hand(self, cube, goal, plan):
        assert built(cube, goal) == pytest.approx(plan, abs=1e-4)

    @pytest.mark.parametrize(("goal", "amount"), [("least other", 0), ("least both", 75), ("most both", 100.5)])
    def test_reach_the_least_and_the_most_of_their_capacity(self, cube, goal, amount):
        names = ["clean_here", "other_here"] if "both" in goal else ["other_here"]
        found = dict(zip(PLANTS, built(cube, goal), strict=True))
        assert sum(found[name] for name in names) == pytest.approx(amount, abs=1e-4)

    def test_cost_no_more_than_the_slack_allows(self, cube):
        assert cube["total_cost"].isel(run=0).item() == pytest.approx(LEAST)
        assert (cube["total_cost"] <= 1.005 * LEAST * (1 + 1e-9)).all()
        assert (cube["total_cost"].isel(run=slice(1, None)) > LEAST - 1).all()

    def test_are_unlike_the_optimum_and_each_other(self, cube):
        plans = [built(cube, goal) for goal in ("optimum", "alternative 1", "alternative 2")]
        for one in range(3):
            for other in range(one):
                assert np.abs(np.subtract(plans[one], plans[other])).max() > 20

    def test_have_no_prices(self, done):
        optimum, plan = (h2model.open_run(done.folder / "runs" / name) for name in ("00000", "00001"))
        assert "dual_balance" in optimum
        assert not [name for name in plan.data_vars if str(name).startswith(("dual_", "price_"))]

    def test_their_cost_is_their_objective(self, done):
        for name in ("00001", "00002"):
            plan = h2model.open_run(done.folder / "runs" / name)
            assert plan.attrs["objective"] == plan.attrs["upper_bound"] == plan["total_cost"].item()
            assert plan["total_cost"].item() == pytest.approx(1.005 * LEAST)
            assert plan.attrs["lower_bound"] == plan.attrs["gap"] == "not sought"

    def test_have_slack_and_goal_in_the_cube(self, cube):
        assert cube["slack"].dims == cube["goal"].dims == ("run",)
        assert cube["slack"].values.tolist() == [0.0] + [0.005] * 8
        assert cube["goal"].values[0] == "optimum"


class TestOrder:
    def test_every_plan_needs_the_optimum_and_an_alternative_those_before_it(self, done):
        assert [needed_runs(done, run) for run in (0, 1, 6, 7, 8)] == [[], [0], [0], [0], [0, 7]]

    def test_alternatives_of_another_slack_are_not_needed(self, tmp_path, scenario):
        design = {"kind": "near_optimal", "slack": ["1%", "2%"], "alternatives": 2}
        campaign = make_campaign(tmp_path, scenario, design=design)
        assert [needed_runs(campaign, run) for run in range(5)] == [[], [0], [0, 1], [0], [0, 3]]

    def test_runs_needed_by_a_plan_are_done_first(self, done):
        events = {run: (done.folder / "runs" / f"{run:05d}" / "outcome.json").stat().st_mtime_ns for run in (0, 7, 8)}
        assert events[0] < events[7] < events[8]

    def test_without_an_optimum_other_runs_name_the_run_they_wait_for(self, tmp_path, scenario):
        design = {"kind": "near_optimal", "alternatives": 2}
        changes = {"assets.clean_here.maximum_new_capacity": "1 MW", "assets.other_here.maximum_new_capacity": "1 MW"}
        changes |= {"assets.third_here.maximum_new_capacity": "1 MW"}
        campaign = make_campaign(tmp_path, scenario, design=design, changes=changes)
        outcome = Worker(campaign).run(2)
        assert outcome_of(campaign, 0).state == "infeasible"
        assert outcome.state == "waiting for another run"
        assert outcome.reason.startswith("It needs run 0 (slack = 0.0, goal = optimum), which is infeasible: ")
        Worker(campaign).run(1)
        assert finished(campaign, "failed") == {0, 1, 2}
        assert runs_to_do(campaign) == []


class TestWeights:
    def test_members_match_names_and_technologies(self, done):
        optimum = h2model.open_run(done.folder / "runs" / "00000")
        assert members(["other"], optimum).sum() == members(["other_*"], optimum).sum() == 1
        assert members(["*_here"], optimum).sum() == optimum.sizes["asset"]

    def test_capacities_within_the_tolerance_weigh_nothing(self, done):
        optimum = h2model.open_run(done.folder / "runs" / "00000").load()
        plan = optimum["new_capacity"].copy()
        plan.loc[{"asset": "third_here"}] = 1e-6
        found = weights(done, 7, [optimum.assign(new_capacity=plan)])
        assert found.sel(asset="third_here").item() == 0
        assert found.sel(asset="clean_here").item() == pytest.approx(1 / 100)


class TestRefusals:
    @pytest.mark.parametrize(
        ("capacities", "words"),
        [
            ({"a": "claen"}, "design.capacities.a: no asset or technology has the name claen → did you mean 'clean'?"),
            (
                {"a": ["clean", "battery"]},
                "design.capacities.a: adds up capacities in MW and MWh → use assets with the same unit",
            ),
            ({"a": "old"}, "design.capacities.a: cannot be built in any period → use assets that can be built"),
        ],
    )
    def test_of_capacities(self, tmp_path, scenario, capacities, words):
        design = {"kind": "near_optimal", "capacities": {"fine": "clean", **capacities}}
        with pytest.raises(InputError) as refused:
            make_campaign(tmp_path, scenario, design=design)
        (fault,) = refused.value.faults
        assert words in str(fault)
        assert not (tmp_path / "campaign").exists()

    def test_of_a_certified_scenario(self, tmp_path):
        scenario = write_valley(tmp_path / "valley", TABLES, policies={}, time={"certified": {"gap": "1%"}})
        study = write_study(tmp_path / "trial.yaml", scenario, design={"kind": "near_optimal", "alternatives": 1})
        with pytest.raises(InputError, match="near_optimal plans cannot be certified → choose a resolution, or segm"):
            campaign_of(study, tmp_path / "campaign")


class TestEquations:
    """What `explore` makes of a model."""

    @pytest.fixture
    def model(self, everything):
        data = everything.isel(time=slice(0, 4))
        built = h2model.build(data)
        weights = xr.DataArray(np.arange(data.sizes["asset"]) - 3.0, {"asset": data["asset"].values}, ("asset",))
        explore(built, weights, 5e8)
        return built

    def test_cost_limit_is_the_row_typed_by_hand(self, tmp_path):
        """2030 counts ten years and 2040 twenty, at half their worth; a step has 4,380 hours."""
        data = h2model.load_case(write_valley(tmp_path / "valley", periods=[2030, 2040], policies={}))
        data = data.assign(years_represented=("period", [10.0, 20.0]), discount_factor=("period", [1.0, 0.5]))
        built = h2model.build(data)
        explore(built, xr.ones_like(data["asset"], dtype=float).reset_coords(drop=True), 5e8)
        row = {
            "new_capacity[clean_here,2030]": 10 * 100_000.0,
            "new_capacity[clean_here,2040]": 20 * 0.5 * 100_000.0,
            **{f"trade_flow[gas_import,2030,{step}]": 10 * 4380 * 5.0 for step in (0, 1)},
            **{f"trade_flow[gas_import,2040,{step}]": 20 * 0.5 * 4380 * 5.0 for step in (0, 1)},
        }
        assert_row(compile_model(built), "cost_limit", (row, None, 5e8))

    def test_the_compiled_program_is_the_one_that_pyomo_makes(self, model):
        assert_same_as_pyomo(model)

    def test_the_objective_is_the_weighted_sum_alone(self, model, everything):
        program = compile_model(model)
        costs = {program.column_name(number): cost for number, cost in enumerate(program.cost.tolist()) if cost}
        expected = {
            f"new_capacity[{asset},{period}]": number - 3.0
            for number, asset in enumerate(everything["asset"].values)
            for period in (2030, 2040)
            if number != 3
        }
        assert {name.replace("'", ""): cost for name, cost in costs.items()} == expected

    def test_as_many_rows_are_added_as_said_and_at_the_end(self, model, everything):
        before = compile_model(h2model.build(everything.isel(time=slice(0, 4))))
        after = compile_model(model)
        count = before.matrix.shape[0]
        assert after.matrix.shape == (count + ADDED_ROWS, before.matrix.shape[1])
        assert [after.row_name(row) for row in range(count)] == [before.row_name(row) for row in range(count)]
        assert after.row_name(count) == "cost_limit"
