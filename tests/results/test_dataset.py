"""The results Dataset: labels of the inputs, currency in units, facts that netCDF can hold."""

from __future__ import annotations

import pytest

from h2model.engine import SolutionStatus
from h2model.results.dataset import assemble
from h2model.tables.cost_tables import cost_parts


def test_results_carry_the_labels_and_weights_of_the_inputs(results):
    assert results["asset_unit"].values.tolist() == ["t/h", "t/h", "MWh"]
    assert results["weight"].values.tolist() == [4000.0, 4760.0]
    assert "timestamp" in results.coords
    assert results["carrier_unit"].dims == ("carrier",)


def test_money_in_units_is_the_currency_of_the_case(results):
    assert results["variable_om_cost"].attrs["units"] == "EUR2025/year"
    assert results["dual_emission_cap"].attrs["units"] == "EUR2025/(t/year)"
    assert results["new_capacity"].attrs["units"] == "asset_unit"


def test_other_labels_than_the_inputs_are_refused(solution, inputs, facts):
    with pytest.raises(ValueError, match="the labels of dimension 'period' differ"):
        assemble(solution.assign_coords(period=[2030, 2050]), inputs, facts)


def test_facts_become_values_that_netcdf_can_hold(solution, inputs):
    facts = {"limit": None, "status": SolutionStatus.OPTIMAL, "proven": True, "parts": ("a", None), "rows": 3}
    attrs = assemble(solution, inputs, facts).attrs
    assert attrs == {"limit": "not given", "status": "optimal", "proven": "yes", "parts": ["a", "not given"], "rows": 3}


def test_cost_parts_survive_netcdf_also_if_there_is_only_one(results, tmp_path):
    # netCDF gives a list of one text back as a text.
    results.attrs["cost_parts"] = "import_cost"
    assert cost_parts(results) == ("import_cost",)
