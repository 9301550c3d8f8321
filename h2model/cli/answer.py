"""Answers of commands: text for people, or one JSON document with `--json`; the exit code is the same."""

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
    """The content of a command's document, and its exit code."""

    content: dict[str, Any] = field(default_factory=dict)
    exit_code: int = 0


@contextmanager
def answer(command: str, as_json: bool, by_rule: bool = False) -> Iterator[Answer]:
    """Let a command fill in its answer, print it if JSON is wanted, and exit with its code.

    Errors of h2model become a text on stderr, or the `error` of the document. Bugs keep their traceback.
    """
    reply = Answer()
    if as_json:
        try:
            yield reply
        except (H2ModelError, KeyboardInterrupt) as error:
            reply.exit_code = error.exit_code if isinstance(error, H2ModelError) else STOPPED_BY_USER
            reply.content = {"error": error_document(error)}
        print_document(command, reply)
    else:
        with exit_codes(by_rule):
            yield reply
    if reply.exit_code:
        raise typer.Exit(reply.exit_code)


def print_document(command: str, reply: Answer) -> None:
    """Write the document of an answer to stdout."""
    about = {"command": command, "h2model": version("h2model"), "exit_code": reply.exit_code}
    # ASCII only, so that the document is the same on every terminal.
    sys.stdout.write(json.dumps(about | reply.content, indent=2, allow_nan=False) + "\n")


def error_document(error: BaseException) -> dict[str, Any]:
    """Return an error as a document; `faults` and `warnings` are those of the inputs."""
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
    """Return faults as rows."""
    return [{**vars(fault), "severity": fault.severity.value} for fault in faults]
