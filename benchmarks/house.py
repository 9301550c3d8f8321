"""Measure how a checkout of h2model is built and worded.

`python benchmarks/house.py [CHECKOUT]` prints one row per figure: the value and the goal of the project.
`--against OTHER` prints both checkouts side by side as a Markdown table, `--json` prints the figures for programs, and
`--list [ROOM]` lists the functions, imports and words behind the figures, each with its file and line. The script reads
files with `ast`, imports nothing of the package, and needs the standard library only.

How each figure is counted:

functions
    Each `def` in `h2model/`, methods and nested ones included, from `def` to its last line, docstring included.
files
    Lines of each `.py` file in `h2model/`. Lines of code leave out blank lines, comment lines and docstrings.
public docstrings
    Share of modules, classes, functions and methods with a docstring. Names with a leading underscore, members of
    private classes and functions inside functions are not public.
private functions used once
    Functions named `_name` (not `__name__`) that their own file mentions at most once, as a name or an attribute, as a
    share of all functions.
imports inside functions
    Import statements anywhere inside a `def`.
circles between files
    Groups of files that import one another, directly or through others. All imports count, also those inside functions
    and those for type checkers. `from package import module` imports the module, not the package.
arrows back up
    A room is a folder or a file directly in `h2model/`. The figure is the smallest number of arrows between rooms that
    must be removed so that no circle of rooms remains.
vague names
    Assigned names, loop variables and parameters called `found`, `place`, `own`, `given`, `chosen` or `named`.
docstrings opening with "What"
    Share among docstrings of functions and classes.
what, that, which, who
    Share of the words of `README.md` and `docs/*.md`, and of all docstrings.
"is no", "are no" and tell, tells, told
    Occurrences in the source text of `h2model/` (docstrings, comments, messages), and in README and docs.
commas
    Per 100 words of the prose of README and docs, without code blocks, inline code and tables; and of all docstrings.
"""

from __future__ import annotations

import argparse
import ast
import itertools
import json
import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "h2model"
VAGUE_NAMES = ("found", "place", "own", "given", "chosen", "named")
WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
QUESTION_WORDS = {"what", "that", "which", "who"}
IS_NO = re.compile(r"\b(?:is|are)\s+no\b", re.IGNORECASE)
TELL = re.compile(r"\b(?:tell|tells|told|telling)\b", re.IGNORECASE)
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
DOCUMENTED = (*FUNCTION, ast.ClassDef, ast.Module)
IMPORT = (ast.Import, ast.ImportFrom)


@dataclass(frozen=True)
class SourceFile:
    """One Python file: its path inside the checkout, its text and its syntax tree."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def lines(self) -> list[str]:
        """All lines of the file."""
        return self.text.splitlines()

    @property
    def module(self) -> str:
        """The full name of the module, such as `h2model.case.load`."""
        return ".".join(self.path.with_suffix("").parts).removesuffix(".__init__")

    @property
    def room(self) -> str:
        """The folder or file of the package that holds this file."""
        return self.path.parts[1].removesuffix(".py")

    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        """All functions, methods and nested functions."""
        return [node for node in ast.walk(self.tree) if isinstance(node, FUNCTION)]

    def docstrings(self) -> Iterator[tuple[ast.AST, str]]:
        """Each documented module, class or function with its docstring."""
        for node in ast.walk(self.tree):
            if isinstance(node, DOCUMENTED) and (text := ast.get_docstring(node)):
                yield node, text

    def private_once(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Private functions that this file mentions at most once besides their definition."""
        mentions = Counter(
            node.id if isinstance(node, ast.Name) else node.attr
            for node in ast.walk(self.tree)
            if isinstance(node, (ast.Name, ast.Attribute))
        )
        private = (node for node in self.functions() if node.name.startswith("_") and not node.name.startswith("__"))
        return [node for node in private if mentions[node.name] <= 1]

    def inner_imports(self) -> list[ast.Import | ast.ImportFrom]:
        """Import statements inside functions, in the order of lines."""
        inside = {node for f in self.functions() for node in ast.walk(f) if isinstance(node, IMPORT)}
        return sorted(inside, key=lambda node: node.lineno)


