"""Pages for people as files: written completely or not at all, and only in place of an earlier page."""

from __future__ import annotations

import os
from pathlib import Path

from h2model.errors import Fault, InputError
from h2model.results.folder import run_folder_above


def check_page(path: Path, option: str, mark: str) -> None:
    """Refuse a file that a page must not replace; an earlier page contains the `mark` and may be replaced.

    Raises
    ------
    InputError
        If the name does not end in .html, its folder is missing or is a run folder, or another file is there.
    """
    where, another = f"{option} {path}", "choose another file"
    if path.suffix not in (".html", ".htm"):
        raise InputError([Fault(where, "is not the name of a page", "end it in .html")])
    if path.is_dir() or not path.parent.is_dir():
        problem = "is a folder" if path.is_dir() else f"the folder {path.parent} does not exist"
        raise InputError([Fault(where, problem, "name a file in a folder that exists")])
    if folder := run_folder_above(path):
        raise InputError([Fault(where, f"lies inside the run folder {folder}", another)])
    if not os.access(path.parent, os.W_OK):
        raise InputError([Fault(where, "cannot be written there", another)])
    if path.exists() and mark not in path.read_text(encoding="utf-8", errors="replace"):
        raise InputError([Fault(where, "is another page", f"{another}, or move it away")])


def write_page(text: str, path: Path) -> Path:
    """Write a page completely, or leave the file unchanged.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    partial = path.with_name(path.name + ".part")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        remedy = "make room, or choose another file"
        raise InputError([Fault(str(path), f"cannot be written: {error.strerror or error}", remedy)]) from error
    finally:
        partial.unlink(missing_ok=True)
    return path
