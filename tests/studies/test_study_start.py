"""The common start: found once, kept, and without influence on what a run comes to."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from study_case import COST, LIMIT, do_runs, make_campaign, with_rows, write_valley

import h2model
from h2model.screen.journal import Journal
from h2model.studies import start as start_module
from h2model.studies.claims import claimed
from h2model.studies.collect import collect
from h2model.studies.records import outcome_of
from h2model.studies.start import START, common_start
from h2model.studies.worker import Worker

AXES = {LIMIT: {"set": ["300 kt/year", "50 kt/year"]}}


def attempts_of(campaign, run):
    """How the solver went about a run."""
    with h2model.open_run(campaign.folder_of("runs", run)) as results:
        found = results.attrs["attempts"]
        return [found] if isinstance(found, str) else list(found)


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """The same two runs with and without a start, over a year of days with a price that changes."""
    tables = with_rows("assets", "gas_import,price,,,1,price,EUR2025/MWh")
    tables["assets"] = tables["assets"].replace("gas_import,price,,,5,,EUR2025/MWh", "")
    profiles = {"price": 5 + 3 * np.sin(np.arange(8760) / 24)}
    inputs = tmp_path_factory.mktemp("inputs") / "valley"
    scenario = write_valley(inputs, tables, profiles, time={"resolution": "24h"})
    found = []
    for start in (True, False):
        axes = {COST: {"scale": [0.9, 1.1]}}
        campaign = make_campaign(tmp_path_factory.mktemp(f"start_{start}"), scenario, axes, start=start)
        do_runs(campaign)
        found.append(campaign)
    return found


def test_runs_with_a_start_have_the_same_cost(pair):
    warm, cold = (collect(campaign) for campaign in pair)
    assert (warm["status"] == "optimal").all()
    np.testing.assert_allclose(warm["total_cost"], cold["total_cost"], rtol=1e-9)


def test_runs_start_from_the_basis(pair):
    warm, cold = pair
    for run in range(2):
        assert attempts_of(warm, run)[0].startswith("simplex from a start: optimal")
        assert not any("from a start" in attempt for attempt in attempts_of(cold, run))
    assert (warm.folder / START).is_file()
    assert not (cold.folder / START).exists()


def test_the_start_is_computed_once(tmp_path, valley, monkeypatch):
    campaign = make_campaign(tmp_path, valley, AXES)
    solved = []
    write_start = start_module._write_start
    monkeypatch.setattr(start_module, "_write_start", lambda *arguments: solved.append(1) or write_start(*arguments))
    do_runs(campaign)
    do_runs(campaign, [0, 1])
    first = common_start(campaign, Journal())
    again = common_start(campaign, Journal())
    assert solved == [1]
    np.testing.assert_array_equal(first.columns, again.columns)
    assert not list(campaign.folder.glob("*.part"))


def test_a_second_worker_waits_for_the_start(tmp_path, valley, monkeypatch):
    """Another process has the claim; when it is gone, its start is taken."""
    campaign = make_campaign(tmp_path, valley, AXES)
    claim = claimed(campaign, start_module.CLAIM)
    claim.__enter__()
    waits = []

    def wait(seconds):
        waits.append(seconds)
        if len(waits) == 3:
            (campaign.folder / START).write_bytes(start_module.NONE)  # the other one found that there is none
            claim.__exit__(None, None, None)

    monkeypatch.setattr(start_module.time, "sleep", wait)
    monkeypatch.setattr(start_module, "_write_start", None)
    assert common_start(campaign, Journal()) is None
    assert len(waits) == 3


def test_a_run_of_another_shape_starts_without_the_basis(tmp_path, valley):
    axes = {"time.resolution": {"set": ["2190h", "4380h"]}}
    campaign = make_campaign(tmp_path, valley, axes)
    do_runs(campaign)
    assert [outcome_of(campaign, run).done for run in range(2)] == [True, True]
    assert not any("from a start" in attempt for attempt in attempts_of(campaign, 0))
    with h2model.open_run(campaign.folder_of("runs", 0)) as results:
        assert results.sizes["time"] == 4


def test_an_infeasible_base_has_no_start_and_its_runs_go_on(tmp_path, valley):
    campaign = make_campaign(tmp_path, valley, AXES, changes={LIMIT: "-1 kt/year"})
    do_runs(campaign)
    assert (campaign.folder / START).read_bytes() == start_module.NONE
    assert [outcome_of(campaign, run).done for run in range(2)] == [True, True]


@pytest.mark.parametrize(
    ("study", "is_looked_for", "is_found"),
    [
        ({"changes": {"solver.method": "ipx"}}, False, False),
        ({"start": False}, False, False),
        ({}, True, False),  # the program is too large for it, unless it is asked for
        ({"start": True}, True, True),
    ],
)
def test_some_studies_have_no_start(tmp_path, valley, monkeypatch, study, is_looked_for, is_found):
    campaign = make_campaign(tmp_path, valley, AXES, **study)
    monkeypatch.setattr(start_module, "ROWS_FOR_SIMPLEX", 3)
    assert (common_start(campaign, Journal()) is not None) == is_found
    assert (campaign.folder / START).exists() == is_looked_for


def test_it_does_not_matter_what_a_worker_did_before(tmp_path, valley):
    campaign = make_campaign(tmp_path, valley, {COST: {"scale": [0.8, 1.2]}}, collect={"activity": "steps"})
    do_runs(campaign, [0, 1])
    first = collect(campaign)
    shutil.copytree(campaign.folder, tmp_path / "other" / "campaign")
    again = replace(campaign, folder=tmp_path / "other" / "campaign")
    for kind in ("runs", "attempts"):
        shutil.rmtree(again.folder / kind)
        (again.folder / kind).mkdir()
    for run in (1, 0):
        Worker(again).run(run)
    xr.testing.assert_identical(first, collect(again))
