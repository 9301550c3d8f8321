"""The report: one HTML file about a run or a study that needs nothing else, for a colleague, a phone, or paper."""

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
    from h2model.report.render import render
    from h2model.report.run_content import run_content
    from h2model.report.run_figures import run_figures

    _require_place(path)
    return _write(render("run.html.jinja", run_content(run), run_figures(run)), path)


def write_study_report(folder: Path, path: Path) -> Path:
    """Write the report of a collected study, from its campaign folder, to `path`.

    Raises
    ------
    InputError
        If the folder is no campaign, if nothing has been collected, or if the place cannot be written to.
    """
    from h2model.report.render import render
    from h2model.report.study_content import study_content
    from h2model.report.study_figures import study_figures
    from h2model.steps import load_case
    from h2model.studies import open_study
    from h2model.studies.campaign import open_campaign

    _require_place(path)
    campaign = open_campaign(folder)
    with open_study(folder) as cube:
        content = study_content(campaign, cube, load_case(campaign.base))
        return _write(render("study.html.jinja", content, study_figures(campaign, cube)), path)


def _require_place(path: Path) -> None:
    parent = path.absolute().parent
    if path.is_dir() or not parent.is_dir() or not os.access(parent, os.W_OK):
        problem = "is a folder" if path.is_dir() else "cannot be written there"
        raise InputError([Fault(f"--out {path}", problem, "name a file in a folder that exists, such as report.html")])


def _write(text: str, path: Path) -> Path:
    partial = path.with_name(path.name + ".part")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path
