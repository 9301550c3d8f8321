"""Every fault of a case is found, with its place and what would be right; and all of them at once."""

from __future__ import annotations

import pytest
from case_declarations import PARAMETERS
from test_case_load import Levy
from tiny_case import TINY_FILES, append, swap, tiny_scenario, without, write_tiny_case

from h2model.case import load_case
from h2model.errors import InputError


def faults_of(tmp_path, edits=None, **settings) -> list[str]:
    folder = write_tiny_case(tmp_path, edits)
    with pytest.raises(InputError) as caught:
        load_case(tiny_scenario(folder, **settings), PARAMETERS, {"levy": Levy})
    return [str(fault) for fault in caught.value.faults]


def at(table: str, start: str = "") -> str:
    """Where the first line with a start stands in a table of the tiny case; without one, the line after its end."""
    lines = TINY_FILES[table].splitlines()
    found = [number for number, line in enumerate(lines, start=1) if start and line.startswith(start)]
    return f"{table}, row {found[0] if start else len(lines) + 1}"


def in_table(name: str, edit, where: str, problem: str, remedy: str):
    return pytest.param(name, edit, where, problem, remedy, id=f"{name}: {problem[:40]}")


FAULTS = [
    # names
    in_table(
        "plants.csv", swap("boiler,gas_boiler", "boiler,gas_boiller"),
        "plants.csv, row 4", "the technology 'gas_boiller' is unknown", "did you mean 'gas_boiler'?",
    ),
    in_table(
        "plants.csv", swap("loop,ammonia_loop,north", "loop,ammonia_loop,nort"),
        "plants.csv, row 6", "the region 'nort' is unknown", "did you mean 'north'?",
    ),
    in_table(
        "trades.csv", swap("gas_import,north,natural_gas", "gas_import,north,gas"),
        "trades.csv, row 4", "the carrier 'gas' is unknown", "use one of: ammonia, biomass, co2, electricity",
    ),
    in_table(
        "trades.csv", swap("south,co2,export", "south,co2,out"),
        "trades.csv, row 6", "the direction 'out' is unknown", "write import or export",
    ),
    in_table(
        "stores.csv", swap("hydrogen_compressor", "hydrogen_compresor"),
        "stores.csv, row 3", "the technology 'hydrogen_compresor' is unknown", "did you mean 'hydrogen_compressor'?",
    ),
    in_table(
        "stores.csv", swap("hydrogen_compressor", "inverter"),
        "stores.csv, row 3", "the charger inverter refers to electricity, but the store contains hydrogen",
        "give inverter the reference carrier hydrogen",
    ),
    in_table(
        "links.csv", swap("north,south,no", "north,north,no"),
        "links.csv, row 3", "the link begins and ends in north", "name two regions",
    ),
    in_table(
        "links.csv", swap("north,south,no", "north,south,maybe"),
        "links.csv, row 3", "two_way is 'maybe'", "write yes or no",
    ),
    in_table(
        "demands.csv", append("boiler,north,steam"),
        "demands.csv, row 5", "the name 'boiler' is taken by plants.csv, row 4", "its own name",
    ),
    in_table(
        "regions.csv", append("north,59,9,again,test"),
        "regions.csv, row 4", "the region 'north' is listed twice", "remove one (regions.csv, row 2)",
    ),
    in_table(
        "regions.csv", swap("59.1", "591"),
        "regions.csv, row 2", "the latitude '591' is not an angle", "write degrees within ±90",
    ),
    in_table(
        "regions.csv", swap("9.6", "east"),
        "regions.csv, row 2", "the longitude 'east' is not an angle", "write degrees within ±180",
    ),
    in_table(
        "technologies.csv", swap("wind,lifetime", "wind,lifetme"),
        at("technologies.csv", "wind,lifetime"), "the parameter 'lifetme' is unknown", "did you mean 'lifetime'?",
    ),
    in_table(
        "technologies.csv", append("wind,price,,,3,,EUR2025/MWh,test"),
        at("technologies.csv"), "the parameter 'price' does not belong in technologies.csv", "give it in assets.csv",
    ),
    in_table(
        "technologies.csv", append("wind,loss,,,0.1,,1,test"),
        at("technologies.csv"), "loss belongs to a link, but wind is a plant", "remove the row",
    ),
    in_table(
        "assets.csv", append("boiler,loss,,,0.1,,1,test"),
        at("assets.csv"), "loss belongs to a link, but boiler is a plant", "remove the row",
    ),
    in_table(
        "assets.csv", append("boler,existing_capacity,,,1,,MW,test"),
        at("assets.csv"), "the asset 'boler' is unknown", "did you mean 'boiler'?",
    ),
    in_table(
        "technologies.csv", swap("gas_boiler,input,natural_gas", "gas_boiler,input,naturalgas"),
        at("technologies.csv", "gas_boiler,input,natural_gas"),
        "the carrier 'naturalgas' is unknown", "did you mean 'natural_gas'?",
    ),
    in_table(
        "technologies.csv", swap("gas_boiler,input,natural_gas", "gas_boiler,input,"),
        at("technologies.csv", "gas_boiler,input,natural_gas"), "input needs a carrier", "fill in the cell 'carrier'",
    ),
    in_table(
        "technologies.csv", swap("overnight_cost,electricity,,800", "overnight_cost,hydrogen,,800"),
        at("technologies.csv", "electrolyser,overnight_cost"),
        "names hydrogen, but overnight_cost refers to electricity", "name the reference carrier",
    ),
    in_table(
        "technologies.csv", swap("wind,reference,electricity", "wind,reference,power"),
        at("technologies.csv", "wind,reference,electricity"), "the carrier 'power' is unknown", "use one of",
    ),
    in_table(
        "technologies.csv", without("wind,reference"),
        "technologies.csv", "wind (used in plants.csv, row 2) has no reference carrier", "parameter=reference",
    ),
    in_table(
        "technologies.csv", append("wind,reference,steam,,,,,"),
        at("technologies.csv"), "wind has two reference rows", "keep one",
    ),
    in_table(
        "technologies.csv", swap("wind,reference,electricity,,,", "wind,reference,electricity,,5,"),
        at("technologies.csv", "wind,reference,electricity,,,"),
        "a reference row has no value, unit or period", "name the carrier only",
    ),
    in_table(
        "technologies.csv", append(",reference,steam,,,,,"),
        at("technologies.csv"), "a reference row names no technology", "fill in the technology",
    ),
    in_table(
        "carriers.csv", swap("natural_gas,carbon_content,fossil", "natural_gas,carbon_content,fosil"),
        "carriers.csv, row 6", "the origin 'fosil' is unknown", "did you mean 'fossil'?",
    ),
    in_table(
        "carriers.csv", swap("natural_gas,carbon_content,fossil", "natural_gas,carbon_content,"),
        "carriers.csv, row 6", "carbon_content needs an origin", "use one of",
    ),
    in_table(
        "carriers.csv", swap("steam,disposal_cost,,", "steam,disposal_cost,fossil,"),
        "carriers.csv, row 12", "disposal_cost has no origin", "leave the cell 'origin' empty",
    ),
    in_table(
        "carriers.csv", swap("biomass,balance,,year", "biomass,balance,,weekly"),
        "carriers.csv, row 8", "balance is 'weekly'", "use one of: hour, day, month, year",
    ),
    in_table(
        "carriers.csv", append("hydrogn,lower_heating_value,,33,MWh/t,test"),
        "carriers.csv", "hydrogn has no unit", "(or is it 'hydrogen', misspelt?)",
    ),
    # values
    in_table(
        "technologies.csv", without("cable,loss"),
        "technologies.csv", "cable has no loss", "add a row technology=cable, parameter=loss, unit=1; Meaning of loss",
    ),
    in_table(
        "technologies.csv", swap("cable,loss", "cabel,loss"),
        "technologies.csv", "cable has no loss", "('cabel' has one, but no asset uses it; is it misspelt?)",
    ),
    in_table(
        "assets.csv", without("power_export,price"),
        "assets.csv", "power_export has no price", "add a row asset=power_export, parameter=price, unit=EUR2025/MWh",
    ),
    in_table(
        "technologies.csv", without("wind,overnight_cost,,2040"),
        at("technologies.csv", "wind,overnight_cost"), "overnight_cost of wind is given for 2030, but not for 2040",
        "add a row for each period of the scenario",
    ),
    in_table(
        "assets.csv", without("boiler,existing_capacity,,2040"),
        "assets.csv, row 2", "existing_capacity of boiler is given for 2030, but not for 2040",
        "nothing is interpolated",
    ),
    in_table(
        "technologies.csv", append("gas_boiler,output,co2,2030,0.1,,t/MWh,test"),
        at("technologies.csv"), "output of gas_boiler (co2) is given for 2030, but not for 2040", "add a row",
    ),
    in_table(
        "technologies.csv",
        swap("battery,overnight_cost,,,150,,EUR2025/kWh", "battery,overnight_cost,,,150,,EUR2025/kW"),
        at("technologies.csv", "battery,overnight_cost,,,150,,EUR2025/kWh"),
        "overnight_cost: the unit 'EUR2025/kW' does not measure the same quantity as EUR2025/MWh",
        "power such as kW and energy such as kWh are different things",
    ),
    in_table(
        "technologies.csv", swap("wind,lifetime,,,25", "wind,lifetime,,,-25"),
        at("technologies.csv", "wind,lifetime,,,25"), "lifetime of wind_park is -25 year: below the lower bound, 1",
        "correct the value or its unit; lifetime: Meaning of lifetime",
    ),
    in_table(
        "technologies.csv", swap("cable,loss,,,0.03", "cable,loss,,,3"),
        at("technologies.csv", "cable,loss,,,0.03"),
        "loss of line is 3: above the upper bound, 1", "correct the value",
    ),
    in_table(
        "technologies.csv", swap("wind,availability,,,1,", "wind,availability,,,2,"),
        at("technologies.csv", "wind,availability,,,1,"),
        "availability of wind_park is 2, which reaches 1.6 with profile 'wind': above the upper bound, 1", "",
    ),
    in_table(
        "technologies.csv", swap("wind,lifetime,,,25", "wind,lifetime,,,long"),
        at("technologies.csv", "wind,lifetime,,,25"), "lifetime: 'long' is not a number", "write a number",
    ),
    in_table(
        "technologies.csv", swap("wind,lifetime,,,25", 'wind,lifetime,,,"2,5"'),
        at("technologies.csv", "wind,lifetime,,,25"),
        "lifetime: '2,5' is not a number; write a decimal point, not a comma", "",
    ),
    in_table(
        "technologies.csv", swap("wind,lifetime,,,25", "wind,lifetime,,,nan"),
        at("technologies.csv", "wind,lifetime,,,25"), "lifetime: 'nan' is not a number", "write a number",
    ),
    in_table(
        "technologies.csv", swap("wind,lifetime,,,25", "wind,lifetime,,,"),
        at("technologies.csv", "wind,lifetime,,,25"), "lifetime has an empty value", "fill in the cell 'value'",
    ),
    in_table(
        "technologies.csv", swap("wind,lifetime,,,25,,year,test", "wind,lifetime,,,25,,,"),
        at("technologies.csv", "wind,lifetime,,,25,,year,test"),
        "lifetime has no unit", "fill in the unit; 1 if it has none",
    ),
    in_table(
        "technologies.csv", swap("wind,lifetime,,,25,,year,test", "wind,lifetime,,,25,,year,"),
        at("technologies.csv", "wind,lifetime,,,25,,year,test"),
        "lifetime has no source", "add the source, or write that it is an assumption",
    ),
    in_table(
        "technologies.csv", swap("wind,lifetime,,,", "wind,lifetime,,2030,"),
        at("technologies.csv", "wind,lifetime,,,"), "lifetime has no period", "leave the cell 'period' empty",
    ),
    in_table(
        "technologies.csv", swap("wind,overnight_cost,,2040", "wind,overnight_cost,,soon"),
        at("technologies.csv", "wind,overnight_cost,,2040"),
        "the period 'soon' is not a year", "write a year such as 2030",
    ),
    in_table(
        "technologies.csv", append("wind,lifetime,,,26,,year,test"),
        at("technologies.csv"),
        "gives lifetime a second time, after " + at("technologies.csv", "wind,lifetime"), "keep one",
    ),
    in_table(
        "technologies.csv", append("electrolyser,overnight_cost,,,900,,EUR2025/kW,test"),
        at("technologies.csv"),
        "gives overnight_cost a second time, after " + at("technologies.csv", "electrolyser,overnight"), "keep one",
    ),
    in_table(
        "technologies.csv", swap("wind,availability,,,1,wind", "wind,availability,,,1,wnd"),
        at("technologies.csv", "wind,availability,,,1,wind"), "the profile 'wnd' is unknown", "did you mean 'wind'?",
    ),
    in_table(
        "technologies.csv", swap("wind,lifetime,,,25,", "wind,lifetime,,,25,wind"),
        at("technologies.csv", "wind,lifetime,,,25,"),
        "lifetime does not vary in time", "leave the cell 'profile' empty",
    ),
    in_table(
        "technologies.csv", swap("wind,availability,,,1,", "wind,availability,,,inf,"),
        at("technologies.csv", "wind,availability,,,1,"),
        "availability is inf times a profile", "write a finite number",
    ),
    in_table(
        "technologies.csv",
        lambda text: append("idle,overnight_cost,,,1,,EUR2025/km,test")(append("idle,reference,steam,,,,,")(text)),
        "technologies.csv",
        "overnight_cost: the unit 'EUR2025/km' does not measure the same quantity as EUR2025/MW", "",
    ),
    in_table(
        "technologies.csv", swap("gas_boiler,output,steam,,1", "gas_boiler,output,steam,,0.9"),
        at("technologies.csv", "gas_boiler,output,steam,,1"),
        "gas_boiler refers to steam, but its output of steam is 0.9 and not 1",
        "give gas_boiler an input or output of 1 for steam",
    ),
    # money
    in_table(
        "technologies.csv", swap("wind,fixed_om_cost,,,30,,EUR2025/kW", "wind,fixed_om_cost,,,30,,EUR/kW"),
        at("technologies.csv", "wind,fixed_om_cost,,,30,,EUR2025/kW"),
        "the money in 'EUR/kW/year' has no price year", "such as EUR2025",
    ),
    in_table(
        "technologies.csv", swap("wind,fixed_om_cost,,,30,,EUR2025/kW", "wind,fixed_om_cost,,,30,,USD2021/kW"),
        at("technologies.csv", "wind,fixed_om_cost,,,30,,EUR2025/kW"),
        "the currency USD2021 in 'USD2021/kW/year' has no exchange rate",
        "add it with value and source to exchange in case.yaml, or use one of: EUR2025, NOK2024",
    ),
    in_table(
        "case.yaml", swap("currency: EUR2025", "currency: EUR"),
        "case.yaml, line 3: currency", "string should match pattern", "with its price year, such as EUR2025",
    ),
    in_table(
        "case.yaml", swap("{value: 0.08, source: test}", "{value: -1}"),
        "case.yaml, line 5: exchange.NOK2024.value", "input should be greater than 0 (given: -1)", "value of one unit",
    ),
    # part load
    in_table(
        "part_load.csv", swap("electrolyser,hydrogen,1.0,0.64", "electrolyser,hydrogen,1.0,0.72"),
        "part_load.csv, row 2", "electrolyser, hydrogen: the curve is not concave: from (0, 0) to (0.25, 0.175)", "",
    ),
    in_table(
        "part_load.csv", swap("electrolyser,hydrogen,1.0", "electrolyser,hydrogen,0.9"),
        "part_load.csv, row 2", "the curve ends at load 0.9; add a point at load 1", "correct the points",
    ),
    in_table(
        "part_load.csv", append("electrolyser,hydrogen,1,0.5,MWh/MWh,test"),
        "part_load.csv, row 2", "the load 1 has two values", "correct the points",
    ),
    in_table(
        "part_load.csv", swap("0.25", "1.25"),
        "part_load.csv, row 2", "every load must be above 0 and at most 1", "correct the points",
    ),
    in_table(
        "part_load.csv", swap("hydrogen,0.25,0.70", "hydrogen,quarter,0.70"),
        "part_load.csv, row 2", "load: 'quarter' is not a number", "write a number",
    ),
    in_table(
        "part_load.csv", swap("0.70", "-0.70"),
        "part_load.csv, row 2", "the value -0.70 at load 0.25 is not possible", "finite",
    ),
    in_table(
        "part_load.csv", swap("0.70,MWh/MWh", "0.70,kWh/t"),
        "part_load.csv, row 2", "mixes tonnes and MWh of electricity, which has no lower_heating_value", "MWh/MWh",
    ),
    in_table(
        "part_load.csv", append("electroliser,hydrogen,1,0.5,MWh/MWh,test"),
        "part_load.csv, row 4", "the technology 'electroliser' is unknown", "did you mean 'electrolyser'?",
    ),
    in_table(
        "part_load.csv", append("electrolyser,hydrogn,1,0.5,MWh/MWh,test"),
        "part_load.csv, row 4", "the carrier 'hydrogn' is unknown", "did you mean 'hydrogen'?",
    ),
    in_table(
        "technologies.csv", append("electrolyser,output,hydrogen,,0.66,,MWh/MWh,test"),
        "part_load.csv, row 2", "is also given by " + at("technologies.csv"), "keep the curve or the output row",
    ),
    # files
    in_table(
        "plants.csv", without("plant,technology"),
        "plants.csv, row 1", "is not a header row", "begin the table with the columns plant, technology, region",
    ),
    in_table(
        "plants.csv", swap("plant,technology,region", "plant,tecnology,region"),
        "plants.csv, row 1", "the column 'tecnology' is unknown", "did you mean 'technology'?",
    ),
    in_table(
        "plants.csv", swap("plant,technology,region", "plant,technology,region,region"),
        "plants.csv, row 1", "the column 'region' is listed 2 times", "keep one",
    ),
    in_table(
        "plants.csv", lambda text: text.replace(",", ";"),
        "plants.csv, row 1", "the columns are separated by semicolons", "separate them by commas",
    ),
    in_table(
        "plants.csv", append("another,wind"),
        "plants.csv, row 7", "has 2 cells where the header has 3", "give every column one cell",
    ),
    in_table(
        "plants.csv", append("another,wind,"),
        "plants.csv, row 7", "the cell 'region' is empty", "fill in 'region'",
    ),
    in_table(
        "plants.csv", append('another,"wind" x,north'),
        "plants.csv, row 7", "cannot be read as CSV", "check the quotation marks",
    ),
    in_table("plants.csv", lambda text: "", "plants.csv", "is empty", "give it a header row"),
    in_table(
        "technologies.csv", None,
        "technologies.csv", "the table is missing", "add technologies.csv with columns technology, parameter, carrier",
    ),
    in_table(
        "plant.csv", "plant,technology,region\n",
        "plant.csv", "is not a table of a case", "rename it to plants.csv",
    ),
    in_table("case.yaml", None, "case.yaml", "the file is missing", "add case.yaml"),
    in_table(
        "case.yaml", append("name: again"), "case.yaml, line 9", "the key 'name' is repeated, on lines 1 and 9",
        "keep one of them",
    ),
    in_table("case.yaml", append("a: b: c"), "case.yaml, line 9", "mapping values are not allowed", "correct the YAML"),
    in_table(
        "case.yaml", swap("discount_rate", "discount_rat"),
        "case.yaml, line 7: discount_rat", "'discount_rat' is not a known key", "did you mean 'discount_rate'?",
    ),
    in_table(
        "case.yaml", lambda text: text.replace("discount_rate: {value: 0.05, unit: 1/year, source: test}\n", ""),
        "case.yaml", "discount_rate is missing", "add discount_rate: {value: …, unit: 1/year, source: …}",
    ),
    in_table(
        "case.yaml", swap("unit: 1/year", "unit: 1/kWh"),
        "case.yaml, line 7: discount_rate", "the unit '1/kWh' does not measure the same quantity as 1/year",
        "give the value in 1/year",
    ),
    in_table(
        "case.yaml", swap("unit: 1/year, ", ""),
        "case.yaml, line 7: discount_rate.unit", "'unit' is missing", "add it; unit: the unit, such as 1/year",
    ),
    in_table(
        "case.yaml", swap("{value: 0.05, unit: 1/year, source: test}", "0.05"),
        "case.yaml, line 7: discount_rate", "valid dictionary", "",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("table", "edit", "where", "problem", "remedy"), FAULTS)
def test_fault_is_reported_with_place_and_remedy(tmp_path, table, edit, where, problem, remedy):
    found = faults_of(tmp_path, {table: edit})
    fitting = [text for text in found if where in text.split(": ", 1)[0] + text and problem in text and remedy in text]
    assert fitting, "\n".join(found)
    assert len(found) <= 2, "\n".join(found)


def test_all_faults_come_at_once_from_all_tables(tmp_path):
    edits = {
        "technologies.csv": swap("cable,loss,,,0.03", "cable,loss,,,-0.03"),
        "plants.csv": swap("loop,ammonia_loop,north", "loop,ammonia_loop,west"),
        "assets.csv": append("line,lifetme,,,3,,year,test"),
        "carriers.csv": swap("ammonia,balance,,year", "ammonia,balance,,never"),
        "case.yaml": swap("exchange:", "exchnge:"),
        "profiles/hourly.csv": lambda text: text.rsplit("\n", 2)[0] + "\n",
    }
    folder = write_tiny_case(tmp_path, edits)
    settings = {"policies": {"levy": {"a": {"height": "3 EUR/t"}}}, "overrides": {"case.discount": 0.1}}
    with pytest.raises(InputError) as caught:
        load_case(tiny_scenario(folder, **settings), PARAMETERS, {"levy": Levy})
    where = [fault.where for fault in caught.value.faults]
    assert {
        "case.yaml, line 4: exchnge",
        "profiles/hourly.csv",
        "plants.csv, row 6",
        at("assets.csv"),
        "carriers.csv, row 14",
    } <= set(where)
    assert {at("technologies.csv", "cable,loss"), "override case.discount", "policies.levy"} <= set(where)
    assert str(caught.value).startswith(
        f"{len(where)} faults in the inputs:\n  case.yaml, line 4: exchnge: 'exchnge' is not a known key"
    )


def test_a_store_with_an_unknown_charger_says_so_once(tmp_path):
    found = faults_of(tmp_path, {"stores.csv": swap("inverter,inverter", "inverer,inverer")})
    assert found == ["stores.csv, row 2: the technology 'inverer' is unknown → did you mean 'inverter'?"]


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda text: text.rsplit("\n", 2)[0] + "\n", "profiles/hourly.csv: has 8,759 hours, a year has 8,760"),
        (swap("2019-01-01 03:00,", "early,"), "profiles/hourly.csv, row 5: 'early' is not a time"),
        (None, "case.yaml, line 6: profiles: cannot find 'profiles/*.csv'"),
    ],
)
def test_a_bad_profile_file_is_one_fault(tmp_path, edit, expected):
    found = faults_of(tmp_path, {"profiles/hourly.csv": edit})
    assert len(found) == 1
    assert found[0].startswith(expected)


