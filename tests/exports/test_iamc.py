"""The IAMC format: numbers typed by hand, parts that add up, flows that close, and what pyam makes of it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from h2model.errors import InputError
from h2model.exports.iamc import COLUMNS, iamc, write_iamc
from h2model.exports.scheme import FAMILIES, Titles

BY_HAND = {
    ("here", "Capacity|Electricity|Gas Turbine", "GW"): [0.02, 0.02],
    ("there", "Input Capacity|Electricity|Electrolyser", "GW"): [0.01, 0.01],
    ("here", "Transport Capacity|Electricity|DC Cable", "GW"): [0.02, 0.02],
    # 20 MW in ten years.
    ("here", "Capacity Additions|Electricity|Gas Turbine", "GW/yr"): [0.002, 0.0],
    # 20 MW at 1,000 and at 100 EUR/kW, in ten years.
    ("towns", "Investment|Electricity|Gas Turbine", "million EUR_2025/yr"): [2.0, 0.0],
    ("towns", "Investment|Electricity|DC Cable", "million EUR_2025/yr"): [0.2, 0.0],
    ("towns", "Investment|Electricity", "million EUR_2025/yr"): [2.7, 0.0],
    ("here", "Secondary Energy|Electricity|Gas Turbine", "TWh/yr"): [0.1752, 0.1752],
    ("here", "Energy Input|Gas|Gas Turbine", "TWh/yr"): [0.3504, 0.3504],
    ("there", "Secondary Energy|Hydrogen|Electrolyser", "TWh/yr"): [0.0438, 0.0438],
    ("there", "Final Energy|Electricity|Town Power", "TWh/yr"): [0.0876, 0.0876],
    ("there", "Final Material|Ore|Mill", "kt/yr"): [8.76, 8.76],
    ("towns", "Trade|Ore|Imports|Ore In", "kt/yr"): [-8.76, -8.76],
    ("towns", "Trade|Gas", "TWh/yr"): [-0.3504, -0.3504],
    ("here", "Transport Out|Electricity|DC Cable", "TWh/yr"): [0.1752, 0.1752],
    ("there", "Transport In|Electricity|DC Cable", "TWh/yr"): [0.1752, 0.1752],
    # 350,400 MWh × 0.2 t/MWh.
    ("here", "Emissions|CO2|Fossil", "Mt CO2/yr"): [0.07008, 0.07008],
    ("towns", "Gross Emissions|CO2", "Mt CO2/yr"): [0.07008, 0.07008],
    ("towns", "Carbon Sequestration", "Mt CO2/yr"): [0.0, 0.0],
    # 50 EUR/t × 70,080 t; (20 + 2 + 5 million) / 20 years; 350,400 MWh × 20 + 8,760 t × 10.
    ("here", "Cost|Total|Carbon Price", "million EUR_2025/yr"): [3.504, 3.504],
    ("towns", "Cost|Total|Investment", "million EUR_2025/yr"): [1.35, 1.35],
    ("towns", "Cost|Total|Import", "million EUR_2025/yr"): [7.0956, 7.0956],
    ("towns", "Cost|Total", "million EUR_2025/yr"): [11.9496, 11.9496],
    ("here", "Price|Carbon", "EUR_2025/t CO2"): [50.0, 50.0],
    ("here", "Price|Gas", "EUR_2025/MWh"): [20.0, 20.0],
    ("there", "Price|Ore", "EUR_2025/t"): [10.0, 10.0],
}
#: How each family of flows counts in the balance of a carrier.
SIGNS = {
    "Secondary Energy": 1, "Production": 1, "Energy Input": -1, "Material Input": -1, "Final Energy": -1,
    "Final Material": -1, "Recovery": 1, "Disposal": -1, "Heat To Lower Level": -1, "Heat From Higher Level": 1,
    "Trade": -1, "Transport Out": -1, "Transport In": 1, "Storage Charge": -1, "Storage Discharge": 1,
}  # fmt: skip


def values_of(table: pd.DataFrame) -> Mapping[tuple[str, str], np.ndarray]:
    """Values by region and variable."""
    years = [column for column in table if column not in COLUMNS]
    keys = zip(table["Region"], table["Variable"], strict=True)
    return dict(zip(keys, table[years].to_numpy(), strict=True))


@pytest.fixture(scope="module")
def large(one_of_each) -> pd.DataFrame:
    return iamc(one_of_each)


def test_numbers_by_hand(towns):
    table = iamc(towns)
    units = dict(zip(zip(table["Region"], table["Variable"], strict=True), table["Unit"], strict=True))
    found = values_of(table)
    for (region, variable, unit), values in BY_HAND.items():
        assert found[region, variable] == pytest.approx(values, rel=1e-6, abs=1e-7), (region, variable)
        assert units[region, variable] == unit, variable


def test_the_price_of_electricity_pays_gas_carbon_and_capacity(towns):
    """When it pays for capacity, in 2030 or 2040, the solver may choose; over both it is the annuity of both."""
    found = values_of(iamc(towns))
    fuel, turbine, line = 2 * (20 + 0.2 * 50), 50_000 / 8760, 5_000 / 8760
    assert found["here", "Price|Electricity"].mean() == pytest.approx(fuel + turbine, rel=1e-5)
    assert found["there", "Price|Electricity"].mean() == pytest.approx(fuel + turbine + line, rel=1e-5)
    # All that is used there, and none of what is only sent on.
    assert found["towns", "Price|Electricity"] == pytest.approx(found["there", "Price|Electricity"])


@pytest.mark.parametrize("name", ["towns", "one_of_each"])
def test_every_sum_is_that_of_its_parts(name, request):
    found = values_of(iamc(request.getfixturevalue(name)))
    checked = 0
    for (region, variable), values in found.items():
        depth = variable.count("|") + 1
        parts = [v for (r, other), v in found.items()
                 if r == region and other.startswith(f"{variable}|") and other.count("|") == depth]  # fmt: skip
        if parts and not variable.startswith("Price|"):
            assert np.sum(parts, axis=0) == pytest.approx(values, rel=1e-9, abs=1e-12), (region, variable)
            checked += 1
    assert checked > 20


def test_the_whole_is_the_sum_of_its_regions(large):
    found = values_of(large)
    regions = {region for region, _ in found} - {"everything"}
    for (region, variable), values in found.items():
        if region == "everything" and not variable.startswith("Price|"):
            parts = [found[place, variable] for place in regions if (place, variable) in found]
            assert np.sum(parts, axis=0) == pytest.approx(values, rel=1e-9, abs=1e-12), variable


def test_totals_are_those_of_the_run(large, one_of_each):
    found, run = values_of(large), one_of_each
    assert found["everything", "Cost|Total"] == pytest.approx(run["annual_cost"].values / 1e6, rel=1e-9)
    emissions = run["emissions"].sum(["region", "origin"]).values / 1e6
    assert found["everything", "Emissions|CO2"] == pytest.approx(emissions, rel=1e-9)


def test_what_comes_of_a_carrier_goes(large, one_of_each):
    """Every flow is told once: all families of flows together close the balance of each carrier in each region."""
    found = values_of(large)
    left: dict[tuple[str, str], np.ndarray] = {}
    through: dict[tuple[str, str], np.ndarray] = {}
    for (region, variable), values in found.items():
        root, *words = variable.split("|")
        if root in SIGNS and len(words) == 1:
            key = region, words[0]
            left[key] = left.get(key, 0.0) + SIGNS[root] * values
            through[key] = through.get(key, 0.0) + np.abs(values)
    assert len(left) > 2 * one_of_each.sizes["region"]
    for key, values in left.items():
        # In TWh or kt: what yearly_flows leaves out, or the solver misses, is about a MWh or a tonne.
        assert np.abs(values).max() < 1e-5 * max(1.0, through[key].max()), key


def test_every_variable_is_of_one_documented_family(large, towns):
    for variable in {*large["Variable"], *iamc(towns)["Variable"]}:
        fitting = [family for family in FAMILIES if fits(variable, family.pattern, family.summed)]
        assert len(fitting) == 1, (variable, fitting)


def fits(variable: str, pattern: str, summed: int) -> bool:
    """Whether a variable is of a pattern, or a sum over its last words."""
    words, wanted = variable.split("|"), pattern.split("|")
    if not (len(words) == len(wanted) or (summed and summed <= len(words) < len(wanted))):
        return False
    if wanted[:2] == ["Price", "<Carrier>"] and words[1] == "Carbon":
        return False
    pairs = zip(words, wanted, strict=False)
    return all(word == expected or expected.startswith("<") for word, expected in pairs)


def test_rows_are_unique_and_whole(large):
    assert list(large.columns) == [*COLUMNS, 2030, 2040]
    assert not large.duplicated(["Region", "Variable"]).any()
    assert not (large[COLUMNS] == "").any(axis=None)
    assert set(large["Scenario"]) == {"all"}


def test_a_run_without_prices_has_no_prices(one_of_each):
    without = one_of_each.drop_vars([name for name in one_of_each if str(name).startswith(("price_of", "dual_"))])
    table = iamc(without)
    assert not table["Variable"].str.startswith("Price|").any()
    assert table["Variable"].str.startswith("Cost|").any()


def test_results_without_inputs_are_refused(towns):
    with pytest.raises(InputError, match="lack the inputs, which this needs"):
        iamc(towns.drop_vars("input"))


def test_the_case_may_not_be_called_as_a_region(towns):
    towns.attrs["case"] = "here"
    with pytest.raises(InputError, match="is the name of the case, used for the sum of all regions"):
        iamc(towns)


def test_names_that_become_the_same_are_refused():
    with pytest.raises(InputError) as refused:
        Titles([("carrier", ["gas", "Gas", "carbon", "oil|heavy"])])
    text = str(refused.value)
    assert "3 faults" in text
    assert "carrier 'Gas': becomes 'Gas', as 'gas' does" in text
    assert "carrier 'carbon': becomes 'Carbon', as 'carbon (as in Price|Carbon)' does" in text
    assert "carrier 'oil|heavy': contains one of the characters | *" in text


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_files_hold_the_table(towns, tmp_path, ending):
    path = tmp_path / f"run{ending}"
    write_iamc(towns, path, path)
    found = pd.read_csv(path) if ending == ".csv" else pd.read_excel(path)
    wanted = iamc(towns)
    assert list(map(str, found.columns)) == list(map(str, wanted.columns))
    assert found["Variable"].tolist() == wanted["Variable"].tolist()
    assert found.iloc[:, len(COLUMNS) :].to_numpy() == pytest.approx(wanted[[2030, 2040]].to_numpy(), nan_ok=True)


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_pyam_reads_it_and_finds_its_sums(one_of_each, large, tmp_path, ending):
    pyam = pytest.importorskip("pyam", reason="pip install 'h2model[iamc]'; make test-iamc does")
    path = tmp_path / f"run{ending}"
    write_iamc(one_of_each, path, path)
    read = pyam.IamDataFrame(path)
    assert read.equals(pyam.IamDataFrame(large))
    assert set(read.region) == {"everything", "coast", "inland"}
    for variable in ("Emissions|CO2", "Cost|Total", "Final Energy|Electricity", "Trade|Gas"):
        assert read.check_aggregate(variable) is None
        assert read.check_aggregate_region(variable, region="everything") is None
