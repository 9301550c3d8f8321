"""The commands `h2model study …`: their options and help.

Each command imports its work when it is called: xarray, Pyomo and HiGHS take two seconds, and --help and the Tab key
should not wait for them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from h2model.cli import complete
from h2model.cli.answer import AsJson, answer
from h2model.cli.common import console, examples, exit_codes

HELP = """Sensitivity studies: many runs of one scenario, on this computer or on a cluster.

A campaign folder (runs/STUDY) contains everything: any command may be killed and repeated, and finished runs are never
lost or done twice. Exit code 3: some runs have no result; `status` shows the reasons.
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
Again = Annotated[bool, typer.Option("--again", help="Repeat failed runs.")]
On = Annotated[str, typer.Option("--on", help="Where to run: local or slurm.")]
Partition = Annotated[str | None, typer.Option(help="Slurm: partition.")]
Account = Annotated[str | None, typer.Option(help="Slurm: account to be charged.")]
Time = Annotated[str | None, typer.Option(help="Slurm: time limit of one run, such as 00:30:00.")]
Memory = Annotated[str | None, typer.Option(help="Slurm: memory of one run, such as '8 GB'.")]
MemoryLimit = Annotated[str | None, typer.Option(help="Slurm: upper limit of the memory of a run that ran out of it.")]
Bundle = Annotated[
    int | None, typer.Option(min=1, help="Slurm: number of runs that one task does, one after the other.")
]
ArrayLimit = Annotated[int | None, typer.Option(min=1, help="Slurm: largest number of tasks at the same time.")]
ThenCollect = Annotated[
    bool,
    typer.Option("--then-collect", help="Slurm: when all tasks have ended, resubmit lost runs, or collect."),
]


@app.command("run", epilog=examples("h2model study run front_2050", "h2model study run runs/front_2050 --again"))
def run_command(
    study: StudyName,
    on: On = "local",
    out: Out = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Local: runs at the same time.")] = None,
    again: Again = False,
) -> None:
    """Do all unfinished runs of a study, and collect them.

    On this computer, the command ends when all runs are done. With `--on slurm` it submits them, as `submit` does.
    """
    with exit_codes():
        from h2model.cli.study_runs import run_study

        run_study(study, on, out, workers, again)


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
    """Submit all unfinished runs of a study to Slurm, as job arrays.

    Runs that ran out of memory get more, up to the limit. Lost runs are submitted again; failed runs only with
    `--again`. Options override those of the study, and are kept for further submissions.
    """
    with exit_codes():
        from h2model.cli.study_runs import submit_study

        options = {
            "partition": partition, "account": account, "time": time, "memory": memory, "memory_limit": memory_limit,
            "bundle": bundle, "array_limit": array_limit,
        }  # fmt: skip
        submit_study(
            study, out, {name: value for name, value in options.items() if value is not None}, again, then_collect
        )


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
    """Do single runs, unless they are done; every executor calls this command.

    A failed run is recorded in the campaign. The exit code stays 0, so that a scheduler does not repeat the run.
    """
    with exit_codes():
        from h2model.cli.study_runs import do_runs

        do_runs(campaign, runs, again, out)


@app.command("status", epilog=examples("h2model study status runs/front_2050 --all"))
def status_command(
    campaign: CampaignFolder,
    everything: Annotated[bool, typer.Option("--all", help="Show every failure.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the number of finished, failed, running, waiting and missing runs, and the reasons of failures."""
    with answer("study status", as_json) as reply:
        from h2model.cli.study_campaigns import campaign_status, show_status, status_document

        status = campaign_status(campaign)
        if as_json:
            reply.content = status_document(status)
        else:
            show_status(console(), status, everything)


@app.command("collect", epilog=examples("h2model study collect runs/front_2050"))
def collect_command(campaign: CampaignFolder) -> None:
    """Collect all finished runs into one file, study.nc."""
    with exit_codes():
        from h2model.cli.study_campaigns import collect_campaign

        collect_campaign(campaign)


@app.command("cancel", epilog=examples("h2model study cancel runs/front_2050"))
def cancel_command(campaign: CampaignFolder) -> None:
    """Stop running and waiting runs. Finished runs are kept; `run` or `submit` continue from there."""
    with exit_codes():
        from h2model.cli.study_campaigns import cancel_campaign

        cancel_campaign(campaign)


@app.command(
    "sensitivity",
    epilog=examples("h2model study sensitivity runs/uncertain_2050 co2_price --where cap=cluster --where period=2050"),
)
def sensitivity_command(
    campaign: CampaignFolder,
    result: Annotated[str, typer.Argument(help="A result in study.nc.")] = "total_cost",
    where: Annotated[
        list[str] | None, typer.Option("--where", metavar="DIMENSION=LABEL", help="Select a label; may be repeated.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show which axes a result depends on: Morris or Sobol indices with confidence intervals."""
    with answer("study sensitivity", as_json) as reply:
        from h2model.cli.study_campaigns import indices_document, sensitivity_of, show_indices

        indices = sensitivity_of(campaign, result, where or [])
        if as_json:
            reply.content = indices_document(indices)
        else:
            show_indices(console(), indices)
