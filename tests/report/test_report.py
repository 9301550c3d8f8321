"""The report is complete and self-contained, has no errors in a browser, and is written whole or not at all."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hydrogen_case import POWER, TABLES
from small_case import solve_small_case, write_small_case
from typer.testing import CliRunner

import h2model
from h2model.cli.commands import app
from h2model.report.binding import binding_limits
from h2model.report.run_content import run_content

CAP = {"emission_cap": {"all": {"limit": {2030: "50 kt/year", 2040: "20 kt/year"}}}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder of a run with a cap that binds."""
    place = tmp_path_factory.mktemp("report")
    scenario = write_small_case(place, TABLES, POWER, policies=CAP, periods=[2030, 2040], title="Hydrogen & <heat>")
    h2model.run(scenario, place / "run")
    return place / "run"


@pytest.fixture(scope="module")
def page(folder) -> str:
    """The text of its report."""
    outcome = CliRunner().invoke(app, ["report", str(folder)])
    assert outcome.exit_code == 0, outcome.output
    return folder.with_name("run.report.html").read_text(encoding="utf-8")


def test_the_report_shows_results_limits_and_sources(page, folder):
    with h2model.open_run(folder) as run:
        cost = float(run["annual_cost"][0]) / 1e6
    assert f"<dd>{cost:,.1f}</dd>" in page
    for text in (
        "Net CO2 emissions",
        "Largest investments",
        "Binding limits",
        "Solution quality",
        "Assumptions and their sources",
    ):
        assert text in page
    assert "by hand" in page
    assert re.search(r"passed: \d+ equations at [\d,]+ places; recomputed without the model", page)


def test_texts_of_the_case_are_escaped(page):
    assert "Hydrogen &amp; &lt;heat&gt;" in page
    assert "<heat>" not in page


def test_the_page_refers_to_no_other_file(page):
    before_script = page[: page.index("<script>")]
    assert not re.findall(r"""(?:src|href)\s*=\s*["'](?!data:)""", before_script)
    assert "@import" not in before_script
    assert '<link rel="stylesheet"' not in page


def test_the_saving_of_a_cap_is_its_co2_price(folder):
    with h2model.open_run(folder) as run:
        found = {(binding.what, binding.period): binding.saving for binding in binding_limits(run)}
        prices = dict(zip(run["capped_period"].values.tolist(), run["price_of_cap"].values.tolist(), strict=True))
    assert found["emission cap all: one tonne more", 2040] == pytest.approx(prices[2040])


def test_unserved_demand_is_reported(tmp_path):
    """Without a price of CO2 all hydrogen comes from gas, and no heat comes with it."""
    _, run = solve_small_case(tmp_path, TABLES, POWER)
    content = run_content(run)
    assert content.unserved.rows[0][:2] == ("houses", "inland")
    assert {source[0] for source in content.sources.rows} >= {"electrolyser", "gas", "works"}


def test_a_run_that_fails_its_audit_is_marked(folder):
    with h2model.open_run(folder) as run:
        assert run_content(run.assign_attrs(audit="failed: balance is off by 3 MWh/hour")).failed


def test_a_wrong_path_or_run_is_refused(folder, tmp_path):
    outcome = CliRunner().invoke(app, ["report", str(folder), "--out", str(tmp_path / "no" / "x.html")])
    assert (outcome.exit_code, "does not exist" in outcome.output) == (2, True)
    outcome = CliRunner().invoke(app, ["report", str(tmp_path / "nothing")])
    assert (outcome.exit_code, "the run folder does not exist" in outcome.output) == (2, True)


def test_only_an_earlier_report_is_replaced(page, folder, tmp_path):
    dear = tmp_path / "thesis.html"
    dear.write_text("<html>dear</html>")
    results = (folder / "results.nc").read_bytes()
    for place, problem in (
        (dear, "is another page"),
        (tmp_path / "thesis.txt", "is not the name of a page"),
        (folder / "results.nc", "is not the name of a page"),
        (folder / "report.html", "lies inside the run folder"),
    ):
        outcome = CliRunner().invoke(app, ["report", str(folder), "--out", str(place)])
        assert (outcome.exit_code, problem in outcome.output) == (2, True), outcome.output
    assert dear.read_text() == "<html>dear</html>"
    assert (folder / "results.nc").read_bytes() == results
    dear.write_text(page)
    assert CliRunner().invoke(app, ["report", str(folder), "--out", str(dear)]).exit_code == 0


def test_damage_late_in_a_file_is_reported(folder, tmp_path):
    copy = tmp_path / "run"
    shutil.copytree(folder, copy)
    damaged = bytearray((copy / "results.nc").read_bytes())
    for place in range(len(damaged) // 3, len(damaged)):
        damaged[place] ^= 0x5A
    (copy / "results.nc").write_bytes(bytes(damaged))
    for command in (["report"], ["export", "--to", "csv", "--out", str(tmp_path / "tables")], ["compare", str(folder)]):
        outcome = CliRunner().invoke(app, [command[0], str(copy), *command[1:]])
        assert (outcome.exit_code, "damaged" in outcome.output) == (2, True), (command, outcome.exception)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run"]


@pytest.fixture
def browser():
    """Gives the DOM of a page once its scripts have run, and what the browser has to say."""
    if shutil.which("chromium") is None:
        if os.environ.get("H2MODEL_REQUIRE_BROWSER"):
            pytest.fail("there is no chromium")
        pytest.skip("needs Chromium")

    def show(path: Path) -> subprocess.CompletedProcess:
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=8000"]
        command += ["--enable-logging=stderr", "--v=0", "--dump-dom", path.as_uri()]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)

    return show


def test_a_browser_draws_all_charts_without_errors(page, folder, browser):
    ended = browser(folder.with_name("run.report.html"))
    drawn = re.findall(r'class="chart js-plotly-plot" id="(\w+)"', ended.stdout)
    asked = re.findall(r'class="chart" id="(\w+)"', page)
    assert sorted(drawn) == sorted(asked)
    assert "CONSOLE" not in ended.stderr


def test_printed_charts_fit_and_all_details_are_open(page, tmp_path, browser):
    """A window is wider than A4, and a browser that prints does not draw anew by itself."""
    printed = tmp_path / "printed.html"
    printed.write_text(page.replace("</body>", "<script>dispatchEvent(new Event('beforeprint'))</script></body>"))
    ended = browser(printed)
    widths = [float(width) for width in re.findall(r'<svg class="main-svg"[^>]* width="([\d.]+)"', ended.stdout)]
    assert widths
    assert max(widths) <= 182 / 25.4 * 96 + 1
    assert "<details>" not in ended.stdout
    assert "CONSOLE" not in ended.stderr
