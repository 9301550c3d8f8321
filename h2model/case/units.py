"""Units: every number of the tables becomes a plain float in the units of the case.

Amounts become MWh or t (declared by the carrier), flows MW or t/h, money the case's currency with its price year. A
year has 8,760 hours. pint does the arithmetic on a registry of these units only, so that a unit of another field is
refused instead of guessed. Tonnes of a carrier convert to MWh, and back, by its lower heating value.
"""

from __future__ import annotations

import re
import tokenize
from collections.abc import Mapping
from copy import copy
from typing import TYPE_CHECKING

from h2model.case.faults import did_you_mean

if TYPE_CHECKING:
    import pint

_DEFINITIONS = (
    "milli- = 1e-3 = m-",
    "kilo- = 1e3 = k-",
    "mega- = 1e6 = M-",
    "giga- = 1e9 = G-",
    "tera- = 1e12 = T-",
    "peta- = 1e15 = P-",
    "hour = [time] = h = hr",
    "minute = hour / 60 = min",
    "second = hour / 3600 = s",
    "day = 24 * hour = d",
    "month = 730 * hour",
    "year = 8760 * hour = yr = a",
    "watt_hour = [energy] = Wh",
    "watt = watt_hour / hour = W",
    "joule = watt_hour / 3600 = J",
    "british_thermal_unit = 1055.05585262 * joule = Btu",
    "gram = [mass] = g = gCO2",
    "tonne = 1e6 * gram = t = tCO2",
    "metre = [length] = m",
    "degree_Celsius = [temperature] = degC = °C",
    "percent = 0.01 = %",
)
_COMMON = ("kW", "MW", "GW", "kWh", "MWh", "GWh", "TWh", "MJ", "GJ", "TJ", "PJ", "kg", "t", "kt", "Mt", "tCO2")
_COMMON += ("hour", "day", "year", "percent", "km", "degC", "1")
_PRICE_YEAR = re.compile(r"[kMG]?([A-Z]{3})(\d{4})")
_MONEY = re.compile(r"[kMG]?(EUR|NOK|USD|GBP|SEK|DKK|CHF|JPY|CNY|AUD|CAD)|€|\$|£")
_NUMBER_AND_UNIT = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(\S.*?)\s*")
_SLOT = re.compile(r"\{([^}]*)\}")
#: Exceptions that pint raises besides its own.
_PARSE_ERRORS = (
    tokenize.TokenError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    KeyError,
    SyntaxError,
    TypeError,
    ValueError,
)


