"""Review of a change: its plan, its cost, its findings and its replacements."""
