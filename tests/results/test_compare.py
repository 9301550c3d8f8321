"""Compared runs: tables against numbers typed by hand, and the output of the command."""

from __future__ import annotations

import io
import json
import shutil

import numpy as np
import pytest
import xarray as xr
from rich.console import Console
from small_case import write_small_case
from typer.testing import CliRunner

import h2model
from h2model import cli
from h2model.errors import InputError
from h2model.screen.compare_screen import show_comparison
from h2model.tables.compare import compare, differs, named_runs
from h2model.tables.compare_inputs import label_changes, parameter_changes, scenario_changes

POWER = {
    "regions": "here,59,9,works",
    "carriers": "electricity,unit,,MWh,",
    "technologies": """
        ,interest_rate,,,0,,1/year
        ,lifetime,,,20,,year
        turbine,reference,electricity,,,,
        turbine,output,electricity,,1,,MWh/MWh
        turbine,overnight_cost,,,1000,,EUR2025/kW
        turbine,variable_om_cost,,,30,,EUR2025/MWh
    """,
    "plants": "turbine,turbine,here",
    "demands": "town,here,electricity",
    "assets": "town,rate,,,10,,MW",
}


@pytest.fixture
def expensive(results) -> xr.Dataset:
    """The same run with more expensive operation, a kiln more in 2040, no cap in 2030, and a demand that is served."""
    other = results.copy(deep=True)
    other["variable_om_cost"] = other["variable_om_cost"] + 0.5e6
    other["new_capacity"].loc["kiln_old", 2040] = 4.0
    other["unserved_demand"] = 0 * other["unserved_demand"]
    other.attrs = {**results.attrs, "objective": 42.5e6, "scenario_yaml": "case: tiny\nname: expensive\n"}
    return other


