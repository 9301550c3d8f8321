"""The solved model as data: results Dataset, run folder, summary tables and what the screen shows. Knows no Pyomo.

The modules are imported one by one, so that `h2model --help` need not wait for xarray.
"""
