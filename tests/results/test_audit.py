"""The audit passes correct results, and fails any changed value with its equation, region and time."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import h2model
from h2model.accounts.audit import PARTS, audit
from h2model.accounts.audit.account import Account
from h2model.accounts.derived import derive
from h2model.accounts.run_data import RunData
from h2model.cli.commands import app
from h2model.model import EQUATIONS, EXPRESSIONS
from h2model.results.folder import without_inputs
from h2model.results.netcdf_file import write_netcdf
from h2model.workflow import solving


@pytest.fixture(scope="module")
def finished(small_year) -> tuple[xr.Dataset, xr.Dataset]:
    """Results and inputs of a run of the case that has one of each kind."""
    return without_inputs(h2model.solve(small_year), small_year), small_year


def changed(results: xr.Dataset, name: str, change, **place) -> xr.Dataset:
    """A copy of results in which one value is another."""
    copy = results.copy(deep=True)
    copy[name].loc[place] = change(copy[name].loc[place])
    return copy


def test_a_run_passes(finished):
    found = audit(*finished)
    assert found.passed, found.verdict()
    assert found.verdict().startswith("passed: ")
    table = found.to_dataframe()
    assert table["passed"].all()
    assert table.set_index("equation").loc["balance", "count"] > 100


def test_every_equation_and_every_quantity_is_looked_at(finished):
    results, inputs = finished
    run_data = RunData(results, inputs)
    derive(run_data)
    account = Account(run_data.labels(), run_data.units())
    for part in PARTS:
        part.check(run_data, account)
    rules = [*EQUATIONS, *(rule.__name__ for rule in EXPRESSIONS)]
    assert [name for name in rules if name not in account.findings] == []
    unread = {str(name) for name in results.data_vars} - run_data.read
    # Of duals only those of balances come to be a price; the others are tested against finite differences.
    assert {name for name in unread if not name.startswith(("dual_", "reduced_cost_"))} == set()


def busiest(results: xr.Dataset, name: str) -> dict:
    """Where a quantity is largest."""
    place = results[name].argmax(results[name].dims)
    return {dim: results[name][dim].values[int(i)] for dim, i in place.items() if dim in results[name].coords}


TAMPERED = {
    "a flow": ("flow", lambda x: 0.9 * x, {"flow", "balance"}),
    "an activity": ("activity", lambda x: 1.1 * x + 1, {"activity", "balance"}),
    "a level": ("storage_level", lambda x: x + 2, {"storage_balance"}),
    "a charge": ("charge", lambda x: x + 1, {"storage_balance", "balance"}),
    "new capacity": ("new_capacity", lambda x: 0.5 * x, {"capacity_stock", "investment_cost"}),
    "capacity": ("capacity", lambda x: 0.5 * x, {"capacity_stock"}),
    "an import": ("trade_flow", lambda x: 0.9 * x, {"traded", "import_cost"}),
    "a cost": ("import_cost", lambda x: x - 1000, {"import_cost", "annual_cost"}),
    "the cost of a year": ("annual_cost", lambda x: x - 1000, {"annual_cost"}),
    "emissions": ("emissions", lambda x: x - 10, {"emission_account"}),
    "carbon stored": ("carbon_stored", lambda x: x + 10, {"carbon_stored", "carbon_conserved"}),
    "unserved demand": ("unserved_demand", lambda x: x + 1, {"delivered"}),
    "a price": ("price_of_carrier", lambda x: x + 1, {"price_of_carrier"}),
    "a delivery": ("delivery", lambda x: x + 1, {"delivery_over_window"}),
    "what is vented": ("disposal", lambda x: x + 1, {"balance"}),
    "what is closed early": ("existing_retired", lambda x: x + 1, {"capacity_stock", "capacity_retired"}),
    "what is closed of new": ("retired", lambda x: x + 1, {"capacity_stock", "capacity_retired"}),
    "firm capacity": ("firm_capacity", lambda x: x + 1, {"firm_capacity"}),
    "what grows": ("growing", lambda x: x + 1, {"growing"}),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERED)
def test_a_changed_quantity_fails_with_its_name(finished, what):
    results, inputs = finished
    name, change, equations = TAMPERED[what]
    place = busiest(results, name)
    found = audit(changed(results, name, change, **place), inputs)
    failed = {finding.equation: finding for finding in found.failures}
    assert equations <= failed.keys(), found.verdict()
    assert found.verdict().startswith("failed: ")
    own = failed[name] if name in failed else failed[sorted(equations)[0]]
    for label in (place.get("period"), place.get(next(iter(place), None))):
        assert label is None or str(label) in f"{own.where} {own.period}" or name not in failed


def test_a_failure_names_region_and_time(finished):
    results, inputs = finished
    place = busiest(results, "storage_level")
    found = audit(changed(results, "storage_level", lambda x: x + 5, **place), inputs)
    finding = next(f for f in found.failures if f.equation == "storage_balance")
    moment = np.datetime_as_string(inputs["timestamp"].sel(time=place["time"]).values, unit="m")
    after = np.datetime_as_string(np.roll(inputs["timestamp"].values, -1)[place["time"]], unit="m")
    assert finding.where == place["store"]
    assert finding.period == str(place["period"])
    assert finding.time in (moment, after)
    assert finding.residual == pytest.approx(5, rel=0.05)
    assert str(finding).startswith("storage_balance is off by")


def test_a_wrong_objective_fails(finished):
    results, inputs = finished
    lied = results.assign_attrs(objective=results.attrs["objective"] * (1 - 1e-6))
    assert "objective" in {finding.equation for finding in audit(lied, inputs).failures}


def test_an_exceeded_cap_fails(finished):
    results, inputs = finished
    tighter = inputs.assign(cap_limit=inputs["cap_limit"] - 100)
    failed = {finding.equation: finding for finding in audit(results, tighter).failures}
    assert failed["emission_cap"].residual == pytest.approx(100, rel=0.01)
    assert failed["emission_cap"].unit == "t/year"


@pytest.mark.parametrize("dim", ["time", "plant"])
def test_swapped_values_fail(finished, dim):
    results, inputs = finished
    order = np.arange(results.sizes[dim])
    spread = results["activity"].std([d for d in results["activity"].dims if d != dim]).values
    first, second = int(np.argmax(spread)), int(np.argmin(spread))
    order[[first, second]] = order[[second, first]]
    swapped = results.copy(deep=True)
    swapped["activity"] = swapped["activity"].copy(data=results["activity"].isel({dim: order}).values)
    assert not audit(swapped, inputs).passed


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_nan_and_infinity_fail(finished, value):
    results, inputs = finished
    found = audit(changed(results, "flow", lambda x: x * 0 + value, **busiest(results, "flow")), inputs)
    assert "numbers" in {finding.equation for finding in found.failures}


def test_results_of_another_run_are_refused(finished):
    results, inputs = finished
    other = inputs.assign_coords(plant=[f"{name}_2" for name in inputs["plant"].values])
    with pytest.raises(h2model.InputError, match="the labels of plant differ from those of the inputs"):
        audit(results, other)


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_any_single_changed_value_fails(finished, data):
    results, inputs = finished
    names = [
        str(n) for n, v in results.data_vars.items() if v.size and not str(n).startswith(("dual_", "reduced_cost_"))
    ]
    name = data.draw(st.sampled_from(sorted(names)))
    flat = data.draw(st.integers(0, results[name].size - 1))
    typical = max(1.0, float(abs(results[name]).max()))
    off = data.draw(st.sampled_from([-1.0, 1.0])) * data.draw(st.floats(1e-2, 10.0)) * typical
    copy = results.copy(deep=True)
    copy[name].values.reshape(-1)[flat] += off
    assert not audit(copy, inputs).passed, (name, flat, off)


class TestCommand:
    @pytest.fixture
    def run(self, finished, tmp_path):
        results, inputs = finished
        (tmp_path / "run").mkdir()
        write_netcdf(results, tmp_path / "run" / "results.nc")
        write_netcdf(inputs, tmp_path / "run" / "inputs.nc")
        return tmp_path / "run"

    def test_a_run_that_passes_ends_with_0(self, run):
        ended = CliRunner().invoke(app, ["audit", str(run)])
        assert ended.exit_code == 0, ended.output
        assert "passed: " in ended.output
        assert h2model.audit(run).passed

    def test_a_changed_file_ends_with_4(self, run, finished):
        results, _ = finished
        write_netcdf(changed(results, "flow", lambda x: x / 2, **busiest(results, "flow")), run / "results.nc")
        ended = CliRunner().invoke(app, ["audit", str(run), "--all"])
        assert ended.exit_code == 4
        assert "failed: " in ended.output
        assert "balance" in ended.output

    @pytest.mark.parametrize("name", ["results.nc", "inputs.nc"])
    def test_a_damaged_file_ends_with_2(self, run, name):
        whole = (run / name).read_bytes()
        (run / name).write_bytes(whole[: len(whole) // 2])
        ended = CliRunner().invoke(app, ["audit", str(run)])
        assert ended.exit_code == 2, ended.output
        assert "damaged" in ended.stderr

    def test_a_run_without_inputs_ends_with_2(self, run):
        (run / "inputs.nc").unlink()
        ended = CliRunner().invoke(app, ["audit", str(run)])
        assert ended.exit_code == 2
        assert "the file does not exist" in ended.stderr


def test_a_run_that_fails_is_kept_marked_and_ends_with_4(everything_folder, tmp_path, monkeypatch):
    def wrong(*given):
        results = real_solve(*given)
        return changed(results, "emissions", lambda x: x - 50, **busiest(results, "emissions"))

    real_solve = solving.solve_case
    monkeypatch.setattr(solving, "solve_case", wrong)
    scenario = everything_folder / "scenarios" / "all.yaml"
    out = tmp_path / "run"
    ended = CliRunner().invoke(app, ["run", str(scenario), "--out", str(out), "--set", "time.resolution=24h"])
    assert ended.exit_code == 4, ended.output
    assert "emission_account is off by 50" in ended.stderr
    with h2model.open_run(out) as kept:
        assert kept.attrs["audit"].startswith("failed: ")
    assert "audit failed: " in (out / "run.log").read_text()
