"""The commands `h2model study …`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from h2model.cli import complete
from h2model.cli.answer import AsJson, answer
from h2model.cli.common import PARTLY_FAILED, STOPPED_BY_USER, console, examples, exit_codes
from h2model.errors import Fault, H2ModelError, InputError

if TYPE_CHECKING:
    import xarray as xr

    from h2model.studies.campaign import Campaign
    from h2model.studies.executors import Executor

HELP = """Sensitivity studies: many runs of one scenario, on this computer or on a cluster.

A campaign folder (runs/STUDY) holds everything: any command may be killed and said again, and nothing that is finished
is lost or done twice. Exit code 3: some runs have no result, and `status` says why.
"""

app = typer.Typer(help=HELP, no_args_is_help=True)

StudyName = Annotated[
    str,
    typer.Argument(
        metavar="STUDY",
        help="Name of a study (inputs/*/studies/NAME.yaml), its path, or a campaign folder.",
        autocompletion=complete.studies,
    ),
]
CampaignFolder = Annotated[
    Path,
    typer.Argument(
        metavar="CAMPAIGN", help="The campaign folder, such as runs/STUDY.", autocompletion=complete.campaigns
    ),
]
Out = Annotated[Path | None, typer.Option(help="The campaign folder; runs/STUDY if not given.")]
Again = Annotated[bool, typer.Option("--again", help="Do runs again that have failed.")]
On = Annotated[str, typer.Option("--on", help="Where: local or slurm.")]
Partition = Annotated[str | None, typer.Option(help="Slurm: partition.")]
Account = Annotated[str | None, typer.Option(help="Slurm: account to be charged.")]
Time = Annotated[str | None, typer.Option(help="Slurm: time limit of one run, such as 00:30:00.")]
Memory = Annotated[str | None, typer.Option(help="Slurm: memory of one run, such as '8 GB'.")]
MemoryLimit = Annotated[str | None, typer.Option(help="Slurm: most memory of a run that ran out of it.")]
Bundle = Annotated[int | None, typer.Option(min=1, help="Slurm: runs that one task does one after the other.")]
ArrayLimit = Annotated[int | None, typer.Option(min=1, help="Slurm: most tasks that run at the same time.")]
ThenCollect = Annotated[
    bool,
    typer.Option("--then-collect", help="Slurm: when all tasks have ended, resubmit what was lost, or collect."),
]


@app.command("run", epilog=examples("h2model study run front_2050", "h2model study run runs/front_2050 --again"))
def run_command(
    study: StudyName,
    on: On = "local",
    out: Out = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Local: runs at the same time.")] = None,
    again: Again = False,
) -> None:
    """Do all runs of a study that are not done yet, and collect them.

    On this computer it ends when all runs are done; with `--on slurm` it hands them over, as `submit` does.
    """
    with exit_codes():
        campaign = _campaign(study, out)
        if _known(on) != "local":
            _submit(campaign, {}, again, then_collect=True)
            return
        from h2model.studies.collect import collect
        from h2model.studies.executors import LocalExecutor
        from h2model.studies.screen import Watching, show_status
        from h2model.studies.status import runs_to_do, status_of

        executor = LocalExecutor(workers=workers)
        executor.reconcile(campaign)
        runs = runs_to_do(campaign, again=again)
        if runs:
            try:
                with Watching(console(stderr=True), len(runs)) as executor.watch:
                    executor.submit(campaign, runs, again)
            except KeyboardInterrupt:
                typer.echo("Stopped. What is finished is kept; the same command goes on from there.", err=True)
                raise typer.Exit(STOPPED_BY_USER) from None
        status = status_of(campaign, executor.in_hand(campaign))
        show_status(console(), status)
        if status.counts.get("optimal"):
            _tell_of(campaign, collect(campaign))
        if status.counts.get("optimal", 0) < len(campaign):
            raise typer.Exit(PARTLY_FAILED)


@app.command(
    "submit",
    epilog=examples("h2model study submit uncertain_2050 --time 00:30:00 --memory '4 GB' --then-collect"),
)
def submit_command(
    study: StudyName,
    out: Out = None,
    partition: Partition = None,
    account: Account = None,
    time: Time = None,
    memory: Memory = None,
    memory_limit: MemoryLimit = None,
    bundle: Bundle = None,
    array_limit: ArrayLimit = None,
    again: Again = False,
    then_collect: ThenCollect = False,
) -> None:
    """Hand all runs of a study that are not done yet to Slurm, as job arrays.

    Runs that ran out of memory get more, up to the limit; those that were lost are handed over again; those that have
    failed are not, unless `--again`. Options go before what the study says, and are kept for further submissions.
    """
    with exit_codes():
        given = {
            "partition": partition, "account": account, "time": time, "memory": memory, "memory_limit": memory_limit,
            "bundle": bundle, "array_limit": array_limit,
        }  # fmt: skip
        wanted = {name: value for name, value in given.items() if value is not None}
        _submit(_campaign(study, out), wanted, again, then_collect)


@app.command(
    "run-one",
    epilog=examples(
        "h2model study run-one runs/front_2050 0-3,9", "h2model study run-one runs/front_2050 7 --out runs/x"
    ),
)
def run_one_command(
    campaign: CampaignFolder,
    runs: Annotated[str, typer.Argument(metavar="RUNS", help="Numbers of runs, such as 7 or 0-3,9.")],
    again: Again = False,
    out: Annotated[
        Path | None, typer.Option(help="Repeat one run here, as 'h2model run' would, inputs and all.")
    ] = None,
) -> None:
    """Do single runs, unless they are done; what every executor calls.

    A failure is recorded in the campaign and no failure of this command, so that a scheduler does not repeat it.
    """
    with exit_codes():
        from h2model.studies.campaign import open_campaign
        from h2model.studies.screen import first_line
        from h2model.studies.worker import Worker, repeat

        opened = open_campaign(campaign)
        if out is not None:
            typer.echo(str(repeat(opened, _numbers(runs, len(opened)), out)))
            return
        worker = Worker(opened)
        for run in _numbers(runs, len(opened)):
            outcome = worker.run(run, again)
            if outcome is None:
                typer.echo(f"run {run}: another process is at work on it")
            else:
                why = f": {first_line(outcome.reason)}" if outcome.reason else ""
                typer.echo(f"run {run}: {outcome.state}, {outcome.seconds:.1f} s{why}")


@app.command("status", epilog=examples("h2model study status runs/front_2050 --all"))
def status_command(
    campaign: CampaignFolder,
    everything: Annotated[bool, typer.Option("--all", help="Show every failure.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show how many runs are finished, failed, running, waiting and missing, and why runs have failed."""
    with answer("study status", as_json) as given:
        from h2model.studies.campaign import open_campaign
        from h2model.studies.screen import show_status
        from h2model.studies.status import status_of

        opened = open_campaign(campaign)
        in_hand: dict[int, str] = {}
        for executor in _executors(opened):
            try:
                executor.reconcile(opened)
                in_hand |= executor.in_hand(opened)
            except H2ModelError as error:
                # What is in the folder can be shown all the same.
                console(stderr=True).print(f"What is waiting is not known: {error}", markup=False, soft_wrap=True)
        status = status_of(opened, in_hand)
        if as_json:
            from h2model.studies.documents import status_document

            given.content = status_document(status)
        else:
            show_status(console(), status, everything)


