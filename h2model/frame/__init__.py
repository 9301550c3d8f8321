"""Basis of model and policies: typed concerns, shared sums, sets, time steps, capacity and units."""
