"""How a command answers: on the screen for people, or with `--json` as one document; with the same exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Annotated, Any

import typer

from h2model.cli.common import STOPPED_BY_USER, STOPPED_TEXT, exit_codes
from h2model.errors import Fault, H2ModelError, InputError

AS_JSON = "--json"
AsJson = Annotated[
    bool, typer.Option(AS_JSON, help="Print one JSON document, faults included, and nothing else on stdout.")
]


@dataclass
class Answer:
    """What a command found: the content of its document, and the exit code that it ends with."""

    content: dict[str, Any] = field(default_factory=dict)
    exit_code: int = 0


@contextmanager
def answer(command: str, as_json: bool, by_rule: bool = False) -> Iterator[Answer]:
    """Let a command fill in its answer, print it if JSON is wanted, and end with its exit code.

    What h2model raises on purpose becomes a text on stderr, or the `error` of the document. Bugs pass through.
    """
    given = Answer()
    if as_json:
        try:
            yield given
        except (H2ModelError, KeyboardInterrupt) as error:
            given.exit_code, given.content = _code_of(error), {"error": error_document(error)}
        print_document(command, given)
    else:
        with exit_codes(by_rule):
            yield given
    if given.exit_code:
        raise typer.Exit(given.exit_code)


def print_document(command: str, given: Answer) -> None:
    """Write the document of an answer, and nothing else, on stdout."""
    about = {"command": command, "h2model": version("h2model"), "exit_code": given.exit_code}
    # ASCII only, so that it is the same document whatever the terminal can write.
    sys.stdout.write(json.dumps(about | given.content, indent=2, allow_nan=False) + "\n")


def error_document(error: BaseException) -> dict[str, Any]:
    """An error as a document has it; `faults` and `warnings` are those of the inputs."""
    stopped = isinstance(error, KeyboardInterrupt)
    faults, warnings = (error.faults, error.warnings) if isinstance(error, InputError) else ((), ())
    return {
        "kind": "Stopped" if stopped else type(error).__name__,
        "message": STOPPED_TEXT if stopped else str(error),
        "notes": list(getattr(error, "__notes__", ())),
        "faults": faults_document(faults),
        "warnings": faults_document(warnings),
    }


def faults_document(faults: tuple[Fault, ...]) -> list[dict[str, str]]:
    """Faults as rows."""
    return [{**vars(fault), "severity": fault.severity.value} for fault in faults]


def _code_of(error: BaseException) -> int:
    return error.exit_code if isinstance(error, H2ModelError) else STOPPED_BY_USER
