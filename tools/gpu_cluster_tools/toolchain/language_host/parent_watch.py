"""A process that does not outlive the one that started it, however that one ends."""

import os
import signal
import threading
import time

_SECONDS_BETWEEN_LOOKS = 0.25


def end_with_parent() -> None:
    """Kill this process and its process group when its parent exits."""
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(1)
