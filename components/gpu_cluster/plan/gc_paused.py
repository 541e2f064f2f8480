"""Work during which nothing can become garbage."""

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def gc_paused() -> Generator[None]:
    """Do not look for garbage meanwhile: all that a plan makes stays, and to go over it again and again takes
    half of the time of a large one."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        # All goes to the oldest generation, as if it had been collected: else a full collection follows.
        gc.freeze()
        gc.unfreeze()
        gc.enable()
