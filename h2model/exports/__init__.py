"""Runs for other tools: the IAMC format, tidy tables as CSV or parquet, and an Excel workbook. One file per format.

Exports use the open run (`h2model.open_run`).
"""
