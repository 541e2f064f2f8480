"""SIGTERM and SIGHUP stop a command like Ctrl-C: processes that it started end first."""

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType

_TERMINATING = (signal.SIGTERM, signal.SIGHUP)
_ENDING = (*_TERMINATING, signal.SIGINT)


class TerminatedError(SystemExit):
    """The command was asked to end; its exit code is 128 and the number of the signal, as in a shell."""

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)
        self.signal = signal.Signals(number)


Interruption = (KeyboardInterrupt, TerminatedError)
"""Ctrl-C, or a signal that asks the command to end."""


def terminate_in_order() -> None:
    """Let SIGTERM and SIGHUP raise `TerminatedError` once, unless they are ignored, as below nohup."""
    for number in _TERMINATING:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _terminate)


@contextmanager
def signals_ignored() -> Generator[None]:
    """Ignore signals that stop the command until the block has ended."""
    with _handled_by(_pass):
        yield


@contextmanager
def signals_deferred() -> Generator[None]:
    """Handle signals that stop the command after the block: a process that it starts is assigned by then."""
    if threading.current_thread() is not threading.main_thread():  # no handler runs in it
        yield
        return
    arrived: list[int] = []
    try:
        with _handled_by(lambda number, _frame: arrived.append(number)):
            yield
    finally:
        if arrived:
            signal.raise_signal(arrived[0])


@contextmanager
def _handled_by(handler: Callable[[int, FrameType | None], None]) -> Generator[None]:
    before = {number: signal.signal(number, handler) for number in _ENDING}
    try:
        yield
    finally:
        for number, each in before.items():
            signal.signal(number, each)


def name_of(interruption: BaseException) -> str:
    return interruption.signal.name if isinstance(interruption, TerminatedError) else "Ctrl-C"


def _terminate(number: int, _frame: FrameType | None) -> None:
    """A second signal would end the clean-up that the first one began."""
    for each in _TERMINATING:
        signal.signal(each, _pass)
    raise TerminatedError(number)


def _pass(_number: int, _frame: FrameType | None) -> None:
    """A handler instead of SIG_IGN, which child programs would inherit."""
