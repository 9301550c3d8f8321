"""The reference of parameters, equations and settings: on the terminal, as a page and as JSON."""
