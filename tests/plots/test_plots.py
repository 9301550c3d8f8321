"""Plots agree with the tables, in both engines, and have units on every axis."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hydrogen_case import HYDROGEN, POWER, TABLES
from small_case import solve_small_case

import h2model
import h2model.accessor
from h2model.errors import InputError
from h2model.plots import run_charts, sankeys
from h2model.plots.chart import Chart, Panel, Style, Trace, thinned
from h2model.plots.colours import colours_of
from h2model.plots.region_map import region_map

mpl.use("Agg")
LIMIT = {"emission_cap": {"all": {"limit": {2030: "200 kt/year", 2040: "50 kt/year"}}}}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Two periods, with a cap that falls and a store."""
    _, results = solve_small_case(
        tmp_path_factory.mktemp("plots"), TABLES, POWER, policies={**LIMIT, **TAX_OF_BOTH}, periods=[2030, 2040]
    )
    return results


TAX_OF_BOTH = {"carbon_price": {"tax": {"price": {2030: "100 EUR2025/t", 2040: "100 EUR2025/t"}}}}

DRAWN = {
    "dispatch": lambda plot, engine: plot.dispatch("hydrogen", "inland", 2040, engine=engine),
    "price_duration": lambda plot, engine: plot.price_duration("electricity", "coast", engine=engine),
    "capacities": lambda plot, engine: plot.capacities("new_capacity", engine=engine),
    "costs": lambda plot, engine: plot.costs(engine=engine),
    "emissions": lambda plot, engine: plot.emissions(engine=engine),
    "cost_waterfall": lambda plot, engine: plot.cost_waterfall(engine=engine),
    "emission_waterfall": lambda plot, engine: plot.emission_waterfall(engine=engine),
    "map": lambda plot, engine: plot.map(engine=engine),
}


@pytest.mark.parametrize("name", DRAWN)
def test_matplotlib_draws_every_plot_with_titles_on_all_axes(run, name, tmp_path):
    figure = DRAWN[name](run.h2model.plot, "matplotlib")
    figure.savefig(tmp_path / "plot.png")
    assert (tmp_path / "plot.png").stat().st_size > 5000
    assert all(axes.get_ylabel() or axes.get_xlabel() for axes in figure.axes)
    mpl.pyplot.close(figure)


@pytest.mark.parametrize("name", DRAWN)
def test_plotly_draws_every_plot(run, name):
    figure = DRAWN[name](run.h2model.plot, "plotly")
    assert len(figure.data) > 0
    assert figure.layout.title.text


def test_dispatch_shows_the_flows_of_the_balance(run):
    chart = run_charts.dispatch(run, "hydrogen", "inland", 2030, slice(None))
    flows, price = chart.panels
    shown = {trace.name: trace.y for trace in flows.traces}
    made = run["activity"].sel(plant="electrolyser_inland", period=2030)
    np.testing.assert_allclose(shown["electrolyser"], made, atol=1e-6)
    np.testing.assert_allclose(shown["demand"], [-HYDROGEN, -HYDROGEN])
    assert "MWh/hour" in flows.y_title
    np.testing.assert_allclose(price.traces[0].y, run.h2model.price("hydrogen", "inland").sel(period=2030))


def test_dispatch_of_some_days_begins_and_ends_with_them(run):
    chart = run_charts.dispatch(run, "hydrogen", "inland", 2030, slice("2030-07-01", None))
    assert len(chart.panels[0].traces[0].x) == 1
    with pytest.raises(InputError, match=r"hydrogen does not flow in inland.*from 2030-01-01 to 2030-07"):
        run_charts.dispatch(run, "hydrogen", "inland", 2030, slice("2031", None))


def test_a_waterfall_begins_and_ends_with_the_sums():
    table = pd.DataFrame({2030: {"kiln": 100.0, "boiler": 50.0}, 2050: {"kiln": 20.0, "boiler": -30.0}})
    (panel,) = run_charts.waterfall(table[2030], table[2050], "CO2", "kt/year").panels
    totals = next(trace for trace in panel.traces if trace.name == "total")
    assert totals.text == ["150", "−10"]
    less = next(trace for trace in panel.traces if trace.name == "less")
    np.testing.assert_allclose(less.y, [-80, -80])
    # Each step begins where the one before has ended.
    np.testing.assert_allclose(less.base, [150, 70])


def test_a_waterfall_may_begin_in_another_run(run):
    since = run.isel(period=slice(1, None)).assign_attrs(scenario="today")
    (panel,) = run_charts.emission_waterfall(run, 2030, None, since).panels
    totals = next(trace for trace in panel.traces if trace.name == "total")
    assert totals.x == ["today 2040", "2030"]
    net = [float(run["emissions"].sel(period=period).sum()) / 1e3 for period in (2040, 2030)]
    np.testing.assert_allclose(totals.y, net, rtol=1e-6)
    with pytest.raises(InputError, match="has the currency USD2020, and the run has EUR2025"):
        run.h2model.plot.cost_waterfall(since=since.assign_attrs(currency="USD2020"))