def test_text_that_is_not_utf8(tmp_path):
    folder = write_tiny_case(tmp_path)
    (folder / "plants.csv").write_bytes("plant,technology,region\nHerøya,wind,north\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"plants\.csv: is not UTF-8 text \(byte 28\) → save it as CSV with UTF-8"):
        load_case(tiny_scenario(folder), PARAMETERS)


def test_case_that_does_not_exist(tmp_path, monkeypatch):
    write_tiny_case(tmp_path / "inputs")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"test\.yaml: case: the case 'tinny' is unknown → did you mean 'tiny'\?"):
        load_case(tiny_scenario(None, case="tinny"), PARAMETERS)
    assert load_case(tiny_scenario(None), PARAMETERS).attrs["case"] == "tiny"


def test_period_without_any_value_names_those_that_are_given(tmp_path):
    found = faults_of(tmp_path, periods=[2035])
    assert (
        f"{at('technologies.csv', 'wind,overnight_cost')}: overnight_cost of wind is given for 2030, 2040, but not for "
        "2035 → add a row for each "
        "period of the scenario, or one with an empty period; nothing is interpolated"
    ) in found
    assert len(found) == 4


def test_required_value_missing_for_one_asset_of_a_technology_only(tmp_path):
    edits = {
        "technologies.csv": without("wind,lifetime"),
        "plants.csv": append("second_park,wind,south"),
        "assets.csv": append("wind_park,lifetime,,,20,,year,test"),
    }
    assert faults_of(tmp_path, edits) == [
        "technologies.csv: wind has no lifetime → add a row technology=wind, parameter=lifetime, unit=year; "
        "Meaning of lifetime"
    ]


def test_faults_of_policies_are_reported_with_those_of_the_tables(tmp_path):
    edits = {"technologies.csv": swap("wind,lifetime,,,25", "wind,lifetime,,,0")}
    found = faults_of(tmp_path, edits, policies={"levi": {}})
    assert found[1:] == ["test.yaml: policies.levi: the policy 'levi' is unknown → did you mean 'levy'?"]
    found = faults_of(tmp_path / "again", edits, policies={"levy": {"a": {"height": "3 EUR/t"}}})
    assert [text.split(":")[0] for text in found] == [at("technologies.csv", "wind,lifetime"), "policies.levy"]
    assert "the money in 'EUR/t' has no price year" in found[1]
