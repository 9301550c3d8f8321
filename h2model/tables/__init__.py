"""Tables for people: cost, carbon, capacity, prices and comparisons, as pandas DataFrames."""