class UnitError(ValueError):
    """A unit or a value with unit that cannot be converted, with problem and remedy."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem}; {remedy}")
        self.problem = problem
        self.remedy = remedy


class Units:
    """The units of one case: its currencies, its carriers' units and heating values.

    `exchange` gives the value of one unit of each other currency (with price year, such as NOK2024) in `currency`;
    `carrier_units` is "MWh" or "t" by carrier, `heating_values` MWh/t by carrier.
    """

    def __init__(
        self,
        currency: str,
        exchange: Mapping[str, float] | None = None,
        carrier_units: Mapping[str, str] | None = None,
        heating_values: Mapping[str, float] | None = None,
    ) -> None:
        self.currency = currency
        self.carrier_units = dict(carrier_units or {})
        self.heating_values = dict(heating_values or {})
        self.currencies = (currency, *(exchange or {}))
        money = [f"{currency} = [money]", *(f"{n} = {v!r} * {currency}" for n, v in (exchange or {}).items())]
        # Imported here: it takes a while, and opening results needs no units.
        from pint import PintError, UnitRegistry

        self._unreadable = (PintError, *_PARSE_ERRORS)
        self._registry = UnitRegistry([*_DEFINITIONS, *money])
        self._parsed: dict[str, pint.Unit] = {}
        self._factors: dict[tuple[str, str, str, str], float] = {}

    def with_carriers(self, carrier_units: Mapping[str, str], heating_values: Mapping[str, float]) -> Units:
        """Return units with the same currencies and other carriers."""
        other = copy(self)
        other.carrier_units, other.heating_values = dict(carrier_units), dict(heating_values)
        other._factors = {}
        return other

    def target(self, template: str, own: str = "", row: str = "", storage: bool = False) -> str:
        """Return the unit of a template for an asset with carrier `own` and a row that names carrier `row`.

        If `storage`, capacity is an amount (of a store), otherwise a flow.
        """
        amount = self.carrier_units.get(own, "amount")
        flow = {"MWh": "MW", "t": "(t/h)"}.get(amount, "capacity")
        words = {
            "money": self.currency,
            "amount": amount,
            "capacity": amount if storage else flow,
            "carrier": self.carrier_units.get(row or own, "amount"),
        }
        words["carrier-amount"] = words["carrier"]
        text = _SLOT.sub(lambda match: words[match.group(1)], template)
        return text[1:-1] if text == "(t/h)" else text

    def factor(self, text: str, template: str, own: str = "", row: str = "", storage: bool = False) -> float:
        """Return the factor that converts a value in unit `text` to the declared unit.

        Raises UnitError if the unit is unknown, measures another quantity, or needs a heating value that is missing.
        """
        target = self.target(template, own, row, storage)
        carriers = _carriers_of_sides(template, own, row or own)
        key = (text, target, *carriers)
        if key not in self._factors:
            self._factors[key] = self._convert(text, target, carriers)
        return self._factors[key]

    def convert_text(
        self, text: str | float, target: str, own: str = "", row: str = "", storage: bool = False
    ) -> float:
        """Return a value with unit such as "900 kt" as a number in `target`, which may contain {money} and other slots.

        A bare number is in `target` already. Raises UnitError.
        """
        if isinstance(text, int | float) and not isinstance(text, bool):
            return float(text)
        if str(text).strip() in ("inf", "-inf"):
            return float(text)
        match = _NUMBER_AND_UNIT.fullmatch(str(text))
        if match is None:
            example = f"a number and a unit, such as '100 {self.target(target, own, row, storage)}'"
            raise UnitError(f"'{text}' is not a value with a unit", f"write {example}")
        return float(match.group(1)) * self.factor(match.group(2), target, own, row, storage)

    def _convert(self, text: str, target: str, carriers: tuple[str, str]) -> float:
        """The conversion factor; each side of the fraction bar apart, because it may belong to another carrier."""
        unit, wanted = self._parse(text), self._parse(target)
        factor = 1.0
        for side, carrier, sign in zip((0, 1), carriers, (1, -1), strict=True):
            has, wants = (self._parse(_sides(each)[side]).dimensionality for each in (text, target))
            energy = wants.get("[energy]", 0) - has.get("[energy]", 0)
            mass = has.get("[mass]", 0) - wants.get("[mass]", 0)
            # The power of MWh/t by which this side must be multiplied so that mass and energy agree.
            power = int(energy) if energy == mass else 0
            if power and carrier not in self.heating_values:
                whose = f"{carrier}, which has no lower_heating_value" if carrier else "something that is not a carrier"
                row = f", or add a lower_heating_value row for {carrier} to carriers.csv" if carrier else ""
                raise UnitError(
                    f"the unit '{text}' is not {target}: it mixes tonnes and MWh of {whose}",
                    f"give the value in {target}{row}",
                )
            if power:
                factor *= self.heating_values[carrier] ** (sign * power)
                unit = unit * self._parse("MWh/t") ** (sign * power)
        if unit.dimensionality != wanted.dimensionality:
            raise UnitError(
                f"the unit '{text}' does not measure the same quantity as {target}",
                f"give the value in {target} (power such as kW and energy such as kWh are different things)",
            )
        # 15 digits remove the rounding errors of chained prefixes, so that 1 kW is exactly 0.001 MW.
        return float(f"{factor * self._registry.convert(1.0, unit, wanted):.15g}")

    def _parse(self, text: str) -> pint.Unit:
        """Return the unit that a text means; UnitError, with the reason, if it cannot be read."""
        if text in self._parsed:
            return self._parsed[text]
        try:
            self._parsed[text] = self._registry.parse_units(text)
            return self._parsed[text]
        except self._unreadable as error:
            names = getattr(error, "unit_names", "")  # of pint's UndefinedUnitError
        word = names if isinstance(names, str) else next(iter(names))
        if _PRICE_YEAR.fullmatch(word):
            problem = f"the currency {word} in '{text}' has no exchange rate"
            currencies = ", ".join(self.currencies)
            remedy = f"add it with value and source to exchange in case.yaml, or use one of: {currencies}"
        elif _MONEY.fullmatch(word) or _MONEY.match(text):
            problem = f"the money in '{text}' has no price year"
            remedy = f"write the currency with its price year, such as {self.currency}"
        elif word:
            problem = f"the unit '{word}' in '{text}' is unknown"
            remedy = did_you_mean(word, (*_COMMON, *self.currencies))
        else:
            problem = f"'{text}' is not a unit"
            remedy = "write units such as MWh, t/hour, 1/year; the number goes into the value"
        raise UnitError(problem, remedy)


def _sides(text: str) -> tuple[str, str]:
    """Numerator and denominator of a unit, split at the fraction bars outside brackets.

    >>> _sides("EUR2025/(t/h)/year")
    ('EUR2025', '((t/h))*(year)')
    """
    parts, depth, start = [], 0, 0
    for position, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == "/" and depth == 0:
            parts.append(text[start:position])
            start = position + 1
    parts.append(text[start:])
    return parts[0], "*".join(f"({part})" for part in parts[1:])


def _carriers_of_sides(template: str, own: str, row: str) -> tuple[str, str]:
    """The carriers of the amounts above and below the fraction bar; "" without one."""
    names = []
    for side in _sides(template):
        if "{carrier" in side:
            names.append(row)
        else:
            names.append(own if "{amount}" in side or "{capacity}" in side else "")
    return names[0], names[1]
