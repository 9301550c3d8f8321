"""The same linear program written three times, and what is measured of each."""
