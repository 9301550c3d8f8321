"""The private and undocumented parts of Pyomo that the engine uses: what it needs each for, and how it must behave.

pyproject.toml admits only versions of Pyomo that have passed these tests. To raise its upper bound, run them with the
new version: a failure names the part that changed.
"""

from __future__ import annotations

import ast
import tomllib
from importlib.metadata import version
from pathlib import Path

import pyomo.environ as pyo
import pytest
from packaging.requirements import Requirement
from pyomo.common.errors import TemplateExpressionError
from pyomo.common.numeric_types import native_types
from pyomo.core.base.component_namer import index_repr
from pyomo.core.base.constraint import ConstraintData, ScalarConstraint
from pyomo.core.base.expression import ExpressionData, ScalarExpression
from pyomo.core.base.indexed_component import normalize_index
from pyomo.core.base.objective import ScalarObjective
from pyomo.core.base.param import IndexedParam, ScalarParam
from pyomo.core.base.set import InsertionOrderSetData, OrderedScalarSet, SetProduct, UnknownSetDimen
from pyomo.core.base.var import ScalarVar, VarData
from pyomo.core.expr import numeric_expr, template_expr
from pyomo.core.expr.numvalue import NumericValue
from pyomo.core.expr.relational_expr import (
    EqualityExpression,
    InequalityExpression,
    RangedExpression,
    tuple_to_relational_expr,
)
from pyomo.core.expr.template_expr import GetItemExpression, IndexTemplate, TemplateSumExpression, templatize_rule
from pyomo.core.expr.visitor import identify_components, identify_variables, replace_expressions
from pyomo.repn.linear import LinearRepnVisitor

ROOT = Path(__file__).parents[2]
SOURCES = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "h2model" / "engine").rglob("*.py"))]

#: Everything that the engine imports from Pyomo besides `pyomo.environ`, and why.
IMPORTED = {
    "pyomo.common.errors.TemplateExpressionError": "raised while a rule is read with symbolic indices",
    "pyomo.common.numeric_types.native_types": "tells numbers from expressions",
    "pyomo.core.base.component_namer.index_repr": "names of rows and columns as Pyomo writes them",
    "pyomo.core.base.constraint.ConstraintData": "splits an inequality into bounds and body, as Pyomo does",
    "pyomo.core.base.constraint.ScalarConstraint": "base class of constraints without index",
    "pyomo.core.base.expression.ExpressionData": "finds named expressions in a ready-made expression",
    "pyomo.core.base.expression.ScalarExpression": "base class of named expressions without index",
    "pyomo.core.base.indexed_component.normalize_index": "turns the index of m.x[...] into a tuple of labels",
    "pyomo.core.base.objective.ScalarObjective": "base class of the objective",
    "pyomo.core.base.param.IndexedParam": "base class of parameters that hold one array",
    "pyomo.core.base.param.ScalarParam": "base class of parameters without index",
    "pyomo.core.base.set.InsertionOrderSetData": "class of the members of an indexed set",
    "pyomo.core.base.set.OrderedScalarSet": "base class of sets without index",
    "pyomo.core.base.set.SetProduct": "the sets of which an index set is the product",
    "pyomo.core.base.set.UnknownSetDimen": "lets a subset take the dimension of its superset",
    "pyomo.core.base.var.ScalarVar": "base class of variables without index",
    "pyomo.core.base.var.VarData": "finds variables in a ready-made expression",
    "pyomo.core.expr.numeric_expr": "classes of the nodes of an expression",
    "pyomo.core.expr.numvalue.NumericValue": "comparison of a symbolic index with a number",
    "pyomo.core.expr.relational_expr.EqualityExpression": "class of an equation that a rule returns",
    "pyomo.core.expr.relational_expr.InequalityExpression": "class of an inequality that a rule returns",
    "pyomo.core.expr.relational_expr.RangedExpression": "class of lower <= body <= upper",
    "pyomo.core.expr.relational_expr.tuple_to_relational_expr": "rules may return (lower, body, upper)",
    "pyomo.core.expr.template_expr": "its logger, silenced while a rule is read",
    "pyomo.core.expr.template_expr.GetItemExpression": "m.x[i] with a symbolic index",
    "pyomo.core.expr.template_expr.IndexTemplate": "a symbolic index",
    "pyomo.core.expr.template_expr.TemplateSumExpression": "a sum over a set with a symbolic index",
    "pyomo.core.expr.template_expr.templatize_rule": "calls a rule once with symbolic indices",
    "pyomo.core.expr.visitor.identify_components": "finds the components of a ready-made expression",
    "pyomo.core.expr.visitor.identify_variables": "finds the variables of a ready-made expression",
    "pyomo.core.expr.visitor.replace_expressions": "writes a ready-made expression in terms of another model",
    "pyomo.repn.linear.LinearRepnVisitor": "coefficients of rules that are evaluated index by index",
}
#: Attributes with an underscore that belong to Pyomo and that the engine reads, sets or overrides, and why.
PRIVATE = {
    "_ComponentDataClass": "class of the members of an indexed set, chosen before its constructor runs",
    "_anonymous_sets": "index sets without a name, which a component constructs before itself",
    "_args_": "the expression that a named expression without index holds",
    "_constructed": "marks a component as constructed although no object per index exists",
    "_getitem_when_not_present": "makes the object of one index on demand",
    "_set": "the set over which a symbolic index runs",
    "_setitem_when_not_present": "keeps the object that was made on demand",
    "_value": "the value of a parameter without index",
}


