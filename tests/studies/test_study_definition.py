"""Study files: every field, and every refusal with its sentence."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError
from study_case import write_study

from h2model.errors import InputError
from h2model.studies.definition import Axis, Study, read_study
from h2model.studies.ranges import Range, split_quantity
from h2model.studies.resources import Slurm, megabytes

AXES = {"technologies.kiln.overnight_cost": {"scale": [0.8, 1.2]}}
TWO = AXES | {"assets.gas.price": {"scale": {"from": 0.8, "to": 1.2}}}


def read(tmp_path, **content) -> Study:
    return read_study(write_study(tmp_path / "trial.yaml", "base", **content))[0]


def refusals(tmp_path, **content) -> list[str]:
    with pytest.raises(InputError) as refused:
        read(tmp_path, **content)
    return [str(fault) for fault in refused.value.faults]


class TestStudy:
    def test_takes_its_name_from_its_file_and_has_defaults(self, tmp_path):
        study = read(tmp_path, axes=AXES)
        assert (study.name, study.design.kind, study.start, study.threads) == ("trial", "grid", None, 1)
        assert (study.local.workers, study.local.memory, study.slurm.time) == (None, None, "01:00:00")

    def test_every_field_is_read_and_written_back(self, tmp_path):
        study = read(
            tmp_path,
            name="mine", title="A title", description="What for", changes={"time.resolution": "24h"}, axes=TWO,
            design={"kind": "morris", "trajectories": 5, "levels": 6, "seed": 3}, collect={"activity": "month"},
            start=False, threads=2, local={"workers": 3, "memory": "2 GB"},
            slurm={
                "time": 90, "memory": "3 GB", "memory_limit": "20G", "partition": "short", "account": "me",
                "array_limit": 7, "bundle": 4, "setup": ["module load python"], "options": ["--exclusive"],
            },
        )  # fmt: skip
        assert (study.local.memory, study.slurm.memory, study.slurm.memory_limit) == (2048, 3072, 20480)
        assert study.slurm.time == "90"
        (tmp_path / "again.yaml").write_text(study.to_text())
        again, path = read_study(tmp_path / "again.yaml")
        assert again == study
        assert path.name == "again.yaml"

    def test_keys_without_content_mean_the_default(self, tmp_path):
        path = write_study(tmp_path / "trial.yaml", "base", AXES)
        path.write_text(path.read_text() + "collect:\nlocal:\n")
        assert read_study(path)[0].collect == {}

    def test_all_faults_are_reported_at_once(self, tmp_path):
        found = refusals(
            tmp_path, axes={"a.b.c": {"scale": [True]}, "d.e.f": {"scale": [1.0], "add": [2.0]}}, colect={}, threads=0,
            collect={"activity": "weekly"}, design={"kind": "sobol", "samples": 12},
        )  # fmt: skip
        for words in (
            "trial.yaml, line 11: colect: 'colect' is not a known key → did you mean 'collect'?",
            "axes.a.b.c.scale: true and false cannot be values of an axis",
            "axes.d.e.f: an axis needs exactly one of set, scale and add, and has scale and add",
            "threads: input should be greater than or equal to 1",
            "collect.activity: input should be 'steps', 'month', 'mean' or 'total'",
            "Sobol's sequence needs a power of 2, such as 16",
        ):
            assert any(words.lower() in fault.lower() for fault in found), (words, found)
        assert len(found) == 6

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            ({}, "the study has no axis; add the values to vary under 'axes'"),
            ({"axes": AXES, "design": "gird"}, "'gird' is not a kind of design; did you mean 'grid'?"),
            (
                {"axes": AXES, "design": {"samples": 8}},
                "'' is not a kind of design; use one of: grid, latin_hypercube",
            ),
            ({"axes": AXES, "design": "pareto_front"}, "did you mean 'pareto'?"),
            ({"axes": TWO, "design": "pareto"}, "a pareto front needs exactly one axis, but there are 2"),
            ({"axes": AXES, "design": {"kind": "morris", "trajectories": 4}}, "morris needs at least two axes"),
            ({"axes": AXES, "design": {"kind": "morris", "trajectories": 4, "levels": 5}}, "multiple of 2"),
            ({"axes": AXES, "design": {"kind": "list", "runs": []}}, "at least 1 item"),
            ({"axes": AXES, "design": {"kind": "sobol"}}, "'samples' is missing"),
            ({"axes": AXES, "design": {"kind": "sobol", "samples": 8, "sead": 2}}, "'sead' is not a known key"),
            ({"axes": AXES, "design": {"kind": "near_optimal", "alternatives": 1}}, "takes no axes"),
            ({"design": "near_optimal"}, "name capacities to minimise and maximise"),
            (
                {"design": {"kind": "near_optimal", "alternatives": 1, "slack": "0%"}},
                "of the least cost, above 0%",
            ),
            ({"axes": {"a.b.c": [0.8, 1.2]}}, "'a.b.c' is not an axis; write such as {scale: [0.8, 1.0, 1.2]}"),
            ({"axes": {"a.b.c": {"scale": 1.2}}}, "write a list of values, or a range"),
            ({"axes": {"a.b.c": {"set": [True, False]}}}, "true and false cannot be values of an axis"),
            ({"axes": {"a.b.c": {}}}, "has none"),
            ({"axes": {"a.b.c": {"scale": []}}}, "the list of values of an axis is empty"),
            ({"axes": {"a.b.c": {"set": [1.0, float("inf")]}}}, "the values of an axis must be finite numbers"),
            ({"axes": AXES, "name": ".."}, "it cannot be . or .."),
            ({"design": {"kind": "near_optimal", "alternatives": 1, "slack": ["1%", 0.01]}}, "a slack is listed twice"),
            ({"axes": {"a.b.c": {"scale": []}}, "design": {"kind": "list", "runs": [{"b_c": True}]}}, "true and false"),
            ({"axes": {"a.b.c": {"sclae": [1.0]}}}, "did you mean 'scale'"),
            ({"axes": AXES, "name": "a/b"}, "name"),
            ({"axes": AXES, "local": {"memory": "lots"}}, "'lots' is not a memory size; write a size such as '4 GB'"),
            ({"axes": AXES, "local": {"memory": True}}, "write a memory size such as '4 GB'"),
            ({"axes": AXES, "slurm": {"time": "an hour"}}, "write minutes, mm:ss, h:mm:ss or days-hh:mm:ss"),
        ],
    )
    def test_refuses_with_a_sentence(self, tmp_path, content, words):
        (fault,) = refusals(tmp_path, **content)
        assert words in fault

    def test_slack_may_be_a_share_a_percentage_or_several(self, tmp_path):
        def slack(given):
            return read(tmp_path, design={"kind": "near_optimal", "alternatives": 1, "slack": given}).design.slack

        assert slack("5%") == (0.05,)
        assert slack(0.02) == (0.02,)
        assert slack(["1%", "0.1"]) == (0.01, 0.1)

    def test_a_capacity_may_have_one_pattern_instead_of_a_list(self, tmp_path):
        study = read(tmp_path, design={"kind": "near_optimal", "capacities": {"wind": "wind_*"}})
        assert study.design.capacities == {"wind": ("wind_*",)}


class TestFile:
    def test_is_found_by_name(self, tmp_path, monkeypatch):
        write_study(tmp_path / "inputs" / "valley" / "studies" / "costs.yaml", "base", AXES)
        monkeypatch.chdir(tmp_path)
        assert read_study("costs")[0].name == "costs"

    def test_of_an_unknown_name_is_refused_with_the_nearest(self, tmp_path, monkeypatch):
        write_study(tmp_path / "inputs" / "valley" / "studies" / "costs.yaml", "base", AXES)
        monkeypatch.chdir(tmp_path)
        with pytest.raises(
            InputError, match=r"study cots: inputs/\*/studies/cots.yaml does not exist → did you mean 'cos"
        ):
            read_study("cots")

    def test_of_two_cases_needs_its_path(self, tmp_path, monkeypatch):
        for case in ("valley", "hills"):
            write_study(tmp_path / "inputs" / case / "studies" / "costs.yaml", "base", AXES)
        monkeypatch.chdir(tmp_path)
        with pytest.raises(InputError, match=r"several cases have it: .*hills.* → use the path instead"):
            read_study("costs")

    def test_that_does_not_exist_is_refused(self, tmp_path):
        with pytest.raises(InputError, match="the file does not exist → correct the path of the study"):
            read_study(tmp_path / "none.yaml")


class TestRange:
    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (
                {"from": 1, "to": "2 EUR"},
                "the numbers of a range must have the same unit, but they have none and 'EUR'",
            ),
            ({"from": "1 kt/year", "to": "2 t/year"}, "but they have 'kt/year' and 't/year'"),
            ({"from": 2, "to": 1}, "'from' must be below 'to'"),
            ({"from": 1, "to": 1}, "'from' must be below 'to'"),
            ({"from": 1, "to": 1, "points": 2}, "'from' and 'to' are equal"),
            ({"from": 1}, "a uniform range needs to"),
            ({}, "a uniform range needs from, to"),
            ({"from": 1, "to": 2, "mean": 1.5}, "a uniform range does not use mean"),
            ({"from": 1, "to": 2, "distribution": "triangular"}, "a triangular range needs peak"),
            ({"from": 1, "to": 2, "peak": 3, "distribution": "triangular"}, "'peak' must lie between 'from' and 'to'"),
            ({"from": 0, "to": 2, "distribution": "log_uniform"}, "a log_uniform range must lie above 0"),
            ({"mean": 0, "deviation": 0, "distribution": "normal"}, "'deviation' must be above 0"),
            ({"mean": 0, "deviation": -1, "distribution": "normal"}, "'deviation' must be above 0"),
            ({"median": 0, "spread": 2, "distribution": "lognormal"}, "'median' must be above 0"),
            ({"median": -1, "spread": 2, "distribution": "lognormal"}, "'median' must be above 0"),
            ({"median": 1, "spread": 1, "distribution": "lognormal"}, "greater than 1"),
            ({"from": "a few", "to": 2}, "'a few' is not a number with a unit"),
            ({"from": float("-inf"), "to": 2}, "a range needs finite numbers"),
            ({"from": 0, "to": 1, "points": 1}, "greater than or equal to 2"),
            ({"from": 0, "to": 1, "step": 0.1}, "Extra inputs are not permitted"),
        ],
    )
    def test_refuses_contradictory_numbers(self, content, words):
        with pytest.raises(ValidationError, match="error") as refused:
            Range.model_validate(content)
        assert words in str(refused.value)

    @pytest.mark.parametrize(
        ("content", "mean", "deviation"),
        [
            ({"from": 2, "to": 8}, 5, 6 / 12**0.5),
            ({"from": 0, "to": 3, "peak": 0, "distribution": "triangular"}, 1, (9 / 18) ** 0.5),
            # (10 − 1) / ln 10; ∫x dx / ln 10 less the square of the mean.
            (
                {"from": 1, "to": 10, "distribution": "log_uniform"},
                9 / np.log(10),
                (99 / 2 / np.log(10) - (9 / np.log(10)) ** 2) ** 0.5,
            ),
            ({"mean": -4, "deviation": 2, "distribution": "normal"}, -4, 2),
            # Both tails cut at one deviation: 1 − 2 φ(1) / (2 Φ(1) − 1) of the variance is left.
            (
                {"from": 8, "to": 12, "mean": 10, "deviation": 2, "distribution": "truncated_normal"},
                10,
                2 * (1 - 2 * 0.2419707 / 0.6826895) ** 0.5,
            ),
            (
                {"median": 3, "spread": 1.5, "distribution": "lognormal"},
                3 * np.exp(np.log(1.5) ** 2 / 2),
                3 * np.exp(np.log(1.5) ** 2 / 2) * (np.exp(np.log(1.5) ** 2) - 1) ** 0.5,
            ),
        ],
    )
    def test_distributions_have_mean_and_deviation_that_they_should(self, content, mean, deviation):
        shares = (np.arange(200_000) + 0.5) / 200_000
        values = Range.model_validate(content).quantiles(shares)
        assert values.mean() == pytest.approx(mean, rel=1e-3)
        assert values.std() == pytest.approx(deviation, rel=1e-3)

    def test_bounded_ones_end_exactly_at_their_ends(self):
        for kind in ({}, {"distribution": "log_uniform"}, {"distribution": "triangular", "peak": 0.2}):
            values = Range.model_validate({"from": 0.1, "to": 0.7, **kind}).quantiles(np.array([0.0, 1.0]))
            assert values.tolist() == [0.1, 0.7]

    def test_points_are_round_numbers(self):
        values = Range.model_validate({"from": "0.6 kt", "to": "0.8 kt", "points": 3})
        assert values.evenly().tolist() == [0.6, 0.7, 0.8]
        assert values.unit == "kt"
        downwards = Range.model_validate({"from": 0.8, "to": 0.6, "points": 3})
        assert downwards.evenly().tolist() == [0.8, 0.7, 0.6]

    def test_only_some_are_bounded(self):
        assert Range.model_validate({"from": 0, "to": 1}).is_bounded
        assert not Range.model_validate({"mean": 0, "deviation": 1, "distribution": "normal"}).is_bounded


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("600 EUR2025/kW", 600, "EUR2025/kW"), (" -1.5e-3  kt ", -0.0015, "kt"), ("+.5%", 0.5, "%"), ("3.", 3, ""),
        (7, 7, ""), ("1e3", 1000, ""), ("5e", 5, "e"),
    ],
)  # fmt: skip
def test_a_quantity_is_a_number_and_a_unit(text, number, unit):
    assert split_quantity(text) == (number, unit)


@pytest.mark.parametrize("text", ["cold_dry", "", "kt 5", None, True])
def test_text_without_a_number_is_refused_as_a_quantity(text):
    with pytest.raises(ValueError, match="is not a number with a unit"):
        split_quantity(text)


def test_memory_is_counted_as_slurm_does():
    assert [megabytes(text) for text in ("4GB", "1.5 GiB", "1 TB", "512K", "10 k")] == [4096, 1536, 1024**2, 1, 1]
    assert Slurm(memory="1 GB").most_memory == 4096
    assert Slurm(memory="2 GB", memory_limit="1 GB").most_memory == 2048


def test_an_axis_has_an_operation_and_a_selection():
    axis = Axis(add=("5 EUR",), region="here", period=(2030, 2040))
    assert axis.operation == "add"
    assert axis.values == ("5 EUR",)
    assert axis.selection == {"region": "here", "period": (2030, 2040)}


def test_a_typo_in_a_design_gets_the_keys_of_that_design(tmp_path):
    write_study(tmp_path / "typo.yaml", "base", AXES, design={"kind": "sobol", "sampels": 8})
    with pytest.raises(InputError) as refused:
        read_study(tmp_path / "typo.yaml")
    remedies = {fault.where: fault.remedy for fault in refused.value.faults}
    assert remedies["typo.yaml, line 9: design.sobol.sampels"] == "did you mean 'samples'?"
    assert remedies["typo.yaml, line 7: design.sobol.samples"] == "add it; samples: number of base points; a power of 2"