@dataclass(frozen=True)
class Figure:
    """One measured value with its goal; `digits` is the number of decimals to print."""

    name: str
    value: float
    goal: str = ""
    unit: str = ""
    digits: int = 0

    @property
    def words(self) -> str:
        """The value as printed."""
        return f"{self.value:,.{self.digits}f}{self.unit}"


def read_package(checkout: Path) -> list[SourceFile]:
    """Read and parse all Python files of the package, sorted by path."""
    package = checkout / PACKAGE
    if not package.is_dir():
        raise SystemExit(f"{checkout}: has no folder {PACKAGE}/; give the path of a checkout of h2model")
    sources = []
    for path in sorted(package.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        sources.append(SourceFile(path.relative_to(checkout), text, ast.parse(text)))
    return sources


def read_docs(checkout: Path) -> str:
    """Return the text of the README and of all pages in `docs/`."""
    pages = [checkout / "README.md", *sorted((checkout / "docs").glob("*.md"))]
    return "\n".join(page.read_text(encoding="utf-8") for page in pages if page.exists())


def figures(checkout: Path) -> list[Figure]:
    """Measure a checkout.

    Parameters
    ----------
    checkout
        The folder that holds `h2model/`, `README.md` and `docs/`.

    Returns
    -------
    list of Figure
        In the order of the printed table; files per room come last.
    """
    sources = read_package(checkout)
    rooms = Counter(source.room for source in sources if source.room != "__init__")
    return [
        *_structure(sources),
        *_wording(sources, read_docs(checkout)),
        *(Figure(f"files in {room}", count) for room, count in sorted(rooms.items()) if count > 1),
    ]


def _structure(sources: list[SourceFile]) -> list[Figure]:
    functions = [node for source in sources for node in source.functions()]
    lengths = sorted(node.end_lineno - node.lineno + 1 for node in functions)
    file_lengths = [len(source.lines) for source in sources]
    once = sum(len(source.private_once()) for source in sources)
    public = [has_docstring for source in sources for has_docstring in public_docstrings(source)]
    arrows = _room_arrows(sources)
    return [
        Figure("functions", len(functions)),
        Figure("function, median lines", statistics.median(lengths), "8 (keep)"),
        Figure("function, 90th percentile", lengths[int(0.9 * len(lengths))], "21 (keep)"),
        Figure("function, longest", lengths[-1], "≤ 60"),
        Figure("files", len(sources)),
        Figure("file, median lines", statistics.median(file_lengths), "115 (keep)"),
        Figure("file, longest", max(file_lengths), "≤ 400"),
        Figure("lines of the package", sum(file_lengths)),
        Figure("lines of code", sum(map(code_lines, sources)), "1,500 less"),
        Figure("public docstrings", 100 * sum(public) / len(public), "100 %", " %", 1),
        Figure("private functions used once", 100 * once / len(functions), "≤ 15 %", " %", 1),
        Figure("imports inside functions", sum(len(source.inner_imports()) for source in sources), "≤ 30"),
        Figure("circles between files", len(circles(_file_arrows(sources))), "0"),
        Figure("arrows back up", len(arrows_back_up(arrows)), "0"),
        *(Figure(f"names `{name}`", count) for name, count in _vague_names(sources).items()),
    ]


def _wording(sources: list[SourceFile], docs: str) -> list[Figure]:
    documented = [(node, text) for source in sources for node, text in source.docstrings()]
    opening = [text for node, text in documented if not isinstance(node, ast.Module)]
    what = sum(bool(re.match(r"What\b", text)) for text in opening)
    docstrings = "\n".join(text for _, text in documented)
    code = "\n".join(source.text for source in sources)
    return [
        Figure('docstrings opening with "What"', 100 * what / len(opening), "≤ 1 %", " %", 1),
        Figure("what, that, which, who in docs", question_share(docs), "≤ 1.5 %", " %", 1),
        Figure("what, that, which, who in docstrings", question_share(docstrings), "≤ 1.5 %", " %", 1),
        Figure('"is no", "are no" in the package', len(IS_NO.findall(code)), "≤ 10 with docs"),
        Figure('"is no", "are no" in docs', len(IS_NO.findall(docs))),
        Figure("tell, tells, told in the package", len(TELL.findall(code)), "≤ 5 with docs"),
        Figure("tell, tells, told in docs", len(TELL.findall(docs))),
        Figure("commas per 100 words of docs", commas(prose(docs)), "≤ 5.8", "", 1),
        Figure("commas per 100 words of docstrings", commas(docstrings), "≤ 5.8", "", 1),
    ]


def code_lines(source: SourceFile) -> int:
    """Count lines that are not blank, not a comment alone and not part of a docstring."""
    documentation = {
        line for node, _ in source.docstrings() for line in range(node.body[0].lineno, node.body[0].end_lineno + 1)
    }
    return sum(
        bool(line.strip()) and not line.lstrip().startswith("#") and number not in documentation
        for number, line in enumerate(source.lines, start=1)
    )


def public_docstrings(source: SourceFile) -> Iterator[bool]:
    """Yield for each public module, class, function and method whether it has a docstring."""
    members: list[ast.AST] = [source.tree]
    while members:
        node = members.pop()
        yield ast.get_docstring(node) is not None
        if not isinstance(node, FUNCTION):
            members += [m for m in node.body if isinstance(m, (*FUNCTION, ast.ClassDef)) and m.name[0] != "_"]


def _vague_names(sources: list[SourceFile]) -> dict[str, int]:
    names: Counter[str] = Counter()
    for source in sources:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names[node.id] += 1
            elif isinstance(node, ast.arg):
                names[node.arg] += 1
    return {name: names[name] for name in VAGUE_NAMES}


def question_share(text: str) -> float:
    """Return the share of what, that, which and who among the words of a text, in per cent."""
    words = [word.lower() for word in WORD.findall(text)]
    return 100 * sum(word in QUESTION_WORDS for word in words) / max(len(words), 1)


def commas(text: str) -> float:
    """Return the number of commas per 100 words."""
    return 100 * text.count(",") / max(len(WORD.findall(text)), 1)


def prose(markdown: str) -> str:
    """Remove code blocks, inline code and tables from a text in Markdown."""
    text = re.sub(r"```.*?```", "", markdown, flags=re.DOTALL)
    text = re.sub(r"`[^`]*`", "", text)
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("|"))


