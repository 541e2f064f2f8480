"""Controllers of a cluster in a rehearsal: real processes and simulated ones."""