@app.command("collect", epilog=examples("h2model study collect runs/front_2050"))
def collect_command(campaign: CampaignFolder) -> None:
    """Collect the results that there are into one file, study.nc."""
    with exit_codes():
        from h2model.studies.campaign import open_campaign
        from h2model.studies.collect import collect

        opened = open_campaign(campaign)
        cube = collect(opened)
        sizes = ", ".join(f"{name} {count}" for name, count in cube["status"].sizes.items())
        count = int((cube["status"] == "optimal").sum())
        typer.echo(f"{count} of {len(opened)} runs have a result; {sizes}")
        _tell_of(opened, cube)


@app.command("cancel", epilog=examples("h2model study cancel runs/front_2050"))
def cancel_command(campaign: CampaignFolder) -> None:
    """End what is running or waiting; what is finished stays, and `run` or `submit` go on from there."""
    with exit_codes():
        from h2model.studies.campaign import open_campaign

        opened = open_campaign(campaign)
        for executor in _executors(opened):
            typer.echo(executor.cancel(opened))


@app.command(
    "sensitivity",
    epilog=examples("h2model study sensitivity runs/uncertain_2050 co2_price --where cap=cluster --where period=2050"),
)
def sensitivity_command(
    campaign: CampaignFolder,
    result: Annotated[str, typer.Argument(help="A result in study.nc.")] = "total_cost",
    where: Annotated[
        list[str] | None, typer.Option("--where", metavar="DIMENSION=LABEL", help="Choose a label; may be repeated.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show which axes a result depends on: Morris or Sobol indices with confidence intervals."""
    with answer("study sensitivity", as_json) as given:
        from h2model.studies.analysis import sensitivity
        from h2model.studies.screen import show_indices

        found = sensitivity(campaign, result, _labels(where or []))
        loose = [str(dim) for dim in found["axis"].dims if dim != "axis"]
        loose += [str(dim) for dim in found.dims if dim not in ("axis", "other_axis")]
        if loose:
            problem = f"{result} also depends on {', '.join(loose)}"
            raise InputError([Fault("--where", problem, f"choose a label, such as --where {loose[0]}=…")])
        if as_json:
            from h2model.studies.documents import indices_document

            given.content = indices_document(found)
        else:
            show_indices(console(), found)


def _campaign(study: str, out: Path | None) -> Campaign:
    from h2model.studies.prepare import campaign_of

    screen = console(stderr=True)
    return campaign_of(study, out, lambda text: screen.print(text, markup=False, soft_wrap=True))


def _submit(campaign: Campaign, wanted: dict[str, Any], again: bool, then_collect: bool) -> None:
    from h2model.studies.collect import collect
    from h2model.studies.executors import SlurmExecutor
    from h2model.studies.status import runs_to_do

    executor = SlurmExecutor(wanted, then_collect)
    executor.reconcile(campaign)
    in_hand = executor.in_hand(campaign)
    runs = runs_to_do(campaign, in_hand, again)
    if runs or not then_collect:
        typer.echo(executor.submit(campaign, runs, again))
    elif in_hand:
        typer.echo(executor.follow(campaign))
    else:
        _tell_of(campaign, collect(campaign))


def _tell_of(campaign: Campaign, cube: xr.Dataset) -> None:
    """Say where the cube is, and what could not be part of it."""
    left_out = cube.attrs["left_out"]
    for text in [left_out] if isinstance(left_out, str) else left_out:
        if text != "nothing":
            console(stderr=True).print(f"left out of the cube: {text}", markup=False, soft_wrap=True)
    typer.echo(str(campaign.folder / "study.nc"))


def _executors(campaign: Campaign) -> list[Executor]:
    """The executors that this campaign has used."""
    from h2model.studies.executors import LocalExecutor, SlurmExecutor

    slurm = [SlurmExecutor()] if (campaign.folder / "slurm").is_dir() else []
    return [*slurm, LocalExecutor()]


def _known(on: str) -> str:
    from h2model.case import did_you_mean
    from h2model.studies.executors import EXECUTORS

    if on not in EXECUTORS:
        raise InputError([Fault(f"--on {on}", "there is no such place to run", did_you_mean(on, EXECUTORS))])
    return on


def _numbers(text: str, count: int) -> list[int]:
    from h2model.studies.executors.ranges import spread

    try:
        runs = spread(text)
    except ValueError:
        raise InputError([Fault(f"RUNS {text}", "are no numbers of runs", "write such as 7 or 0-3,9")]) from None
    wrong = [run for run in runs if not 0 <= run < count]
    if wrong:
        raise InputError([Fault(f"RUNS {text}", f"there is no run {wrong[0]}", f"choose from 0 to {count - 1}")])
    return runs


def _labels(where: list[str]) -> dict[str, object]:
    from h2model.case import parse_yaml

    pairs = [text.partition("=") for text in where]
    return {name.strip(): parse_yaml(label, f"--where {name}") for name, _, label in pairs}