def imported(source: SourceFile, modules: Iterable[str]) -> set[str]:
    """Return the modules of the package that a file imports, including those inside functions."""
    names: set[str] = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= {name if name in modules else node.module for name in inner}
    return names & set(modules) - {source.module}


def _file_arrows(sources: list[SourceFile]) -> dict[str, set[str]]:
    # The public face of the package imports from all rooms and no room imports it.
    modules = {source.module for source in sources} - {PACKAGE}
    return {source.module: imported(source, modules) for source in sources if source.module != PACKAGE}


def _room_arrows(sources: list[SourceFile]) -> dict[str, Counter[str]]:
    """For each room, how many of its imports lead to each other room."""
    arrows: dict[str, Counter[str]] = defaultdict(Counter)
    for module, used in _file_arrows(sources).items():
        room = module.split(".")[1]
        arrows[room].update(other.split(".")[1] for other in used if other.split(".")[1] != room)
    return dict(arrows)


def circles(arrows: Mapping[str, Iterable[str]]) -> list[set[str]]:
    """Return the groups of names that reach one another along the arrows."""
    reach = {name: _reachable(name, arrows) for name in arrows}
    groups: list[set[str]] = []
    for name in sorted(arrows):
        group = {other for other in reach[name] if name in reach.get(other, ())}
        if group and group not in groups:
            groups.append(group)
    return groups


def _reachable(start: str, arrows: Mapping[str, Iterable[str]]) -> set[str]:
    reached: set[str] = set()
    ahead = list(arrows[start])
    while ahead:
        name = ahead.pop()
        if name not in reached:
            reached.add(name)
            ahead += arrows.get(name, ())
    return reached


