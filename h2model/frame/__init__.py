"""The frame of model and policies: sets, steps, capacity, and the sums that concerns add to."""
