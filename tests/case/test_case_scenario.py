"""Scenarios: every key known, changes by address, policies checked, text that can be read back."""

from __future__ import annotations

import warnings

import pytest
from pydantic import BaseModel, ConfigDict, Field

from h2model.case import Override, Scenario, parse_yaml, policy_settings, read_scenario, read_yaml, to_yaml
from h2model.errors import Fault, InputError

TEXT = """\
case: tiny
title: A scenario
periods: [2030, 2040]
time: {resolution: 6h}
policies:
  cap:
    all:
      limit: {2030: 10 kt, 2040: -1 kt}
overrides:
  technologies.wind.overnight_cost: {scale: 0.8, period: 2040}
  case.discount_rate: 0.03
"""


class OneCap(BaseModel):
    """One cap."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    limit: dict[int, str] = Field(description="limit by period")
    scope: str = "net"


class Cap:
    """A policy as scenarios see it."""

    settings = OneCap


POLICIES = {"cap": Cap}


@pytest.fixture
def written(tmp_path, monkeypatch):
    """A function that writes the text of a scenario and returns its path; the working directory holds inputs/."""
    folder = tmp_path / "inputs" / "tiny" / "scenarios"
    folder.mkdir(parents=True)
    (folder.parent / "case.yaml").write_text("name: tiny\n")
    monkeypatch.chdir(tmp_path)

    def write(text: str = TEXT, name: str = "first"):
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        return folder / f"{name}.yaml"

    return write


def faults_of(source, changes=None, policies=POLICIES) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_scenario(source, changes, policies)
    return [str(fault) for fault in caught.value.faults]


def test_scenario_by_name_and_by_path(written):
    path = written()
    scenario = read_scenario("first", policies=POLICIES)
    assert scenario == read_scenario(str(path), {}, POLICIES).model_copy(update={"case_folder": scenario.case_folder})
    assert (scenario.name, scenario.periods, scenario.time.resolution) == ("first", (2030, 2040), "6h")
    assert scenario.case_folder.as_posix() == "inputs/tiny"
    assert scenario.overrides["case.discount_rate"] == (Override(set=0.03),)
    assert scenario.overrides["technologies.wind.overnight_cost"][0].period == (2040,)


def test_scenario_cannot_be_changed(written):
    scenario = read_scenario(written(), policies=POLICIES)
    with pytest.raises(ValueError, match="frozen"):
        scenario.case = "other"


def test_text_of_a_scenario_reads_back(written):
    scenario = read_scenario(written(), policies=POLICIES)
    assert Scenario.from_text(scenario.to_text()) == scenario.model_copy(update={"case_folder": None})
    assert "inputs" not in scenario.to_text()


def test_changes_by_address(written):
    changes = {
        "time.resolution": "3h",
        "policies.cap.all.limit.2040": "-5 kt",
        "policies.cap.other": "{limit: {2030: 1 t}}",
        "periods": "[2030]",
        "solver.method": "ipm",
        "solver.time_limit": "1e3",
        "technologies.wind.lifetime": "30",
        "technologies.wind.overnight_cost": "900 EUR2025/kW",
        "carriers.hydrogen.lower_heating_value": "{scale: 1.1}",
        "case.discount_rate": "[{set: 0.04}, {add: 0.01}]",
    }
    scenario = read_scenario(written(), changes, POLICIES)
    assert scenario.time.resolution == "3h"
    assert scenario.periods == (2030,)
    assert scenario.policies["cap"]["all"]["limit"] == {2030: "10 kt", 2040: "-5 kt"}
    assert scenario.policies["cap"]["other"] == {"limit": {2030: "1 t"}}
    assert (scenario.solver.method, scenario.solver.time_limit) == ("ipm", 1000.0)
    assert scenario.overrides["technologies.wind.lifetime"] == (Override(set=30),)
    assert scenario.overrides["technologies.wind.overnight_cost"] == (Override(set="900 EUR2025/kW"),)
    assert [override.operation for override in scenario.overrides["case.discount_rate"]] == ["set", "add"]


def test_changes_to_a_scenario_object():
    scenario = Scenario(case="tiny", name="made", periods=(2030,), case_folder="somewhere")
    changed = read_scenario(scenario, {"time.resolution": "24h", "assets.line.loss": "0.1"})
    assert changed.time.resolution == "24h"
    assert changed.case_folder.as_posix() == "somewhere"
    assert "assets.line.loss" in changed.overrides
    assert scenario.overrides == {}


def test_policies_are_checked_but_kept_as_written(written):
    scenario = read_scenario(written(), policies=POLICIES)
    settings = policy_settings(scenario, {"cap": Cap, "levy": Cap})
    assert settings["cap"]["all"].limit == {2030: "10 kt", 2040: "-1 kt"}
    assert settings["levy"] == {}


def test_empty_keys_mean_the_default(written):
    scenario = read_scenario(written("case: tiny\nperiods: [2030]\noverrides:\n  # nothing yet\n"))
    assert scenario.overrides == {}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("title:", "titel:", "first.yaml, line 2: titel: 'titel' is not a known key → did you mean 'title'?"),
        (
            "{resolution: 6h}",
            "{resolutoin: 6h}",
            "first.yaml, line 4: time.resolutoin: 'resolutoin' is not a known key → did you mean 'resolution'?",
        ),
        (
            "6h",
            "7h",
            "first.yaml, line 4: time.resolution: a year of 8,760 hours has no whole number of steps of 7 hours; "
            "near ones that fit: 6h, 8h (given: '7h')",
        ),
        ("6h", "6 hours", "'6 hours' is not a resolution; write whole hours such as 1h or 3h"),
        (
            "periods: [2030, 2040]",
            "periods: [2040, 2030]",
            "first.yaml, line 3: periods: the periods must rise from one to the next",
        ),
        ("periods: [2030, 2040]", "periods: [30]", "the periods must be calendar years"),
        (
            "periods: [2030, 2040]\n",
            "",
            "first.yaml: periods: 'periods' is missing → add it; periods: investment years, rising",
        ),
        ("cap:", "capp:", "first.yaml, line 6: policies.capp: the policy 'capp' is unknown → did you mean 'cap'?"),
        (
            "limit:",
            "limits:",
            "first.yaml, line 8: policies.cap.all.limits: 'limits' is not a known key → did you mean 'limit'?",
        ),
        (
            "limit:",
            "limits:",
            "first.yaml, line 7: policies.cap.all.limit: 'limit' is missing → add it; limit: limit by period",
        ),
        (
            "scale: 0.8",
            "scle: 0.8",
            "overrides.technologies.wind.overnight_cost.0.scle: 'scle' is not a known key → did you mean 'scale'?",
        ),
        ("scale: 0.8,", "scale: 0.8, set: 3,", "needs exactly one of set, scale and add, and has set and scale"),
        ("scale: 0.8,", "", "needs exactly one of set, scale and add, and has none"),
        ("scale: 0.8", "scale: .inf", "scale needs a finite number"),
        ("scale: 0.8", "set: .nan", "set needs a finite number"),
        (
            "technologies.wind.overnight_cost",
            "technology.wind.overnight_cost",
            "'technology.wind.overnight_cost' is not an address of data",
        ),
        ("  cap:\n    all:\n", "  cap:\n    - all\n    - ", "policies.cap: input should be a valid dictionary"),
        ("title: A scenario", "title: [", "first.yaml, line 4: expected ',' or ']', but got"),
        (
            "title: A scenario",
            "case: again",
            "first.yaml, line 2: the key 'case' is repeated, on lines 1 and 2 → keep one of them",
        ),
        ("title: A scenario", "1: x", "first.yaml, line 2: the key '1' is not a word"),
    ],
)
def test_fault_in_the_file(written, old, new, expected):
    assert old in TEXT
    found = faults_of(written(TEXT.replace(old, new)))
    assert any(expected in text for text in found), "\n".join(found)


def test_faults_of_keys_and_policies_come_at_once(written):
    found = faults_of(written(TEXT.replace("title:", "titel:").replace("limit:", "limits:")))
    assert len(found) == 3


@pytest.mark.parametrize(
    ("address", "text", "expected"),
    [
        (
            "time.resolution",
            "7h",
            "--set time.resolution: a year of 8,760 hours has no whole number of steps of 7 hours",
        ),
        ("tme.resolution", "3h", "--set tme.resolution: 'tme' is not a key that can be set → did you mean 'time'?"),
        (
            "policies.cap.al.limit.2040",
            "1 t",
            "--set policies.cap.al.limit.2040: the scenario has no 'policies.cap.al' → did you mean 'all'?",
        ),
        ("title.part.more", "x", "--set title.part.more: 'title' has no parts → set it as a whole"),
        ("case_folder", "x", "--set case_folder: 'case_folder' is not a key that can be set"),
        ("time", "{", "--set time, line 1"),
        ("technologies.wind", "1", "'technologies.wind' is not an address of data"),
    ],
)
def test_fault_in_a_change(written, address, text, expected):
    found = faults_of(written(), {address: text})
    assert any(expected in fault for fault in found), "\n".join(found)


def test_unknown_and_ambiguous_names(written, tmp_path):
    written()
    assert faults_of("frist") == ["scenario frist: cannot find inputs/*/scenarios/frist.yaml → did you mean 'first'?"]
    assert faults_of("missing.yaml") == ["missing.yaml: the file does not exist → correct the path of the scenario"]
    other = tmp_path / "inputs" / "second" / "scenarios"
    other.mkdir(parents=True)
    (other / "first.yaml").write_text(TEXT)
    assert (
        "several cases have it: inputs/second/scenarios/first.yaml, inputs/tiny/scenarios/first.yaml"
        in faults_of("first")[0]
    )


def test_yaml_reads_words_and_numbers_as_people_mean_them():
    content = parse_yaml(
        "a: 1e3\nb: NO\nc: 2030-01-01\nd: 010\ne: .inf\nf: 12:30\ng: yes\nh: true\ni: -.5e-2\nj:\nk: 1.5\n", "x"
    )
    first = {"a": 1000.0, "b": "NO", "c": "2030-01-01", "d": 10, "e": float("inf"), "f": "12:30", "g": "yes"}
    assert content == first | {"h": True, "i": -0.005, "j": None, "k": 1.5}


def test_yaml_text_reads_back():
    content = {"a": ["1e3", "true", "NO", 1e300, 1e-7, 3, None, True], "b": {2030: "x: y", "øre": ".5"}}
    assert parse_yaml(to_yaml(content), "x") == content


def test_yaml_files_that_cannot_be_read(tmp_path):
    (tmp_path / "list.yaml").write_text("- a\n")
    (tmp_path / "latin.yaml").write_bytes("a: ø\n".encode("latin-1"))
    for name, problem in (
        ("list", "contains no keys"),
        ("latin", "is not UTF-8 text"),
        ("none", "the file is missing"),
    ):
        with pytest.raises(InputError, match=rf"{name}\.yaml: {problem}"):
            read_yaml(tmp_path / f"{name}.yaml")


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "NO", "y", "n"])
def test_only_true_and_false_are_truth_values(word):
    assert parse_yaml(f"a: {word}\nb: [{word}]\n", "x") == {"a": word, "b": [word]}


@pytest.mark.parametrize(
    "word", ["12:30", "1:30:00", "1_000", "1_000.5", "0x1F", "0b11", "0o17", "2030-01-01", "2030-01-01 12:00:00", "="]
)
def test_times_dates_and_numbers_of_programmers_stay_words(word):
    assert parse_yaml(f"a: {word}", "x") == {"a": word}


@pytest.mark.parametrize(("text", "number"), [("010", 10), ("-00", 0), ("1e3", 1000.0), ("1E-3", 0.001), (".5e3", 500)])
def test_numbers_are_decimal(text, number):
    assert parse_yaml(f"a: {text}", "x") == {"a": number}


def test_a_version_directive_does_not_change_the_rules():
    assert parse_yaml("%YAML 1.1\n---\na: yes\nb: 010\nc: 12:30\n", "x") == {"a": "yes", "b": 10, "c": "12:30"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\n? [x, [y]]\n: 1\n", "x, line 2: a list or mapping cannot be a key"),
        ("%YAML 1.3\n---\na: 1\n", "x: version minor part can only be 2 or 1"),
    ],
)
def test_yaml_that_cannot_be_read_is_a_fault(text, expected):
    with pytest.raises(InputError, match=expected):
        parse_yaml(text, "x")


def test_merged_keys_may_be_given_again_but_not_repeated():
    assert parse_yaml("a: &a {p: 1, q: 1}\nb: {<<: *a, p: 2}\n", "x")["b"] == {"p": 2, "q": 1}
    with pytest.raises(InputError, match="x, line 2: the key 'p' is repeated, on lines 2 and 2"):
        parse_yaml("a: &a {p: 1}\nb: {<<: *a, p: 2, p: 3}\n", "x")


def test_a_later_anchor_replaces_an_earlier_one_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert parse_yaml("x: &a 1\ny: &a 2\nz: *a\n", "x") == {"x": 1, "y": 2, "z": 2}


def test_deeply_nested_text_is_refused():
    with pytest.raises(InputError, match="x, line 1: lists and mappings are nested more than 50 deep → use fewer"):
        parse_yaml("[" * 3000, "x")


def test_tabs_may_separate_values_but_not_indent():
    assert parse_yaml("a: [1,\t2]\n", "x") == {"a": [1, 2]}
    with pytest.raises(InputError, match="x, line 2: "):
        parse_yaml("a:\n\tb: 1\n", "x")


def test_faults_of_overrides_and_policies_have_their_line(written):
    path = written()
    scenario = read_scenario(path)
    wheres = ["override technologies.wind.overnight_cost", "policies.cap.all.limit", "plants.csv, row 3"]
    found = [fault.where for fault in scenario.locate([Fault(where, "is wrong", "correct it") for where in wheres])]
    assert found == [f"first.yaml, line 10: {wheres[0]}", f"first.yaml, line 8: {wheres[1]}", wheres[2]]


def test_faults_of_changes_name_the_change(written):
    scenario = read_scenario(written(), {"policies.cap.all": "{limit: {2030: 1 kt}}", "case.discount_rate": "0.1"})
    wheres = ["scenario: policies.cap.all.limit", "override case.discount_rate", "scenario: periods"]
    found = [fault.where for fault in scenario.locate([Fault(where, "is wrong", "correct it") for where in wheres])]
    assert found == ["--set policies.cap.all: limit", "override case.discount_rate", "first.yaml, line 3: periods"]


def test_lines_of_a_file_that_is_gone_are_left_out(written):
    path = written()
    scenario = read_scenario(path)
    path.unlink()
    assert scenario.locate([Fault("first.yaml: periods", "is wrong", "correct it")])[0].where == "first.yaml: periods"
