"""docs/checks.md lists every rule and every usual range; H2MODEL_WRITE_CHECKS=1 generates it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from h2model.case import CASE_PARAMETERS, LOADING, Rule
from h2model.checks import OF_CONCERNS, OF_THE_WHOLE
from h2model.model import PARAMETERS

PAGE = Path(__file__).parents[2] / "docs" / "checks.md"
BEGIN, END = "<!-- written by tests/checks -->", "<!-- end -->"
GROUPS = {
    "Rules of the loader": LOADING,
    "Rules of concerns and policies": OF_CONCERNS,
    "Rules across concerns": OF_THE_WHOLE,
}


def table(*columns: str, rows: Iterable[Iterable[str]]) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def row_of(rule: Rule) -> list[str]:
    return [f"`{rule.name}`", rule.severity.value, rule.meaning, rule.against]


def usual_ranges() -> Iterator[list[str]]:
    for parameter in (*CASE_PARAMETERS, *PARAMETERS):
        for usual in parameter.plausible:
            unit = f"{parameter.unit}, counted in {usual.unit}" if usual.unit else parameter.unit
            yield [f"`{parameter.name}`", unit, f"{usual.lowest:,.10g}", f"{usual.highest:,.10g}", usual.basis]
        if parameter.profile_mean is not None:
            lowest, highest = parameter.profile_mean
            basis = "assumption: range of weather years"
            yield [f"`{parameter.name}`", "mean of a profile", f"{lowest:g}", f"{highest:g}", basis]


def written() -> str:
    lines = [BEGIN, ""]
    for heading, rules in GROUPS.items():
        lines += [f"## {heading}", "", *table("rule", "severity", "requires", "prevents", rows=map(row_of, rules))]
    lines += ["## Usual ranges", "", *table("parameter", "unit", "from", "to", "basis", rows=usual_ranges())]
    return "\n".join([*lines, END])


def test_page_is_up_to_date():
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    if os.environ.get("H2MODEL_WRITE_CHECKS"):
        PAGE.write_text(before + written() + rest.split(END)[1], encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == before + written() + rest.split(END)[1], (
        "run with H2MODEL_WRITE_CHECKS=1"
    )


def test_every_rule_states_its_requirement_and_the_mistake_it_prevents():
    for rule in (*LOADING, *OF_CONCERNS, *OF_THE_WHOLE):
        assert rule.meaning.endswith("."), rule.name
        assert rule.against.endswith("."), rule.name
        assert "|" not in rule.meaning + rule.against
