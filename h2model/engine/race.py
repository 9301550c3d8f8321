"""Race several solvers on one program, each in a separate process; the first proof counts.

Each process runs `python -m h2model.engine.race <folder> <name>`: it reads program.npz and writes <name>.npz.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import scipy.sparse as sp

from h2model.engine.highs import SolverOptions, SolverRun, run_highs
from h2model.engine.outcome import NOTHING_PROVEN
from h2model.engine.program import LinearProgram

VECTORS = ("row_lower", "row_upper", "cost", "column_lower", "column_upper")
POLL_SECONDS = 0.05


def race(program: LinearProgram, contestants: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, SolverRun]]:
    """Yield name and run of each contestant (name → HiGHS options) as it ends.

    When the caller closes the generator, the other processes are killed.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        _write_program(program, folder)
        running = {}
        try:
            for contestant, settings in contestants.items():
                (folder / f"{contestant}.json").write_text(json.dumps(dict(settings)), encoding="utf-8")
                command = [sys.executable, "-m", "h2model.engine.race", name, contestant]
                running[contestant] = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            started = time.perf_counter()
            while running:
                time.sleep(POLL_SECONDS)
                for contestant in [other for other, process in running.items() if process.poll() is not None]:
                    failed = running.pop(contestant).returncode != 0
                    seconds = time.perf_counter() - started
                    if failed:
                        yield contestant, SolverRun(*NOTHING_PROVEN, "its process failed", seconds)
                    else:
                        yield contestant, SolverRun.load(folder / f"{contestant}.npz")
        finally:
            for process in running.values():
                process.kill()
                process.wait()


def _write_program(program: LinearProgram, folder: Path) -> None:
    matrix = program.matrix
    np.savez(
        folder / "program.npz",
        data=matrix.data,
        indices=matrix.indices,
        indptr=matrix.indptr,
        shape=matrix.shape,
        maximize=program.maximize,
        offset=program.offset,
        **{name: getattr(program, name) for name in VECTORS},
    )


def _read_program(folder: Path) -> LinearProgram:
    with np.load(folder / "program.npz") as stored:
        matrix = sp.csr_array((stored["data"], stored["indices"], stored["indptr"]), shape=tuple(stored["shape"]))
        vectors = {name: stored[name] for name in VECTORS}
        return LinearProgram(
            matrix=matrix, offset=float(stored["offset"]), maximize=bool(stored["maximize"]), rows=(), columns=(),
            **vectors,
        )  # fmt: skip


def main(folder: Path, contestant: str) -> None:
    """Solve the program in a folder and write the run there."""
    settings = json.loads((folder / f"{contestant}.json").read_text(encoding="utf-8"))
    run_highs(_read_program(folder), settings, SolverOptions()).save(folder / f"{contestant}.npz")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
