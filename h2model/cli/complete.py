"""Completion with the Tab key: names of existing scenarios, studies and run folders.

Only file names are read, so that the answer comes at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

INPUTS, RUNS = Path("inputs"), Path("runs")
#: Files that mark the folders of runs and campaigns; a test compares them with the modules that write them.
RESULTS, FACTS = "results.nc", "campaign.json"


def scenarios(incomplete: str) -> list[str]:
    """Return names of scenarios; for a path, the scenario files of its folder."""
    names = (path.stem for path in INPUTS.glob("*/scenarios/*.yaml"))
    return _matching([*names, *_paths(incomplete, ("*.yaml", "*.nc"))], incomplete)


def studies(incomplete: str) -> list[str]:
    """Return names of studies and campaigns."""
    names = (path.stem for path in INPUTS.glob("*/studies/*.yaml"))
    return _matching([*names, *_holding(FACTS), *_paths(incomplete, ("*.yaml",))], incomplete)


def runs(incomplete: str) -> list[str]:
    """Return folders of finished runs."""
    return _matching([*_holding(RESULTS), *_paths(incomplete, ())], incomplete)


def campaigns(incomplete: str) -> list[str]:
    """Return folders of campaigns."""
    return _matching([*_holding(FACTS), *_paths(incomplete, ())], incomplete)


def runs_and_campaigns(incomplete: str) -> list[str]:
    """Return folders of both kinds."""
    return sorted({*runs(incomplete), *campaigns(incomplete)})


def _holding(file: str) -> Iterable[str]:
    return (str(path.parent) for path in RUNS.glob(f"*/{file}"))


def _paths(incomplete: str, patterns: Iterable[str]) -> Iterable[str]:
    """Return folders and matching files in the folder of a path; nothing for a single word."""
    if "/" not in incomplete:
        return
    folder = Path(incomplete.rpartition("/")[0] or "/")
    yield from (f"{path}/" for path in folder.glob("*") if path.is_dir())
    for pattern in patterns:
        yield from map(str, folder.glob(pattern))


def _matching(words: Iterable[str], incomplete: str) -> list[str]:
    """Return the words that begin with the typed text, each once; a run has no slash at its end."""
    matches = sorted({word for word in words if word.startswith(incomplete)})
    return [word for word in matches if not (word.endswith("/") and word.rstrip("/") in matches)]
