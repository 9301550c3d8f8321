"""Writes the page of published answers when it is asked to."""

from __future__ import annotations

import os

from year_answers import write_page


def pytest_sessionfinish(session, exitstatus):
    """Write the table of docs/validation.md from what was found."""
    if os.environ.get("H2MODEL_WRITE_VALIDATION"):
        write_page()
