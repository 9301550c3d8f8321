"""The commands: a thin layer over the functions of `h2model` and its rooms."""

from h2model.cli.commands import app, main
from h2model.cli.common import PIPE_CLOSED, exit_codes, parse_changes
from h2model.cli.run import process_age

__all__ = ["PIPE_CLOSED", "app", "exit_codes", "main", "parse_changes", "process_age"]
