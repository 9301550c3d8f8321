"""The command `h2model check`."""

from __future__ import annotations

from rich.text import Text

from h2model.cli.answer import AsJson, answer, faults_document
from h2model.cli.common import Changes, ScenarioName, console, examples, parse_changes, show_by_rule
from h2model.screen.progress import progress_on

EXAMPLES = examples(
    "h2model check climate_positive",
    "h2model check climate_positive --set carriers.hydrogen.balance=day",
)


def check_command(scenario: ScenarioName, changes: Changes = None, as_json: AsJson = False) -> None:
    """Load and check a scenario without solving it; print warnings and faults by rule, contents and size of the model.

    The exit code is 2 with faults, and 0 with warnings alone. docs/checks.md explains each rule.
    """
    with answer("check", as_json, by_rule=True) as reply:
        # xarray and Pyomo take two seconds: --help and the Tab key should not wait for them.
        from h2model.workflow import describing, loading

        by_address = parse_changes(changes)
        with progress_on(console(stderr=True)) as progress:
            progress.phase(f"reading {scenario}")
            data = loading.load_case(scenario, by_address)
            progress.phase("building the model")
            facts = describing.facts_of_case(data)
        if as_json:
            reply.content = {**facts, "warnings": faults_document(describing.warnings_of(data))}
            return
        show_by_rule(console(), describing.warnings_of(data), "warning", "bold yellow")
        lines = describing.describe_case(facts)
        width = max(map(len, lines))
        for name, value in lines.items():
            console().print(Text.assemble((name.ljust(width + 2), "bold"), value), soft_wrap=True)
