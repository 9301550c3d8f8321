"""From the template to a case folder of another name: checked first, then written whole or not at all."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from h2model.case import Faults, parse_yaml
from h2model.errors import Fault, InputError
from h2model.start.profiles import profiles_text

#: The case as it is written, but for its name and its hourly profiles: tables and texts that can be read here.
TEMPLATE = Path(__file__).parent / "template"
#: What the case is called in the template; in every text and file name this word gives way to the new name.
TEMPLATE_NAME = "mycase"
PROFILES = "profiles.csv"
#: What the regions of the new case are called: exports name their sum after the case.
REGIONS = ("works",)
GOOD_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def write_case(name: str, folder: str | Path = "inputs") -> Path:
    """Write a small case that can be run, and return its folder, `<folder>/<name>`.

    Parameters
    ----------
    name
        Name of the case: a small letter, then small letters, digits and underscores. Its scenarios and its study
        begin with it, so that names stay apart from those of other cases.
    folder
        Where the folder of the case is made; a scenario is found by its name in `inputs` of the working directory.

    Raises
    ------
    InputError
        If the name cannot be that of a case, something of this name is there already, another case in `folder` has
        scenarios or studies of the names that are to be written, or nothing can be written. Nothing is left behind.
    """
    target = Path(folder) / name
    faults = Faults()
    _check_name(name, faults)
    faults.raise_if_any()
    _check_place(target, faults)
    _check_others(name, target.parent, faults)
    faults.raise_if_any()
    unfinished = target.with_name(f".{name}.part")
    try:
        _write(name, unfinished)
        unfinished.rename(target)
    except OSError as error:
        problem = f"cannot be written: {error.strerror or error}"
        raise InputError([Fault(str(target), problem, "make room, or choose another --out")]) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return target


def scenario_names(name: str = TEMPLATE_NAME) -> list[str]:
    """The scenarios that a new case of this name has."""
    return _renamed_stems("scenarios", name)


def study_names(name: str = TEMPLATE_NAME) -> list[str]:
    """The studies that a new case of this name has."""
    return _renamed_stems("studies", name)


def _check_name(name: str, faults: Faults) -> None:
    """The name becomes that of a folder and of files, and stands as a plain word in YAML."""
    if not GOOD_NAME.fullmatch(name):
        problem = f"'{name}' cannot be the name of a case"
        remedy = "begin with a small letter, then small letters, digits and _, at most 40; the place goes into --out"
        faults.add("new", problem, remedy)
    elif name in REGIONS:
        faults.add("new", f"'{name}' is the name of a region of the new case", "choose another name")
    elif not isinstance(parse_yaml(name, "name"), str):
        faults.add("new", f"'{name}' means something else in YAML", "choose another name")


def _check_place(target: Path, faults: Faults) -> None:
    """The folder of the case does not exist, and what it is to lie in is a folder, or can become one."""
    if target.exists() or target.is_symlink():
        faults.add(str(target), "exists already", "choose another name, or move it away")
    above = next(place for place in target.absolute().parents if place.exists())
    if not above.is_dir():
        faults.add(str(target), f"{above} is no folder", "choose another --out")
    if (target.parent / "case.yaml").exists():
        problem = f"{target.parent} is a case itself"
        faults.add(str(target), problem, "choose an --out that holds cases, such as inputs")


def _check_others(name: str, folder: Path, faults: Faults) -> None:
    """No other case has a scenario or study of a name to be written: one could then no longer be run by its name."""
    kinds = (("scenario", "scenarios", scenario_names(name)), ("study", "studies", study_names(name)))
    for kind, place, wanted in kinds:
        for path in sorted(folder.glob(f"*/{place}/*.yaml")):
            if path.stem in wanted and path.parents[1].name != name:
                problem = f"there is a {kind} {path.stem} already, which {name} would have as well"
                faults.add(path.as_posix(), problem, "choose another name for the case")


def _write(name: str, folder: Path) -> None:
    """Every file of the case, in a folder that is made for it."""
    shutil.rmtree(folder, ignore_errors=True)
    for source in _template_files():
        path = folder / _renamed(source.relative_to(TEMPLATE).as_posix(), name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_renamed(source.read_text(encoding="utf-8"), name), encoding="utf-8")
    (folder / PROFILES).write_text(profiles_text(), encoding="utf-8")


def _template_files() -> list[Path]:
    return sorted(path for path in TEMPLATE.rglob("*") if path.suffix in (".yaml", ".csv", ".md"))


def _renamed_stems(folder: str, name: str) -> list[str]:
    return sorted(_renamed(path.stem, name) for path in (TEMPLATE / folder).glob("*.yaml"))


def _renamed(text: str, name: str) -> str:
    return text.replace(TEMPLATE_NAME, name)
