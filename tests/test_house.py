"""The script that measures the code counts as its docstring says, and the code stays within its limits."""

from __future__ import annotations

from pathlib import Path

import pytest

#: The longest function and imports inside functions have these limits for good; the share may only fall.
LIMITS = {"function, longest": 60, "imports inside functions": 30, "private functions used once": 18.0}

UPPER = '''"""What the upper room does."""

from pkg import nothing


def public(found, other):
    """Return the sum."""
    return _once(found) + _twice(other) + _twice(other)


def _once(own):
    from h2model.lower import part

    return part(own)


def _twice(number):
    # It is no more than this.
    return number
'''
LOWER = '''"""Lower room, where the sum is told."""


class Part:
    """What a part is."""

    def method(self):
        import h2model.upper.first


def part(value):
    return value
'''


@pytest.fixture
def checkout(tmp_path):
    for name, text in {"upper/first.py": UPPER, "lower.py": LOWER, "__init__.py": '"""The public face."""\n'}.items():
        path = tmp_path / "h2model" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "README.md").write_text("One, two and three.\n\n```\na, b, c\n```\nThat is what it is.\n")
    return tmp_path


def test_each_figure_is_counted(house, checkout):
    measured = {figure.name: figure.value for figure in house.figures(checkout)}
    assert measured["functions"] == 5
    assert measured["function, longest"] == 4
    assert measured["public docstrings"] == pytest.approx(100 * 5 / 7)
    assert measured["private functions used once"] == 20.0
    assert measured["imports inside functions"] == 2
    assert measured["circles between files"] == 1
    assert measured["arrows back up"] == 1
    assert measured["names `found`"] == 1
    assert measured["names `own`"] == 1
    assert measured['docstrings opening with "What"'] == 50.0
    assert measured['"is no", "are no" in the package'] == 1
    assert measured["tell, tells, told in the package"] == 1
    assert measured["commas per 100 words of docs"] == pytest.approx(100 / 9)
    assert measured["what, that, which, who in docs"] == pytest.approx(100 * 2 / 12)
    assert measured["lines of code"] == 13


def test_fewest_arrows_are_named(house):
    arrows = {"a": {"b": 3}, "b": {"a": 1, "c": 1}, "c": {"d": 1}, "d": {}}
    assert house.arrows_back_up(arrows) == [("b", "a")]
    assert house.circles(arrows) == [{"a", "b"}]


def test_folders_without_the_package_are_refused(house, tmp_path):
    with pytest.raises(SystemExit, match="has no folder h2model/"):
        house.figures(tmp_path)


def test_the_code_stays_within_its_limits(house):
    measured = {figure.name: figure.value for figure in house.figures(Path(__file__).parents[1])}
    assert {name: measured[name] for name, limit in LIMITS.items() if measured[name] > limit} == {}
