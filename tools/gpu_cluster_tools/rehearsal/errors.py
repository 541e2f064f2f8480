"""Errors of a rehearsal for its user."""


class RehearsalError(Exception):
    """A failure: the cause, the last output, and how to go on; fit to be shown as it is."""
