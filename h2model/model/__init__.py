"""The energy system as equations, one file per concern."""

from h2model.model.build import CONCERNS, build, meaning_of_dual, prepare, rules

_BY_NAME = {concern.__name__.rpartition(".")[2]: concern for concern in CONCERNS}

PARAMETERS = tuple(p for concern in CONCERNS for p in getattr(concern, "PARAMETERS", ()))
RULES = tuple(rules())
EQUATIONS = {name: concern.EQUATIONS for name, concern in _BY_NAME.items() if hasattr(concern, "EQUATIONS")}
EXPRESSIONS = {name: concern.EXPRESSIONS for name, concern in _BY_NAME.items() if hasattr(concern, "EXPRESSIONS")}
DUALS = {rule.__name__: meaning_of_dual(rule) for group in EQUATIONS.values() for rule in group}

__all__ = ["CONCERNS", "DUALS", "EQUATIONS", "EXPRESSIONS", "PARAMETERS", "RULES", "build", "prepare"]
