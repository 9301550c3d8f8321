"""Units: what converts, by how much, and what is refused."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from h2model.case import UnitError, Units

UNITS = Units(
    "EUR2025",
    {"NOK2024": 0.08, "USD2022": 1.1},
    {"electricity": "MWh", "hydrogen": "MWh", "ammonia": "t", "co2": "t"},
    {"hydrogen": 33.33, "ammonia": 5.17},
)


@pytest.mark.parametrize(
    ("text", "template", "own", "row", "storage", "expected"),
    [
        ("kW", "{capacity}", "hydrogen", "", False, 1e-3),
        ("kWh", "{capacity}", "hydrogen", "", True, 1e-3),
        ("t/day", "{capacity}", "hydrogen", "", False, 33.33 / 24),
        ("TWh/year", "{capacity}", "electricity", "", False, 1e6 / 8760),
        ("kt/year", "{capacity}", "ammonia", "", False, 1000 / 8760),
        ("MW", "{capacity}", "ammonia", "", False, 1 / 5.17),
        ("EUR2025/kW", "{money}/{capacity}", "electricity", "", False, 1e3),
        ("kEUR2025/MW", "{money}/{capacity}", "electricity", "", False, 1e3),
        ("NOK2024/kW/year", "{money}/{capacity}/year", "electricity", "", False, 80.0),
        ("EUR2025/(kW*year)", "{money}/{capacity}/year", "electricity", "", False, 1e3),
        ("EUR2025/kg", "{money}/{amount}", "hydrogen", "", False, 1000 / 33.33),
        ("EUR2025/(kg/hour)", "{money}/{capacity}", "hydrogen", "", False, 1000 / 33.33),
        ("USD2022/t", "{money}/{amount}", "co2", "", False, 1.1),
        ("kWh/kg", "{carrier}/{amount}", "hydrogen", "electricity", False, 1 / 33.33),
        ("t/t", "{carrier}/{amount}", "ammonia", "hydrogen", False, 33.33),
        ("MWh/MWh", "{carrier}/{amount}", "ammonia", "hydrogen", False, 5.17),
        ("t/t", "{carrier}/{amount}", "hydrogen", "ammonia", False, 1 / 33.33),
        ("kg/MWh", "t/{carrier}", "hydrogen", "", False, 1e-3),
        ("tCO2/t", "t/{carrier}", "ammonia", "", False, 1.0),
        ("ktCO2", "t", "", "", False, 1e3),
        ("%", "1", "", "", False, 0.01),
        ("1/day", "1/hour", "", "", False, 1 / 24),
        ("MW", "{amount}/hour", "electricity", "", False, 1.0),
        ("GJ", "{amount}", "electricity", "", False, 1 / 3.6),
        ("PJ/year", "{capacity}", "electricity", "", False, 1e6 / 3.6 / 8760),
        ("month", "year", "", "", False, 1 / 12),
        ("EUR2025 / MWh", "{money}/{amount}", "electricity", "", False, 1.0),
    ],
)
def test_factor(text, template, own, row, storage, expected):
    assert UNITS.factor(text, template, own, row, storage) == pytest.approx(expected, rel=1e-12)


def test_prefixes_leave_no_noise():
    assert UNITS.factor("EUR2025/kW", "{money}/{capacity}", "electricity") == 1000.0
    assert UNITS.factor("kW", "{capacity}", "electricity") == 0.001


@pytest.mark.parametrize(
    ("text", "template", "own", "message"),
    [
        ("kW", "{amount}", "electricity", "does not measure the same quantity as MWh"),
        ("EUR2025/kWh", "{money}/{capacity}", "electricity", "does not measure the same quantity as EUR2025/MW"),
        ("t", "{amount}", "electricity", "mixes tonnes and MWh of electricity, which has no lower_heating_value"),
        ("MWh", "t", "", "mixes tonnes and MWh of something that is not a carrier"),
        ("EUR/kW", "{money}/{capacity}", "electricity", "has no price year"),
        ("€/kW", "{money}/{capacity}", "electricity", "has no price year"),
        ("MEUR", "{money}", "", "has no price year"),
        (
            "EUR2024/kW",
            "{money}/{capacity}",
            "electricity",
            "the currency EUR2024 in 'EUR2024/kW' has no exchange rate",
        ),
        ("mwh", "{amount}", "electricity", "did you mean 'MWh'"),
        ("hours", "hour", "", None),
        ("bananas", "1", "", "the unit 'bananas' in 'bananas' is unknown"),
        ("100 kW", "{capacity}", "electricity", "'100 kW' is not a unit"),
        ("MW)", "{capacity}", "electricity", "is not a unit"),
        ("t/", "{amount}", "co2", "is not a unit"),
        ("(", "{amount}", "co2", "is not a unit"),
    ],
)
def test_refused(text, template, own, message):
    if message is None:
        assert UNITS.factor(text, template, own) == 1.0
        return
    with pytest.raises(UnitError, match=re.escape(message)):
        UNITS.factor(text, template, own)


def test_values_with_units():
    assert UNITS.convert_text("900 kt", "t") == 9e5
    assert UNITS.convert_text("-200 kt/year", "t/year") == -2e5
    assert UNITS.convert_text("1.35e2 EUR2025/t", "{money}/t") == 135.0
    assert UNITS.convert_text(12, "{money}/t") == 12.0
    assert UNITS.convert_text("inf", "t") == float("inf")
    assert UNITS.convert_text("2 t", "{amount}", own="hydrogen") == pytest.approx(66.66)
    with pytest.raises(
        UnitError, match="'a lot' is not a value with a unit; write a number and a unit, such as '100 t/year'"
    ):
        UNITS.convert_text("a lot", "t/year")
    with pytest.raises(UnitError, match="does not measure the same quantity as t/year"):
        UNITS.convert_text("900 kt", "t/year")


def test_targets():
    assert UNITS.target("{capacity}", "ammonia") == "t/h"
    assert UNITS.target("{money}/{capacity}/year", "ammonia") == "EUR2025/(t/h)/year"
    assert UNITS.target("{capacity}", "ammonia", storage=True) == "t"
    assert UNITS.target("t/{carrier-amount}", "hydrogen") == "t/MWh"


@example("0/0")
@given(st.text(max_size=12))
def test_any_text_is_a_unit_or_a_plain_refusal(text):
    with suppress(UnitError):
        assert UNITS.factor(text, "{money}/{amount}", "hydrogen") > 0
