"""The report: one HTML file about a run or a study that needs nothing else, for a colleague, a phone, or paper."""

from __future__ import annotations

from pathlib import Path

import xarray as xr

from h2model.results.page_file import check_page, write_page

#: Stands in every report, so that no other file is overwritten.
MARK = '<meta name="generator" content="h2model report">'


def write_report(run: xr.Dataset, path: Path) -> Path:
    """Write the report of a run (results with inputs) to `path`; the file is there complete, or as it was.

    Raises
    ------
    InputError
        If the place cannot be written to, or holds another file than an earlier report.
    """
    from h2model.report.render import render
    from h2model.report.run_content import run_content
    from h2model.report.run_figures import run_figures

    check_page(path, "--out", MARK)
    return write_page(render("run.html.jinja", run_content(run), run_figures(run)), path)


def write_study_report(folder: Path, path: Path) -> Path:
    """Write the report of a collected study, from its campaign folder, to `path`.

    Raises
    ------
    InputError
        If the folder is no campaign, if nothing has been collected, or as `write_report`.
    """
    from h2model.report.render import render
    from h2model.report.study_content import study_content
    from h2model.report.study_figures import study_figures
    from h2model.steps import load_case
    from h2model.studies import open_study
    from h2model.studies.campaign import open_campaign

    check_page(path, "--out", MARK)
    campaign = open_campaign(folder)
    with open_study(folder) as cube:
        content = study_content(campaign, cube, load_case(campaign.base))
        return write_page(render("study.html.jinja", content, study_figures(campaign, cube)), path)
