"""Resources that a stack requires in its account, created before a rehearsal."""