def test_the_installed_version_is_within_the_bounds_of_pyproject():
    texts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    (requirement,) = (each for each in map(Requirement, texts) if each.name == "pyomo")
    assert version("pyomo") in requirement.specifier
    assert any(bound.operator == "<" for bound in requirement.specifier)


def test_all_imports_from_pyomo_are_stated():
    imports = {
        f"{node.module}.{alias.name}"
        for tree in SOURCES
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pyomo")
        for alias in node.names
    }
    modules = {
        alias.name
        for tree in SOURCES
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name.startswith("pyomo")
    }
    assert imports | modules - {"pyomo.environ"} == set(IMPORTED)


def test_all_private_attributes_of_pyomo_are_stated(model):
    """A name counts as Pyomo's if one of its objects has it, and as used if the engine reads, sets or overrides it."""
    examples = [model, *model.component_objects(), IndexTemplate(model.i), model.x[1], model.i.parent_component()]
    of_pyomo = {name for example in examples for name in dir(example)}
    used = {
        node.attr if isinstance(node, ast.Attribute) else node.name
        for tree in SOURCES
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute | ast.FunctionDef)
    }
    assert {name for name in used & of_pyomo if name.startswith("_") and not name.startswith("__")} == set(PRIVATE)


@pytest.fixture
def model() -> pyo.ConcreteModel:
    """One component of each kind, in plain Pyomo."""
    m = pyo.ConcreteModel()
    m.i = pyo.Set(initialize=[1, 2, 3])
    m.j = pyo.Set(initialize=["a", "b"])
    m.members = pyo.Set(m.j, initialize={"a": [1], "b": [2, 3]})
    m.p = pyo.Param(m.i, initialize={1: 1.0, 2: 2.0, 3: 3.0})
    m.one = pyo.Param(initialize=7.0)
    m.x = pyo.Var(m.i)
    m.y = pyo.Var(m.i, m.j)
    m.z = pyo.Var()
    m.e = pyo.Expression(expr=2 * m.z)
    m.es = pyo.Expression(m.i, rule=lambda m, i: m.x[i] + m.z)
    m.c = pyo.Constraint(m.i, rule=lambda m, i: m.x[i] <= 1)
    m.c0 = pyo.Constraint(expr=m.z >= 0)
    m.o = pyo.Objective(expr=m.z)
    return m


