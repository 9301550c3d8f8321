"""The reference page contains every declaration, and works offline."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from pydantic import BaseModel, Field
from typer.testing import CliRunner

from h2model import cli
from h2model.case import Parameter
from h2model.checks import RULES
from h2model.cli.known import known_equations, known_parameters, known_reference, known_settings, known_symbols
from h2model.errors import InputError
from h2model.model import CONCERNS, DUALS
from h2model.reference.data import Reference
from h2model.reference.equations import code_of, concern_of
from h2model.reference.page import MARK, page, write_page

VOID = {"meta", "br", "wbr"}


class Reader(HTMLParser):
    """Anchors, links and tags of a page; an end tag that closes nothing is an error."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids, self.links, self.tags, self.open = [], [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.tags.append((tag, given))
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if "href" in given else []
        self.open += [] if tag in VOID else [tag]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def text() -> str:
    return page("1.2.3", known_reference(), CONCERNS, known_symbols())


@pytest.fixture(scope="module")
def read(text) -> Reader:
    return Reader(text)


def test_every_declaration_has_an_anchor(read):
    rules = [rule.name for group in known_equations().values() for rule in group]
    expected = {f"parameter-{parameter.name}" for parameter in known_parameters()}
    expected |= {f"equation-{name}" for name in rules} | {f"check-{rule.name}" for rule in RULES}
    expected |= {f"settings-{address}" for address in known_settings()} | {"symbol-capacity", "symbol-storage_level"}
    assert expected - set(read.ids) == set()
    assert len(read.ids) == len(set(read.ids))


def test_every_link_has_a_target_on_the_page(read):
    assert len(read.links) > 200
    assert {link.removeprefix("#") for link in read.links} - set(read.ids) == set()


def test_the_page_refers_to_no_other_file(text, read):
    assert {tag for tag, _ in read.tags} & {"script", "link", "img", "iframe", "object", "embed", "video"} == set()
    assert [given for _, given in read.tags if "src" in given or "srcset" in given] == []
    style = text[text.index("<style>") : text.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    assert "prefers-color-scheme: dark" in style
    assert "@media print" in style


def test_a_parameter_shows_its_whole_declaration(text):
    told = text[text.index('id="parameter-availability"') :].partition("</article>")[0]
    words = " ".join(re.sub(r"<[^>]*>", " ", told).split())
    for fact in (
        "over plant, period, time",
        "default 1",
        "bounds 0 to 1",
        "in longer steps mean",
        "read by conversion",
    ):
        assert fact in words


def test_an_equation_has_formula_dual_unit_and_code(text):
    told = text[text.index('id="equation-activity_limit"') :].partition("</article>")[0]
    words = " ".join(re.sub(r"<[^>]*>", " ", told).split())
    assert "activity ≤ availability × capacity" in words
    assert DUALS["activity_limit"] in words
    assert "unit plant_unit" in words
    assert "return m.activity[p, y, t] &lt;= " in words
    assert '"""' not in words.replace("&#34;", '"')


def test_texts_are_escaped():
    class Odd(BaseModel):
        """Less < more & `<b>`."""

        limit: str = Field("<i>", description="a **bold** <script>")

    parameter = Parameter("odd", ("asset",), "1", "below <img src=x> & above", default=None)
    text = page("1", Reference([parameter], {"odd": Odd}), [], [])
    assert "below &lt;img src=x&gt; &amp; above" in text
    assert "Less &lt; more &amp; <code>&lt;b&gt;</code>." in text
    assert "a <strong>bold</strong> &lt;script&gt;" in text
    assert '<td data-name="default">&lt;i&gt;</td>' in text


def test_code_is_shown_without_its_docstring():
    def rule(m, a):
        """a = b"""
        # why
        return m.x[a] == 1

    assert code_of(rule) == "def rule(m, a):\n    # why\n    return m.x[a] == 1"


def test_terms_of_the_balance_and_of_rules_are_shown():
    from h2model.model import storage

    terms = {term.name: term.code for term in concern_of(storage.CONCERN).terms}
    assert "def taken(m, s, y, t):" in terms["taken"]
    assert set(terms) == {"stored", "taken", "level_before", "storage_supply"}


def test_every_concern_has_a_title():
    assert [concern.name for concern in map(concern_of, CONCERNS) if not concern.title] == []


class TestFile:
    def write(self, path: Path) -> None:
        write_page(path, "1", Reference(), [], [])

    def test_only_an_earlier_page_is_replaced(self, tmp_path):
        path = tmp_path / "a.html"
        self.write(path)
        self.write(path)
        assert MARK in path.read_text()
        path.write_text("<html>kept</html>")
        with pytest.raises(InputError, match="is another page → choose another file, or move it away"):
            self.write(path)
        assert path.read_text() == "<html>kept</html>"
        assert [path.name for path in tmp_path.iterdir()] == ["a.html"]

    @pytest.mark.parametrize(
        ("name", "problem"),
        [("a.txt", "is not the name of a page"), ("no/a.html", "does not exist"), ("d.html", "is a folder")],
    )
    def test_an_invalid_path_is_refused(self, tmp_path, name, problem):
        (tmp_path / "d.html").mkdir()
        with pytest.raises(InputError, match=problem):
            self.write(tmp_path / name)


class TestCommand:
    def test_writes_the_page(self, tmp_path):
        ended = CliRunner().invoke(cli.app, ["describe", "--html", str(tmp_path / "a.html")])
        assert ended.exit_code == 0, ended.stderr
        assert ended.stdout.strip() == str(tmp_path / "a.html")
        assert (tmp_path / "a.html").stat().st_size > 100_000

    def test_the_page_cannot_be_limited_to_one_name(self):
        ended = CliRunner().invoke(cli.app, ["describe", "lifetime", "--html", "a.html"])
        assert ended.exit_code == 2
        assert "--html: the page contains everything → leave out NAME and the other options" in ended.stderr
