"""Constants of the whole package: conversions, and the amounts below which a result counts as zero.

The tolerances of the engine stay in the engine, which knows nothing of energy. Those of the audit, which shares no code
with the model, are in `accounts/audit/account.py`.
"""

from __future__ import annotations

#: Money in reports and tables is in millions of the currency of the case.
MILLION = 1e6
#: Carbon in reports and tables is in kt of CO2, in results in t.
TONNES_PER_KILOTONNE = 1e3
HOURS_PER_DAY = 24
#: Every year of the model has 365 days; a leap year is refused.
HOURS_PER_YEAR = 8760
#: 0 °C in kelvin.
KELVIN = 273.15

#: Relative rounding of sums and products of a few input numbers, such as shares that add up to 1. Double precision
#: keeps 1e-16; tables give at most 6 digits, so that a real fault is larger by far.
ROUNDING = 1e-9
#: Share of the larger amount by which a lower limit may exceed an upper one before a check refuses the case. It is the
#: tolerance of the solver: smaller violations of limits count as solved.
LIMIT_TOLERANCE = 1e-6
#: Share of a limit or demand below which a change found by the solver is its tolerance.
LEAST_SHARE = 1e-6

# An interior-point method leaves small values where zero is meant. Tables for people leave them out.
#: Capacity, in the unit of the asset (MW, MWh, t/h, …).
LEAST_CAPACITY = 1e-3
#: Amount per year, in MWh or t.
LEAST_AMOUNT = 1.0
#: Cost per year, in the currency of the case.
LEAST_COST = 1e3
