"""An export of a run: where it may be written, and that it is complete or absent."""

from __future__ import annotations

import os
from pathlib import Path

import xarray as xr

from h2model.errors import Fault, InputError
from h2model.exports import folder, iamc, workbook
from h2model.exports.folder import GUIDE
from h2model.exports.formats import ENDINGS, Format
from h2model.exports.tables import TABLES
from h2model.results.folder import opened, run_folder_above


def export_run(folder: Path, to: Format, out: Path, force: bool = False) -> str:
    """Export a run folder as `export` does, and return the verdict of its audit."""
    check_target(to, out, force)
    with opened(folder) as run:
        export(run, to, out, force)
        return str(run.attrs.get("audit", "none"))


def export(run: xr.Dataset, to: Format, out: Path, force: bool = False) -> Path:
    """Write a run to `out`, a file (IAMC, Excel) or a folder (CSV, parquet), and return it.

    It is written under a name that ends in `.part` and is renamed when it is complete.

    Parameters
    ----------
    run
        Results with inputs, as `h2model.open_run` returns them.
    force
        Replace an earlier export. Other files are never replaced.

    Raises
    ------
    InputError
        If `out` cannot or must not be written, a package for the format is missing, or the run lacks its inputs.
    """
    check_target(to, out, force)
    partial = _partial(out)
    try:
        _remove(to, partial)
        if to is Format.IAMC:
            iamc.write_iamc(run, partial, out)
        elif to is Format.EXCEL:
            workbook.write_workbook(run, partial)
        else:
            partial.mkdir()
            (folder.write_csv if to is Format.CSV else folder.write_parquet)(run, partial)
        _remove(to, out)
        partial.rename(out)
    except OSError as error:
        if "NetCDF" in str(error):  # reading failed, which `opened` reports
            raise
        problem = f"cannot be written: {error.strerror or error}"
        raise InputError([Fault(str(out), problem, "make room, or choose another --out")]) from error
    finally:
        _remove(to, partial)
    return out


def check_target(to: Format, out: Path, force: bool = False) -> None:
    """Refuse a target that an export must not be written to; InputError with every reason."""
    faults, endings = [], ENDINGS.get(to)
    where = f"--out {out}"
    if endings and out.suffix not in endings:
        faults.append(Fault(where, f"does not end in {' or '.join(endings)}", f"write such as --out run{endings[0]}"))
    if not endings and out.name in ("", ".."):
        faults.append(Fault(where, "is not the name of a new folder", "write such as --out tables"))
    # Of an entry of it, so that the folder itself counts, too.
    if folder := run_folder_above(out / "table"):
        faults.append(Fault(where, f"lies inside the run folder {folder}", "choose another --out"))
    if not faults and out.exists():
        faults += _why_not_replaced(to, out, force)
    above, partial = out.absolute().parent, _partial(out)
    if not above.is_dir():
        faults.append(Fault(where, f"the folder {above} does not exist", "make it, or choose another --out"))
    elif not os.access(above, os.W_OK):
        faults.append(Fault(where, f"the folder {above} is not writable", "choose another --out"))
    elif partial.is_dir() and (to in ENDINGS or _foreign(to, partial)):
        faults.append(Fault(str(partial), "exists and is not an unfinished export", "move it away"))
    if faults:
        raise InputError(faults)


def _why_not_replaced(to: Format, out: Path, force: bool) -> list[Fault]:
    where, another = f"--out {out}", "choose another --out"
    if (to in ENDINGS) == out.is_dir():
        return [Fault(where, f"is {'a folder' if out.is_dir() else 'no folder'}", another)]
    if out.is_dir() and (foreign := _foreign(to, out)):
        return [Fault(where, f"contains {foreign[0]}, which does not belong to an export to {to.value}", another)]
    if not force:
        return [Fault(where, "already exists", f"replace it with --force, or {another}")]
    return []


def _partial(out: Path) -> Path:
    return out.with_name(out.name + ".part")


def _file_names(to: Format) -> list[str]:
    """Return the names of the files of an export to a folder."""
    return [GUIDE, *(f"{table.name}.{to.value}" for table in TABLES)]


def _foreign(to: Format, out: Path) -> list[str]:
    """Return the entries of a folder that do not belong to an export to this format."""
    names = _file_names(to)
    return sorted(entry.name for entry in out.iterdir() if entry.name not in names or not entry.is_file())


def _remove(to: Format, path: Path) -> None:
    """Remove an export, complete or not; in a folder by name, so that other files stay."""
    if not path.is_dir():
        path.unlink(missing_ok=True)
        return
    for name in _file_names(to):
        (path / name).unlink(missing_ok=True)
    path.rmdir()
