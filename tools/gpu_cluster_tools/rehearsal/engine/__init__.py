"""The Pulumi engine: its runs, their events, its state, and recovery."""
