"""Read files once: a study loads the same case hundreds of times in one process, with different numbers.

The content of a file is kept with its faults until the file changes. The list of files is read on every load, so that
added, removed and renamed files are noticed.
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
"""A case has dozens of tables. Years of profiles take most memory; one or two are used at a time."""

SETTLED = 3.0
"""Seconds since its last change after which a file is kept. File systems record times in steps of up to two seconds, so
a file may change once more without a newer time."""

Content = TypeVar("Content")


def read_once(read: Callable[..., Content], path: Path, *arguments: Hashable, faults: Faults) -> Content:
    """Return `read(path, *arguments, faults)`, from memory if the file has not changed.

    Its faults are added each time. All callers share the content and must not change it.
    """
    status = path.stat()
    stamp = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    settled = time.time() - status.st_mtime > SETTLED
    content, noted = (_read if settled else _read.__wrapped__)(read, path.absolute(), arguments, stamp)
    faults.extend(noted)
    return content


@lru_cache(maxsize=MOST_FILES)
def _read(read: Callable, path: Path, arguments: tuple, stamp: tuple[int, ...]) -> tuple[Any, tuple[Fault, ...]]:
    """Content and faults of a file; `stamp` identifies its state."""
    faults = Faults()
    return read(path, *arguments, faults), tuple(faults)
