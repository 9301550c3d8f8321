"""Names for people."""

from __future__ import annotations


def words(name: object) -> str:
    """A name of the case or of the model, as people read it.

    >>> words("direct_air_capture")
    'direct air capture'
    """
    return str(name).replace("_", " ")


def figures(value: float, sign: str = "") -> str:
    """A number with four digits, or with all digits before the point; `sign` "+" writes that of what is more, too.

    >>> figures(12345.6), figures(0.123456), figures(12.3, "+")
    ('12,346', '0.1235', '+12.3')
    """
    return f"{value:{sign},.0f}" if abs(value) >= 1e3 else f"{value:{sign}.4g}"
