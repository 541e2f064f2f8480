"""Errors of a rehearsal for its user."""


class RehearsalError(Exception):
    """Error with its cause, the last output and a hint, ready to be shown."""


class NotDeployedError(RehearsalError):
    """The state backend has no such stack."""


class ForbiddenRequestError(RehearsalError):
    """The cluster does not authorize a request of this identity."""
