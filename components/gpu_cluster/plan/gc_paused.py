"""Disable the garbage collector while planning."""

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def gc_paused() -> Generator[None]:
    """Pause garbage collection: all objects of a plan stay alive, and scanning them repeatedly takes half
    of the time of a large plan."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        # Move all objects to the oldest generation, as after a collection; else a full collection follows.
        gc.freeze()
        gc.unfreeze()
        gc.enable()
