"""Files are read once: a study loads the same case some hundred times in one process, with other numbers each time.

What a file said is kept together with the faults that were found in it, for as long as the file stays as it was. What
files there are is looked up on every load, so that a file that is added, removed or renamed is noticed as well.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from h2model.case.faults import Faults
from h2model.errors import Fault

MOST_FILES = 256
"""A case has some dozens of tables; years of profiles, which take most memory, come one or two at a time."""

SETTLED = 3.0
"""Seconds since its last change after which a file is kept: file systems tell time in steps of up to two seconds, so
that a file may be changed once more without looking any newer."""

Content = TypeVar("Content")


def read_once(read: Callable[..., Content], path: Path, *arguments: Hashable, faults: Faults) -> Content:
    """What `read(path, *arguments, faults)` returns, out of memory if the file has not changed since.

    Its faults are noted each time. The content belongs to all who ask for it and must not be changed.
    """
    status = path.stat()
    stamp = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    settled = time.time() - status.st_mtime > SETTLED
    content, found = (_read if settled else _read.__wrapped__)(read, path.absolute(), arguments, stamp)
    faults.extend(found)
    return content


@lru_cache(maxsize=MOST_FILES)
def _read(read: Callable, path: Path, arguments: tuple, stamp: tuple[int, ...]) -> tuple[Any, tuple[Fault, ...]]:
    """Content and faults of a file; `stamp` says which state of it."""
    found = Faults()
    return read(path, *arguments, found), tuple(found)
