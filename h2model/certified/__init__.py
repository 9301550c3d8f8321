"""Certified answers: a plan for all hours, and a proof of how far from the least cost it can be at most.

`certify` solves the case in segments, each of several hours, and carries the answer over to the hours twice: as prices,
which prove a lower bound, and as a plan, which costs what it costs. Where the two differ, segments are cut finer.
"""

from h2model.certified.loop import Round, certify

__all__ = ["Round", "certify"]
