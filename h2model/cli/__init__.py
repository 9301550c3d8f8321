"""The commands: thin, what they do is in `h2model.run`, `h2model.results` and `h2model.studies`."""

from h2model.cli.commands import READER_GONE, app, main, process_age
from h2model.cli.common import exit_codes, parse_changes

__all__ = ["READER_GONE", "app", "exit_codes", "main", "parse_changes", "process_age"]