def test_the_carbon_sankey_agrees_with_the_ledger(run):
    chart = sankeys.carbon(run, 2030)
    flows = {(chart.nodes[source], chart.nodes[target]): value for source, target, value in chart.links}
    released = float(run["carbon_released"].sel(period=2030).sum()) / 1e3
    assert flows["reformer", "the air"] == pytest.approx(released)
    assert flows["import of gas", "gas"] == pytest.approx(released)


@pytest.fixture(scope="module")
def one_of_each(small_year):
    """A run of the case that has one of each kind: modes, links with losses, heat at two levels, recovery."""
    return h2model.solve(small_year)


@pytest.mark.parametrize("draw", [sankeys.carbon, sankeys.energy])
@pytest.mark.parametrize("period", [2030, 2040])
def test_inflow_of_a_node_equals_its_outflow(one_of_each, draw, period, monkeypatch):
    monkeypatch.setattr(sankeys, "LEAST_SHARE", 0.0)
    chart = draw(one_of_each, period)
    net = np.zeros(len(chart.nodes))
    for source, target, value in chart.links:
        net[source] -= value
        net[target] += value
    ends = ("import of", "export of", "demand for", "losses", "ambient", "the air", "permanent", "products")
    inner = [position for position, name in enumerate(chart.nodes) if not name.startswith(ends)]
    assert inner
    # Flows of less than an amount a year are left out.
    np.testing.assert_allclose(net[inner], 0, atol=1e-5 * max(value for *_, value in chart.links))


def test_energy_is_conserved_at_each_inner_node(run):
    chart = sankeys.energy(run, 2030)
    net = np.zeros(len(chart.nodes))
    for source, target, value in chart.links:
        net[source] -= value
        net[target] += value
    ends = ("import of", "export of", "demand for", "losses", "ambient")
    inner = [position for position, name in enumerate(chart.nodes) if not name.startswith(ends)]
    np.testing.assert_allclose(net[inner], 0, atol=0.005 * max(value for *_, value in chart.links))


@pytest.mark.parametrize("draw", ["carbon_sankey", "energy_sankey"])
def test_a_sankey_without_inputs_is_refused(run, draw):
    with pytest.raises(InputError, match="lack the inputs, which this needs"):
        getattr(run.drop_vars(["input", "carbon_content", "lower_heating_value"]).h2model.plot, draw)()


@pytest.mark.parametrize("engine", ["matplotlib", "plotly"])
def test_emissions_of_a_region_without_carbon_are_drawn(run, engine):
    run.h2model.plot.emissions("coast", engine=engine)
    run.h2model.plot.emission_waterfall(regions="coast", engine=engine)
    mpl.pyplot.close("all")


def test_links_between_the_same_regions_are_drawn_side_by_side(tmp_path):
    tables = TABLES | {
        "links": TABLES["links"] + "\nsecond_cable,cable,inland,coast,no",
        "assets": TABLES["assets"] + "\nsecond_cable,existing_capacity,,,5,,MW",
    }
    _, run = solve_small_case(tmp_path, tables, POWER, policies=TAX_OF_BOTH, periods=[2030, 2040])
    lines = region_map(run, 2030).lines
    assert len(lines) == 2
    np.testing.assert_allclose(lines[0].offset, -np.array(lines[1].offset))
    assert np.hypot(*lines[0].offset) > 0


def test_regions_close_to_each_other_are_counted_as_neighbours(run):
    near = run.assign_coords(longitude=("region", [9.0, 9.001]), latitude=("region", [59.0, 60.0]))
    assert [point.neighbours for point in region_map(near, 2030).points] == [0, 0]
    together = run.assign_coords(longitude=("region", [9.0, 9.0]), latitude=("region", [59.0, 59.0]))
    assert len(region_map(together, 2030).points) == 2


def test_a_waterfall_to_the_first_period_is_refused(run):
    with pytest.raises(InputError, match="is the first period"):
        run.h2model.plot.cost_waterfall(2030)


def test_the_smallest_series_are_added_up():
    table = pd.DataFrame({2030: np.arange(20.0)}, index=[f"t{number}" for number in range(20)])
    grouped = run_charts.grouped(table)
    assert len(grouped) == run_charts.MOST_SERIES + 1
    assert grouped.loc["all others", 2030] == sum(range(11))
    assert grouped[2030].sum() == table[2030].sum()


