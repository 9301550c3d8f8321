"""Sensitivity studies: one YAML file, many runs, one Dataset; see `definition` and `campaign`.

cube = h2model.run_study("front_2050")               the whole study, on this computer

campaign = prepare.campaign_of("front_2050")         or step by step: a study file becomes a campaign folder,
runs = status.runs_to_do(campaign)                   everything checked,
executors.LocalExecutor().submit(campaign, runs)     or SlurmExecutor: the runs are done,
cube = collect.collect(campaign)                     their results become one Dataset
"""
