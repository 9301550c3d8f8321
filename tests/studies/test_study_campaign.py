"""The campaign folder: complete or absent, never changed, and independent of what is edited beside it."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import yaml
from study_case import COST, LIMIT, PRICE, Notes, do_runs, make_campaign, write_study, write_valley

import h2model
from h2model.case import read_scenario
from h2model.errors import InputError
from h2model.studies import campaign as campaign_module
from h2model.studies import prepare
from h2model.studies.axes import resolve_axes
from h2model.studies.campaign import fingerprint, name_of, open_campaign, write_campaign
from h2model.studies.definition import Study
from h2model.studies.manifest import manifest_of
from h2model.studies.prepare import campaign_of
from h2model.studies.records import outcome_of

AXES = {COST: {"scale": [0.8, 1.2]}}
MORRIS = {"kind": "morris", "trajectories": 2}
RANGES = {COST: {"scale": {"from": 0.5, "to": 1.5}}, PRICE: {"scale": {"from": 0.9, "to": 1.1}}}


def names_in(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_holds_everything_that_its_runs_need(tmp_path, valley):
    campaign = make_campaign(tmp_path, valley, RANGES, design=MORRIS)
    assert names_in(campaign.folder) == [
        "attempts", "campaign.json", "case", "claims", "failed", "manifest.csv", "runs", "sample.npy", "scenario.yaml",
        "study.yaml",
    ]  # fmt: skip
    assert not (campaign.folder / "case" / "scenarios").exists()
    assert (campaign.folder / "manifest.csv").read_text().splitlines()[0] == (
        "run,clean_overnight_cost,gas_import_price"
    )
    assert len(campaign) == 6 == campaign.facts["runs"]
    assert campaign.columns == ("clean_overnight_cost", "gas_import_price")
    assert campaign.sample.shape == (6, 2)
    assert "run 3 (clean_overnight_cost = " in campaign.describe(3)


@pytest.mark.parametrize(
    "design",
    [
        "grid", "zip", "pareto", {"kind": "list", "runs": [{"clean_overnight_cost": 1.0}]},
        {"kind": "near_optimal", "alternatives": 1},
    ],
)  # fmt: skip
def test_is_read_back_as_it_was_written(tmp_path, valley, valley_data, design):
    axes = {} if "near_optimal" in str(design) else AXES
    study = Study.model_validate({"scenario": str(valley), "axes": axes, "design": design, "title": "A title"})
    axes = resolve_axes(study, valley_data)
    manifest = manifest_of(study, axes)
    write_campaign(tmp_path / "campaign", study, read_scenario(valley), valley.parent.parent, axes, manifest)
    again = open_campaign(tmp_path / "campaign")
    assert again.study == study
    assert again.study.design.kind == (design if isinstance(design, str) else design["kind"])
    assert (list(again.rows), again.axes) == (manifest.rows, axes)


@pytest.mark.parametrize(
    ("step", "kind"), [("copytree", KeyboardInterrupt), ("fingerprint", OSError), ("rename", KeyboardInterrupt)]
)
def test_is_complete_or_not_there(tmp_path, valley, monkeypatch, step, kind):
    def stop(*_, **__):
        raise kind("stopped here")

    with monkeypatch.context() as patch:
        if step == "copytree":
            patch.setattr(shutil, "copytree", stop)
        elif step == "fingerprint":
            patch.setattr(campaign_module, "fingerprint", stop)
        else:
            patch.setattr(campaign_module.Path, "rename", stop)
        with pytest.raises(kind):
            make_campaign(tmp_path, valley, AXES)
    assert names_in(tmp_path) == ["trial.yaml"]


def test_leftovers_of_a_killed_process_do_not_prevent_a_new_campaign(tmp_path, valley):
    left = tmp_path / "campaign.123.part"
    (left / "runs").mkdir(parents=True)
    with pytest.raises(InputError, match=r"is not a campaign: campaign.json is missing → use a folder that"):
        open_campaign(left)
    assert len(make_campaign(tmp_path, valley, AXES)) == 2


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match="the folder does not exist"):
        open_campaign(tmp_path / "none")


def test_another_folder_is_left_alone(tmp_path, valley):
    (tmp_path / "campaign").mkdir()
    (tmp_path / "campaign" / "diary.txt").write_text("mine")
    with pytest.raises(InputError, match="exists but is not a campaign → move it away, or choose another --out"):
        make_campaign(tmp_path, valley, AXES)
    assert names_in(tmp_path / "campaign") == ["diary.txt"]


def test_a_changed_manifest_is_refused(tmp_path, valley):
    campaign = make_campaign(tmp_path, valley, AXES)
    manifest = campaign.folder / "manifest.csv"
    manifest.write_text(manifest.read_text().replace("1.2", "1.3"))
    with pytest.raises(InputError, match=r"manifest.csv: has been changed since .* → restore it, or create a new camp"):
        open_campaign(campaign.folder)


def test_axes_keep_the_format_of_earlier_versions(tmp_path, valley):
    campaign = make_campaign(tmp_path, valley, {COST: {"scale": [0.8, 1.2], "period": [2030]}})
    (record,) = json.loads((campaign.folder / "campaign.json").read_text())["axes"]
    assert record == {
        "name": "clean_overnight_cost", "operation": "scale", "addresses": [COST], "unit": "",
        "place": {"period": [2030]},
    }  # fmt: skip
    (axis,) = open_campaign(campaign.folder).axes
    assert axis.selection == {"period": [2030]}


class TestContinued:
    def test_the_same_study_continues_its_campaign(self, tmp_path, valley):
        first = make_campaign(tmp_path, valley, RANGES, design=MORRIS)
        again = make_campaign(tmp_path, valley, RANGES, design=MORRIS)
        assert again.facts == first.facts
        assert campaign_of(first.folder).facts == first.facts

    @pytest.mark.parametrize("change", [{"axes": {COST: {"scale": [0.8, 1.3]}}}, {"threads": 2}, {"design": "zip"}])
    def test_a_changed_study_is_refused(self, tmp_path, valley, change):
        campaign = make_campaign(tmp_path, valley, AXES)
        with pytest.raises(InputError) as refused:
            make_campaign(tmp_path, valley, **({"axes": AXES} | change))
        (fault,) = refused.value.faults
        assert "holds a campaign of trial.yaml as it was on " in fault.problem
        assert fault.remedy == (
            f"choose another --out, or move the folder away; to continue it, use: h2model study run {campaign.folder}"
        )

    def test_edited_inputs_do_not_change_runs_and_are_noted(self, tmp_path):
        scenario = write_valley(tmp_path / "valley")
        axes = {COST: {"scale": [1.0, 1.2]}}
        campaign = make_campaign(tmp_path, scenario, axes)
        do_runs(campaign, [0])
        assets = scenario.parent.parent / "assets.csv"
        assets.write_text(assets.read_text().replace("town,rate,,,100.0", "town,rate,,,150.0"))
        scenario.write_text(scenario.read_text().replace("100 kt/year", "50 kt/year"))
        assert (h2model.load_case(scenario)["rate"] == 150.0).all()
        notes = Notes()
        again = campaign_of(tmp_path / "trial.yaml", tmp_path / "campaign", notes)
        assert notes.notes == [
            f"The {name} has changed since. This campaign continues with its own copy in {campaign.folder}."
            for name in ("scenario", "case")
        ]
        do_runs(again)
        for run in range(2):
            results = h2model.open_run(campaign.folder / "runs" / name_of(run))
            # 100 MW over the year, and a cap of 100 kt.
            assert results["activity"].sum("plant").values.ravel().tolist() == [100.0, 100.0]
            assert results["emissions"].sum().item() == pytest.approx(100_000)

    def test_an_edited_scenario_alone_changes_nothing(self, tmp_path):
        scenario = write_valley(tmp_path / "valley")
        first = make_campaign(tmp_path, scenario, AXES)
        scenario.write_text(scenario.read_text().replace("100 kt/year", "50 kt/year"))
        notes = Notes()
        again = campaign_of(tmp_path / "trial.yaml", tmp_path / "campaign", notes)
        assert [text.partition(" has changed")[0] for text in notes.notes] == ["The scenario"]
        assert again.content == first.content
        assert again.content["policies"]["emission_cap"]["all"]["limit"] == {2030: "100 kt/year"}


def test_files_that_runs_do_not_read_have_no_fingerprint(tmp_path):
    scenario = write_valley(tmp_path / "valley")
    case, before = scenario.parent.parent, fingerprint(scenario.parent.parent)
    (case / "scenarios" / "more.yaml").write_text("case: valley")
    (case / ".notes").write_text("x")
    assert fingerprint(case) == before
    (case / "extra.csv").write_text("x")
    assert fingerprint(case) != before
    (case / "extra.csv").rename(case / "extra2.csv")
    assert fingerprint(case) != before


def test_a_case_with_files_outside_of_its_folder_is_refused_and_nothing_is_written(tmp_path):
    scenario = write_valley(tmp_path / "valley")
    case = scenario.parent.parent
    (tmp_path / "shared").mkdir()
    (case / "hourly.csv").rename(tmp_path / "shared" / "hourly.csv")
    settings = yaml.safe_load((case / "case.yaml").read_text())
    (case / "case.yaml").write_text(yaml.safe_dump({**settings, "profiles": ["../shared/*.csv"]}))
    with pytest.raises(InputError, match=r"uses files outside of its folder, .* → move its profiles into the folder"):
        make_campaign(tmp_path, scenario, AXES)
    assert names_in(tmp_path) == ["shared", "trial.yaml", "valley"]


def test_a_study_in_another_folder_gets_its_own_campaign_below_runs(tmp_path, valley, monkeypatch):
    monkeypatch.chdir(tmp_path)
    campaign = campaign_of(write_study(tmp_path / "costs.yaml", valley, AXES))
    assert campaign.folder.resolve() == tmp_path / "runs" / "costs"
    assert json.loads((campaign.folder / "campaign.json").read_text())["name"] == "costs"


def test_a_run_of_the_campaign_is_the_run_of_the_scenario_with_these_changes(tmp_path, valley):
    campaign = make_campaign(tmp_path, valley, {COST: {"scale": [0.9]}, LIMIT: {"set": ["70 kt/year"]}})
    do_runs(campaign)
    assert outcome_of(campaign, 0).done
    alone = h2model.solve(h2model.load_case(valley, {COST: "{scale: 0.9}", LIMIT: "70 kt/year"}))
    results = h2model.open_run(campaign.folder / "runs" / "00000")
    for name in ("capacity", "activity", "total_cost"):
        np.testing.assert_allclose(results[name], alone[name], rtol=1e-9)


def test_a_campaign_created_by_another_process_meanwhile_is_continued(tmp_path, monkeypatch):
    first = make_campaign(tmp_path, write_valley(tmp_path / "valley"), AXES)
    before = (first.folder / "campaign.json").read_text()
    # As if the folder had not been there when this process looked for it.
    monkeypatch.setattr(prepare, "FACTS", "not_there_yet.json")
    exists = prepare.Path.exists
    monkeypatch.setattr(prepare.Path, "exists", lambda path: path != first.folder and exists(path))
    second = campaign_of(tmp_path / "trial.yaml", tmp_path / "campaign")
    assert len(second) == len(first)
    assert (first.folder / "campaign.json").read_text() == before
    assert sorted(path.name for path in tmp_path.glob("*.part")) == []


@pytest.mark.parametrize("file", ["study.yaml", "scenario.yaml"])
def test_changed_files_that_define_a_campaign_are_refused(tmp_path, file):
    campaign = make_campaign(tmp_path, write_valley(tmp_path / "valley"), AXES)
    (campaign.folder / file).write_text("scenario: another")
    with pytest.raises(InputError, match=f"{file}: has been changed since the campaign was created"):
        open_campaign(campaign.folder)
