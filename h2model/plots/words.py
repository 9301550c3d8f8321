"""Readable names."""

from __future__ import annotations


def words(name: object) -> str:
    """Return a name of the case or of the model with blanks in place of underscores.

    >>> words("direct_air_capture")
    'direct air capture'
    """
    return str(name).replace("_", " ")
