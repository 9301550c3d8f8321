"""What a study says over all its runs: tables by hand, charts that show them, and a report with nothing left out."""

from __future__ import annotations

import re
import shutil
import subprocess

import matplotlib as mpl
import numpy as np
import pytest
from study_case import COST, DEMAND, EMISSIONS, HOURS, SAVING, do_runs, make_campaign
from typer.testing import CliRunner

import h2model
from h2model import open_study
from h2model.cli.commands import app
from h2model.errors import InputError
from h2model.plots import overview_charts
from h2model.report.study_content import study_content
from h2model.studies.collect import collect
from h2model.tables.over_runs import axes_of, key_results, new_capacities, per_run, spread, unit_of_axis

mpl.use("Agg")
CAPS = [EMISSIONS, 100e3]
"""t/year that are emitted under the caps that can be kept: the first one does not bind."""
COST_ROW = ("present cost of all periods", "million EUR2025")
ALONG = {"cost": "clean_overnight_cost", "cap": "emission_cap_all_limit_2030"}


@pytest.fixture
def cube(grid):
    """The cube of the grid: 2 costs × 3 caps, of which the strictest cannot be kept."""
    with h2model.open_study(grid.folder) as found:
        yield found


@pytest.fixture(scope="module")
def near(tmp_path_factory, valley):
    """A near-optimal study of the valley."""
    design = {"kind": "near_optimal", "slack": ["5%"], "capacities": {"clean": "clean"}}
    campaign = make_campaign(tmp_path_factory.mktemp("near"), valley, None, design=design)
    do_runs(campaign)
    collect(campaign)
    return campaign


def test_axes_that_scale_count_in_factors(grid):
    with open_study(grid.folder) as cube:
        assert [unit_of_axis(cube[name]) for name in axes_of(cube)] == ["factor", "kt/year"]


def costs_by_hand(scale: float) -> list[float]:
    """Million EUR under each cap: what is not emitted is made by clean plants."""
    clean = [(EMISSIONS - emitted) / 0.4 / HOURS for emitted in CAPS]
    return [(mw * 100_000 * scale + (DEMAND - mw) * HOURS * 10) / 1e6 for mw in clean]


def test_key_results_by_hand(cube):
    table = key_results(cube)
    assert axes_of(cube) == [ALONG["cost"], ALONG["cap"]]
    expected = [*costs_by_hand(1.0), np.nan, *costs_by_hand(1.2), np.nan]
    assert table.loc[COST_ROW].tolist() == pytest.approx(expected, nan_ok=True)
    emitted = table.loc[("net CO2 emissions, cap all, 2030", "kt/year")]
    assert emitted.tolist() == pytest.approx([350.4, 100, np.nan] * 2, nan_ok=True)
    prices = table.loc[("CO2 price, cap all, 2030", "EUR2025/t")]
    assert prices.iloc[1] == pytest.approx(SAVING)
    assert per_run(cube, ALONG["cost"]).values.tolist() == [1.0, 1.0, 1.0, 1.2, 1.2, 1.2]


def test_what_is_built_and_how_it_spreads(cube):
    built = new_capacities(cube)
    assert built.index.tolist() == [("clean", "MW")], "what no run builds is left out"
    assert built.loc[("clean", "MW")].isna().tolist() == [False, False, True] * 2
    found = spread(built).loc[("clean", "MW")]
    assert found[["least", "most"]].tolist() == pytest.approx([0, (EMISSIONS - 100e3) / 0.4 / HOURS], abs=1e-6)


@pytest.mark.parametrize("engine", ["matplotlib", "plotly"])
def test_along_an_axis(cube, engine):
    figure = cube.h2model.plot.along(ALONG["cost"], engine=engine)
    chart = overview_charts.along(cube, ALONG["cost"])
    cost = chart.panels[0]
    assert (cost.title, cost.y_title) == COST_ROW
    median, least, most = cost.traces
    ends = [costs_by_hand(1.0), costs_by_hand(1.2)]
    assert least.y.tolist() == pytest.approx([min(end) for end in ends])
    assert most.y.tolist() == pytest.approx([max(end) for end in ends])
    assert median.y.tolist() == pytest.approx([np.mean(end) for end in ends])
    if engine == "matplotlib":
        assert all(axes.get_ylabel() for axes in figure.axes)
        assert figure.axes[-1].get_xlabel() == "clean overnight cost, factor"
        mpl.pyplot.close(figure)


