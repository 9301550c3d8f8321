"""Summary tables against sums made by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from h2model.tables import summary
from h2model.tables.co2_price import prices_of_caps


def test_costs_by_part(results):
    table = summary.costs(results)
    assert table.attrs["unit"] == "million EUR2025/year"
    assert list(table.index) == ["variable_om_cost", "export_revenue", "total"]
    assert table[2030].tolist() == [3.0, -1.0, 2.0]
    assert table[2040].tolist() == [5.0, -1.0, 4.0]
    # 10 years × 0.8 × 3 + 10 × 0.5 × 5 = 49; −(8 + 5) = −13; together 36.
    assert table["share"].tolist() == pytest.approx([49 / 36, -13 / 36, 1.0])


def test_parts_add_up_to_the_objective(results):
    table = summary.costs(results)
    present = table.loc["total", 2030] * 8 + table.loc["total", 2040] * 5
    assert present * 1e6 == pytest.approx(results.attrs["objective"])


def test_emissions_are_kilotonnes_without_rows_of_dust(results):
    table = summary.emissions(results)
    assert table.index.tolist() == [("coast", "fossil"), ("coast", "biogenic")]
    assert table.to_numpy().tolist() == [[90.0, 20.0], [-30.0, -45.5]]


def test_stored_carbon_is_summed_over_origins(results):
    table = summary.carbon_stored(results)
    assert table.index.tolist() == [("coast",)]
    assert table.to_numpy().tolist() == [[2.0, 2.0]]


def test_new_capacity_is_summed_by_technology_and_region(results):
    table = summary.new_capacities(results)
    assert table.index.tolist() == [("kiln", "inland", "t/h")]
    assert table.to_numpy().tolist() == [[3.5, 0.0]]


def test_carbon_price_is_undiscounted_and_positive_where_emitting_costs(results):
    table = prices_of_caps(results)
    assert table.attrs["unit"] == "EUR2025/t"
    assert table.loc["whole"].tolist() == [100.0, 250.0]
    assert pd.isna(table.loc["part", 2030])
    assert table.loc["part", 2040] == 0.0


def test_no_cap_no_price(results):
    assert prices_of_caps(results.isel(capped=slice(0, 0))).empty


def test_unserved_demand_is_a_volume_per_year(results):
    table = summary.unserved(results)
    assert table.index.tolist() == [("houses", "coast", "MWh")]
    assert table.to_numpy().tolist() == [[0.0, 0.5 * 4000 + 0.25 * 4760]]


def test_disposal_ignores_values_within_the_tolerance_of_the_solver(results):
    table = summary.disposed(results)
    assert table.index.tolist() == [("steam", "inland", "MWh")]
    assert table.to_numpy().tolist() == [[0.0, 4760.0]]
    assert summary.disposed(results.isel(time=slice(0, 1))).empty
