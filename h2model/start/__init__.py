"""A small case that runs, as a start for a user's own region."""

from h2model.start.profiles import profiles_text
from h2model.start.write import TEMPLATE, TEMPLATE_NAME, scenario_names, study_names, write_case

__all__ = ["TEMPLATE", "TEMPLATE_NAME", "profiles_text", "scenario_names", "study_names", "write_case"]
