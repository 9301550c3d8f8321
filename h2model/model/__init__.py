"""The energy system as equations, one file per concern."""

from h2model.model.build import CONCERNS, build

PARAMETERS = tuple(p for concern in CONCERNS for p in getattr(concern, "PARAMETERS", ()))
CHECKS = tuple(concern.check for concern in CONCERNS if hasattr(concern, "check"))
EQUATIONS = {
    concern.__name__.rpartition(".")[2]: concern.EQUATIONS for concern in CONCERNS if hasattr(concern, "EQUATIONS")
}

__all__ = ["CHECKS", "CONCERNS", "EQUATIONS", "PARAMETERS", "build"]
