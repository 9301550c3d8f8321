"""Docs, docstrings, comments and messages are written in the words of the glossary in CONTRIBUTING.md."""

from __future__ import annotations

import ast
import functools
import io
import json
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Figures of benchmarks/house.py and the highest values that they may have.
LIMITS = {
    ('docstrings opening with "What"',): 1.0,
    ("what, that, which, who in docs",): 1.5,
    ("what, that, which, who in docstrings",): 1.5,
    ('"is no", "are no" in the package', '"is no", "are no" in docs'): 10,
    ("tell, tells, told in the package", "tell, tells, told in docs"): 5,
    ("commas per 100 words of docs",): 5.8,
}


@dataclass(frozen=True)
class Passage:
    """A piece of text with the file and the line where it begins."""

    path: Path
    line: int
    text: str


def glossary() -> tuple[list[str], list[str]]:
    """Phrases to avoid in text, and names to avoid in code, from the table in CONTRIBUTING.md."""
    table = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("### Glossary")[1]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("|")][2:]
    entries = [entry.strip() for row in rows for entry in row.split(";")]
    return [e for e in entries if "`" not in e], [e.strip("`") for e in entries if "`" in e]


PHRASES, NAMES = glossary()


def pattern_of(phrases: list[str]) -> re.Pattern[str]:
    """Match any of the phrases as whole words, also across the end of a line."""
    longest_first = sorted(phrases, key=len, reverse=True)
    return re.compile(
        r"\b(?:" + "|".join(r"[\s#>*]+".join(map(re.escape, p.split())) for p in longest_first) + r")\b",
        re.IGNORECASE,
    )


AVOIDED = pattern_of(PHRASES)


def text_files() -> list[Path]:
    """All files of the project that a person reads as text or code, except tests and the glossary itself."""
    patterns = (
        *("h2model/**/*.py", "h2model/**/*.jinja", "h2model/**/*.html", "h2model/**/*.md", "h2model/**/*.yaml"),
        *("benchmarks/**/*.py", "benchmarks/*.md", "docs/*.md", "docs/*.py", "inputs/**/*.md", "inputs/**/*.yaml"),
        *("notebooks/*", "runs/README.md", "README.md", "CHANGELOG.md", "CONTRIBUTING.md"),
    )
    return sorted(path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file())


def room_of(path: Path) -> str:
    """The room of a file of the package, such as `h2model/case`; for others the first part of its path."""
    parts = path.relative_to(ROOT).parts
    return "/".join(parts[:2]) if parts[0] == "h2model" else parts[0]


@functools.cache
def files_by_room() -> dict[str, list[Path]]:
    """The files of each room."""
    rooms: dict[str, list[Path]] = {}
    for path in text_files():
        rooms.setdefault(room_of(path), []).append(path)
    return rooms


def passages(path: Path) -> Iterator[Passage]:
    """The texts of a file: strings and comments of Python, sources of a notebook's cells, otherwise the whole file."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        yield from _python_passages(path, text)
    elif path.suffix == ".ipynb":
        for number, cell in enumerate(json.loads(text)["cells"], start=1):
            yield Passage(path, number, "".join(cell["source"]))
    elif path.name == "CONTRIBUTING.md":
        yield Passage(path, 1, text.split("### Glossary")[0])
    else:
        yield Passage(path, 1, text)


def _python_passages(path: Path, text: str) -> Iterator[Passage]:
    inside_f_strings = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
            inside_f_strings |= {id(part) for part in node.values}
            yield Passage(path, node.lineno, "".join(parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside_f_strings:
            yield Passage(path, node.lineno, node.value)
    comment: list[tokenize.TokenInfo] = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            comment.append(token)
        elif comment and token.type not in (tokenize.NL, tokenize.NEWLINE):
            yield Passage(path, comment[0].start[0], "\n".join(t.string for t in comment))
            comment = []


def avoided_phrases(path: Path) -> list[str]:
    """Each use of a phrase to avoid, as `file:line: phrase`."""
    return [
        f"{path}:{passage.line + passage.text.count(chr(10), 0, match.start())}: {match.group()!r}"
        for passage in passages(path)
        for match in AVOIDED.finditer(passage.text)
    ]


def avoided_names(path: Path) -> list[str]:
    """Each definition or assignment of a name to avoid, as `file:line: name`."""
    if path.suffix != ".py":
        return []
    names = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.append((node.lineno, node.id))
        elif isinstance(node, ast.arg):
            names.append((node.lineno, node.arg))
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.append((node.lineno, node.name))
    return [f"{path}:{line}: {name}" for line, name in sorted(names) if name in NAMES]


@pytest.mark.parametrize("room", files_by_room())
def test_texts_avoid_the_phrases_of_the_glossary(room):
    uses = [use for path in files_by_room()[room] for use in (*avoided_phrases(path), *avoided_names(path))]
    assert not uses, "see the glossary in CONTRIBUTING.md:\n" + "\n".join(uses)


@pytest.fixture(scope="module")
def values(house) -> dict[str, float]:
    return {figure.name: figure.value for figure in house.figures(ROOT)}


@pytest.mark.parametrize("names", LIMITS, ids=lambda names: names[0])
def test_wording_stays_within_its_limits(values, names):
    assert sum(values[name] for name in names) <= LIMITS[names]


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("docstring.py", '"""Module."""\n\n\ndef f():\n    """What stands in the way."""\n', 5),
        ("message.py", 'cap = 1\nprint(f"{cap} stands in the way of {cap}")\n', 2),
        ("comment.py", "x = 1\n# The cap stands\n# in the way.\ny = 2\n", 2),
        ("page.md", "# Title\n\nThe cap stands\nin the way.\n", 3),
        ("notebook.ipynb", '{"cells": [{"source": ["The cap stands in the way."]}]}', 1),
    ],
)
def test_avoided_phrases_are_reported_with_their_line(tmp_path, name, text, line):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    (use,) = avoided_phrases(path)
    assert use.startswith(f"{path}:{line}: ")
    assert "stands" in use


def test_avoided_names_are_reported_with_their_line(tmp_path):
    path = tmp_path / "names.py"
    path.write_text("def _bury(given):\n    born = given\n    return born\n", encoding="utf-8")
    assert avoided_names(path) == [f"{path}:1: _bury", f"{path}:2: born"]


def test_plain_words_pass(tmp_path):
    path = tmp_path / "plain.py"
    path.write_text('"""Return the binding limits."""\nunderstands_it = "understands in part"\n', encoding="utf-8")
    assert not avoided_phrases(path)
    assert not avoided_names(path)
