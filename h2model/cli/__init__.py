"""The commands: thin, what they do is in `h2model.run`, `h2model.results` and `h2model.studies`."""

from h2model.cli.commands import app, main
from h2model.cli.common import READER_GONE, exit_codes, parse_changes
from h2model.cli.run import process_age

__all__ = ["READER_GONE", "app", "exit_codes", "main", "parse_changes", "process_age"]
