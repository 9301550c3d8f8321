"""Sets of numbers as short text, in the format of Slurm: 0-3,7,9-12."""

from __future__ import annotations

from collections.abc import Iterable


def format_ranges(numbers: Iterable[int]) -> str:
    """Return numbers as text with ranges.

    >>> format_ranges([7, 0, 1, 2, 3, 9, 10])
    '0-3,7,9-10'
    """
    ranges: list[list[int]] = []
    for number in sorted(set(numbers)):
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)


def parse_ranges(text: str) -> list[int]:
    """Return the numbers of a text with ranges. Brackets, steps and the task limit (%) of Slurm are allowed.

    >>> parse_ranges("[0-3,7%2]"), parse_ranges("12"), parse_ranges("1-7:2")
    ([0, 1, 2, 3, 7], [12], [1, 3, 5, 7])

    Raises ValueError for other texts.
    """
    numbers: list[int] = []
    for part in text.partition("%")[0].strip("[]").split(","):
        span, _, step = part.partition(":")
        first, dash, last = span.partition("-")
        numbers += range(int(first), int(last) + 1, int(step or 1)) if dash else [int(first)]
    return numbers
