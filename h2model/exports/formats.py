"""The formats of exports, apart from the code that writes them: the help of the command lists them at once."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """A format in which a run can be exported."""

    IAMC = "iamc"
    CSV = "csv"
    PARQUET = "parquet"
    EXCEL = "excel"


#: Allowed endings of the file name; formats that are not listed are written to a folder.
ENDINGS = {Format.IAMC: (".csv", ".xlsx"), Format.EXCEL: (".xlsx",)}
