"""The Slurm that tests share which need a real one."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from slurm_cluster import Cluster

#: With this variable set (as .ci/run does) a Slurm that does not start is a failure, and otherwise a reason to skip.
REQUIRE = "H2MODEL_REQUIRE_SLURM"


@pytest.fixture(scope="session")
def _running() -> Iterator[Cluster]:
    # Not pytest's own folder for temporary files: its path is too long for the socket of munge.
    root = Path(tempfile.mkdtemp(prefix="h2s"))
    root.chmod(0o755)  # or munge refuses to answer in it
    try:
        why = _why_impossible()
        if why:
            _refuse(why)
        cluster = Cluster(root / "slurm")
        try:
            cluster.start()
        except RuntimeError as error:
            cluster.stop()
            _refuse(f"Slurm does not start: {error}")
        yield cluster
        cluster.stop()
    finally:
        shutil.rmtree(root)


@pytest.fixture
def cluster(_running: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """A whole and idle Slurm, and a working directory on it."""
    _running.start()
    monkeypatch.setenv("SLURM_CONF", str(_running.conf))
    monkeypatch.chdir(tmp_path)
    yield _running
    jobs = _running.ask("squeue", "-h", "-o", "%A").split()
    if jobs:
        _running.ask("scancel", *jobs)
        _running.wait_until_empty()


def _why_impossible() -> str:
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "only root can start a Slurm"
    if shutil.which("slurmctld") is None and shutil.which("apt-get") is None:
        return "there is no Slurm, and no apt-get to install it with"
    return ""


def _refuse(why: str) -> None:
    (pytest.fail if os.environ.get(REQUIRE) else pytest.skip)(f"no Slurm for tests: {why}")
