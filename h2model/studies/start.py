"""The common start of a campaign: the final basis of the simplex on the base scenario.

Every run starts from this basis, independent of earlier runs of its worker. Therefore results do not depend
on the distribution and order of runs. The first worker computes the basis and keeps it in the campaign folder.
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
from h2model.studies.claims import claimed
from h2model.workflow.loading import load
from h2model.workflow.solving import build

START = "start.npz"
#: Content of the file if the campaign starts without a basis, so that no other worker computes one.
NONE = b"none"
CLAIM = "start"
#: Methods that end with a basis, or that let the program choose.
METHODS = ("auto", "simplex")
POLL_SECONDS = 0.5


def common_start(campaign: Campaign, journal: Journal) -> engine.Basis | None:
    """Return the basis to start from, and compute it if it does not exist yet; None if runs start without one."""
    path = campaign.folder / START
    solver = campaign.base.solver
    if campaign.study.start is False or solver.method not in METHODS or campaign.base.time.certified is not None:
        return None
    while not path.exists():
        with claimed(campaign, CLAIM) as is_claimed:
            if is_claimed and not path.exists():
                journal.phase("solving the base scenario as the start of all runs", "start")
                _write_start(campaign, journal, path)
        if not is_claimed:
            time.sleep(POLL_SECONDS)
    return None if path.read_bytes() == NONE else engine.Basis.load(path)


def _write_start(campaign: Campaign, journal: Journal, path: Path) -> None:
    """Solve the base scenario and write its basis, or `NONE` if its program is too large for the simplex."""
    case = load(campaign.base)
    program = engine.compile_model(build(case.data))
    partial = path.with_name(f"{path.name}.{socket.gethostname()}.{os.getpid()}.part")
    is_large = program.matrix.shape[0] > ROWS_FOR_SIMPLEX
    if campaign.study.start is None and is_large:
        basis = None
    else:
        options = replace(case.solver_options, log=journal.detail, crossover=True, time_limit=None)
        basis = engine.solve(program, options).basis
    if basis is None:
        partial.write_bytes(NONE)
    else:
        basis.save(partial)
    force_to_disk(partial)
    partial.replace(path)
