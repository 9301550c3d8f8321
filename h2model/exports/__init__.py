"""Runs for other tools: the IAMC format, tidy tables as CSV or parquet, and an Excel workbook. One file per format.

Everything is made from the open run (`h2model.open_run`). The modules are imported one by one, as those of results are.
"""
