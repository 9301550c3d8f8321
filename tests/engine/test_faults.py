"""What is wrong in a model is said in words that name the component and the label; nothing is swallowed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyomo.environ as pyo
import pytest
import xarray as xr

from h2model.engine import (
    Constraint,
    DataError,
    Expression,
    LabelError,
    Model,
    ModelError,
    Objective,
    Param,
    Set,
    Var,
    compile_model,
    scalar_model,
    solve,
)
from h2model.errors import H2ModelError


@pytest.fixture
def m() -> Model:
    m = Model()
    m.plant = Set(initialize=["wind", "gas"])
    m.other = Set(initialize=["gas", "nuclear"])
    m.hour = Set(initialize=range(3))
    m.pair = Set(dimen=2, initialize=[("wind", 0), ("gas", 2)])
    m.plants_at = Set(Set(initialize=["north"]), initialize={"north": ["wind"]})
    m.flow = Var(m.plant, m.hour, bounds=(0, None))
    m.budget = Var()
    m.label = Param(m.plant, initialize={"wind": "a", "gas": "b"})
    m.gaps = Param(m.plant, m.hour, initialize=np.array([[1, 2, 3], [4, np.nan, 6]]))
    m.unknown = Param(initialize=np.nan)
    return m


def fails(m: Model, rule, *sets, kind=ModelError) -> str:
    """Add a constraint, and return what the compiler says about it."""
    m.row = Constraint(*sets, rule=rule)
    with pytest.raises(kind) as caught:
        compile_model(m)
    assert isinstance(caught.value, H2ModelError)
    return str(caught.value)


@pytest.mark.parametrize(
    ("rule", "sets", "expected"),
    [
        (lambda m, p: m.flow[p, 0] <= 1, ["other"], "constraint 'row': 'flow' has no index 'nuclear'"),
        (lambda m, p, t: m.flow[p, t] <= m.gaps[p, t], ["other", "hour"], "'flow' has no index 'nuclear'"),
        (lambda m, t: m.flow["coal", t] <= 1, ["hour"], "'flow' has no index 'coal'"),
        (lambda m, t: m.gaps["coal", t] <= m.budget, ["hour"], "'gaps' has no index 'coal'"),
        (lambda m, t: m.budget <= m.gaps["coal", 0], ["hour"], "'row[0]': KeyError: Index '('coal', 0)' is not valid"),
        (
            lambda m, p: sum(m.flow[q, 0] for q in m.plants_at[m.label[p]]) <= 1,
            ["plant"],
            "Index 'a' is not valid for indexed component 'plants_at'",
        ),
        (lambda m, p, t: m.flow[p, t + 1] <= 1, ["plant", "hour"], "'flow' has no index '3'"),
        (lambda m, p, t: m.flow[p] <= 1, ["plant", "hour"], "'flow' is indexed by (plant, hour), but gets 1 indices"),
        (lambda m, p, t: m.on_pairs[p, t] <= 1, ["plant", "hour"], "'on_pairs' has no index 'wind,1'"),
    ],
)
def test_a_missing_label_is_named(m, rule, sets, expected):
    m.on_pairs = Var(m.pair)
    message = fails(m, rule, *(m.component(name) for name in sets), kind=LabelError)
    assert expected in message
    assert "'row" in message


def test_a_missing_label_of_a_pair_is_named_in_a_large_set(m, monkeypatch):
    monkeypatch.setattr("h2model.engine.labels.DENSE_TABLE", 0)
    m.on_pairs = Var(m.pair)
    assert "no index 'wind,1'" in fails(m, lambda m, p, t: m.on_pairs[p, t] <= 1, m.plant, m.hour, kind=LabelError)


def test_a_key_without_members_in_an_indexed_set_is_named(m):
    m.hours_of = Set(m.plant, initialize={"wind": [0, 1]})
    message = fails(m, lambda m, p: sum(m.flow[p, t] for t in m.hours_of[p]) <= 1, m.plant, kind=LabelError)
    assert message == "constraint 'row': 'hours_of' has no index 'gas'"


@pytest.mark.parametrize(
    "rule",
    [
        lambda m, p, t: m.gaps[p, t] * m.flow[p, t] <= 1,
        lambda m, p, t: m.flow[p, t] <= m.gaps[p, t],
        lambda m, p, t: m.flow[p, t] <= sum(m.gaps[p, u] for u in m.hour),
        lambda m, p, t: m.flow[p, t] <= sum(m.gaps["gas", 1] * m.flow[p, u] for u in m.hour),
        lambda m, p, t: m.flow[p, t] <= m.gaps[p, t] if p == "gas" else m.flow[p, t] <= 0,
    ],
)
def test_a_missing_value_names_parameter_and_labels(m, rule):
    message = fails(m, rule, m.plant, m.hour, kind=DataError)
    assert "constraint 'row" in message
    assert "parameter 'gaps' has no value (NaN) for (gas, 1)" in message


def test_a_missing_value_that_no_rule_reads_is_accepted(m):
    m.row = Constraint(m.hour, rule=lambda m, t: m.flow["wind", t] <= m.gaps["wind", t])
    assert compile_model(m).row_upper.tolist() == [1, 2, 3]


def test_a_missing_scalar_is_named(m):
    assert "parameter 'unknown' has no value" in fails(m, lambda m, t: m.flow["gas", t] <= m.unknown, m.hour)


def test_a_missing_value_in_a_bound_is_named(m):
    m.limited = Var(m.plant, m.hour, bounds=lambda m, p, t: (0, m.gaps[p, t]))
    with pytest.raises(DataError, match=r"variable 'limited'.*'gaps' has no value \(NaN\) for \(gas, 1\)"):
        compile_model(m)


def test_a_missing_value_in_the_objective_is_named(m):
    m.cost = Objective(rule=lambda m: sum(m.gaps[p, t] * m.flow[p, t] for p in m.plant for t in m.hour))
    with pytest.raises(DataError, match=r"objective 'cost'.*'gaps' has no value"):
        compile_model(m)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (lambda m, p: m.flow[p, 0] * m.flow[p, 1] <= 1, "variables are multiplied with each other"),
        (lambda m, p: m.flow[p, 0] ** 2 <= 1, "is not linear"),
        (lambda m, p: pyo.log(m.flow[p, 0]) <= 1, "is not linear"),
        (lambda m, p: 1 / m.flow[p, 0] <= 1, "where only a constant is allowed"),
        (lambda m, p: m.total[p] * m.budget <= 1, "variables are multiplied with each other"),
        (lambda m, p: m.flow[p, 0] * m.budget <= (1 if p == "gas" else 2), "variables are multiplied with each other"),
        (lambda m, p: (m.budget, m.flow[p, 0], 3), "where only a constant is allowed"),
    ],
)
def test_nonlinear_expressions_are_refused(m, rule, expected):
    m.total = Expression(m.plant, rule=lambda m, p: sum(m.flow[p, t] for t in m.hour))
    message = fails(m, rule, m.plant)
    assert "constraint 'row" in message
    assert expected in message


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (lambda m, t: m.missing[t] <= 1, "constraint 'row[0]': AttributeError"),
        (lambda m, t: m.flow["gas", t] <= {}[t], "constraint 'row[0]': KeyError: 0"),
        (lambda m, t: m.flow["gas", t] <= "one", "constraint 'row[0]'"),
        (lambda m, t: undefined(t), "constraint 'row[0]': NameError"),  # noqa: F821
        (lambda m, t: sum(m.flow[p, t] / 0 for p in m.plant) <= 1, "constraint 'row"),
        (lambda m, t: None, "constraint 'row[0]': the rule returns None; add a return"),
        (lambda m, t: m.flow["gas", t], "constraint 'row[0]'"),
        (lambda m, t: m.flow["gas", t] < 1, "strict inequality"),
        (lambda m, t: m.label["gas"] * m.budget <= 1, "constraint 'row[0]'"),
        (lambda m, t: m.label[m.plant.at(1)] <= m.budget, "constraint 'row[0]'"),
    ],
)
def test_errors_of_a_rule_surface_with_its_name(m, rule, expected):
    assert expected in fails(m, rule, m.hour)


def test_a_parameter_of_labels_is_refused_in_arithmetic(m):
    assert "'label' holds labels" in fails(m, lambda m, p: m.label[p] * m.budget <= 1, m.plant)


def test_infinite_coefficients_and_impossible_bounds_are_refused(m):
    m.big = Param(m.plant, initialize={"wind": 1.0, "gas": np.inf})
    assert "'row[gas]': a coefficient is infinite" in fails(m, lambda m, p: m.big[p] * m.budget <= 1, m.plant)
    m.del_component(m.row)
    assert "'row[gas]': its lower bound is inf" in fails(m, lambda m, p: m.budget >= m.big[p], m.plant)
    m.del_component(m.row)
    m.wrong = Var(bounds=(np.inf, None))
    with pytest.raises(DataError, match="variable 'wrong': its lower bound is inf"):
        compile_model(m)
    m.del_component(m.wrong)
    m.cost = Objective(rule=lambda m: m.big["gas"] * m.budget)
    with pytest.raises(DataError, match="objective 'cost'"):
        compile_model(m)


def test_integer_variables_are_refused(m):
    with pytest.raises(ModelError, match="only continuous"):
        m.whole = Var(within=pyo.Binary)


def test_a_second_objective_and_plain_pyomo_components_are_refused(m):
    m.one = Objective(rule=lambda m: m.budget)
    m.two = Objective(rule=lambda m: -m.budget)
    with pytest.raises(ModelError, match="more than one active objective: 'one', 'two'"):
        compile_model(m)
    m.two.deactivate()
    compile_model(m)
    m.plain = pyo.Var()
    with pytest.raises(ModelError, match=r"'plain' must be an h2model\.engine\.Var"):
        compile_model(m)
    other = Model()
    other.inner = pyo.Block()
    with pytest.raises(ModelError, match="the engine has no Block"):
        scalar_model(other)


def test_rules_are_required_and_objectives_have_no_index(m):
    with pytest.raises(TypeError, match="one rule or one expr"):
        Constraint(m.plant)
    with pytest.raises(TypeError, match="no index sets"):
        Objective(m.plant, rule=lambda m, p: m.budget)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (xr.DataArray([1.0, 2.0], {"plant": ["gas", "wind"]}, ["plant"]), "another order"),
        (
            xr.DataArray([1.0, 2.0], {"plant": ["wind", "coal"]}, ["plant"]),
            r"no values for \['gas'\]; \['coal'\] are not",
        ),
        (xr.DataArray([1.0], {"plant": ["wind"]}, ["plant"]), r"no values for \['gas'\]"),
        (xr.DataArray([1.0, 2.0], dims=["plant"]), "no labels to compare with"),
        (xr.DataArray(np.ones((2, 2)), dims=["plant", "hour"]), r"has the dimensions \('plant', 'hour'\)"),
        (np.ones(3), r"has shape \(3,\)"),
        ({"wind": 1.0}, "no value is given for 'gas'"),
    ],
)
def test_a_parameter_must_carry_exactly_the_labels_of_its_sets(m, source, expected):
    with pytest.raises(DataError, match=f"parameter 'given'.*{expected}"):
        m.given = Param(m.plant, initialize=source)


def test_dimensions_in_another_order_are_refused_although_the_labels_agree(m):
    m.twin = Set(initialize=["wind", "gas"])
    source = xr.DataArray(np.eye(2), {"twin": ["wind", "gas"], "plant": ["wind", "gas"]}, ["twin", "plant"])
    with pytest.raises(DataError, match="instead of"):
        m.given = Param(m.plant, m.twin, initialize=source)


def test_a_variable_must_have_the_dimensions_of_the_sets(m):
    m.twin = Set(initialize=["wind", "gas"])
    values = np.array([[1.0, 2.0], [3.0, 4.0]])
    m.given = Param(m.plant, m.twin, initialize=xr.Variable(("plant", "twin"), values))
    np.testing.assert_array_equal(m.given.values_array, values)
    for dims, expected in ((("twin", "plant"), "instead of"), (("plant", "hour"), "instead of")):
        with pytest.raises(DataError, match=expected):
            m.other = Param(m.plant, m.twin, initialize=xr.Variable(dims, values))
        m.del_component("other")
    with pytest.raises(DataError, match=r"has shape \(3,\)"):
        m.third = Param(m.plant, initialize=xr.Variable("plant", np.ones(3)))


def test_a_parameter_without_sets_takes_one_value(m):
    with pytest.raises(DataError, match="takes one value, not 2"):
        m.given = Param(initialize=[1, 2])


def test_parameters_are_read_by_label(m):
    m.table = Param(
        m.plant,
        m.hour,
        initialize=xr.DataArray(
            np.arange(6.0).reshape(2, 3), {"plant": ["wind", "gas"], "hour": [0, 1, 2]}, ["plant", "hour"]
        ),
    )
    levels = {"pair_1": ("pair", ["wind", "gas"]), "pair_2": ("pair", [0, 2])}
    m.paired = Param(m.pair, initialize=xr.DataArray([1.5, 2.5], levels, ["pair"]))
    m.indexed = Param(
        m.pair,
        initialize=xr.DataArray([1.5, 2.5], {"pair": pd.MultiIndex.from_tuples([("wind", 0), ("gas", 2)])}, ["pair"]),
    )
    m.flag = Param(m.plant, initialize=np.array([True, False]))
    m.same = Param(m.plant, initialize=7)
    assert m.table["gas", 1] == 4.0
    assert m.paired["gas", 2] == m.indexed["gas", 2] == 2.5
    assert m.flag["wind"] == 1.0
    assert m.same["gas"] == 7
    assert len(m.table) == 6
    assert ("gas", 1) in m.table
    assert ("gas", 9) not in m.table
    assert dict(m.paired.items()) == {("wind", 0): 1.5, ("gas", 2): 2.5}
    with pytest.raises(DataError, match=r"for \(gas, 1\)"):
        m.gaps["gas", 1]


def test_sets_of_mixed_arity_are_refused(m):
    m.mixed = Set(dimen=None, initialize=["a"], within=pyo.Any)
    m.odd = Set(m.plant, initialize={"wind": [1], "gas": [(1, 2)]}, within=pyo.Any)
    m.x = Var(m.hour)
    message = fails(m, lambda m, p: sum(m.x[t] for t in m.odd[p]) <= 1, m.plant)
    assert "same number of parts" in message


def test_an_unknown_method_or_option_is_refused(m):
    from h2model.engine import SolverOptions

    m.cost = Objective(rule=lambda m: sum(m.flow[p, 0] for p in m.plant))
    with pytest.raises(ModelError, match="unknown method 'magic'; it is one of auto, simplex"):
        solve(m, SolverOptions(method="magic"))
    with pytest.raises(ModelError, match="no option 'wand'"):
        solve(m, SolverOptions(options={"wand": 1}))
