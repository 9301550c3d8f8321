"""Numbers as people read them: digits, thousands separators, minus signs, larger units, spans of time.

Files that programs read (CSV, JSON, netCDF, Excel) hold full numbers and use none of this.
"""

from __future__ import annotations

import math

MINUS, NOTHING = "\N{MINUS SIGN}", "\N{EN DASH}"
#: Larger units by unit: the least value at which each is used, and its name.
LARGER_UNITS = {
    "t/year": ((1e6, "Mt/year"), (1e3, "kt/year")),
    "MWh/year": ((1e6, "TWh/year"), (1e3, "GWh/year")),
    "t": ((1e6, "Mt"), (1e3, "kt")),
    "MWh": ((1e6, "TWh"), (1e3, "GWh")),
}
#: Most decimals of a number in a table of the terminal.
MOST_DECIMALS = 3
#: Share of the last decimal shown below which a value in a table is the tolerance of the solver.
LEAST_DECIMAL = 0.01


def number(value: float, digits: int = 4, sign: str = "") -> str:
    """Return a number with some significant digits, or with all digits before the point if these are more.

    `sign` "+" adds a plus sign to positive numbers. NaN gives a dash, infinity ∞.

    >>> number(12345.6), number(0.123456), number(-12.345, digits=3), number(12.3, sign="+")
    ('12,346', '0.1235', '−12.3', '+12.3')
    """
    if not math.isfinite(value):
        return NOTHING if math.isnan(value) else _with_minus(f"{value:{sign}}").replace("inf", "∞")
    # `+ 0.0` makes −0 a zero.
    value = value + 0.0
    places = ".0f" if abs(value) >= 10 ** (digits - 1) else f".{digits}g"
    return _with_minus(f"{value:{sign},{places}}")


def table_number(value: float, nothing: str = NOTHING) -> str:
    """Return a number for a table in a report: three digits, and `nothing` for less than 0.001.

    >>> table_number(1234.567), table_number(12.3456), table_number(0.0), table_number(-0.4567)
    ('1,235', '12.3', '–', '−0.457')
    """
    return nothing if abs(value) < 1e-3 else number(value, digits=3)


def quantity(value: float, unit: str) -> str:
    """Return a number with its unit, in thousands or millions of it where that is shorter.

    >>> quantity(-200_000.0, "t/year"), quantity(0.25, "MW")
    ('−200 kt/year', '0.25 MW')
    """
    for least, name in LARGER_UNITS.get(unit, ()):
        if abs(value) >= least:
            value, unit = value / least, name
            break
    return f"{number(value)} {unit}".strip()


def percent(share: float) -> str:
    """Return a share in percent, with one decimal.

    >>> percent(0.1234), percent(-0.5)
    ('12.3%', '−50.0%')
    """
    return _with_minus(f"{share:.1%}")


def decimals_for(largest: float) -> int:
    """Return how many decimals show at least four significant digits of the largest value, none above a thousand.

    >>> [decimals_for(value) for value in (1234.5, 123.4, 12.3, 1.2, 0.0)]
    [0, 1, 2, 3, 3]
    """
    if largest < 1:
        return MOST_DECIMALS
    return max(0, MOST_DECIMALS - math.floor(math.log10(largest)))


def aligned(value: float, decimals: int, most: int) -> str:
    """Return a number padded on the right, so that the decimal points of a column are aligned.

    `most` is the largest number of decimals in the column. A zero is a dash; an amount that rounds to zero is 0.

    >>> [aligned(value, 1, 3) for value in (1234.56, 0.0, -0.01, -2.0)]
    ['1,234.6  ', '–    ', '0.0  ', '−2.0  ']
    """
    if abs(value) < LEAST_DECIMAL * 10.0**-decimals:
        return NOTHING + " " * (most + 1 if most else 0)
    text = f"{value:,.{decimals}f}"
    text = _with_minus(text) if text.strip("-0.") else text.lstrip("-")
    return text + " " * (most - decimals + (1 if most and not decimals else 0))


def duration(seconds: float) -> str:
    """Return a span of time in its two largest units.

    >>> [duration(seconds) for seconds in (0.4, 75, 4000, 200000)]
    ['0.4 s', '1 min 15 s', '1 h 7 min', '2 d 7 h']
    """
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, hours = divmod(round(seconds), 60), divmod(round(seconds / 60), 60)
    if seconds < 3600:
        return f"{minutes[0]} min {minutes[1]} s"
    return f"{hours[0]} h {hours[1]} min" if seconds < 86400 else f"{hours[0] // 24} d {hours[0] % 24} h"


def _with_minus(text: str) -> str:
    return MINUS + text[1:] if text.startswith("-") else text