class TestClasses:
    """The engine subclasses these; each must be the class of the component that Pyomo makes itself."""

    def test_are_those_of_plain_components(self, model):
        kinds = {
            "i": OrderedScalarSet,
            "p": IndexedParam,
            "one": ScalarParam,
            "z": ScalarVar,
            "e": ScalarExpression,
            "c0": ScalarConstraint,
            "o": ScalarObjective,
        }
        assert [name for name, kind in kinds.items() if not isinstance(getattr(model, name), kind)] == []
        assert isinstance(model.x[1], VarData)
        assert isinstance(model.es[1], ExpressionData)
        assert isinstance(model.c[1], ConstraintData)

    def test_members_of_indexed_sets_have_the_class_that_the_set_names(self, model):
        assert model.members._ComponentDataClass is InsertionOrderSetData
        assert type(model.members["b"]) is InsertionOrderSetData

    def test_a_subset_of_unknown_dimension_takes_that_of_its_superset(self, model):
        model.pairs = pyo.Set(initialize=[(1, "a"), (2, "b")])
        model.some = pyo.Set(within=model.pairs, initialize=[(1, "a")], dimen=UnknownSetDimen)
        assert model.some.dimen == 2


class TestConstruction:
    def test_index_sets_without_a_name_are_constructed_by_their_component(self):
        variable = pyo.Var(pyo.Set(initialize=[1, 2]))
        (index_set,) = variable._anonymous_sets
        assert (variable._constructed, index_set.is_constructed()) == (False, False)
        index_set.construct()
        assert list(index_set) == [1, 2]

    def test_a_component_that_is_marked_as_constructed_has_no_objects(self, model):
        class Lazy(pyo.Constraint):
            def construct(self, data=None):
                self._constructed = True

        model.lazy = Lazy(model.i, rule=lambda m, i: 1 / 0)
        assert model.lazy.is_constructed()
        assert len(model.lazy) == 0

    def test_a_variable_that_is_not_dense_makes_objects_on_demand(self, model):
        model.sparse = pyo.Var(model.i, dense=False)
        assert len(model.sparse) == 0
        assert model.sparse[2].index() == 2
        assert len(model.sparse) == 1

    def test_an_expression_on_demand_is_kept(self, model):
        class Lazy(pyo.Expression):
            def construct(self, data=None):
                self._constructed = True

            def _getitem_when_not_present(self, index):
                return self._setitem_when_not_present(index, self.parent_block().x[index] + 1)

        model.lazy = Lazy(model.i)
        assert len(model.lazy) == 0
        assert model.lazy[2] is model.lazy[2]
        assert len(model.lazy) == 1


class TestValues:
    def test_a_parameter_without_index_holds_its_value(self, model):
        assert model.one._value == 7.0

    def test_a_named_expression_without_index_holds_one_argument(self, model):
        assert len(model.e._args_) == 1
        assert model.e.args == model.e._args_
        empty = ScalarExpression()
        empty.construct()
        assert empty._args_[0] is None
        empty.set_value(model.z)
        assert empty._args_[0] is model.z


def test_product_sets_name_their_factors(model):
    product = model.y.index_set()
    assert isinstance(product, SetProduct)
    assert list(product.subsets(expand_all_set_operators=False)) == [model.i, model.j]
    assert [factor.ord(label) for factor, label in ((model.i, 2), (model.j, "a"))] == [2, 1]


def test_names_of_items():
    assert index_repr((1, "a")) == "[1,a]"
    assert index_repr(3) == "[3]"


def test_indices_are_normalized():
    assert normalize_index((1, ("a", 2))) == (1, "a", 2)
    assert normalize_index(("a",)) == "a"


