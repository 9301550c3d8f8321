"""The report on a run or a study: one self-contained HTML file, which works offline, on a phone and on paper."""
