"""Run one route in this process: `python -m routes ROUTE REGIONS HOURS FILE`, from the folder benchmarks.

Prints what was measured as JSON, and leaves the program in the file for comparison.
"""

from __future__ import annotations

import importlib
import json
import sys
from dataclasses import asdict

import numpy as np

from routes.case import make_case

route, regions, hours, target = sys.argv[1:]
measured, program = importlib.import_module(f"routes.{route}").run(make_case(int(regions), int(hours)))
np.savez(target, **program.arrays())
print(json.dumps(asdict(measured)))