class TestTemplates:
    """Everything that makes a rule one expression for all of its indices."""

    def test_a_rule_is_called_once_with_symbolic_indices(self, model):
        calls = []

        def rule(m, index):
            calls.append(index)
            return m.p[index[0]] * m.x[index[0]] <= 1

        template, indices = templatize_rule(model, lambda m, *index: rule(m, index), model.i)
        assert len(calls) == 1
        assert [type(index) for index in indices] == [IndexTemplate]
        assert indices[0]._set is model.i
        assert isinstance(template, InequalityExpression)

    def test_sums_over_sets_stay_sums(self, model):
        template, _ = templatize_rule(model, lambda m, index: sum(m.x[i] for i in m.members[index[0]]) == 0, model.j)
        (sums,) = [node for node in template.args if isinstance(node, TemplateSumExpression)]
        ((inner,),) = sums.template_iters()
        assert isinstance(inner._set, GetItemExpression)
        assert inner._set.args[0] is model.members
        item = sums.template_args()[0]
        assert isinstance(item, GetItemExpression)
        assert (item.args[0], item.args[1]) == (model.x, inner)

    def test_a_failing_loop_over_a_set_is_logged_by_the_logger_of_the_module(self, model, caplog):
        def rule(m, index):
            for i in m.i:
                raise ValueError(i)

        with pytest.raises(TemplateExpressionError):
            templatize_rule(model, rule, model.i)
        assert [record.name for record in caplog.records] == [template_expr.logger.name]

    def test_symbolic_indices_inherit_the_comparison_that_the_engine_replaces(self):
        assert "__eq__" not in vars(IndexTemplate)
        assert "__eq__" not in vars(GetItemExpression)
        assert IndexTemplate.__eq__ is NumericValue.__eq__
        assert "__str__" in vars(IndexTemplate)


class TestExpressions:
    def test_nodes_have_the_classes_that_the_engine_walks(self, model):
        x, y = model.x[1], model.x[2]
        nodes = {
            numeric_expr.SumExpression: x + y,
            numeric_expr.ProductExpression: x * (x + y),
            numeric_expr.NegationExpression: -(x + y),
            numeric_expr.DivisionExpression: x / y,
            numeric_expr.PowExpression: x**2,
            numeric_expr.AbsExpression: abs(x),
            numeric_expr.UnaryFunctionExpression: pyo.log(x),
        }
        assert [kind.__name__ for kind, node in nodes.items() if not isinstance(node, kind)] == []
        assert pyo.log(x).getname() == "log"
        assert {int, float, str, bool} <= native_types

    def test_a_greater_or_equal_is_turned_round(self, model):
        relation = model.x[1] >= model.x[2]
        assert isinstance(relation, InequalityExpression)
        assert relation.args == (model.x[2], model.x[1])
        assert relation.strict is False
        assert isinstance(model.x[1] == 3, EqualityExpression)

    def test_a_tuple_is_a_range(self, model):
        relation = tuple_to_relational_expr((0, model.x[1], 3))
        assert isinstance(relation, RangedExpression)
        assert relation.args == (0, model.x[1], 3)

    def test_constraint_data_give_bounds_and_body(self, model):
        lower, body, upper = ConstraintData(model.x[1] + 2 >= model.x[2]).to_bounded_expression()
        assert (lower, upper) == (None, 0) or (lower, upper) == (0, None)
        assert len(list(identify_variables(body))) == 2

    def test_the_linear_visitor_gives_coefficients_by_variable(self, model):
        class Recorder:
            def __init__(self):
                self.var_map = {}

            def add(self, variable):
                self.var_map[id(variable)] = variable

        visitor = LinearRepnVisitor({}, var_recorder=Recorder())
        linear = visitor.walk_expression(3 * model.x[1] + 2 * model.x[2] + 5)
        assert {visitor.var_map[key].name: value for key, value in linear.linear.items()} == {"x[1]": 3, "x[2]": 2}
        assert (linear.constant, linear.nonlinear) == (5, None)
        assert visitor.walk_expression(model.x[1] * model.x[2]).nonlinear is not None

    def test_parts_of_an_expression_are_found_and_replaced(self, model):
        expression = model.e + model.es[1] + model.x[2]
        parts = list(identify_components(expression, {ExpressionData, VarData, ScalarExpression}))
        assert {part.name for part in parts} >= {"es[1]", "x[2]"}
        replaced = replace_expressions(model.x[1] + model.x[2], {id(model.x[1]): model.z})
        assert {variable.name for variable in identify_variables(replaced)} == {"z", "x[2]"}