def arrows_back_up(arrows: Mapping[str, Counter[str]]) -> list[tuple[str, str]]:
    """Return the fewest arrows between rooms without which no circle remains.

    Tries all orders of each group of rooms in a circle, up to 8 rooms; all arrows of a larger group count. Of two
    orders with equally many arrows, the one with fewer imports behind them counts.
    """
    back: list[tuple[str, str]] = []
    for group in circles(arrows):
        inside = [(room, used) for room in sorted(group) for used in sorted(group & set(arrows[room]))]
        if len(group) > 8:
            back += inside
            continue
        candidates = []
        for order in itertools.permutations(sorted(group)):
            upward = [arrow for arrow in inside if order.index(arrow[0]) < order.index(arrow[1])]
            candidates.append((len(upward), sum(arrows[room][used] for room, used in upward), upward))
        back += min(candidates)[2]
    return back


def print_list(checkout: Path, room: str) -> None:
    """Print the lines behind the figures, of one room or of all, and all circles and arrows back up."""
    everything = read_package(checkout)
    sources = [source for source in everything if room in ("all", source.room)]
    if not sources:
        raise SystemExit(f"{room}: no such room; name a folder or a file of {PACKAGE}/")
    for title, lines in _lists(sources).items():
        print(f"{title}: {len(lines)}", *lines, sep="\n  ")
    for group in circles(_file_arrows(everything)):
        print("circle between files:", ", ".join(sorted(group)))
    for room_above, room_below in arrows_back_up(_room_arrows(everything)):
        print(f"arrow back up: {room_above} imports {room_below}")


def _lists(sources: list[SourceFile]) -> dict[str, list[str]]:
    lists = defaultdict(list)
    for source in sources:
        for node in source.private_once():
            lists["private functions used once"].append(f"{source.path}:{node.lineno} {node.name}")
        for node in source.inner_imports():
            lists["imports inside functions"].append(f"{source.path}:{node.lineno} {ast.unparse(node)}")
        for node, text in source.docstrings():
            if text.startswith("What"):
                opening = f"{source.path}:{node.body[0].lineno} {text.splitlines()[0]}"
                lists['docstrings opening with "What"'].append(opening)
        for number, line in enumerate(source.lines, start=1):
            for title, pattern in {'"is no", "are no"': IS_NO, "tell, tells, told": TELL}.items():
                if pattern.search(line):
                    lists[title].append(f"{source.path}:{number} {line.strip()}")
    return dict(lists)


def print_table(columns: dict[str, list[Figure]]) -> None:
    """Print figures as a Markdown table, one column per checkout."""
    by_name = {title: {figure.name: figure for figure in column} for title, column in columns.items()}
    names = list(dict.fromkeys(figure.name for column in columns.values() for figure in column))
    goals = {figure.name: figure.goal for column in columns.values() for figure in column}
    rows = [["figure", *columns, "goal"]]
    for name in names:
        values = [column[name].words if name in column else "–" for column in by_name.values()]
        rows.append([name, *values, goals[name]])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    rows.insert(1, ["-" * width for width in widths])
    for row in rows:
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |")


def main() -> None:
    """Parse the command line and print."""
    parser = argparse.ArgumentParser(description="Measure how a checkout of h2model is built and worded.")
    parser.add_argument("checkout", nargs="?", type=Path, default=Path(__file__).parents[1])
    parser.add_argument(
        "--against", type=Path, metavar="OTHER", help="an earlier checkout, printed as the first column"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--list", nargs="?", const="all", metavar="ROOM", help="list the lines behind the figures")
    options = parser.parse_args()
    if options.list:
        print_list(options.checkout, options.list)
        return
    columns = {"before": figures(options.against)} if options.against else {}
    columns["after" if options.against else "value"] = figures(options.checkout)
    if options.json:
        print(json.dumps({title: {f.name: f.value for f in column} for title, column in columns.items()}, indent=2))
    else:
        print_table(columns)


if __name__ == "__main__":
    main()
