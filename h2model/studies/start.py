"""The common start of a campaign: where the simplex ended on the base scenario.

Every run starts from there, whatever its worker solved before, so that results do not depend on who did what when. The
basis is found once by whoever comes first, and kept in the campaign folder.
"""

from __future__ import annotations

import os
import socket
import time
from dataclasses import replace
from pathlib import Path

from h2model import engine
from h2model.engine.solve import ROWS_FOR_SIMPLEX
from h2model.results.netcdf_file import force_to_disk
from h2model.screen.journal import Journal
from h2model.studies.campaign import Campaign
from h2model.studies.records import claimed
from h2model.workflow.loading import load
from h2model.workflow.solving import build

START = "start.npz"
#: Says that there is no start, so that nobody looks for one again.
NONE = b"none"
CLAIM = "start"
#: Methods that end in a basis, or that leave the choice to the program.
METHODS = ("auto", "simplex")
POLL_SECONDS = 0.5


def common_start(campaign: Campaign, journal: Journal) -> engine.Basis | None:
    """The basis to start from, found first if need be; None if this campaign has none."""
    path = campaign.folder / START
    solver = campaign.base.solver
    if campaign.study.start is False or solver.method not in METHODS or campaign.base.time.certified is not None:
        return None
    while not path.exists():
        with claimed(campaign, CLAIM) as mine:
            if mine and not path.exists():
                journal.phase("solving the base scenario, from which all runs start", "start")
                _keep(_solve_base(campaign, journal), path)
        if not mine:
            time.sleep(POLL_SECONDS)
    return None if path.read_bytes() == NONE else engine.Basis.load(path)


def _solve_base(campaign: Campaign, journal: Journal) -> engine.Basis | None:
    case = load(campaign.base)
    program = engine.compile_model(build(case.data))
    if campaign.study.start is None and program.matrix.shape[0] > ROWS_FOR_SIMPLEX:
        return None
    options = replace(case.solver_options, log=journal.detail, crossover=True, time_limit=None)
    return engine.solve(program, options).basis


def _keep(basis: engine.Basis | None, path: Path) -> None:
    partial = path.with_name(f"{path.name}.{socket.gethostname()}.{os.getpid()}.part")
    if basis is None:
        partial.write_bytes(NONE)
    else:
        basis.save(partial)
    force_to_disk(partial)
    partial.replace(path)
