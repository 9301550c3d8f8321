"""Policies: caps, prices and rules that a scenario may set. Every file of this folder is one policy.

A file defines `POLICY`: settings, arrays, equations, the meaning of their duals, how they may be relaxed. Nothing else
lists policies, so a new one is its file here, its audit in `h2model/accounts/audit/policies/`, and its test.
"""

from importlib import import_module
from pkgutil import iter_modules

from h2model.frame.concern import Policy

# `parts` is a folder and holds no policy.
_FILES = sorted(module.name for module in iter_modules(__path__) if not module.ispkg)
#: Every policy by its name in a scenario, in alphabetical order.
POLICIES: dict[str, Policy] = {name: import_module(f"{__name__}.{name}").POLICY for name in _FILES}

__all__ = ["POLICIES"]
