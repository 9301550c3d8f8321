"""Names for people."""

from __future__ import annotations


def words(name: object) -> str:
    """A name of the case or of the model, as people read it.

    >>> words("direct_air_capture")
    'direct air capture'
    """
    return str(name).replace("_", " ")
