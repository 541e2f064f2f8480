import pytest

from tests.today import Clock


def pytest_configure() -> None:
    """Before a test is read: tests do not fail because a price of a real stack, or a waiver, has become old.

    That is for the commands to say.
    """
    pytest.MonkeyPatch().setattr("components.catalog.clock.datetime", Clock)
