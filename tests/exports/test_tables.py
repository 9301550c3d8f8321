"""Tidy tables: values by hand, read back from CSV and parquet, and a guide that leaves no column out."""

from __future__ import annotations

import sys

import pandas as pd
import pytest

from h2model.errors import InputError
from h2model.exports import tables
from h2model.exports.folder import GUIDE, write_csv, write_parquet
from h2model.exports.tables import COLUMNS, TABLES

NO_VALUES = {"periods", "steps"}


def whole(name, run) -> pd.DataFrame:
    (table,) = (table for table in TABLES if table.name == name)
    return pd.concat(table.pieces(run), ignore_index=True)


def row(table: pd.DataFrame, **wanted) -> pd.Series:
    """The one row with these labels."""
    for column, label in wanted.items():
        table = table[table[column] == label]
    assert len(table) == 1, table
    return table.iloc[0]


def test_values_by_hand(towns):
    found = row(tables.capacity(towns), asset="turbine", period=2040)
    assert found["value"] == pytest.approx(20)
    assert found[["class", "technology", "region", "carrier", "unit"]].tolist() == [
        "plant", "gas_turbine", "here", "electricity", "MW",
    ]  # fmt: skip
    assert row(tables.new_capacity(towns), asset="line", period=2030)["value"] == pytest.approx(20)
    volume = row(tables.volumes(towns), kind="plant", carrier="gas", period=2030)
    assert volume["value"] == pytest.approx(-350_400)
    assert volume["unit"] == "MWh/year"
    assert row(tables.costs(towns), part="import_cost", name="ore_in", period=2030)["value"] == pytest.approx(87_600)
    # What a link costs counts where it begins: 2 million in 20 years.
    line = row(tables.costs(towns), part="investment_cost", name="line", period=2040)
    assert line[["value", "region", "kind"]].tolist() == [pytest.approx(100_000), "here", "link"]
    net = row(tables.carbon(towns), quantity="net", region="here", origin="fossil", period=2030)
    assert [net["value"], net["unit"]] == [pytest.approx(70_080), "t/year"]
    price = row(tables.prices(towns), carrier="gas", region="here", period=2030)
    assert [price["value"], price["unit"]] == [pytest.approx(20), "EUR2025/MWh"]
    taxed = row(tables.carbon_price_rows(towns), by="all", region="there", origin="fossil", period=2030)
    assert [taxed["value"], taxed["unit"]] == [pytest.approx(50), "EUR2025/t"]


def test_costs_add_up_to_those_of_the_run(one_of_each):
    found = tables.costs(one_of_each).groupby("period")["value"].sum()
    assert found.tolist() == pytest.approx(one_of_each["annual_cost"].values.tolist(), rel=1e-9)


def test_carbon_adds_up_as_the_guide_says(one_of_each):
    found = tables.carbon(one_of_each).groupby(["quantity", "region", "origin"])["value"].sum()
    for region in one_of_each["region"].values:
        net, released, taken, moved = (
            found[quantity, region, "fossil"] for quantity in ("net", "released", "taken up", "moved to other regions")
        )
        assert net == pytest.approx(released - taken + moved, abs=1e-6)


def test_hours_add_up_to_years(one_of_each):
    hourly = whole("hourly_flows", one_of_each).merge(whole("steps", one_of_each), on="step", validate="many_to_one")
    keys = ["carrier", "region", "kind", "technology", "name", "part", "period"]
    summed = (hourly["value"] * hourly["hours_of_year"]).groupby([hourly[key] for key in keys]).sum()
    yearly = tables.volumes(one_of_each).set_index(keys)["value"]
    assert len(yearly) > 50
    assert summed.reindex(yearly.index).to_numpy() == pytest.approx(yearly.to_numpy(), rel=1e-9, abs=1e-6)


def test_means_of_prices_lie_within_those_of_hours(one_of_each):
    hourly = whole("hourly_prices", one_of_each).groupby(["carrier", "region", "period"])["value"].agg(["min", "max"])
    yearly = tables.prices(one_of_each)
    yearly = yearly[yearly["region"] != ""].set_index(["carrier", "region", "period"])["value"]
    bounds = hourly.reindex(yearly.index)
    assert len(yearly) > 10
    assert (yearly >= bounds["min"] - 1e-6).all()
    assert (yearly <= bounds["max"] + 1e-6).all()


def test_every_value_has_a_unit(one_of_each):
    for table in TABLES:
        found = whole(table.name, one_of_each)
        assert not found.isna().any(axis=None), table.name
        if table.name not in NO_VALUES:
            assert list(found.columns[-2:]) == ["value", "unit"], table.name
            assert (found["unit"].str.len() > 0).all(), table.name
            keys = [column for column in found if column not in ("value", "unit")]
            if not table.name.startswith("hourly"):
                assert not found.duplicated(keys).any(), table.name


@pytest.mark.parametrize(("write", "ending", "read"), [
    (write_csv, "csv", lambda path: pd.read_csv(path, keep_default_na=False)),
    (write_parquet, "parquet", pd.read_parquet),
])  # fmt: skip
def test_files_hold_the_tables(towns, tmp_path, write, ending, read):
    pytest.importorskip("pyarrow")
    write(towns, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {GUIDE, *(f"{table.name}.{ending}" for table in TABLES)}
    guide = (tmp_path / GUIDE).read_text(encoding="utf-8")
    for table in TABLES:
        found, wanted = read(tmp_path / f"{table.name}.{ending}"), whole(table.name, towns)
        assert list(found.columns) == list(wanted.columns)
        assert set(found.columns) <= set(COLUMNS), "the guide says what each column means"
        assert f"| `{table.name}.{ending}` | {len(wanted):,} |" in guide
        for column in found:
            if pd.api.types.is_numeric_dtype(wanted[column]):
                assert found[column].to_numpy() == pytest.approx(wanted[column].to_numpy(), rel=1e-11)
            else:
                assert found[column].astype(str).tolist() == wanted[column].astype(str).tolist(), column


def test_pieces_make_the_same_file(towns, tmp_path, monkeypatch):
    for name, rows in (("whole", 10**6), ("pieces", 1)):
        (tmp_path / name).mkdir()
        monkeypatch.setattr("h2model.exports.folder.ROWS_AT_ONCE", rows)
        write_csv(towns, tmp_path / name)
    files = [(tmp_path / name / "hourly_flows.csv").read_bytes() for name in ("whole", "pieces")]
    assert files[0] == files[1]


def test_a_run_without_prices_has_empty_tables_of_them(towns, tmp_path):
    without = towns.drop_vars([name for name in towns if str(name).startswith(("price_of", "dual_"))])
    write_csv(without, tmp_path)
    assert (tmp_path / "hourly_prices.csv").read_text() == "period,step,time,carrier,region,value,unit\n"
    assert (tmp_path / "prices.csv").read_text() == "carrier,region,period,value,unit\n"


def test_parquet_without_pyarrow_is_said_in_words(towns, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError, match="needs pyarrow, which is not installed → install it with: pip install"):
        write_parquet(towns, tmp_path)
