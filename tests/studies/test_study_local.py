"""The local executor with real processes: killed at any moment, it goes on, and the cube is the same in the end."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace

import psutil
import pytest
import xarray as xr
from study_case import COST, LIMIT, Notes, do_runs, make_campaign
from typer.testing import CliRunner

from h2model import cli, open_study
from h2model.studies.claims import claimed, running_runs
from h2model.studies.collect import collect
from h2model.studies.definition import Study
from h2model.studies.executors import LocalExecutor
from h2model.studies.executors import local as local_module
from h2model.studies.executors.worker_process import reason_of_exit
from h2model.studies.records import attempts, finished, outcome_of
from h2model.studies.status import runs_to_do
from h2model.studies.worker import Worker

AXES = {
    COST: {"scale": [0.8, 1.2]},
    LIMIT: {"set": ["400 kt/year", "200 kt/year", "0 kt/year", "-1 kt/year"]},
}
RUNS = 8
INFEASIBLE = {3, 7}
SECONDS = 120


def start(folder, workers: int) -> subprocess.Popen:
    """`h2model study run` in a process group of its own, as a shell starts it."""
    command = [sys.executable, "-m", "h2model", "study", "run", str(folder), "--workers", str(workers)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


def wait_for(process: subprocess.Popen, folder, count: int) -> list[psutil.Process]:
    """Wait until so many runs have a result; returns the processes at work."""
    until = time.monotonic() + SECONDS
    while not (folder / "runs").is_dir() or len(list((folder / "runs").iterdir())) < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.005)
    return [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]


def assert_gone(processes, workers: int) -> None:
    gone, alive = psutil.wait_procs(processes, timeout=SECONDS)
    assert not alive
    assert len(gone) == 1 + workers


@pytest.fixture(scope="module")
def story(tmp_path_factory, valley):
    """A campaign that is ended by Ctrl-C, by `cancel` and by kill -9, one after the other, and then finished."""
    campaign = make_campaign(tmp_path_factory.mktemp("disturbed"), valley, AXES, collect={"activity": "total"})
    out, outputs = campaign.folder, {}

    process = start(out, 1)
    at_work = wait_for(process, out, 1)
    os.killpg(process.pid, signal.SIGINT)
    outputs["ctrl-c"] = (*process.communicate(timeout=SECONDS), process.returncode)
    assert_gone(at_work, 1)

    process = start(out, 1)
    at_work = wait_for(process, out, 2)
    outputs["cancel"] = CliRunner().invoke(cli.app, ["study", "cancel", str(out)])
    outputs["cancelled"] = (*process.communicate(timeout=SECONDS), process.returncode)
    outputs["pid"] = process.pid
    assert_gone(at_work, 1)
    outputs["cancel again"] = CliRunner().invoke(cli.app, ["study", "cancel", str(out)])

    process = start(out, 2)
    at_work = wait_for(process, out, 3)
    time.sleep(random.Random(11).uniform(0.0, 0.3))
    outputs["finished before kill"] = finished_in(out)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=SECONDS)
    assert process.returncode == -signal.SIGKILL
    assert_gone(at_work, 2)

    process = start(out, 2)
    outputs["end"] = (*process.communicate(timeout=SECONDS), process.returncode)
    return campaign, outputs


def finished_in(out) -> set[str]:
    return {path.name for path in (out / "runs").iterdir()}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, valley):
    """The same campaign, done in one process without disturbance, the last run first."""
    campaign = make_campaign(tmp_path_factory.mktemp("undisturbed"), valley, AXES, collect={"activity": "total"})
    do_runs(campaign, range(RUNS)[::-1])
    collect(campaign)
    return campaign


class TestStory:
    def test_ctrl_c_prints_that_finished_runs_are_kept(self, story):
        _, outputs = story
        out, err, code = outputs["ctrl-c"]
        assert code == 130
        assert err.splitlines()[-1] == "Stopped. Finished runs are kept; the same command continues from there."
        assert out == ""
        assert "Traceback" not in err

    def test_cancel_ends_the_leader_and_its_workers(self, story):
        _, outputs = story
        assert outputs["cancel"].exit_code == 0
        assert outputs["cancel"].stdout == f"process {outputs['pid']} and its workers were ended\n"
        assert outputs["cancelled"][2] == 130
        assert outputs["cancel again"].stdout == "no process on this computer runs this campaign\n"

    def test_it_is_finished_in_the_end(self, story):
        campaign, outputs = story
        folder = campaign.folder
        out, err, code = outputs["end"]
        assert code == 3, (out, err)  # two runs are infeasible
        assert out.splitlines()[-1] == str(folder / "study.nc")
        assert finished_in(folder) == {f"{run:05d}" for run in set(range(RUNS)) - INFEASIBLE}

    def test_no_finished_run_was_repeated(self, story):
        disturbed, outputs = story
        assert len(outputs["finished before kill"]) >= 3
        for run in range(RUNS):
            events = [note["event"] for note in attempts(disturbed, run)]
            assert events.count("ended") == 1
            assert events[-2:] == ["began", "ended"]
        begun = sum(note["event"] == "began" for run in range(RUNS) for note in attempts(disturbed, run))
        # An interruption costs at most the runs that its workers were at.
        assert RUNS <= begun <= RUNS + 1 + 1 + 2

    def test_nothing_half_written_is_left(self, story):
        folder = story[0].folder
        assert not list(folder.glob("**/*.part"))
        assert not list((folder / "claims").iterdir())
        for run in finished_in(folder):
            assert sorted(path.name for path in (folder / "runs" / run).iterdir()) == [
                "outcome.json", "results.nc", "run.log", "scenario.yaml",
            ]  # fmt: skip

    def test_the_cube_is_the_one_of_an_undisturbed_campaign_to_the_last_digit(self, story, undisturbed):
        with open_study(story[0].folder) as one, open_study(undisturbed.folder) as other:
            xr.testing.assert_identical(one.load(), other.load())
            assert one.sizes["clean_overnight_cost"] * one.sizes["emission_cap_all_limit_2030"] == RUNS
            assert int((one["status"] == "infeasible").sum()) == len(INFEASIBLE)

    def test_a_finished_campaign_has_nothing_to_do(self, undisturbed):
        ended = CliRunner().invoke(cli.app, ["study", "run", str(undisturbed.folder)])
        assert ended.exit_code == 3  # as before: two runs have no result
        assert "6  finished" in ended.stdout
        assert ended.stderr == ""


@pytest.fixture
def killer(monkeypatch):
    """Kills a worker as soon as it has been given a run, as often as asked for."""
    times = []
    begin = local_module.WorkerProcess.begin

    def begin_and_die(worker, run):
        begin(worker, run)
        if times:
            worker.process.send_signal(times.pop())

    monkeypatch.setattr(local_module.WorkerProcess, "begin", begin_and_die)
    return times


class TestKilledWorkers:
    def test_one_that_was_killed_is_replaced_and_its_run_is_repeated(self, fresh, killer):
        campaign, notes = fresh, Notes()
        killer += [signal.SIGKILL]
        assert LocalExecutor(notes, workers=1).submit(campaign, [0]) == "1 of 1 runs have a result"
        assert notes.counts == [(0, 1), (0, 1), (1, 1)], "it begins twice and ends once"
        assert outcome_of(campaign, 0).done
        assert notes.notes == ["Run 0 was killed, perhaps because memory ran out; it is repeated alone at the end."]
        assert [note["event"] for note in attempts(campaign, 0)][-3:] == ["lost", "began", "ended"]

    def test_one_that_was_terminated_leaves_its_run_missing(self, fresh, killer):
        """As a computer that is shut down asks everybody: it says nothing about the run."""
        campaign, notes = fresh, Notes()
        killer += [signal.SIGTERM]
        LocalExecutor(notes, workers=1).submit(campaign, [1])
        assert notes.notes == ["run 1 is lost: Its process was ended by SIGTERM; see workers.log."]
        assert notes.counts[-1] == (1, 1)
        assert outcome_of(campaign, 1) is None
        assert 1 in runs_to_do(campaign)

    def test_a_run_whose_workers_are_killed_twice_is_out_of_memory(self, fresh, killer):
        campaign, notes = fresh, Notes()
        killer += [signal.SIGKILL] * 2
        assert LocalExecutor(notes, workers=2).submit(campaign, [0]) == "0 of 1 runs have a result"
        outcome = outcome_of(campaign, 0)
        assert (outcome.state, outcome.attempt) == ("out of memory", 2)
        assert outcome.reason == "Its process was killed, either by the system because memory ran out, or by a user."
        assert notes.notes[1:] == [f"run 0 is out of memory: {outcome.reason}"]
        assert finished(campaign, "failed") == {0}

    def test_one_that_crashes_is_not_repeated(self, fresh, killer):
        campaign = fresh
        killer += [signal.SIGABRT]
        LocalExecutor(workers=1).submit(campaign, [0])
        outcome = outcome_of(campaign, 0)
        assert (outcome.state, outcome.attempt) == ("crashed", 1)
        assert outcome.reason == "Its process was ended by SIGABRT; see workers.log."

    def test_one_that_ends_by_itself_is_reported_with_its_exit_code(self):
        assert reason_of_exit(1) == "Its process ended with exit code 1; see workers.log."


class TestHowManyWorkers:
    @pytest.mark.parametrize(
        ("asked", "study", "count"),
        [
            (3, {"local": {"workers": 2}}, 3),
            (None, {"local": {"workers": 2}}, 2),
            (None, {}, 8),
            (None, {"threads": 3}, 2),
            (None, {"threads": 16}, 1),
            (None, {"local": {"memory": "3 GB"}}, 3),
            (None, {"local": {"memory": "30 GB"}}, 1),
            (5, {"local": {"memory": "3 GB"}}, 5),
        ],
    )
    def test_workers_are_as_many_as_requested_or_as_cores_and_memory_allow(
        self, monkeypatch, untouched, asked, study, count
    ):
        memory = type("Memory", (), {"available": 10 * 1024**3, "total": 16 * 1024**3})
        monkeypatch.setattr(local_module, "cores", lambda: 8)
        monkeypatch.setattr(local_module.psutil, "virtual_memory", lambda: memory)
        campaign = replace(untouched, study=Study.model_validate({"scenario": "s", "axes": AXES, **study}))
        assert LocalExecutor(workers=asked).worker_count(campaign) == count


def test_two_executors_share_the_runs(fresh):
    """A run that another process has claimed is left to it."""
    campaign, notes = fresh, Notes()
    with claimed(campaign, local_module.DRIVER) as mine, claimed(campaign, "00000") as run:
        assert mine
        assert run
        assert running_runs(campaign) == [0]
        assert LocalExecutor().active_runs(campaign) == {0: "running"}
        assert Worker(campaign).run(0) is None
        LocalExecutor(notes, workers=1).submit(campaign, [0])
    assert notes.notes == ["Another process also works on this campaign; the runs are shared."]
    assert notes.counts[-1] == (1, 1)
    assert running_runs(campaign) == []
    assert outcome_of(campaign, 0) is None
