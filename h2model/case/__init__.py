"""A case folder and a scenario become one checked Dataset: units, declarations, checks, finance, time series."""

from h2model.case.case_file import CaseFile
from h2model.case.declare import AGGREGATIONS, CASE_PARAMETERS, ORIGINS, REQUIRED, Parameter, Plausible
from h2model.case.faults import Faults, did_you_mean, validation_faults
from h2model.case.finance import (
    MOMENTS,
    annuity_factor,
    discount_factor,
    present_value,
    present_value_factor,
    worth_in_year,
    years_represented,
)
from h2model.case.lines import add_lines
from h2model.case.load import Check, find_case, load_case
from h2model.case.operations import Override
from h2model.case.part_load import concave_segments
from h2model.case.profiles import Profiles, read_profiles
from h2model.case.provenance import Provenance
from h2model.case.rules import LOADING, Rule, rule, rule_of, warnings_of
from h2model.case.scenario import SCENARIO_TEXT, Scenario, SolverSettings, Time, policy_settings, read_scenario
from h2model.case.segments import coarsened, segment_lengths, segments_by_day
from h2model.case.sources import FILES, SOURCES, sources_of
from h2model.case.time import aggregate, equal_steps, parse_resolution
from h2model.case.units import UnitError, Units
from h2model.case.yaml_text import parse_yaml, read_yaml, to_yaml
from h2model.constants import HOURS_PER_YEAR

__all__ = [
    "AGGREGATIONS",
    "CASE_PARAMETERS",
    "FILES",
    "HOURS_PER_YEAR",
    "LOADING",
    "MOMENTS",
    "ORIGINS",
    "REQUIRED",
    "SCENARIO_TEXT",
    "SOURCES",
    "CaseFile",
    "Check",
    "Faults",
    "Override",
    "Parameter",
    "Plausible",
    "Profiles",
    "Provenance",
    "Rule",
    "Scenario",
    "SolverSettings",
    "Time",
    "UnitError",
    "Units",
    "add_lines",
    "aggregate",
    "annuity_factor",
    "coarsened",
    "concave_segments",
    "did_you_mean",
    "discount_factor",
    "equal_steps",
    "find_case",
    "load_case",
    "parse_resolution",
    "parse_yaml",
    "policy_settings",
    "present_value",
    "present_value_factor",
    "read_profiles",
    "read_scenario",
    "read_yaml",
    "rule",
    "rule_of",
    "segment_lengths",
    "segments_by_day",
    "sources_of",
    "to_yaml",
    "validation_faults",
    "warnings_of",
    "worth_in_year",
    "years_represented",
]
