import gc
import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests.today import Clock

FROZEN_CLOCK = Path(__file__).parent / "frozen_clock"

# `make test` always draws the same examples, so it judges the change alone; `make test-all` draws new ones.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("new", max_examples=2_000, deadline=None, print_blob=True)


def pytest_configure() -> None:
    """Before a test is read: tests do not fail because a price of a real stack, or a waiver, has become old.

    That is for the commands to say. What tests start, such as the engine with the pack, has the same day.
    """
    gc.disable()  # until all modules are read: almost nothing of them becomes garbage
    settings.load_profile(os.environ.get("EXAMPLES", "same"))
    patch = pytest.MonkeyPatch()
    patch.setattr("gpu_cluster.catalog.today.datetime", Clock)
    patch.setenv("PYTHONPATH", str(FROZEN_CLOCK), prepend=os.pathsep)


def pytest_collection_finish() -> None:
    """Modules and tests stay to the end: a collector that passes them over halves the time of a plan."""
    gc.freeze()
    gc.set_threshold(5_000, 10, 5)
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with few long tests first: started last, one of them leaves the other worker idle."""
    items.sort(key=lambda item: item.get_closest_marker("engine") is None)
