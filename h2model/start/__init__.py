"""A start for one's own region: a small case that can be run, as it stands or with other numbers."""

from h2model.start.profiles import profiles_text
from h2model.start.write import TEMPLATE, TEMPLATE_NAME, scenario_names, study_names, write_case

__all__ = ["TEMPLATE", "TEMPLATE_NAME", "profiles_text", "scenario_names", "study_names", "write_case"]
