import signal
from collections.abc import Iterator
from pathlib import Path
from threading import current_thread, main_thread

import pytest

from tests.rehearsal.checkout import Checkout


@pytest.fixture(scope="session", autouse=True)
def _terminated_as_by_ctrl_c() -> Iterator[None]:
    """SIGTERM, as from timeout, lets fixtures remove what runs in their checkouts and sandboxes."""
    if current_thread() is not main_thread():  # other threads set no handlers
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A checkout without running programs; whatever a test leaves running in it is removed."""
    checkout = Checkout.of_local_stack(Path(tmp_path_factory.mktemp("checkout")) / "project")
    yield checkout
    removed = checkout.gpu_cluster("down")
    assert removed.returncode == 0, removed.stderr
