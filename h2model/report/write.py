"""Write the report on a run or a study as one HTML file."""

from __future__ import annotations

from pathlib import Path

import xarray as xr

from h2model.report.render import render
from h2model.report.run_content import run_content
from h2model.report.run_figures import run_figures
from h2model.report.study_content import study_content
from h2model.report.study_figures import study_figures
from h2model.results.folder import opened
from h2model.results.page_file import check_page, write_page
from h2model.studies.campaign import FACTS, open_campaign
from h2model.studies.collect import open_study
from h2model.workflow.loading import load_case

#: Marks every report, so that other files are not overwritten.
MARK = '<meta name="generator" content="h2model report">'


def report_on(folder: Path, path: Path) -> Path:
    """Write the report on a run folder, or on the campaign folder of a collected study, to `path`.

    Raises
    ------
    InputError
        If there are no results, or as `write_report`.
    """
    if (folder / FACTS).is_file():
        return write_study_report(folder, path)
    with opened(folder) as run:
        return write_report(run, path)


def write_report(run: xr.Dataset, path: Path) -> Path:
    """Write the report on a run (results with inputs) to `path`. If writing fails, an earlier file stays unchanged.

    Raises
    ------
    InputError
        If `path` cannot be written, or is a file other than an earlier report.
    """
    check_page(path, "--out", MARK)
    return write_page(render("run.html.jinja", run_content(run), run_figures(run)), path)


def write_study_report(folder: Path, path: Path) -> Path:
    """Write the report on a collected study, from its campaign folder, to `path`.

    Raises
    ------
    InputError
        If the folder is not a campaign, if its results have not been collected, or as in `write_report`.
    """
    check_page(path, "--out", MARK)
    campaign = open_campaign(folder)
    with open_study(folder) as cube:
        content = study_content(campaign, cube, load_case(campaign.base))
        return write_page(render("study.html.jinja", content, study_figures(campaign, cube)), path)
