"""docs/processes.md lists every policy; H2MODEL_WRITE_POLICIES=1 writes the list anew."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from h2model.frame.concern import paragraphs
from h2model.policies import POLICIES

PAGE = Path(__file__).parents[2] / "docs" / "processes.md"
BEGIN, END = "<!-- written by tests/policies/test_policies_page.py -->\n", "<!-- end -->\n"


def table() -> str:
    """One row for each policy: its key in a scenario and the first paragraph of its file."""
    rows = [f"| `{name}` | {paragraphs(policy.about)[0]} |" for name, policy in POLICIES.items()]
    return "\n".join(["| key in a scenario's `policies` | policy |", "|---|---|", *rows]) + "\n"


def test_page_is_up_to_date():
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    expected = f"{before}{BEGIN}\n{table()}\n{END}{after}"
    if os.environ.get("H2MODEL_WRITE_POLICIES"):
        PAGE.write_text(expected, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == expected, "run with H2MODEL_WRITE_POLICIES=1"


@pytest.mark.parametrize("name", POLICIES)
def test_faults_of_a_policy_name_it_as_scenarios_do(name):
    """`NAME` begins the address of each fault; scenarios use the name of the file."""
    assert sys.modules[POLICIES[name].module].NAME == POLICIES[name].name == name
