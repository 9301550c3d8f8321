"""The run folder: its files, and how they are written and read.

    results.nc      decisions of the model, prices and costs; only if the run ended optimal
    inputs.nc       every input as the model read it; `h2model run <folder>/inputs.nc` repeats the run
    scenario.yaml   the scenario after all `--set` changes
    run.log         messages of h2model and the solver, with times

A file gets its name when it is complete (`netcdf_file`). One older run with results is kept.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import xarray as xr

from h2model.case import FILES, SCENARIO_TEXT, SOURCES
from h2model.errors import Fault, InputError

RESULTS = "results.nc"
INPUTS = "inputs.nc"
SCENARIO = "scenario.yaml"
LOG = "run.log"
#: Every name that a run gives to a file; `.part` is an unfinished file of a killed run.
WRITTEN = (RESULTS, INPUTS, SCENARIO, LOG, RESULTS + ".part", INPUTS + ".part")
#: The declared parameter that the Dataset holds under another name: the coordinate `carrier_unit`.
UNIT = "unit"
#: Suffix of a parameter with the name of a result, if both are in one Dataset.
PARAMETER_SUFFIX = "_parameter"
#: Names of quantities in results of earlier versions → their names today.
FORMER_NAMES = {
    "run": "decided_activity",
    "sending": "decided_flow",
    "given_up": "retired",
    "existing_given_up": "existing_retired",
    "capacity_given_up": "capacity_retired",
    "dual_given_up_for_good": "dual_retired_for_good",
    "dual_existing_given_up_for_good": "dual_existing_retired_for_good",
    "dual_given_up_limit": "dual_retired_limit",
}


def check_target(path: Path) -> None:
    """Refuse a folder that a run must not write to.

    Raises
    ------
    InputError
        If `path` lacks a name or lies in a run folder; if `path`, or the `.previous` folder that an earlier
        run would be moved to, holds anything that is not a run; or if no folder can be made there.
    """
    if path.name in ("", ".."):
        raise InputError([Fault(f"--out {path}", "is not the name of a new folder", "write such as --out runs/base")])
    faults = [fault for folder in (path, previous_of(path)) if (fault := _why_not_replaced(folder))]
    if folder := run_folder_above(path):
        faults.append(Fault(str(path), f"lies inside the run folder {folder}", "choose another --out"))
    above = next(folder for folder in path.absolute().parents if folder.exists())
    if not above.is_dir() or not os.access(above, os.W_OK):
        faults.append(Fault(str(path), f"no folder can be made in {above}", "choose another --out"))
    if faults:
        raise InputError(faults)


def run_folder_above(path: Path) -> Path | None:
    """Return the run folder that contains a path, if any: it may hold the files of a run only."""
    return next((folder for folder in path.resolve().parents if _has_marks(folder)), None)


def previous_of(path: Path) -> Path:
    """Return the folder that keeps the run in `path` when a new run replaces it."""
    return path.with_name(path.name + ".previous")


def create_folder(path: Path) -> Path:
    """Make an empty run folder; an existing run with results is kept as `<path>.previous`.

    A run without results is deleted, and the last run with results stays in `.previous`.

    Raises
    ------
    InputError
        As `check_target`; the folders are unchanged then.
    """
    check_target(path)
    if (path / RESULTS).is_file():
        previous = previous_of(path)
        if previous.exists():
            _empty(previous)
            previous.rmdir()
        path.rename(previous)
    path.mkdir(parents=True, exist_ok=True)
    _empty(path)
    return path


def open_run(folder: str | Path) -> xr.Dataset:
    """Return results and inputs of a run as one Dataset; values are read from disk when they are used.

    Results and inputs share the names of their dimensions, so both can be used in one expression (see `with_inputs`).
    The attributes are those of the results.

    Raises
    ------
    H2ModelError
        If the folder has no results, with the reason from the log.
    InputError
        If a file is damaged, or the inputs are not those of the results.
    """
    folder = Path(folder)
    if not (folder / RESULTS).is_file():
        raise InputError([_why_no_results(folder)])
    results = _open(folder / RESULTS)
    if not (folder / INPUTS).is_file():
        return results
    inputs = _open(folder / INPUTS)
    try:
        merged = with_inputs(results, inputs)
    except ValueError as error:
        raise _of_another_run(folder) from error
    merged.set_close(lambda: (results.close(), inputs.close()))
    return merged


@contextmanager
def opened(folder: str | Path) -> Iterator[xr.Dataset]:
    """Open a run as `open_run` does for the duration of a `with`; also report damage that appears only then.

    Raises
    ------
    InputError
        As `open_run`, and if values cannot be read.
    """
    with open_run(folder) as run:
        try:
            yield run
        except (OSError, RuntimeError) as error:
            if "NetCDF" not in str(error):
                raise
            raise _damaged(folder, error) from error


def read_both(folder: str | Path) -> tuple[xr.Dataset, xr.Dataset]:
    """Return results and inputs of a run as two Datasets in memory.

    Raises
    ------
    H2ModelError
        If the folder has no results, with the reason from the log.
    InputError
        If a file is missing or damaged, or the two are of different runs.
    """
    folder = Path(folder)
    if not (folder / RESULTS).is_file():
        raise InputError([_why_no_results(folder)])
    if not (folder / INPUTS).is_file():
        remedy = "repeat the run; of a study, with: h2model study run-one CAMPAIGN N --out DIR"
        raise InputError([Fault(str(folder / INPUTS), "the file does not exist", remedy)])
    results, inputs = (_open(folder / name) for name in (RESULTS, INPUTS))
    with results, inputs:
        try:
            results.load(), inputs.load()
        except (OSError, RuntimeError, ValueError) as error:
            raise _damaged(folder, error) from error
    shared = [dim for dim in results.indexes if dim in inputs.indexes]
    if not all(results.indexes[dim].equals(inputs.indexes[dim]) for dim in shared):
        raise _of_another_run(folder)
    return results, inputs


def read_inputs(path: Path, parameters: Iterable[str]) -> xr.Dataset:
    """Return the inputs of a run, in memory.

    Raises
    ------
    InputError
        If the file is missing, has other content, or lacks one of the `parameters` of this version.
    """
    remedy = "name the inputs.nc of a run, or run its scenario"
    if not path.is_file():
        raise InputError([Fault(str(path), "the file does not exist", remedy)])
    try:
        data = xr.load_dataset(path, engine="netcdf4")
    except (OSError, ValueError) as error:
        raise InputError([Fault(str(path), f"is not the inputs.nc of a run ({error})", remedy)]) from error
    missing = [name for name in parameters if name not in data.variables and name != UNIT]
    if missing or SCENARIO_TEXT not in data.attrs:
        problem = f"is not the inputs.nc of a run of this version: it lacks {', '.join(missing) or 'the scenario'}"
        raise InputError([Fault(str(path), problem, remedy)])
    return data


def with_inputs(results: xr.Dataset, inputs: xr.Dataset) -> xr.Dataset:
    """Return results merged with their inputs; labels must agree exactly.

    A parameter with the name of a result gets a suffix: `variable_om_cost` (per amount) is called
    `variable_om_cost_parameter`, next to the annual cost `variable_om_cost`.
    """
    taken = {name: f"{name}{PARAMETER_SUFFIX}" for name in inputs.data_vars if name in results.data_vars}
    known = [name for name in inputs.variables if name in results.coords and name not in inputs.indexes]
    merged = results.merge(
        inputs.drop_vars(known).rename(taken), join="exact", compat="override", combine_attrs="override"
    )
    merged.attrs |= {name: inputs.attrs[name] for name in (SOURCES, FILES) if name in inputs.attrs}
    merged.encoding["source"] = results.encoding.get("source", "")
    return merged


def without_inputs(results: xr.Dataset, inputs: xr.Dataset) -> xr.Dataset:
    """Return results alone, whether or not `with_inputs` has merged them with these inputs."""
    if "input" not in results:
        return results
    renamed = [name for name in results.data_vars if name.endswith(PARAMETER_SUFFIX)]
    merged = [name for name in inputs.data_vars if f"{name}{PARAMETER_SUFFIX}" not in renamed]
    return results.drop_vars([*renamed, *(name for name in merged if name in results.data_vars)])


def _damaged(folder: str | Path, error: Exception) -> InputError:
    problem = f"results or inputs cannot be read: a file is damaged ({error})"
    return InputError([Fault(str(folder), problem, "repeat the run")])


def _of_another_run(folder: Path) -> InputError:
    problem = f"holds other labels than {RESULTS}, so it belongs to another run"
    return InputError([Fault(str(folder / INPUTS), problem, "repeat the run")])


def _has_marks(path: Path) -> bool:
    return (path / SCENARIO).is_file() and (path / LOG).is_file()


def _foreign(path: Path) -> list[str]:
    """Return the entries of a folder that a run did not write."""
    return sorted(entry.name for entry in path.iterdir() if entry.name not in WRITTEN or not entry.is_file())


def _why_not_replaced(path: Path) -> Fault | None:
    remedy = "move it away or choose another --out"
    if not path.exists():
        return None
    if not path.is_dir() or path.is_symlink():
        return Fault(str(path), "exists and is not a folder", remedy)
    if foreign := _foreign(path):
        return Fault(str(path), f"holds {foreign[0]}, which is not a file of a run", remedy)
    if any(path.iterdir()) and not _has_marks(path):
        return Fault(str(path), f"is not a complete run folder: it lacks {SCENARIO} or {LOG}", remedy)
    return None


def _empty(path: Path) -> None:
    """Delete the files of a run by name; all other files stay."""
    for name in WRITTEN:
        (path / name).unlink(missing_ok=True)


def _open(path: Path) -> xr.Dataset:
    try:
        data = xr.open_dataset(path, engine="netcdf4")
    except (OSError, ValueError) as error:
        problem = f"cannot be read: it is damaged or no netCDF file ({error})"
        raise InputError([Fault(str(path), problem, "repeat the run")]) from error
    return with_current_names(data)


def with_current_names(results: xr.Dataset) -> xr.Dataset:
    """Return results of any version with the names of quantities today."""
    renamed = results.rename({former: name for former, name in FORMER_NAMES.items() if former in results.data_vars})
    # A renamed Dataset would leave the file of the original open, and HDF5 may crash when it is opened again.
    renamed.set_close(results.close)
    return renamed


def _why_no_results(folder: Path) -> Fault:
    if not folder.is_dir():
        return Fault(str(folder), "the run folder does not exist", "correct the path, or run the scenario")
    if not (folder / LOG).is_file():
        return Fault(str(folder), f"is not a run folder: it lacks {LOG}", "name a folder that h2model run wrote")
    lines = (folder / LOG).read_text(encoding="utf-8", errors="replace").split("\n")
    last = next((line for line in reversed(lines) if line.strip()), "(empty)")
    return Fault(str(folder), f"has no results. Its log ends with: {last.strip()}", "repeat the run")
