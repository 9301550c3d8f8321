"""The report: one HTML file about a run that needs nothing else, for a colleague, a phone, or paper."""

from __future__ import annotations

import os
from pathlib import Path

import xarray as xr

from h2model.errors import Fault, InputError


def write_report(run: xr.Dataset, path: Path) -> Path:
    """Write the report of a run (results with inputs) to `path`; the file is there complete, or as it was.

    Raises
    ------
    InputError
        If the place cannot be written to.
    """
    from h2model.report.content import content_of
    from h2model.report.figures import run_figures
    from h2model.report.render import render

    if path.is_dir() or not path.absolute().parent.is_dir() or not os.access(path.absolute().parent, os.W_OK):
        problem = "is a folder" if path.is_dir() else "cannot be written there"
        raise InputError([Fault(f"--out {path}", problem, "name a file in a folder that exists, such as report.html")])
    text = render(content_of(run), {figure.name: figure for figure in run_figures(run)})
    partial = path.with_name(path.name + ".part")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path
