"""What is asked of Slurm and what follows from its answers, with a Slurm that is made up."""

from __future__ import annotations

import json
import os
import subprocess

import pytest
from slurm_cluster import h2
from works import write_study, write_works

from h2model.errors import H2ModelError
from h2model.studies.campaign import open_campaign
from h2model.studies.executors import SlurmExecutor, slurm_commands
from h2model.studies.executors.ranges import format_ranges, parse_ranges
from h2model.studies.executors.slurm_arrays import MOST_CHARACTERS, minutes
from h2model.studies.executors.slurm_commands import Task
from h2model.studies.executors.slurm_losses import MOST_LOSSES
from h2model.studies.records import Outcome, attempts, mark_failed, note_attempt, outcome_of
from h2model.studies.status import runs_to_do, status_of

RUNS = 12


class FakeSlurm:
    """Answers as Slurm's commands do, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.scripts: list[str] = []
        self.waiting: dict[str, tuple[str, str]] = {}
        self.ended: dict[tuple[str, int], tuple[str, int]] = {}
        self.late: dict[tuple[str, int], tuple[str, int]] = {}
        self.array_size = 1001
        self.has_accounts = False
        self.takes = 1000

    def __call__(self, command, given=None) -> str:
        self.asked.append(list(command))
        return getattr(self, f"_{command[0]}")(list(command[1:]), given)

    def options(self, name: str) -> list[str]:
        """The values of an option in all calls of sbatch, in order of time."""
        return [word.partition("=")[2] for call in self.asked for word in call if word.startswith(f"--{name}=")]

    def end(self, job: str, *tasks: int, state: str, signal: int = 0) -> None:
        """Tasks leave the queue."""
        left = sorted(set(parse_ranges(self.waiting.pop(job)[0])) - set(tasks))
        if left:
            self.waiting[job] = (format_ranges(left), "PD")
        self.ended |= {(job, task): (state, signal) for task in tasks}

    def _sbatch(self, options, script) -> str:
        if self.takes == 0:
            raise H2ModelError("sbatch reports: Job violates accounting/QOS policy (job submit limit)")
        self.takes -= 1
        self.scripts.append(script)
        job = str(100 + len(self.scripts))
        tasks = [word.partition("=")[2].partition("%")[0] for word in options if word.startswith("--array=")]
        self.waiting[job] = (tasks[0] if tasks else "N/A", "PD")
        return f"{job};cluster\n"

    def _squeue(self, *_) -> str:
        return "".join(f"{job}|{tasks}|{state}\n" for job, (tasks, state) in self.waiting.items())

    def _sacct(self, options, _) -> str:
        if not self.has_accounts:
            raise H2ModelError("sacct reports: Slurm accounting storage is disabled")
        states = self.ended | self.late
        return "".join(f"{job}_{task}|{state}|0:{signal}\n" for (job, task), (state, signal) in states.items())

    def _scontrol(self, options, _) -> str:
        if options == ["show", "config"]:
            return f"MaxArraySize            = {self.array_size}\n"
        lines = [
            f"JobId=7 ArrayJobId={job} ArrayTaskId={task} JobName=h2 JobState={state} Reason=x ExitCode=0:{signal}\n"
            for (job, task), (state, signal) in self.ended.items()
            if job == options[-1]
        ]
        if not lines:
            raise H2ModelError("scontrol reports: slurm_load_jobs error: Invalid job id specified")
        return "".join(lines)

    def _scancel(self, jobs, _) -> str:
        for job in jobs:
            del self.waiting[job]
        return ""


@pytest.fixture(scope="module")
def _campaign_folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("works")
    study = write_study(
        write_works(root),
        "dozen",
        axes={"assets.town.rate": {"set": [f"{10 + run} MW" for run in range(RUNS)]}},
        slurm={"memory": "1 GB", "memory_limit": "3 GB"},
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        from h2model.studies.prepare import campaign_of

        return (root / campaign_of(study).folder).absolute()


@pytest.fixture
def campaign(_campaign_folder, tmp_path):
    """A campaign of twelve runs, none of which is done."""
    copied = tmp_path / "dozen"
    subprocess.run(["cp", "-r", _campaign_folder, copied], check=True)
    return open_campaign(copied)


@pytest.fixture
def slurm(monkeypatch) -> FakeSlurm:
    made_up = FakeSlurm()
    monkeypatch.setattr(slurm_commands, "call", made_up)
    return made_up


def submit(campaign, again=False, then_collect=False, **wanted) -> list[str]:
    """Submit what is to be done, as the command does; returns the numbers of the jobs."""
    executor = SlurmExecutor(wanted, then_collect)
    executor.reconcile(campaign)
    before = submissions(campaign)
    executor.submit(campaign, runs_to_do(campaign, executor.active_runs(campaign), again), again)
    return [note["job"] for note in submissions(campaign)[len(before) :]]


def submissions(campaign) -> list[dict]:
    path = campaign.folder / "slurm" / "submissions.jsonl"
    notes = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    return [note for note in notes if "job" in note]


def begin(campaign, run: int, job: str, memory: int = 1024) -> None:
    note_attempt(campaign, run, {"event": "began", "job": job, "memory": memory})


def settle(campaign, *runs: int, job: str = "") -> None:
    for run in runs:
        (campaign.folder_of("runs", run)).mkdir()
        note_attempt(campaign, run, {"event": "ended", "state": "optimal", "job": job})
        (campaign.folder_of("runs", run) / "outcome.json").write_text(json.dumps({"run": run, "state": "optimal"}))


def lose(campaign, slurm, run: int, job: str, state: str, signal: int = 0) -> None:
    """A task of one run begins with it and is lost."""
    begin(campaign, run, f"{job}_{run}")
    slurm.end(job, run, state=state, signal=signal)
    SlurmExecutor().reconcile(campaign)


def test_submitted_runs_are_active_and_not_submitted_again(campaign, slurm):
    settle(campaign, 0, 1, 5)
    (job,) = submit(campaign)
    assert slurm.options("array") == ["2-4,6-11"]
    slurm.waiting[job] = ("[2-4,6-11%5]", "PD")
    assert SlurmExecutor().active_runs(campaign) == dict.fromkeys([2, 3, 4, *range(6, 12)], "waiting")
    assert submit(campaign) == []
    slurm.waiting[job] = ("6", "R")
    assert SlurmExecutor().active_runs(campaign) == {6: "running"}
    assert runs_to_do(campaign, SlurmExecutor().active_runs(campaign)) == [2, 3, 4, 7, 8, 9, 10, 11]


def test_memory_doubles_up_to_the_limit_and_then_the_run_has_failed(campaign, slurm):
    settle(campaign, *range(11))
    for _ in range(3):
        (job,) = submit(campaign)
        lose(campaign, slurm, 11, job, "OUT_OF_MEMORY", 125)
    assert slurm.options("mem") == ["1024M", "2048M", "3072M"]
    outcome = outcome_of(campaign, 11)
    assert outcome.state == "out of memory"
    assert outcome.reason.startswith("It needs more than the limit of 3072 MB.")
    assert submit(campaign) == []
    submit(campaign, again=True, memory_limit="8 GB")
    assert slurm.options("mem")[-1] == "6144M"


def test_signal_9_counts_as_out_of_memory_if_slurm_reports_no_more(campaign, slurm):
    (job,) = submit(campaign)
    lose(campaign, slurm, 3, job, "FAILED", 9)
    submit(campaign)
    assert slurm.options("mem") == ["1024M", "2048M"]
    assert slurm.options("array") == ["0-11", "3"]


def test_a_memory_error_in_python_counts_as_out_of_memory(campaign, slurm):
    (job,) = submit(campaign)
    begin(campaign, 3, f"{job}_3", 1024)
    mark_failed(campaign, Outcome(3, "out of memory", job=f"{job}_3"))
    slurm.end(job, *range(12), state="COMPLETED")
    submit(campaign, again=True)
    assert sorted(slurm.options("mem")[1:]) == ["1024M", "2048M"]


def test_a_run_out_of_time_is_unfinished_and_not_resubmitted(campaign, slurm):
    (job,) = submit(campaign)
    lose(campaign, slurm, 3, job, "TIMEOUT")
    outcome = outcome_of(campaign, 3)
    assert (outcome.state, "--time" in outcome.reason) == ("unfinished", True)
    assert submit(campaign) == []


def test_a_run_of_a_bundle_out_of_time_is_repeated_once_with_all_time(campaign, slurm):
    (job,) = submit(campaign, bundle=4)
    begin(campaign, 4, f"{job}_1")
    settle(campaign, 4, job=f"{job}_1")
    begin(campaign, 5, f"{job}_1")
    slurm.end(job, 1, state="TIMEOUT")
    submit(campaign)
    assert outcome_of(campaign, 5) is None
    assert slurm.options("array") == ["0-2", "1"]


def test_a_run_lost_with_its_node_is_resubmitted_a_limited_number_of_times(campaign, slurm):
    settle(campaign, *range(11))
    for _ in range(MOST_LOSSES):
        (job,) = submit(campaign)
        lose(campaign, slurm, 11, job, "NODE_FAIL")
        SlurmExecutor().reconcile(campaign)
    outcome = outcome_of(campaign, 11)
    assert (outcome.state, outcome.attempt) == ("lost", MOST_LOSSES)
    assert "NODE_FAIL" in outcome.reason
    assert submit(campaign) == []
    assert len(submit(campaign, again=True)) == 1


def test_tasks_that_fail_before_they_begin_are_resubmitted_a_limited_number_of_times(campaign, slurm):
    for _ in range(MOST_LOSSES):
        (job,) = submit(campaign, bundle=6)
        slurm.end(job, 0, 1, state="FAILED")
    assert submit(campaign) == []
    reasons = {outcome.reason for outcome in status_of(campaign, {}).failures}
    assert len(reasons) == 2
    assert all("before its first run had begun" in reason and ".log" in reason for reason in reasons)


def test_runs_after_one_that_ran_out_of_memory_keep_their_memory(campaign, slurm):
    """The bundle 4-7 dies at 5: 5 gets more memory, and none of 6 and 7 is done by a task that would do 5 again."""
    (job,) = submit(campaign, bundle=4)
    begin(campaign, 4, f"{job}_1")
    settle(campaign, 4, job=f"{job}_1")
    begin(campaign, 5, f"{job}_1")
    slurm.end(job, 1, state="OUT_OF_MEMORY")
    submit(campaign)
    assert slurm.options("array") == ["0-2", "6-7", "5"]
    assert slurm.options("mem") == ["1024M", "1024M", "2048M"]
    assert [note["bundle"] for note in submissions(campaign)] == [4, 1, 1]
    assert not any(note["event"] == "lost" for run in (6, 7) for note in attempts(campaign, run))


def test_the_script_of_a_bundle_does_its_runs_and_none_beyond_the_last(campaign, slurm):
    submit(campaign, bundle=5)
    script = slurm.scripts[0].replace("exec ", "echo ")
    said = [
        subprocess.run(["bash"], input=script, env={**os.environ, "SLURM_ARRAY_TASK_ID": task}, text=True,
                       capture_output=True, check=True).stdout.split()[-1]
        for task in ("0", "1", "2")
    ]  # fmt: skip
    assert said == ["0-4", "5-9", "10-11"]
    assert slurm.options("time") == ["300"], "five times an hour"


def test_the_claim_of_an_ended_task_is_released(campaign, slurm):
    (job,) = submit(campaign)
    claim = campaign.folder_of("claims", 3)
    claim.write_text(json.dumps({"host": "n7", "pid": 1, "born": 0.0, "job": f"{job}_3", "memory": 1024}))
    half_written = campaign.folder / "attempts" / "00003.n7.1.part"
    half_written.mkdir()
    lose(campaign, slurm, 3, job, "NODE_FAIL")
    assert not claim.exists()
    assert not half_written.exists()


def test_the_controller_is_asked_if_accounts_are_late(campaign, slurm):
    (job,) = submit(campaign)
    slurm.has_accounts = True
    slurm.late[job, 3] = ("RUNNING", 0)
    lose(campaign, slurm, 3, job, "OUT_OF_MEMORY")
    assert attempts(campaign, 3)[-1]["state"] == "out of memory"


def test_a_task_that_has_not_ended_is_not_lost(campaign, slurm):
    (job,) = submit(campaign)
    lose(campaign, slurm, 3, job, "COMPLETING")
    assert [note["event"] for note in attempts(campaign, 3)] == ["began"]


def test_a_task_forgotten_by_slurm_is_lost(campaign, slurm):
    (job,) = submit(campaign)
    begin(campaign, 3, f"{job}_3")
    del slurm.waiting[job]
    SlurmExecutor().reconcile(campaign)
    assert attempts(campaign, 3)[-1]["state"] == "forgotten by Slurm"
    assert not attempts(campaign, 4)
    assert runs_to_do(campaign) == list(range(12))


def test_a_silent_controller_is_an_error_and_no_loss(campaign, slurm, monkeypatch):
    (job,) = submit(campaign)
    begin(campaign, 3, f"{job}_3")
    del slurm.waiting[job]

    def silent(*_):
        raise H2ModelError("scontrol reports: Unable to contact slurm controller (connect failure)")

    monkeypatch.setattr(slurm, "_scontrol", silent)
    with pytest.raises(H2ModelError, match="Unable to contact"):
        SlurmExecutor().reconcile(campaign)
    assert [note["event"] for note in attempts(campaign, 3)] == ["began"]


def test_accounts_are_read(slurm):
    slurm.has_accounts = True
    slurm.ended = {("7", 1): ("CANCELLED by 0", 0), ("7", 2): ("TIMEOUT", 0)}
    slurm.late = {("7", "[3-9]"): ("PENDING", 0)}
    found = slurm_commands.task_states([("7", 1), ("7", 2)])
    assert found == {("7", 1): Task("CANCELLED"), ("7", 2): Task("TIMEOUT")}
    assert [call[0] for call in slurm.asked] == ["sacct"]


def test_repeated_runs_are_active_until_they_end_again(campaign, slurm):
    settle(campaign, *range(10))
    for run in (10, 11):
        mark_failed(campaign, Outcome(run, "unfinished", "too slow"))
    (job,) = submit(campaign, again=True)
    assert slurm.scripts[0].rstrip().endswith("--again")
    assert SlurmExecutor().active_runs(campaign) == {10: "waiting", 11: "waiting"}
    assert submit(campaign, again=True) == []
    assert not status_of(campaign, SlurmExecutor().active_runs(campaign)).failures
    mark_failed(campaign, Outcome(10, "unfinished", "too slow", job=f"{job}_10"))
    assert SlurmExecutor().active_runs(campaign) == {11: "waiting"}


def test_a_refusal_is_reported_and_not_recorded(campaign, slurm):
    slurm.takes = 0
    ended = h2("study", "submit", str(campaign.folder), "--partition", "wrong")
    assert ended.exit_code == 1
    assert "job submit limit" in ended.stderr
    assert "--bundle" in ended.stderr
    assert submissions(campaign) == []
    slurm.takes = 1000
    submit(campaign)
    assert "wrong" not in slurm.options("partition")[1:]


def test_arrays_accepted_before_a_refusal_stay_recorded(campaign, slurm):
    slurm.takes, slurm.array_size = 2, 5
    ended = h2("study", "submit", str(campaign.folder))
    assert ended.exit_code == 1
    assert "10 of 12 runs were submitted to Slurm as jobs 101, 102" in ended.stderr
    slurm.takes = 1000
    submit(campaign)
    assert [(note["offset"], note["tasks"]) for note in submissions(campaign)] == [(0, "0-4"), (5, "0-4"), (10, "0-1")]


def test_options_are_kept_for_further_submissions(campaign, slurm):
    submit(campaign, partition="long", memory="2 GB", array_limit=3, account="who", time="30")
    slurm.waiting.clear()
    submit(campaign, time="1-00:00:00")
    for name, values in {"partition": ["long"] * 2, "mem": ["2048M"] * 2, "time": ["30", "1440"]}.items():
        assert slurm.options(name) == values
    assert slurm.options("array") == ["0-11%3"] * 2
    assert slurm.options("account") == ["who"] * 2


def test_arrays_with_too_long_ranges_are_split(campaign, slurm, monkeypatch):
    monkeypatch.setattr("h2model.studies.executors.slurm_arrays.MOST_CHARACTERS", 7)
    settle(campaign, *range(0, 12, 2))
    submit(campaign)
    assert slurm.options("array") == ["1,3,5", "7,9,11"]
    assert MOST_CHARACTERS < 4096


def test_a_follower_waits_for_all_and_is_cancelled_first(campaign, slurm):
    slurm.array_size = 6
    jobs = submit(campaign, then_collect=True)
    assert slurm.options("dependency") == [f"afterany:{':'.join(jobs)}"]
    assert slurm.scripts[-1].rstrip().endswith(f"study submit {campaign.folder} --then-collect")
    said = SlurmExecutor().cancel(campaign)
    cancelled = [call[1:] for call in slurm.asked if call[0] == "scancel"]
    assert cancelled == [["103"], jobs]
    assert said == "jobs 103, 101, 102 cancelled"
    assert SlurmExecutor().cancel(campaign) == "Slurm's queue has no task of this campaign"


def test_a_follower_can_be_added_to_queued_jobs_only_once(campaign, slurm, monkeypatch):
    jobs = submit(campaign)
    executor = SlurmExecutor(then_collect=True)
    assert executor.follow(campaign) == f"a job follows job {jobs[0]} to resubmit or collect"
    assert slurm.options("dependency") == [f"afterany:{jobs[0]}"]
    assert executor.follow(campaign) == "a job that resubmits or collects is already waiting"
    assert len(slurm.options("dependency")) == 1
    # The follower itself finds tasks in the queue: another one must come after it.
    monkeypatch.setenv("SLURM_JOB_ID", list(slurm.waiting)[-1])
    assert executor.follow(campaign).startswith("a job follows job")


def test_a_refused_follower_is_reported(campaign, slurm):
    slurm.takes = 1
    with pytest.raises(H2ModelError, match="12 of 12 runs were submitted to Slurm"):
        submit(campaign, then_collect=True)
    assert len(submissions(campaign)) == 1


def test_cancelled_runs_are_not_losses(campaign, slurm):
    for _ in range(MOST_LOSSES + 1):
        (job,) = submit(campaign)
        begin(campaign, 3, f"{job}_3")
        SlurmExecutor().cancel(campaign)
        slurm.ended[job, 3] = ("CANCELLED", 0)
    assert submit(campaign)
    assert {note["event"] for note in attempts(campaign, 3)} == {"began", "cancelled"}


def test_numbers_are_written_as_ranges_and_read_again():
    numbers = [0, 1, 2, 5, 7, 8]
    assert format_ranges(numbers) == "0-2,5,7-8"
    assert parse_ranges(f"[{format_ranges(numbers)}%4]") == numbers
    assert parse_ranges("[1-7:3,9]") == [1, 4, 7, 9]
    assert format_ranges([]) == ""
    with pytest.raises(ValueError, match="invalid literal"):
        parse_ranges("seven")


def test_jobs_without_array_are_in_the_queue_too(slurm):
    slurm.waiting = {"7": ("1-2", "PD"), "8": ("N/A", "R")}
    assert slurm_commands.queue() == {"7": {1: "PD", 2: "PD"}, "8": {}}


def test_times_are_counted_in_minutes():
    assert [minutes(text) for text in ("90", "30:00", "01:30:00", "1-02:00:00", "0:45")] == [90, 30, 90, 1560, 1]


def test_errors_of_slurm_name_their_cause(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(H2ModelError, match="The command squeue does not exist on this computer"):
        slurm_commands.queue()
    fake = tmp_path / "squeue"
    fake.write_text("#!/bin/sh\necho 'slurm_load_jobs error' >&2; exit 1\n")
    fake.chmod(0o755)
    with pytest.raises(H2ModelError, match="squeue reports: slurm_load_jobs error"):
        slurm_commands.queue()
    fake.write_text("#!/bin/sh\necho 'Slurm temporarily unable to accept job' >&2; exec /bin/sleep 60\n")
    monkeypatch.setattr(slurm_commands, "TIMEOUT_SECONDS", 0.5)
    with pytest.raises(H2ModelError, match=r"did not answer within 0.5 s; try again later.\nSlurm temporarily unable"):
        slurm_commands.queue()
