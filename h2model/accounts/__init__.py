"""Accounts of a run: flows, carbon and costs recomputed from its two files, without the model's code."""
