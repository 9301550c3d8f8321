"""The energy system as equations, one file per concern."""

from h2model.model.build import CONCERNS, build, prepare

PARAMETERS = tuple(parameter for concern in CONCERNS for parameter in concern.parameters)
RULES = tuple(rule for concern in CONCERNS for rule in concern.all_rules())
EQUATIONS = {equation.name: equation for concern in CONCERNS for equation in concern.equations}
EXPRESSIONS = tuple(rule for concern in CONCERNS for rule in concern.expressions)
#: Name of an equation → meaning of its dual.
DUALS = {name: equation.dual.meaning for name, equation in EQUATIONS.items()}

__all__ = ["CONCERNS", "DUALS", "EQUATIONS", "EXPRESSIONS", "PARAMETERS", "RULES", "build", "prepare"]
