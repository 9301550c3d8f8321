"""Audits of policies. Every file of this folder recomputes the policy of the same name.

A file defines `DIMENSION`, the dimension of the policy's entries, and `check(data, account)`.
"""

from importlib import import_module
from pkgutil import iter_modules

from h2model.accounts.audit.account import Account
from h2model.accounts.run_data import RunData

AUDITS = {name: import_module(f"{__name__}.{name}") for name in sorted(file.name for file in iter_modules(__path__))}


def check(data: RunData, account: Account) -> None:
    """Recompute every policy in the inputs; inputs of an earlier version lack the dimensions of later policies."""
    for audit in AUDITS.values():
        if audit.DIMENSION in data.inputs:
            audit.check(data, account)
