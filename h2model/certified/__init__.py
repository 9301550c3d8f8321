"""Certified plans: a plan for all hours, and a proof of its largest distance from the least cost.

`certify` solves the case in segments of several hours. Their prices prove a lower bound for the hours, and their
decisions make a plan for the hours, which gives an upper bound. Where the two differ, segments are cut finer.
"""

from h2model.certified.loop import Round, certify

__all__ = ["Round", "certify"]
