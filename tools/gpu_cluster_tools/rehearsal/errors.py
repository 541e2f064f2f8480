"""Errors of a rehearsal for its user."""


class RehearsalError(Exception):
    """Error with its cause, the last output and a hint, ready to be shown."""
