"""One change of the tiny case breaks each named rule and is reported; similar changes break none."""

from __future__ import annotations

import json

import numpy as np
import pytest
from mistakes import MISTAKES, NEAR_MISSES, Change, changed, faults_of, parametrized
from tiny_case import append, swap, tiny_scenario, write_tiny_case

import h2model
from h2model.case import Parameter, Plausible, Rule, Units, coarsened, rule, segment_lengths, warnings_of
from h2model.case.plausible import worth_of_euro
from h2model.checks import RULES
from h2model.checks.ramping import reachable
from h2model.errors import Fault, Severity, counted
from h2model.model import PARAMETERS
from h2model.results.folder import read_inputs
from h2model.results.netcdf_file import write_netcdf

BY_NAME = {rule.name: rule for rule in RULES}
WARNED = MISTAKES["carrier_takes_part"]


@pytest.mark.parametrize(("name", "change"), parametrized(MISTAKES))
def test_broken_rule_is_reported(tmp_path, name, change):
    faults = [fault for fault in faults_of(tmp_path, change) if fault.rule == name]
    assert faults
    text = "\n".join(map(str, faults))
    assert change.words
    assert all(word in text for word in change.words), text
    assert {fault.severity for fault in faults} == {BY_NAME[name].severity}


@pytest.mark.parametrize(("name", "change"), parametrized(NEAR_MISSES))
def test_near_misses_are_not_reported(tmp_path, name, change):
    assert faults_of(tmp_path, change) == ()


def test_more_heat_than_from_condensing_is_refused(tmp_path):
    """A boiler cannot have an efficiency of 125 %."""
    heat = MISTAKES["heat_has_a_source"].edits
    change = changed(
        technologies=swap("input,natural_gas,,1.1,", "input,natural_gas,,0.8,"), carriers=heat["carriers.csv"]
    )
    assert {fault.rule for fault in faults_of(tmp_path, change)} == {"energy_is_not_created"}


def test_every_rule_has_a_mistake():
    """The tests of each concern break its `sound_…` rule in several ways."""
    named = {rule.name for rule in RULES if not rule.name.startswith("sound_")}
    assert named == set(MISTAKES)


def test_names_of_rules_are_unique():
    assert len(BY_NAME) == len(RULES)


def test_faults_of_concerns_name_their_rule(tmp_path):
    change = changed(
        assets=append("line,retrofit_ratio,,,2,,1,test", "power_export,upstream_emissions,,,1,,t/MWh,test")
    )
    assert {fault.rule for fault in faults_of(tmp_path, change)} == {"sound_retrofit", "sound_trade"}


def test_errors_and_warnings_come_together(tmp_path):
    both = Change(MISTAKES["carbon_is_not_created"].edits | WARNED.edits)
    with pytest.raises(h2model.InputError) as caught:
        h2model.load_case(tiny_scenario(write_tiny_case(tmp_path, both.edits)))
    assert {fault.rule for fault in caught.value.faults} == {"carbon_is_not_created"}
    assert {fault.rule for fault in caught.value.warnings} == {"carrier_takes_part"}
    assert "peat" not in str(caught.value)


def test_warnings_stay_with_the_data(tmp_path):
    scenario = tiny_scenario(write_tiny_case(tmp_path, WARNED.edits), time={"resolution": "24h"})
    data = h2model.load_case(scenario)
    (warning,) = warnings_of(data)
    assert warning.rule == "carrier_takes_part"
    assert warning.severity is Severity.WARNING
    declared = {parameter.name: parameter for parameter in PARAMETERS}
    hourly = h2model.load_case(
        scenario.model_copy(update={"time": scenario.time.model_copy(update={"resolution": "1h"})})
    )
    lengths = segment_lengths(hourly, declared, 730)
    assert warnings_of(coarsened(hourly, declared, lengths)) == (warning,)
    write_netcdf(data, tmp_path / "inputs.nc")
    assert warnings_of(read_inputs(tmp_path / "inputs.nc", [])) == (warning,)
    assert json.loads(data.attrs["warnings"])[0]["rule"] == "carrier_takes_part"


def test_older_data_have_no_warnings(tmp_path):
    data = h2model.load_case(tiny_scenario(write_tiny_case(tmp_path)))
    del data.attrs["warnings"]
    assert warnings_of(data) == ()


def test_rule_names_its_faults():
    def no_cats(data, rows):
        """There are no cats."""
        yield Fault("here", "a cat", "call it")

    made = rule(Severity.WARNING, against="scratches.")(no_cats)
    assert made == Rule("no_cats", Severity.WARNING, "There are no cats.", "scratches.", no_cats)
    assert list(made(None, None)) == [Fault("here", "a cat", "call it", "no_cats", Severity.WARNING)]


def test_counted_by_rule():
    faults = [Fault("a", "b", "c", name) for name in ("one", "two", "two", "")]
    assert counted(faults) == {"two": 2, "one": 1, "unnamed": 1}


def test_money_is_compared_in_euros():
    assert worth_of_euro(Units("EUR2025")) == 1.0
    assert worth_of_euro(Units("NOK2024", {"EUR2020": 11.0, "EUR2024": 11.6})) == 11.6
    assert worth_of_euro(Units("USD2020", {"NOK2020": 0.1})) is None


def test_usual_ranges_lie_within_the_bounds():
    with pytest.raises(ValueError, match=r"the plausible range is not within 0\.0 and 1\.0"):
        Parameter("share", (), "1", "A share", upper=1.0, plausible=(Plausible(0.5, 2.0),))


def test_highest_profile_within_a_ramp_rate():
    """Down to a standstill of one step and up again, across the end of the year; a step of 1 does not bind."""
    most = np.array([0.0, 1.0, 1.0, 1.0, 1.0])
    assert reachable(most, np.full(5, 0.3)).tolist() == [0.0, 0.3, 0.6, 0.6, 0.3]
    assert reachable(most, np.full(5, 1.0)).tolist() == most.tolist()
