"""The output of `h2model describe` on declarations and equations."""

from __future__ import annotations

import io

import pytest
from pydantic import BaseModel, Field
from rich.console import Console

from h2model.case import Parameter
from h2model.errors import InputError
from h2model.frame.concern import Concern, equation
from h2model.reference import terminal
from h2model.reference.data import Reference
from h2model.reference.equations import equations_of


def level_limit(m, s):
    """level ≤ capacity

    The store is never fuller than it is large.
    """


class Inner(BaseModel):
    """Settings within settings."""


class Cap(BaseModel):
    """Settings of a cap."""

    limit: dict = Field(description="limit by period")
    upstream: bool = Field(False, description="count imports")
    inner: Inner = Field(default_factory=Inner, description="more")
    note: str = Field("", description="free text")
    hidden: int = Field(0, exclude=True, description="not for users")


PARAMETERS = (
    Parameter("lifetime", ("asset",), "year", "Years of use.", default=None, lower=1.0),
    Parameter("availability", ("plant", "time"), "1", "Share that can be used.", default=1.0, upper=1.0),
    Parameter("balance", ("carrier",), "1", "Balance time.", default="hour", choices=("hour", "day")),
    Parameter("discount_rate", (), "1/year", "Weight of later years.", lower=float("-inf"), upper=0.5),
    Parameter("price", ("trade",), "{money}/{amount}", "What it costs.", lower=float("-inf"), default=float("inf")),
)
SETTINGS = {"policies.cap.<name>": Cap}
LEVEL_LIMIT = equation("saving from more room", "a technical limit", "holds")(level_limit)
EQUATIONS = {"storage": equations_of(Concern("storage", "Storage.", equations=(LEVEL_LIMIT,)))}


def shown(show, *args):
    console = Console(file=io.StringIO(), width=200, highlight=False)
    show(console, *args)
    return [" ".join(line.split()) for line in console.file.getvalue().splitlines()]


def test_parameters_by_table():
    lines = shown(terminal.show_parameters, PARAMETERS)
    assert lines[:4] == [
        "technologies.csv",
        "parameter over unit default bounds meaning",
        "lifetime asset year none at least 1 Years of use.",
        "availability plant time 1 1 0 to 1 Share that can be used.",
    ]
    assert "balance carrier word hour hour | day Balance time." in lines
    assert "discount_rate (one value) 1/year required at most 0.5 Weight of later years." in lines
    assert "price trade {money}/{amount} unlimited any What it costs." in lines


def test_settings():
    assert shown(terminal.show_settings, SETTINGS)[:6] == [
        "policies.cap.<name> Settings of a cap.",
        "setting default meaning",
        "limit required limit by period",
        "upstream no count imports",
        "inner see below more",
        "note none free text",
    ]


def test_equations_show_the_first_line_of_their_docstring():
    assert shown(terminal.show_equations, EQUATIONS) == ["storage", "level_limit level ≤ capacity", ""]


def entries(name):
    return shown(terminal.show_entries, Reference(PARAMETERS, SETTINGS, EQUATIONS), name)


def test_one_parameter():
    lines = entries("availability")
    assert lines[:2] == ["availability", "Share that can be used."]
    assert "longer steps mean of the hours" in lines
    assert "over (one value)" in entries("discount_rate")


def test_one_equation_concern_and_policy():
    assert entries("level_limit") == [
        "level_limit",
        "level ≤ capacity The store is never fuller than it is large.",
        "concern storage",
        "dual saving from more room",
        "in segments holds",
    ]
    assert entries("storage")[1] == "level_limit level ≤ capacity"
    assert entries("cap")[0] == "policies.cap.<name> Settings of a cap."


def test_an_unknown_name_gets_the_nearest():
    with pytest.raises(InputError, match="describe lifetme: nothing has this name → did you mean 'lifetime'"):
        entries("lifetme")
