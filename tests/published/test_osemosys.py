"""OSeMOSYS: UTOPIA (electricity, heat, light, transport) and SIMPLICITY (energy, land, water, sugar), year by year.

Source: OSeMOSYS/OSeMOSYS_GNU_MathProg @ 95202686438c7e769fe220bc109a89e73f9f8667, tests/utopia.txt,
tests/simplicity.txt and src/osemosys.txt; Apache-2.0. Money is in millions of USD. How their tables become ours: see
osemosys_case.
"""

from __future__ import annotations

import pytest
from osemosys_case import OsemosysCase
from year_answers import agree

import h2model

MATERIALS = ("LAND", "LANDFOREST", "LNDSUGCAN", "SUGCAN", "RAWSUG", "MOLASSES", "FER", "WATAGR", "WATIN", "RIVERWATER")
UTOPIA, SIMPLICITY = "08_osemosys_utopia", "07_osemosys_simplicity"
PETAJOULE, PETAJOULE_PER_YEAR = 1e6 / 3.6, 1e6 / 3.6 / 8760
"""In MWh and MW."""


@pytest.fixture(scope="module")
def utopia(tmp_path_factory):
    case = OsemosysCase(UTOPIA, "USD1990", 0.05, (), "CO2")
    firm = case.tables["technologies"].query("counts_for_reserve == 1")["technology"]
    margin = {
        "power": {"carrier": "ELC", "firm_share": dict.fromkeys(firm, 1.0), "margin": dict.fromkeys(case.years, 0.18)}
    }
    return h2model.solve(case.load(tmp_path_factory.mktemp("utopia"), reserve_margin=margin))


@pytest.fixture(scope="module")
def simplicity(tmp_path_factory):
    case = OsemosysCase(SIMPLICITY, "USD2014", 0.05, MATERIALS, "CO2")
    return h2model.solve(case.load(tmp_path_factory.mktemp("simplicity")))


def total_activity(results, plant: str) -> float:
    """What a plant makes in all years, PJ."""
    return float((results["activity"].sel(plant=plant) * results["hours"]).sum()) / PETAJOULE


def test_simplicity_has_the_published_objective(simplicity):
    agree(SIMPLICITY, "objective", simplicity.attrs["objective"] / 1e6)


def test_utopia_has_the_published_objective(utopia):
    agree(UTOPIA, "objective", utopia.attrs["objective"] / 1e6)
    agree(UTOPIA, "E01 new capacity sum", float(utopia["new_capacity"].sel(asset="E01").sum()) / 1000)
    agree(UTOPIA, "E01 activity sum", total_activity(utopia, "E01"))
    agree(UTOPIA, "RHO activity sum", total_activity(utopia, "RHO"))


def test_utopia_has_the_published_emissions(utopia):
    """CO2 from the carbon of fuels, NOX as a by-product."""
    agree(UTOPIA, "CO2 sum", float(utopia["emissions"].sum()) / 1e6)
    nitrogen = utopia["disposal"].where(utopia["disposable_carrier"] == "NOX", drop=True)
    agree(UTOPIA, "NOX sum", float((nitrogen * utopia["hours"]).sum()) / 1e6)


@pytest.mark.parametrize(
    ("name", "unit", "capacity", "activity"),
    [
        ("E31", 1000, 0.110000, 30.987192),
        ("E51", 1000, None, 56.29176),
        ("RHE", PETAJOULE_PER_YEAR, 46.867723, 204.751311),
        ("RHO", PETAJOULE_PER_YEAR, 46.135248, 623.698689),
        ("RIV", PETAJOULE_PER_YEAR, 97.919280, 96.834974),
        ("RL1", PETAJOULE_PER_YEAR, 34.303990, 184.1),
        ("SRE", PETAJOULE_PER_YEAR, 0.100000, None),
        ("TXD", PETAJOULE_PER_YEAR, 17.790000, 170.895),
    ],
)
def test_further_assertions_of_the_source_hold(utopia, name, unit, capacity, activity):
    """New capacity (GW or PJ a year) and activity (PJ), over all years."""
    if capacity is not None:
        built = float(utopia["new_capacity"].sel(asset=name).sum()) / unit
        assert built == pytest.approx(capacity, rel=1e-5)
    if activity is not None:
        assert total_activity(utopia, name) == pytest.approx(activity, rel=1e-5)
