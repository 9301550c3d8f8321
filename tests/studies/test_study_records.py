"""Claims, attempts and outcomes: who is at work on a run, and what has come of it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace

import psutil
import pytest
from study_case import do_runs, make_campaign, with_rows, write_valley

from h2model.results import folder as run_folder
from h2model.studies import claims
from h2model.studies.claims import (
    HEARTBEAT_SECONDS,
    TIMEOUT_SECONDS,
    ProcessIdentity,
    claimed,
    is_alive,
    process_identity,
    remove_leftovers,
    running_runs,
)
from h2model.studies.records import (
    Outcome,
    attempts,
    finished,
    mark_failed,
    name_of,
    note_attempt,
    outcome_of,
    store_outcome,
)
from h2model.studies.status import runs_to_do, status_of
from h2model.studies.worker import Worker

OBSERVER = ProcessIdentity(host="here", pid=2, created=0.0)


@pytest.fixture
def campaign(tmp_path, untouched):
    """A campaign folder with six runs, in which nothing has been done; runs in it cannot be done."""
    for kind in ("runs", "failed", "claims", "attempts"):
        (tmp_path / kind).mkdir()
    return replace(untouched, folder=tmp_path, rows=untouched.rows * 2)


def write_claim(campaign, age=0.0, **owner):
    claim = campaign.folder / "claims" / "00000"
    claim.write_text(json.dumps(replace(process_identity(), **owner).to_record()))
    os.utime(claim, (time.time() - age,) * 2)
    return claim


def workplace(campaign, name="00000.part"):
    work = campaign.folder / "attempts" / name
    work.mkdir()
    (work / "results.nc").write_text(name)
    return work


class TestClaims:
    def test_only_one_process_holds_a_claim(self, campaign):
        with claimed(campaign, "00000") as mine:
            assert mine
            assert [path.name for path in (campaign.folder / "claims").iterdir()] == ["00000"]
            with claimed(campaign, "00000") as again:
                assert not again
            assert running_runs(campaign) == [0]
            with claimed(campaign, "00001") as other:
                assert other
                assert running_runs(campaign) == [0, 1]
        assert list((campaign.folder / "claims").iterdir()) == []

    def test_it_is_released_after_an_error(self, campaign):
        with pytest.raises(RuntimeError), claimed(campaign, "00000"):
            raise RuntimeError
        assert running_runs(campaign) == []

    def test_that_of_an_ended_process_is_taken_over(self, campaign):
        gone = subprocess.Popen([sys.executable, "-c", ""])
        gone.wait()
        assert not is_alive(write_claim(campaign, pid=gone.pid), process_identity())
        with claimed(campaign, "00000") as mine:
            assert mine

    def test_that_of_an_ended_process_with_a_reused_number_is_void(self, campaign):
        claim = write_claim(campaign, created=psutil.Process().create_time() - 3600)
        assert not is_alive(claim, process_identity())

    @pytest.mark.parametrize(("age", "alive"), [(0.0, True), (TIMEOUT_SECONDS - 5, True), (TIMEOUT_SECONDS + 5, False)])
    def test_that_of_another_computer_is_void_after_the_timeout(self, campaign, age, alive):
        claim = write_claim(campaign, age, host="elsewhere", pid=1)
        assert is_alive(claim, process_identity()) == alive
        with claimed(campaign, "00000") as mine:
            assert mine != alive

    def test_that_of_a_running_process_on_this_computer_never_expires(self, campaign):
        assert is_alive(write_claim(campaign, age=100 * TIMEOUT_SECONDS), process_identity())

    def test_a_restarted_task_of_slurm_takes_over_its_claim(self, campaign):
        claim = write_claim(campaign, host="elsewhere", pid=1, job="77_3")
        assert not is_alive(claim, replace(OBSERVER, job="77_3"))
        assert is_alive(claim, replace(OBSERVER, job="77_4"))
        assert is_alive(claim, OBSERVER)
        assert is_alive(write_claim(campaign, host="elsewhere", job="78"), replace(OBSERVER, job="78"))

    def test_a_half_written_claim_is_void_after_a_heartbeat(self, campaign):
        claim = campaign.folder / "claims" / "00000"
        claim.write_text('{"host": "he')
        with claimed(campaign, "00000") as mine:
            assert not mine
        os.utime(claim, (time.time() - HEARTBEAT_SECONDS - 5,) * 2)
        assert running_runs(campaign) == []
        with claimed(campaign, "00000") as mine:
            assert mine

    def test_a_claim_is_touched_regularly(self, campaign, monkeypatch):
        monkeypatch.setattr(claims, "HEARTBEAT_SECONDS", 0.01)
        with claimed(campaign, "00000"):
            claim = campaign.folder / "claims" / "00000"
            os.utime(claim, (0, 0))
            until = time.monotonic() + 30
            while claim.stat().st_mtime == 0:
                assert time.monotonic() < until
                time.sleep(0.005)

    def test_claims_keep_the_format_of_earlier_versions(self, campaign):
        claim = campaign.folder / "claims" / "00000"
        record = {"host": "n7", "pid": 12, "born": 3.5, "job": "77_3", "memory": 900}
        claim.write_text(json.dumps(record))
        identity = ProcessIdentity.read(claim)
        assert identity == ProcessIdentity(host="n7", pid=12, created=3.5, job="77_3", memory=900)
        assert identity.to_record() == record

    def test_the_identity_of_a_process_includes_its_slurm_task(self, monkeypatch):
        monkeypatch.setenv("SLURM_ARRAY_JOB_ID", "77")
        monkeypatch.setenv("SLURM_ARRAY_TASK_ID", "3")
        monkeypatch.setenv("SLURM_MEM_PER_NODE", "900")
        assert (process_identity().job, process_identity().memory, process_identity().pid) == ("77_3", 900, os.getpid())


class TestSettling:
    def test_a_stored_result_is_complete(self, campaign):
        store_outcome(campaign, Outcome(0, "optimal", seconds=2.5), workplace(campaign))
        assert outcome_of(campaign, 0) == Outcome(0, "optimal", seconds=2.5)
        assert (finished(campaign), finished(campaign, "failed")) == ({0}, set())
        assert (campaign.folder / "runs" / "00000" / "results.nc").is_file()
        (note,) = attempts(campaign, 0)
        assert (note["event"], note["state"], note["seconds"]) == ("ended", "optimal", 2.5)

    def test_the_first_result_is_kept(self, campaign):
        first, second = workplace(campaign, "00000.a.part"), workplace(campaign, "00000.b.part")
        store_outcome(campaign, Outcome(0, "optimal", attempt=1), first)
        store_outcome(campaign, Outcome(0, "optimal", attempt=2), second)
        assert (campaign.folder / "runs" / "00000" / "results.nc").read_text() == "00000.a.part"
        assert outcome_of(campaign, 0).attempt == 1
        assert not second.exists()

    def test_the_last_failure_is_kept(self, campaign):
        store_outcome(campaign, Outcome(0, "crashed"), workplace(campaign, "00000.a.part"))
        store_outcome(campaign, Outcome(0, "unfinished"), workplace(campaign, "00000.b.part"))
        assert outcome_of(campaign, 0).state == "unfinished"

    def test_a_result_replaces_a_failure(self, campaign):
        store_outcome(campaign, Outcome(0, "crashed"), workplace(campaign, "00000.a.part"))
        store_outcome(campaign, Outcome(0, "optimal"), workplace(campaign, "00000.b.part"))
        assert outcome_of(campaign, 0).done
        assert finished(campaign, "failed") == set()

    def test_a_late_failure_does_not_hide_a_result(self, campaign):
        store_outcome(campaign, Outcome(0, "optimal"), workplace(campaign, "00000.a.part"))
        mark_failed(campaign, Outcome(0, "lost"))
        assert outcome_of(campaign, 0).done
        assert status_of(campaign, {}).counts == {"optimal": 1, "missing": 5}
        assert runs_to_do(campaign) == [1, 2, 3, 4, 5]

    def test_a_failure_is_recorded_for_a_killed_process(self, campaign):
        mark_failed(campaign, Outcome(3, "out of memory", "why"))
        assert outcome_of(campaign, 3) == Outcome(3, "out of memory", "why")
        assert not list((campaign.folder / "attempts").glob("*.part"))

    def test_an_unfinished_line_is_skipped(self, campaign):
        note_attempt(campaign, 0, {"event": "began"})
        with (campaign.folder / "attempts" / "00000.jsonl").open("a") as file:
            file.write('{"event": "en')
        assert [note["event"] for note in attempts(campaign, 0)] == ["began"]
        note_attempt(campaign, 0, {"event": "began"})
        note_attempt(campaign, 0, {"event": "ended"})
        assert [note["event"] for note in attempts(campaign, 0)] == ["began", "began", "ended"]

    def test_only_leftovers_of_ended_processes_of_this_computer_are_deleted(self, campaign):
        gone = subprocess.Popen([sys.executable, "-c", ""])
        gone.wait()
        host = socket.gethostname()
        dead = workplace(campaign, f"00000.{host}.{gone.pid}.part")
        alive = workplace(campaign, f"00000.{host}.{os.getpid()}.part")
        elsewhere = workplace(campaign, f"00000.elsewhere.{gone.pid}.part")
        claim = campaign.folder_of("claims", 4)
        claim.write_text(json.dumps({**process_identity().to_record(), "pid": gone.pid}))
        with claimed(campaign, "00005"):
            remove_leftovers(campaign)
            assert campaign.folder_of("claims", 5).exists()
        assert [path.exists() for path in (dead, alive, elsewhere, claim)] == [False, True, True, False]


class TestStatus:
    def test_every_run_is_in_one_state(self, campaign):
        store_outcome(campaign, Outcome(0, "optimal", seconds=2), workplace(campaign))
        store_outcome(campaign, Outcome(1, "optimal", seconds=4), workplace(campaign))
        mark_failed(campaign, Outcome(2, "infeasible", "because"))
        mark_failed(campaign, Outcome(3, "lost", "gone"))
        status = status_of(campaign, {0: "running", 4: "running", 5: "waiting"})
        assert status.counts == {
            "optimal": 2, "infeasible": 1, "lost": 1, "running": 1, "waiting in the queue": 1
        }  # fmt: skip
        assert [outcome.run for outcome in status.failures] == [2, 3]
        assert status.seconds_per_run == 3
        assert status.open == 2

    def test_failed_runs_are_repeated_only_with_again(self, campaign):
        store_outcome(campaign, Outcome(0, "optimal"), workplace(campaign))
        for run, state in enumerate(("infeasible", "lost", "waiting for another run", "crashed"), 1):
            mark_failed(campaign, Outcome(run, state))
        assert runs_to_do(campaign) == [3, 5]
        assert runs_to_do(campaign, [5]) == [3]
        assert runs_to_do(campaign, again=True) == [1, 2, 3, 4, 5]


def test_a_damaged_record_is_reported_with_its_remedy(campaign):
    folder = campaign.folder_of("runs", 0)
    folder.mkdir()
    (folder / "outcome.json").touch()  # as a power cut may leave it
    outcome = outcome_of(campaign, 0)
    assert outcome.state == "damaged"
    assert f"Delete the folder {folder}" in outcome.reason
    shutil.rmtree(folder)


class TestWorker:
    """What becomes of a run that does not end with an optimum."""

    def test_an_infeasible_run_states_the_reason(self, grid):
        outcome = outcome_of(grid, 2)
        assert (outcome.run, outcome.state, outcome.attempt) == (2, "infeasible", 1)
        assert "Demands, limits and emission caps contradict each other" in outcome.reason
        assert sorted(path.name for path in grid.folder_of("failed", 2).iterdir()) == [
            "outcome.json", "run.log", "scenario.yaml",
        ]  # fmt: skip

    def test_a_finished_run_is_not_repeated(self, grid):
        before = attempts(grid, 0)
        worker = Worker(grid)
        assert worker.run(0) == worker.run(0, again=True) == outcome_of(grid, 0)
        assert attempts(grid, 0) == before

    def test_a_failed_run_is_repeated_only_with_again(self, fresh):
        worker = Worker(fresh)
        assert [worker.run(2).attempt, worker.run(2).attempt, worker.run(2, again=True).attempt] == [1, 1, 2]
        assert [note["event"] for note in attempts(fresh, 2)] == ["began", "ended"] * 2

    def test_unbounded_and_unfinished_runs_state_the_reason(self, tmp_path):
        tables = with_rows("trades", "power_export,here,electricity,export")
        tables |= with_rows("assets", "power_export,price,,,4,,EUR2025/MWh")
        scenario = write_valley(tmp_path / "valley", tables, policies={})
        axes = {
            "export_price": {"of": ["assets.power_export.price"], "set": ["4 EUR2025/MWh", "20 EUR2025/MWh"]},
            "limit": {"of": ["solver.time_limit"], "set": [60, 1e-9]},
        }
        campaign = make_campaign(tmp_path, scenario, axes, start=False)
        worker = Worker(campaign)
        found = [worker.run(run) for run in range(4)]
        assert [outcome.state for outcome in found] == ["optimal", "unfinished", "unbounded", "unfinished"]
        assert "time limit" in found[1].reason
        assert "The objective improves without limit" in found[2].reason
        assert "Something earns more than it costs without limit" in found[2].reason

    def test_a_run_with_invalid_inputs_is_refused_with_the_reason(self, tmp_path, valley):
        axes = {"technologies.gas_turbine.availability": {"set": [0.5]}}
        campaign = make_campaign(tmp_path, valley, axes)
        campaign = replace(campaign, rows=({"gas_turbine_availability": "1.5"},))
        outcome = Worker(campaign).run(0)
        assert outcome.state == "refused"
        assert "override technologies.gas_turbine.availability: availability of " in outcome.reason

    @pytest.mark.parametrize(
        ("error", "state", "reason"),
        [
            (ZeroDivisionError("oh"), "crashed", "ZeroDivisionError: oh"),
            (MemoryError(), "out of memory", "the memory was not sufficient"),
            (OSError(28, "No space left on device"), "crashed", "OSError: [Errno 28] No space left on device"),
        ],
    )
    def test_a_bug_is_a_failure_of_the_run_and_not_of_the_worker(self, campaign, monkeypatch, error, state, reason):
        def broken(*_):
            raise error

        monkeypatch.setattr(Worker, "_results", broken)
        outcome = Worker(campaign).run(0)
        assert (outcome.state, outcome.reason) == (state, reason)
        assert running_runs(campaign) == []

    def test_ctrl_c_leaves_the_run_as_if_it_had_not_begun(self, campaign, monkeypatch):
        def stop(*_):
            raise KeyboardInterrupt

        monkeypatch.setattr(Worker, "_results", stop)
        with pytest.raises(KeyboardInterrupt):
            Worker(campaign).run(0)
        assert [path.name for path in (campaign.folder / "attempts").iterdir()] == ["00000.jsonl"]
        assert runs_to_do(campaign) == list(range(6))
        assert running_runs(campaign) == []

    def test_a_run_killed_before_its_folder_is_renamed_is_repeated(self, fresh):
        campaign = fresh
        # The child ends as by kill -9 when its results are written, before the run takes its name.
        child = os.fork()
        if not child:
            names = Worker._attempt.__globals__
            names["store_outcome"] = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
            Worker(campaign).run(0)
            os._exit(0)
        assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
        (left,) = (campaign.folder / "attempts").glob("*.part")
        assert (left / run_folder.RESULTS).is_file()
        assert finished(campaign) == finished(campaign, "failed") == set()
        assert outcome_of(campaign, 0) is None
        assert runs_to_do(campaign) == [0, 1, 2]
        assert running_runs(campaign) == []
        remove_leftovers(campaign)
        assert not left.exists()
        do_runs(campaign, [0])
        assert outcome_of(campaign, 0).attempt == 2
        assert [note["event"] for note in attempts(campaign, 0)] == ["began", "began", "ended"]

    def test_the_log_of_a_run_names_its_values(self, grid):
        log = (grid.folder_of("runs", 0) / "run.log").read_text()
        assert "reading run 0 (clean_overnight_cost = 1.0, emission_cap_all_limit_2030 = 400 kt/year) of camp" in log
        assert name_of(0) == "00000"
