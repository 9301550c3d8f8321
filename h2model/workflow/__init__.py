"""The workflow of a planner: each step is a function of values that runs alone in a notebook.

    loading      a scenario, or the inputs.nc of a run, becomes a checked case
    solving      a case becomes a model, and the model audited results
    running      all of it, from a scenario to a run folder
    finished     run folders are audited and compared
    explaining   why a scenario cannot be planned
    describing   the contents of a case and the size of its model

Public functions take and return Datasets, paths and names. Between the steps a `LoadedCase` carries the scenario as an
object; it is text only in files and in the attributes of a Dataset, which become attributes of files.
"""
