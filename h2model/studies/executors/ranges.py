"""Sets of numbers as short text, as Slurm and people write them: 0-3,7,9-12."""

from __future__ import annotations

from collections.abc import Iterable


def compressed(numbers: Iterable[int]) -> str:
    """Numbers as ranges.

    >>> compressed([7, 0, 1, 2, 3, 9, 10])
    '0-3,7,9-10'
    """
    ranges: list[list[int]] = []
    for number in sorted(set(numbers)):
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)


def spread(text: str) -> list[int]:
    """The numbers of such a text, also as Slurm prints them: in brackets, with steps and with a limit behind %.

    >>> spread("[0-3,7%2]"), spread("12"), spread("1-7:2")
    ([0, 1, 2, 3, 7], [12], [1, 3, 5, 7])

    Raises ValueError for a text that is none.
    """
    found: list[int] = []
    for part in text.partition("%")[0].strip("[]").split(","):
        span, _, step = part.partition(":")
        first, dash, last = span.partition("-")
        found += range(int(first), int(last) + 1, int(step or 1)) if dash else [int(first)]
    return found
