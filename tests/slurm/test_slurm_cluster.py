"""Studies on a real Slurm, with what goes wrong on one: too little memory, a dead node, a dead controller."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from slurm_cluster import Cluster, h2, wait_for
from works import TOO_MUCH, write_study, write_works

from h2model.studies.campaign import open_campaign
from h2model.studies.executors.slurm_commands import queue
from h2model.studies.records import Outcome, attempts, finished, outcome_of
from h2model.studies.status import status_of

pytestmark = pytest.mark.slurm
#: MB: a coarse run needs 200, and one of all hours of two periods 310 to 340.
MEMORY = 280
INFEASIBLE, HUNGRY, STEADY, BUNDLE = 17, 2, 56, 5


def sixty(studies: Path) -> str:
    """A study of sixty runs: one that nobody can serve, one that is large, and one that takes some seconds."""
    rates, resolutions = [f"{10 + run} MW" for run in range(60)], ["876h"] * 60
    rates[INFEASIBLE] = f"{TOO_MUCH} MW"
    resolutions[HUNGRY], resolutions[STEADY] = "1h", "4h"
    return write_study(
        studies,
        "sixty",
        axes={"assets.town.rate": {"set": rates}, "time.resolution": {"set": resolutions}},
        design="zip",
        slurm={"time": "10:00", "memory": f"{MEMORY} MB", "bundle": BUNDLE},
    )


def outcomes(folder: str) -> dict[int, Outcome | None]:
    campaign = open_campaign(folder)
    return {run: outcome_of(campaign, run) for run in range(len(campaign))}


def submit(*arguments: str) -> str:
    ended = h2("study", "submit", *arguments)
    assert ended.exit_code == 0, ended.stderr
    return ended.stdout


def wait_for_claim(claim: Path) -> None:
    """Wait until a process is at work on a run."""
    wait_for(lambda: claim.exists() and claim.read_text().endswith("}"))


def assert_same_results(one: Path, other: Path) -> None:
    """Every number of two results is the same to a billionth."""
    with xr.open_dataset(one) as first, xr.open_dataset(other) as second:
        assert first.data_vars.keys() == second.data_vars.keys()
        for name, array in first.data_vars.items():
            if np.issubdtype(array.dtype, np.number):
                np.testing.assert_allclose(array, second[name], rtol=1e-9, atol=1e-9, err_msg=str(name))


def test_sixty_runs_survive_a_killed_node_a_killed_controller_and_lack_of_memory(cluster, tmp_path):
    name = sixty(write_works(tmp_path, periods=2))
    submit(name)
    campaign = open_campaign("runs/sixty")
    (job,) = queue()
    steady = f"{job}_{STEADY // BUNDLE}"
    # The node must not take the other with it before that has run out of memory.
    cluster.ask("scontrol", "hold", steady)
    wait_for(lambda: HUNGRY // BUNDLE not in queue().get(job, {}))
    cluster.ask("scontrol", "release", steady)
    wait_for_claim(campaign.folder_of("claims", STEADY))
    cluster.kill_node(cluster.ask("squeue", "-h", "-j", steady, "-o", "%N").strip())
    wait_for(lambda: queue().get(job, {}).get(STEADY // BUNDLE) != "R")
    cluster.kill_controller()
    cluster.start()
    cluster.wait_until_empty()

    assert outcomes("runs/sixty")[HUNGRY] is None
    assert "out of memory" not in h2("study", "status", "runs/sixty").stdout, "it is not the end of it"
    lost = attempts(campaign, HUNGRY)[-1]
    assert (lost["event"], lost["state"], lost["memory"]) == ("lost", "out of memory", MEMORY)

    submit(name)
    cluster.wait_until_empty()
    known = outcomes("runs/sixty")
    assert {run for run, outcome in known.items() if not outcome.done} == {INFEASIBLE}
    assert known[INFEASIBLE].state == "infeasible"
    assert known[INFEASIBLE].reason.startswith("No solution can meet all constraints at once.")
    memory = [note["memory"] for note in attempts(campaign, HUNGRY) if note["event"] == "began"]
    assert memory == [MEMORY, 2 * MEMORY]
    # Slurm itself begins what a node took with it anew, unless its controller dies before it has noted that.
    assert sum(note["event"] == "began" for note in attempts(campaign, STEADY)) == 2

    assert h2("study", "run", name, "--out", "runs/here").exit_code == 3, "one is infeasible"
    here = open_campaign("runs/here")
    assert finished(here) == finished(campaign)
    for run in finished(here):
        assert_same_results(*(c.folder_of("runs", run) / "results.nc" for c in (here, campaign)))


def test_a_follower_resubmits_lost_runs_and_collects(cluster, tmp_path):
    study = write_study(
        write_works(tmp_path, periods=2),
        "three",
        axes={"time.resolution": {"set": ["876h", "1h", "438h"]}},
        slurm={"memory": f"{MEMORY} MB", "bundle": 3},
    )
    submit(study, "--then-collect")
    cube = Path("runs/three/study.nc")
    wait_for(cube.exists)
    cluster.wait_until_empty()
    with xr.open_dataset(cube) as collected:
        assert (collected["status"] == "optimal").all()


def ten_thousand(studies: Path) -> str:
    """A study of 10,000 runs."""
    points = {"points": 100}
    return write_study(
        studies,
        "many",
        axes={
            "assets.town.rate": {"set": {"from": "10 MW", "to": "60 MW"} | points},
            "technologies.wind.overnight_cost": {"scale": {"from": 0.5, "to": 1.5} | points},
        },
    )


def pretend_done(folder: Path, runs) -> None:
    for run in runs:
        work = folder / "runs" / f"{run:05d}"
        work.mkdir()
        (work / "outcome.json").write_text(json.dumps({"run": run, "state": "optimal"}))


@pytest.fixture
def closed(cluster) -> Cluster:
    """A cluster whose second partition takes jobs and starts none."""
    cluster.ask("scontrol", "update", "PartitionName=scavenge", "State=DOWN")
    yield cluster
    cluster.ask("scontrol", "update", "PartitionName=scavenge", "State=UP")


def test_ten_thousand_runs_are_submitted_listed_and_cancelled(closed, tmp_path):
    study = ten_thousand(write_works(tmp_path))
    ended = h2("study", "submit", study, "--partition", "nonsense")
    assert (ended.exit_code, "invalid partition" in ended.stderr) == (1, True)
    # Every second of the first half is done: more gaps than Slurm takes in one array.
    pretend_done(Path("runs/many"), range(0, 5000, 2))
    assert submit(study, "--partition", "scavenge").startswith("7500 runs were submitted to Slurm as jobs")

    campaign = open_campaign("runs/many")
    notes = [json.loads(line) for line in (campaign.folder / "slurm" / "submissions.jsonl").read_text().splitlines()]
    assert [note["offset"] for note in notes] == sorted(note["offset"] for note in notes)
    assert notes[0]["tasks"].startswith("1,3,5,7,")
    assert notes[-1]["tasks"] == "0-990", "chunks of 1,001 tasks, as Slurm allows by default"
    assert sum(len(tasks) for tasks in queue().values()) == 7500

    assert "waiting in the queue" in h2("study", "status", "runs/many").stdout
    assert submit(study) == "no runs to submit to Slurm\n"
    assert "cancelled" in h2("study", "cancel", "runs/many").stdout
    wait_for(lambda: not closed.ask("squeue", "-h").strip())
    assert status_of(campaign, {}).counts == {"optimal": 2500, "missing": 7500}
    assert submit(study).startswith("7500 runs"), "the partition is remembered, and what was cancelled can be submitted"


def test_a_run_cancelled_while_running_is_done_by_the_next_submission(cluster, tmp_path):
    study = write_study(
        write_works(tmp_path, periods=2), "slow", axes={"time.resolution": {"set": ["1h"]}}, slurm={"memory": "1 GB"}
    )
    submit(study, "--then-collect")
    campaign = open_campaign("runs/slow")
    claim = campaign.folder_of("claims", 0)
    wait_for_claim(claim)
    # As if the task ran on another computer, of which nobody here can tell that it is dead.
    claim.write_text(json.dumps(json.loads(claim.read_text()) | {"host": "elsewhere"}))
    assert "jobs" in h2("study", "cancel", "runs/slow").stdout, "the job that follows is cancelled, too"
    cluster.wait_until_empty()
    assert claim.exists()

    submit(study)
    assert not claim.exists() or json.loads(claim.read_text())["host"] != "elsewhere"
    cluster.wait_until_empty()
    assert outcome_of(campaign, 0).done
    assert [note["event"] for note in attempts(campaign, 0)] == ["began", "cancelled", "began", "ended"]
