"""The same linear program written three times, and the measurement of each."""
