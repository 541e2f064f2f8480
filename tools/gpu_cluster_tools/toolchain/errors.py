"""The one error of this package that its callers show to the user."""


class ToolchainError(Exception):
    """A tool could not be provided; the message says what failed and what to do."""
