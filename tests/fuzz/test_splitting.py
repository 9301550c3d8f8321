"""A region cut in two, between which everything moves freely, is still one region."""

from __future__ import annotations

import pytest
from base_case import TABLES, write_base_case
from hypothesis import given, settings
from hypothesis import strategies as st

import h2model

REGION = "works"
PARTS = ("works", "works_east")
#: Which column of which table says where something stands; links name two.
PLACES = {"plants": 2, "trades": 1, "demands": 1}
CARRIERS = ("power", "gas", "co2")


def rows(table: str) -> list[list[str]]:
    """The rows of a table as cells."""
    return [line.strip().split(",") for line in TABLES[table].splitlines() if line.strip()]


def split(choose) -> dict[str, str]:
    """The tables with everything of the region in one of its parts, and free links between them for all carriers."""
    tables = dict(TABLES)
    for table, column in PLACES.items():
        moved = [
            [choose() if place == column and cell == REGION else cell for place, cell in enumerate(row)]
            for row in rows(table)
        ]
        tables[table] = "\n".join(",".join(row) for row in moved)
    tables["regions"] += f"\n{PARTS[1]},59,9.1,"
    for carrier in CARRIERS:
        unit = "t/hour" if carrier == "co2" else "MW"
        tables["links"] += f"\nfree_{carrier},free_{carrier},{PARTS[0]},{PARTS[1]},yes"
        tables["technologies"] += f"\nfree_{carrier},reference,{carrier},,,,\nfree_{carrier},loss,,,0,,1"
        tables["assets"] += f"\nfree_{carrier},existing_capacity,,,100000,,{unit}"
        tables["assets"] += f"\nfree_{carrier},maximum_new_capacity,,,0,,{unit}"
    return tables


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> float:
    """The least cost of the region as one."""
    return h2model.solve(h2model.load_case(write_base_case(tmp_path_factory.mktemp("whole")))).attrs["objective"]


@given(data=st.data())
@settings(max_examples=8, deadline=None)
def test_splitting_a_region_with_free_transport_changes_nothing(whole, tmp_path_factory, data):
    tables = split(lambda: data.draw(st.sampled_from(PARTS)))
    path = write_base_case(tmp_path_factory.mktemp("split"), tables)
    results = h2model.solve(h2model.load_case(path))
    assert results.attrs["objective"] == pytest.approx(whole, rel=1e-6)
