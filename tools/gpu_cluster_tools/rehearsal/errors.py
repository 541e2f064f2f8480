"""What the user reads when a rehearsal cannot go on."""


class RehearsalError(Exception):
    """What failed, what it said last, and what to do; fit to be shown as it is."""
