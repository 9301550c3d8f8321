"""Parts of policies: names and values of entries, the emissions that a scope counts, settings of large policies."""