@pytest.fixture
def pair(results, expensive) -> dict[str, xr.Dataset]:
    """Both, with capacities as if all that is built stood for good."""
    return {
        name: run.assign(capacity=run["new_capacity"].cumsum("period"))
        for name, run in {"base": results, "high": expensive}.items()
    }


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Run folders of a small case: base, and one with cheaper turbines and a year more."""
    root = tmp_path_factory.mktemp("compared")
    (root / "power").mkdir()
    scenario = write_small_case(root / "power", POWER)
    h2model.run(scenario, root / "base")
    cheaper = {"technologies.turbine.overnight_cost": "600 EUR2025/kW", "periods": "[2030, 2040]"}
    h2model.run(scenario, root / "cheap", cheaper)
    return root


def h2(*arguments: object):
    return CliRunner().invoke(cli.app, list(map(str, arguments)))


def shown(tables, everything=False) -> str:
    console = Console(file=io.StringIO(), width=120, highlight=False)
    show_comparison(console, tables, everything)
    return console.file.getvalue()


def with_inputs_of(pair):
    """As `h2model.compare` puts it together, for runs that are in no folder."""
    tables = compare(pair)
    tables |= {"scenario": scenario_changes(pair), "labels": label_changes(pair)}
    return tables | {"inputs": parameter_changes(pair, pair)}


def test_costs_and_their_differences(pair):
    table = compare(pair)["cost"]
    assert table.columns.tolist() == [
        ("base", 2030), ("base", 2040), ("high", 2030), ("high", 2040), ("high − base", 2030), ("high − base", 2040),
    ]  # fmt: skip
    assert table.loc["variable_om_cost"].tolist() == [3.0, 5.0, 3.5, 5.5, 0.5, 0.5]
    assert table.loc["export_revenue"].tolist() == [-1.0, -1.0, -1.0, -1.0, 0.0, 0.0]
    assert table.loc["total"].tolist() == [2.0, 4.0, 2.5, 4.5, 0.5, 0.5]
    assert table.attrs["unit"] == "million EUR2025/year"
    assert differs(table, ["base", "high"]).tolist() == [True, False, True]


def test_objective_emissions_stored_prices_capacity_unserved(pair):
    tables = compare(pair)
    assert tables["objective"].loc["objective"].tolist() == [36.0, 42.5, 6.5]
    assert tables["emissions"].loc[("coast", "biogenic"), "base"].tolist() == [-30.0, -45.5]
    assert tables["emissions"].loc[("total", ""), "high − base"].tolist() == [0.0, 0.0]
    assert tables["stored"].loc["total", "base"].tolist() == [2.0, 2.0]
    assert tables["co2_price"].loc["whole", "high"].tolist() == [100.0, 250.0]
    assert tables["co2_price"].index.tolist() == ["whole", "part"], "a cap with slack has a row as well"
    kiln = tables["capacity"].loc[("kiln", "inland", "t/h")]
    assert kiln["base"].tolist() == pytest.approx([3.5, 3.5], abs=1e-4)
    assert kiln["high − base"].tolist() == pytest.approx([0.0, 4.0])
    assert tables["unserved"].loc[("houses", "coast", "MWh"), "high − base"].tolist() == [0.0, -3190.0]


def test_items_of_one_run_only_are_shown_without_a_zero(pair):
    pair["high"] = pair["high"].sel(period=[2040], region=["inland"])
    tables = compare(pair)
    assert ("high", 2030) not in tables["cost"].columns
    assert np.isnan(tables["cost"].loc["total", ("high − base", 2030)])
    assert tables["emissions"].loc[("coast", "fossil"), "high"].isna().all()
    assert tables["emissions"].loc[("coast", "fossil"), "base"].tolist() == [90.0, 20.0]
    assert tables["emissions"].index[-1] == ("total", ""), "sums are last"
    labels = label_changes(pair).set_index("labels")
    assert labels.loc["period", "less"] == ["2030"]
    assert labels.loc["region", ["more", "less"]].tolist() == [[], ["coast"]]


def test_solver_dust_is_no_difference(pair):
    pair["high"] = pair["base"].assign(variable_om_cost=pair["base"]["variable_om_cost"] * (1 + 1e-7))
    assert not differs(compare(pair)["cost"], ["base", "high"]).any()
    text = shown(with_inputs_of(pair))
    assert "Equal in all runs: Cost;" in text


def test_differences_are_printed(pair):
    text = shown(with_inputs_of(pair))
    lines = [line.rstrip() for line in text.splitlines()]
    start = lines.index("Cost, million EUR2025/year: 2 of 3 rows differ")
    assert lines[start : start + 8] == [
        "Cost, million EUR2025/year: 2 of 3 rows differ",
        "part         run           2030   2040",
        "variable om  base         3.000  5.000",
        "             high         3.500  5.500",
        "             high − base  0.500  0.500",
        "total        base         2.000  4.000",
        "             high         2.500  4.500",
        "             high − base  0.500  0.500",
    ]
    (row,) = [line.split() for line in lines if line.startswith("high ") and "." in line][:1]
    assert row == ["high", "42.500", "6.500"]
    assert "  +name: expensive" in lines
    assert "export" not in text
    assert "export" in shown(with_inputs_of(pair), everything=True)


def test_other_money_is_refused(pair):
    pair["high"].attrs["currency"] = "NOK2025"
    with pytest.raises(InputError, match="high: counts in NOK2025, and base in EUR2025 → repeat one in the other"):
        compare(pair)


def test_one_run_leaves_nothing_to_compare(pair):
    with pytest.raises(InputError, match="1 given, which leaves nothing to compare → name two or more"):
        compare({"base": pair["base"]})


def test_parameters_that_differ():
    coords = {"asset": ["a", "b", "c"], "time": [0, 1], "timestamp": ("time", [0, 1])}
    steps = {"hours": ("time", [1.0, 1.0]), "weight": ("time", [1.0, 1.0])}
    one = xr.Dataset(
        {"cost": ("asset", [1.0, 2.0, np.nan], {"units": "EUR2025"}), "word": ("asset", ["x", "y", "z"]), **steps},
        coords,
    )
    other = xr.Dataset(
        {"cost": ("asset", [7.0, 2.0 + 1e-15, 1.5]), "word": ("asset", ["x", "y", "q"]), "limit": 3.0, **steps},
        {**coords, "asset": ["d", "b", "a"]},
    )
    found = parameter_changes(["one", "other"], {"one": one, "other": other}).loc["other"]
    # a is 1 against 1.5, b is the same but for dust; c and d are not shared.
    assert found.loc["cost"].tolist() == [1, 2, "a", 1.0, 1.5, "EUR2025"]
    assert found.loc["word"].tolist() == [1, 2, "a", "x", "q", ""]
    assert found.loc["limit", ["first", "other"]].tolist() == ["not given", "given"]
    assert len(found) == 3


def test_a_limit_against_none_is_the_largest_difference():
    coords = {"asset": ["a", "b"], "time": [0], "timestamp": ("time", [0])}
    steps = {"hours": ("time", [1.0]), "weight": ("time", [1.0])}
    one, other = (xr.Dataset({"limit": ("asset", values), **steps}, coords) for values in ([1.0, np.inf], [900.0, 5.0]))
    found = parameter_changes(["one", "other"], {"one": one, "other": other})
    assert found.loc[("other", "limit"), ["places", "where", "first", "other"]].tolist() == [2, "b", np.inf, 5.0]


def test_profiles_of_other_steps_are_compared_by_their_means():
    def inputs(hours, profile):
        steps = np.arange(len(hours))
        named = {"hours": ("time", hours), "weight": ("time", np.ones(len(hours))), "profile": ("time", profile)}
        return xr.Dataset(named, {"time": steps, "timestamp": ("time", steps)})

    one, same, other = (
        inputs([2.0, 2.0], [1.0, 3.0]), inputs([1.0, 3.0], [5.0, 1.0]), inputs([4.0], [6.0])
    )  # fmt: skip
    found = parameter_changes(["one", "same", "other"], {"one": one, "same": same, "other": other})
    assert found.index.tolist() == [("other", "profile")]
    assert found.iloc[0][["first", "other"]].tolist() == [2.0, 6.0]


def test_names_are_the_shortest_that_tell_folders_apart(tmp_path):
    assert list(named_runs([tmp_path / "a", tmp_path / "b"])) == ["a", "b"]
    assert list(named_runs([tmp_path / "x" / "run", tmp_path / "y" / "run"])) == ["x/run", "y/run"]
    with pytest.raises(InputError, match="is given twice → name each run once"):
        named_runs([tmp_path / "a", tmp_path / "b" / ".." / "a"])


def test_folders_compared(runs):
    tables = h2model.compare([runs / "base", runs / "cheap"])
    # 10 MW of 1,000 and of 600 EUR/kW, in 20 years; 87,600 MWh of 30 EUR.
    assert tables["cost"].loc["investment_cost", ("base", 2030)] == pytest.approx(0.5)
    assert tables["cost"].loc["investment_cost", ("cheap − base", 2030)] == pytest.approx(-0.2)
    assert tables["cost"].loc["variable_om_cost", ("cheap − base", 2030)] == pytest.approx(0.0, abs=1e-6)
    assert tables["capacity"].loc[("turbine", "here", "MW"), ("cheap", 2040)] == pytest.approx(10)
    change = tables["inputs"].loc[("cheap", "overnight_cost")]
    assert change[["places", "first", "other"]].tolist() == [1, 1e6, 6e5]
    assert change["where"] == "turbine 2030"
    assert "+- 2040" in tables["scenario"]["line"].tolist()


def test_the_command(runs):
    ended = h2("compare", runs / "base", runs / "cheap")
    assert ended.exit_code == 0, ended.stderr
    assert ended.stdout.startswith("cheap against base\n")
    assert "The runs cover different periods or years, so that their objectives cannot be compared." in ended.stdout
    assert "period: +2040" in ended.stdout
    assert "overnight_cost" in ended.stdout


def test_json_is_one_document(runs):
    found = json.loads(h2("compare", runs / "base", runs / "cheap", "--json").stdout)
    assert (found["command"], found["exit_code"]) == ("compare", 0)
    wrong = h2("compare", runs / "base", runs / "nope", "--json")
    assert (wrong.exit_code, json.loads(wrong.stdout)["error"]["kind"]) == (2, "InputError")
    assert found["runs"] == ["base", "cheap"]
    assert found["cost"]["unit"] == "million EUR2025/year"
    (value,) = [
        row["value"] for row in found["cost"]["values"]
        if row["part"] == "investment_cost" and row["run"] == "cheap" and row["period"] == 2030
    ]  # fmt: skip
    assert value == pytest.approx(0.3)
    missing = [row for row in found["cost"]["values"] if row["run"] == "cheap − base" and row["period"] == 2040]
    assert {row["value"] for row in missing} == {None}


def test_every_folder_without_a_run_is_named(runs, tmp_path):
    ended = h2("compare", runs / "base", tmp_path / "none", tmp_path / "nothing")
    assert ended.exit_code == 2
    assert "2 faults in the inputs" in ended.stderr
    assert ended.stderr.count("the run folder does not exist") == 2


def test_a_run_without_inputs_is_compared_and_said_so(runs, tmp_path):
    shutil.copytree(runs / "cheap", tmp_path / "bare")
    (tmp_path / "bare" / "inputs.nc").unlink()
    ended = h2("compare", runs / "base", tmp_path / "bare")
    assert ended.exit_code == 0, ended.stderr
    assert "investment" in ended.stdout
    (line,) = [line for line in ended.stdout.splitlines() if line.startswith("all inputs")]
    assert "not in the folder" in line


def test_runs_of_one_plan_are_the_same(runs, tmp_path):
    shutil.copytree(runs / "base", tmp_path / "copy")
    text = h2("compare", runs / "base", tmp_path / "copy").stdout
    assert "Inputs of copy: the same as of base." in text
    assert "rows differ" not in text


def test_scenarios_that_earlier_versions_wrapped_elsewhere_are_equal():
    text = "name: reference\ndescription: a sentence{}over two lines\nperiods:\n- 2030\n"
    wrapped, whole, other = (xr.Dataset(attrs={"scenario_yaml": text.format(gap)}) for gap in ("\n  ", " ", " and "))
    assert scenario_changes({"wrapped": wrapped, "whole": whole}).empty
    assert set(scenario_changes({"whole": whole, "other": other})["line"].str.strip()) >= {
        "-description: a sentence over two lines",
        "+description: a sentence and over two lines",
    }


def test_entries_of_every_policy_are_compared(pair):
    """An entry that only one run has is listed, whichever policy it belongs to."""
    first, other = pair
    changed = {first: pair[first], other: pair[other].assign_coords(use_cap=["grid"])}
    row = label_changes(changed).set_index("labels").loc["use_cap"]
    assert row["more"] == ["grid"]
