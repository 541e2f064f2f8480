"""First stack files of environments and teams, from a few answers."""
