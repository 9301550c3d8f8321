"""Links in the documentation lead to existing files and headings, and the README lists the rooms of the package."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from test_architecture import FLOORS

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")] + sorted(
    path for folder in ("docs", "notebooks", "benchmarks", "inputs", "runs") for path in (ROOT / folder).rglob("*.md")
)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def links(page: Path) -> list[str]:
    """Where the links of a page lead, other than to the web."""
    text = CODE.sub("", page.read_text(encoding="utf-8"))
    return [target for target in LINK.findall(text) if not re.match(r"[a-z]+:", target)]


def anchors(page: Path) -> set[str]:
    """What headings are called in links."""
    headings = re.findall(r"^#+ +(.*)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    lost = []
    for target in links(page):
        name, _, anchor = target.partition("#")
        found = (page.parent / name).resolve() if name else page
        if not found.exists() or (anchor and found.suffix == ".md" and anchor not in anchors(found)):
            lost.append(target)
    assert lost == []


def test_the_readme_leads_to_every_page_of_the_documentation():
    seen, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        seen.add(page)
        found = {(page.parent / target.partition("#")[0]).resolve() for target in links(page) if target[0] != "#"}
        waiting += [path for path in found if path.suffix == ".md" and path.exists() and path not in seen]
    assert [path.name for path in sorted((ROOT / "docs").glob("*.md")) if path not in seen] == []


def test_the_readme_lists_all_rooms_from_the_ground_up():
    layout = (ROOT / "README.md").read_text(encoding="utf-8").split("## Code layout")[1].split("```")[1]
    names = " ".join(re.split(r"  +", line)[0] for line in layout.strip().splitlines())
    rooms = re.findall(r"(\w+)(?:/(?=[ ,]|$)|\.py)", names)
    assert rooms == [room for room in FLOORS if room != "__main__"]
