"""A real Slurm of three nodes on this computer, to be queried and to fail on request."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from typer.testing import CliRunner

from h2model import cli

HERE = Path(__file__).parent
NODES = 3
#: The controller, accounts and database use the first three ports; the nodes those from the eleventh on.
PORTS_USED = (0, 1, 2, *range(10, 10 + NODES))
SECONDS_BETWEEN_LOOKS = 0.2


class Cluster:
    """A Slurm to be queried and to fail on request."""

    def __init__(self, root: Path) -> None:
        self.root, self.conf = root, root / "slurm.conf"
        port = _free_ports()
        self.environment = {
            **os.environ,
            "SLURM_TEST_ROOT": str(root),
            "SLURM_TEST_NODES": str(NODES),
            "SLURM_TEST_PORT": str(port),
            # Control groups are named after nodes and jobs: those of two clusters must not be mixed up.
            "SLURM_TEST_NAME": f"at{port}n",
            "SLURM_CONF": str(self.conf),
        }

    def start(self) -> None:
        """Start all daemons that do not run, also after a failure; raises RuntimeError with their message."""
        done = self._script("start-slurm")
        if done.returncode:
            raise RuntimeError(done.stderr)

    def stop(self) -> None:
        """Stop all daemons and delete their files."""
        self._script("stop-slurm", "--purge")

    def kill_node(self, node: str) -> None:
        """Kill a node, as if it lost power, and report it to Slurm at once."""
        assert self._script("kill-node", node).returncode == 0
        self.ask("scontrol", "update", f"nodename={node}", "state=down", "reason=killed")

    def kill_controller(self) -> None:
        """Kill the controller, as if its computer lost power."""
        os.kill(int((self.root / "run" / "slurmctld.pid").read_text()), signal.SIGKILL)

    def ask(self, *command: str) -> str:
        """Return the output of a command of Slurm."""
        return subprocess.run(command, env=self.environment, check=True, capture_output=True, text=True).stdout

    def wait_until_empty(self, seconds: float = 400) -> None:
        """Wait until the queue is empty; requeued tasks start without the two minutes imposed by Slurm."""

        def is_empty() -> bool:
            for job in self.ask("squeue", "-h", "-r", "-t", "PENDING", "-o", "%i").split():
                # One that has started in the meantime refuses.
                command = ["scontrol", "update", f"JobId={job}", "StartTime=now"]
                subprocess.run(command, env=self.environment, capture_output=True, check=False)
            return not self.ask("squeue", "-h").strip()

        wait_for(is_empty, seconds)

    def _script(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [HERE / name, *arguments], env=self.environment, capture_output=True, text=True, check=False
        )


def wait_for(condition: Callable[[], object], seconds: float = 200) -> None:
    """Wait until a condition holds."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"the condition did not hold within {seconds} s"
        time.sleep(SECONDS_BETWEEN_LOOKS)


def h2(*arguments: str):
    """Return the result of a command of h2model."""
    return CliRunner().invoke(cli.app, arguments)


def _free_ports() -> int:
    """Return the first of a series of free ports."""
    for first in range(17000 + os.getpid() % 700 * 20, 32000, 20):
        with ExitStack() as stack:
            try:
                for number in PORTS_USED:
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", first + number))
            except OSError:
                continue
            return first
    raise RuntimeError("no free ports")