def test_colours_depend_on_names_and_differ_within_a_family():
    names = ["wind_onshore", "gas_boiler", "kiln_capture", "cracker_capture", "wind_fixed", "odd_thing"]
    colours = colours_of(names)
    assert len(set(colours.values())) == len(names)
    many = [f"boiler_{number}" for number in range(40)]
    assert len(set(colours_of(many).values())) == len(many)
    assert colours_of(names) == colours


def test_thinned_lines_keep_their_mean():
    trace = Trace("a", np.arange(1000.0), np.random.default_rng(1).random(1000), "#000000", Style.AREA)
    (panel,) = thinned(Chart("", (Panel("", (trace,)),)), 100).panels
    assert len(panel.traces[0].y) == 100
    assert panel.traces[0].y.mean() == pytest.approx(trace.y.mean())


@pytest.fixture
def effects() -> xr.Dataset:
    """Morris effects of three inputs."""
    values = {"mean_absolute_effect": [3.0, 10.0, 1.0], "mean_absolute_effect_confidence": [0.5, 1.0, 0.1]}
    data = {name: ("axis", column) for name, column in values.items()}
    return xr.Dataset(data, {"axis": ["gas_price", "cost", "cap"]}, {"of": "total_cost", "units": "EUR2025"})


def test_a_tornado_has_the_largest_effect_on_top(effects):
    figure = effects.h2model.plot.tornado(engine="plotly")
    assert list(figure.data[0].y) == ["cap", "gas price", "cost"]
    assert "EUR2025" in figure.layout.xaxis.title.text


def test_sobol_indices_have_two_bars_for_each_axis():
    names = ("first_order", "total_order", "first_order_confidence", "total_order_confidence")
    data = {name: ("axis", [0.2, 0.6]) for name in names}
    indices = xr.Dataset(data, {"axis": ["a", "b"]}, {"of": "total_cost", "units": ""})
    assert [trace.name for trace in indices.h2model.plot.tornado(engine="plotly").data] == [
        "total order",
        "first order",
    ]


@pytest.fixture
def front() -> xr.Dataset:
    """The cube of a study of caps in two periods."""
    price = ("cap_limit", "cap", "period"), [[[10.0, 20.0]], [[50.0, 90.0]]], {"units": "EUR2025/t"}
    coords = {"cap_limit": ("cap_limit", [100.0, 0.0], {"units": "kt/year"}), "cap": ["all"], "period": [2030, 2050]}
    return xr.Dataset({"co2_price": price}, coords, {"study": "front"})


def test_an_abatement_curve_is_the_price_along_the_cap(front):
    figure = front.h2model.plot.abatement_curve("cap_limit", {"period": 2050}, engine="plotly")
    np.testing.assert_allclose(figure.data[0].y, [90, 20])


FAULTS = {
    "axis": (lambda plot: plot.abatement_curve("cap_limt"), "the study does not have this axis → choose one of"),
    "several": (lambda plot: plot.abatement_curve("cap_limit"), "also differs by period → name one label"),
    "label": (
        lambda plot: plot.abatement_curve("cap_limit", {"period": 2049}),
        "this label does not exist → choose one of 2030",
    ),
    "dimension": (
        lambda plot: plot.abatement_curve("cap_limit", {"gas": 1}),
        "the CO2 price lacks this dimension → use some of cap_l",
    ),
    "remedy": (lambda plot: plot.abatement_curve("cap_limit"), r"where={'period': 2030}"),
    "no indices": (lambda plot: plot.tornado(), "is the cube of a study, and this is about indices"),
    "no run": (lambda plot: plot.costs(), "is the cube of a study, and this is about results of a run"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_plot_that_needs_other_data_or_labels_is_refused(front, name):
    ask, message = FAULTS[name]
    with pytest.raises(InputError, match=message):
        ask(front.h2model.plot)


def test_a_plot_that_the_run_does_not_support_is_refused(run):
    for ask, message in (
        (lambda plot: plot.along("cap"), "is results of a run, and this is about the cube of a study"),
        (lambda plot: plot.cost_waterfall(since=xr.Dataset(attrs={"study": "s"})), "is the cube of a study"),
        (lambda plot: plot.dispatch("hydrogen", start="foo"), "start='foo': is not a date"),
        (lambda plot: plot.capacities("foo"), "is not a capacity of assets by period"),
        (lambda plot: plot.emissions(["inland", "nowhere", "else"]), "region='else'"),
    ):
        with pytest.raises(InputError, match=message):
            ask(run.h2model.plot)


def test_an_unknown_engine_is_refused(run):
    with pytest.raises(InputError, match="did you mean 'plotly'"):
        run.h2model.plot.costs(engine="plotli")
