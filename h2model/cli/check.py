"""The command `h2model check`."""

from __future__ import annotations

from rich.text import Text

from h2model.cli.answer import AsJson, answer, faults_document
from h2model.cli.common import Changes, ScenarioName, console, examples, parse_changes, show_by_rule
from h2model.steps import describe_case, facts_of_case, load_case

EXAMPLES = examples(
    "h2model check climate_positive",
    "h2model check climate_positive --set carriers.hydrogen.balance=day",
)


def check_command(scenario: ScenarioName, changes: Changes = None, as_json: AsJson = False) -> None:
    """Load and check a scenario without solving it: its warnings and faults by rule, what it holds, how large it is.

    Warnings leave the exit code at 0; with faults it is 2. docs/checks.md says what each rule asks, and why.
    """
    with answer("check", as_json, by_rule=True) as given:
        from h2model.case import warnings_of
        from h2model.screen.progress import progress_on

        wanted = parse_changes(changes)
        with progress_on(console(stderr=True)) as progress:
            progress.phase(f"reading {scenario}")
            data = load_case(scenario, wanted)
            progress.phase("building the model")
            facts = facts_of_case(data)
        if as_json:
            given.content = {**facts, "warnings": faults_document(warnings_of(data))}
            return
        show_by_rule(console(), warnings_of(data), "warning", "bold yellow")
        _show_facts(describe_case(facts))


def _show_facts(facts: dict[str, str]) -> None:
    width = max(map(len, facts))
    for name, value in facts.items():
        console().print(Text.assemble((name.ljust(width + 2), "bold"), value), soft_wrap=True)
