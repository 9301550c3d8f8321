"""Writing a case folder from the template under another name, completely or not at all."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from h2model.case import Faults, parse_yaml
from h2model.errors import Fault, InputError
from h2model.start.profiles import profiles_text

#: The tables and texts of the case, without hourly profiles.
TEMPLATE = Path(__file__).parent / "template"
#: Name of the case in the template. In every text and file name, the new name replaces it.
TEMPLATE_NAME = "mycase"
PROFILES = "profiles.csv"
#: Regions of the new case. The case needs another name, because exports name the sum of its regions after it.
REGIONS = ("works",)
GOOD_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def write_case(name: str, folder: str | Path = "inputs") -> Path:
    """Write a small case that runs, and return its folder, `<folder>/<name>`.

    Parameters
    ----------
    name
        Name of the case: a lower-case letter, then lower-case letters, digits and underscores. The names of its
        scenarios and its study begin with it, so that they differ from those of other cases.
    folder
        Parent of the case folder. A scenario is found by its name in the folder `inputs` of the working directory.

    Raises
    ------
    InputError
        If the name is invalid, the case folder exists already, another case in `folder` has a scenario or study of the
        same name, or writing fails. The folder is then left unchanged.
    """
    target = Path(folder) / name
    faults = Faults()
    _check_name(name, faults)
    faults.raise_if_any()
    _check_folder(target, faults)
    _check_other_cases(name, target.parent, faults)
    faults.raise_if_any()
    unfinished = target.with_name(f".{name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        for source in sorted(path for path in TEMPLATE.rglob("*") if path.suffix in (".yaml", ".csv", ".md")):
            path = unfinished / _renamed(source.relative_to(TEMPLATE).as_posix(), name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_renamed(source.read_text(encoding="utf-8"), name), encoding="utf-8")
        (unfinished / PROFILES).write_text(profiles_text(), encoding="utf-8")
        unfinished.rename(target)
    except OSError as error:
        problem = f"cannot be written: {error.strerror or error}"
        raise InputError([Fault(str(target), problem, "free space, or choose another --out")]) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return target


def scenario_names(name: str = TEMPLATE_NAME) -> list[str]:
    """Return the names of the scenarios of a new case."""
    return _renamed_stems("scenarios", name)


def study_names(name: str = TEMPLATE_NAME) -> list[str]:
    """Return the names of the studies of a new case."""
    return _renamed_stems("studies", name)


def _check_name(name: str, faults: Faults) -> None:
    """Refuse names that cannot be the name of a folder and files, or a plain word in YAML."""
    if not GOOD_NAME.fullmatch(name):
        problem = f"'{name}' is not a valid name of a case"
        remedy = "use at most 40 lower-case letters, digits and _, with a letter first; give the folder with --out"
        faults.add("new", problem, remedy)
    elif name in REGIONS:
        faults.add("new", f"'{name}' is also the name of a region of the new case", "choose another name")
    elif not isinstance(parse_yaml(name, "name"), str):
        faults.add("new", f"'{name}' is not a text in YAML", "choose another name")


def _check_folder(target: Path, faults: Faults) -> None:
    """Refuse a case folder that exists, or that cannot be created where it should be."""
    if target.exists() or target.is_symlink():
        faults.add(str(target), "exists already", "choose another name, or move it")
    existing = next(parent for parent in target.absolute().parents if parent.exists())
    if not existing.is_dir():
        faults.add(str(target), f"{existing} is not a folder", "choose another --out")
    if (target.parent / "case.yaml").exists():
        problem = f"{target.parent} is a case itself"
        faults.add(str(target), problem, "choose an --out that contains cases, such as inputs")


def _check_other_cases(name: str, folder: Path, faults: Faults) -> None:
    """Refuse scenarios and studies that another case has too: they could not be found by their name any more."""
    kinds = (("scenario", "scenarios", scenario_names(name)), ("study", "studies", study_names(name)))
    for kind, subfolder, names in kinds:
        for path in sorted(folder.glob(f"*/{subfolder}/*.yaml")):
            if path.stem in names and path.parents[1].name != name:
                problem = f"the {kind} {path.stem} exists already, and {name} would have it too"
                faults.add(path.as_posix(), problem, "choose another name for the case")


def _renamed_stems(folder: str, name: str) -> list[str]:
    return sorted(_renamed(path.stem, name) for path in (TEMPLATE / folder).glob("*.yaml"))


def _renamed(text: str, name: str) -> str:
    return text.replace(TEMPLATE_NAME, name)
