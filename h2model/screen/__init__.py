"""The terminal and documents for scripts: progress, the log of a run, summaries, JSON."""
