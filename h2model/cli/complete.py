"""What the shell is told when Tab is pressed: scenarios, studies and run folders that are there, by their names.

Only names of files are looked at, so that the answer comes at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

INPUTS, RUNS = Path("inputs"), Path("runs")
#: Files by which the folders of runs and campaigns are known; kept in step with the rooms that write them by a test.
RESULTS, FACTS = "results.nc", "campaign.json"


def scenarios(incomplete: str) -> list[str]:
    """Names of scenarios, or the scenario files of a folder once a path is begun."""
    names = (path.stem for path in INPUTS.glob("*/scenarios/*.yaml"))
    return _matching([*names, *_paths(incomplete, ("*.yaml", "*.nc"))], incomplete)


def studies(incomplete: str) -> list[str]:
    """Names of studies, and the campaigns that there are."""
    names = (path.stem for path in INPUTS.glob("*/studies/*.yaml"))
    return _matching([*names, *_holding(FACTS), *_paths(incomplete, ("*.yaml",))], incomplete)


def runs(incomplete: str) -> list[str]:
    """Folders of finished runs."""
    return _matching([*_holding(RESULTS), *_paths(incomplete, ())], incomplete)


def campaigns(incomplete: str) -> list[str]:
    """Folders of studies that have begun."""
    return _matching([*_holding(FACTS), *_paths(incomplete, ())], incomplete)


def runs_and_campaigns(incomplete: str) -> list[str]:
    """Folders of either kind."""
    return sorted({*runs(incomplete), *campaigns(incomplete)})


def _holding(file: str) -> Iterable[str]:
    return (str(path.parent) for path in RUNS.glob(f"*/{file}"))


def _paths(incomplete: str, patterns: Iterable[str]) -> Iterable[str]:
    """Folders, and files of these patterns, in the folder of a path that is begun; nothing while it is a bare word."""
    if "/" not in incomplete:
        return
    folder = Path(incomplete.rpartition("/")[0] or "/")
    yield from (f"{path}/" for path in folder.glob("*") if path.is_dir())
    for pattern in patterns:
        yield from map(str, folder.glob(pattern))


def _matching(words: Iterable[str], incomplete: str) -> list[str]:
    """The words that go on from what is typed, each once; a run is named without the slash of a folder."""
    found = sorted({word for word in words if word.startswith(incomplete)})
    return [word for word in found if not (word.endswith("/") and word.rstrip("/") in found)]