def test_only_results_that_change_along_the_axis_are_shown(cube):
    titles = [panel.title for panel in overview_charts.along(cube, ALONG["cap"]).panels]
    assert "net CO2 emissions, cap all, 2030" in titles
    assert "CO2 stored for good, 2030" not in titles
    with pytest.raises(InputError, match="the study does not have this axis"):
        cube.h2model.plot.along("cap")


def test_ranks_and_bins(morris):
    with h2model.open_study(morris.folder) as cube:
        ranks = overview_charts.correlations(cube, *COST_ROW).panels[0].traces
        bars = overview_charts.histogram(cube, *COST_ROW).panels[0].traces[0]
    assert {trace.name for trace in ranks} == {"positive"}
    assert all(0 < value <= 1 for value in ranks[0].y)
    assert bars.y.sum() == len(morris)


def test_the_range_of_near_optimal_capacities(near):
    with h2model.open_study(near.folder) as cube:
        (bars,) = overview_charts.possible(cube, ("clean",), "MW").panels[0].traces
    least = (EMISSIONS - 100e3) / 0.4 / HOURS
    # Up to the demand a clean MW saves gas; what is left of 5 % of the least cost buys some that stand idle.
    left = 0.05 * costs_by_hand(1.0)[1] * 1e6 - (DEMAND - least) * (100_000 - 10 * HOURS)
    assert bars.base.tolist() == pytest.approx([least])
    assert (bars.base + bars.y).tolist() == pytest.approx([DEMAND + left / 100_000], rel=1e-6)


@pytest.mark.parametrize("name", ["grid", "morris", "near"])
def test_the_report_is_complete_and_a_browser_draws_it(name, request, tmp_path):
    campaign = request.getfixturevalue(name)
    path = tmp_path / "study.html"
    ended = CliRunner().invoke(app, ["report", str(campaign.folder), "--out", str(path)])
    assert ended.exit_code == 0, ended.output
    page = path.read_text(encoding="utf-8")
    for text in ("New capacity over all runs", "Results over all runs", "Every run", "Solution quality", "by hand"):
        assert text in page
    before_script = page[: page.index("<script>")]
    assert not re.findall(r"""(?:src|href)\s*=\s*["'](?!data:)""", before_script)
    asked = re.findall(r'class="chart" id="(\w+)"', page)
    assert len(asked) == {"grid": 2, "morris": 1, "near": 1}[name]
    if shutil.which("chromium") is None:
        pytest.skip("the page is complete; whether a browser draws it needs Chromium")
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=8000"]
    command += ["--enable-logging=stderr", "--v=0", "--dump-dom", path.as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert sorted(re.findall(r'class="chart js-plotly-plot" id="(\w+)"', shown.stdout)) == sorted(asked)
    assert "CONSOLE" not in shown.stderr


def test_runs_without_result_are_listed_with_their_reason(grid, cube):
    content = study_content(grid, cube, h2model.load_case(grid.base))
    assert content.cards[0].values == (("of 6", "4"),)
    assert content.largest_capacities.rows[0][:3] == ("clean", "MW", "2 of 4 runs")
    ((count, state, reason),) = content.failures.rows
    assert (count, state) == ("2", "infeasible")
    assert reason
    assert [row[-1] for row in content.runs.rows][2] == "–"
    assert [row[3] for row in content.runs.rows] == ["optimal", "optimal", "infeasible"] * 2
    assert content.axes.rows[0] == ("clean overnight cost", "scale", "1.0, 1.2", COST, "")


def test_a_study_that_has_not_been_collected_is_refused(untouched, tmp_path):
    ended = CliRunner().invoke(app, ["report", str(untouched.folder), "--out", str(tmp_path / "x.html")])
    assert (ended.exit_code, "has not been collected yet" in ended.output) == (2, True)
    assert not (tmp_path / "x.html").exists()
