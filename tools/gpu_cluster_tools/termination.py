"""SIGTERM and SIGHUP stop a command like Ctrl-C: processes that it started end first."""

import signal
from collections.abc import Generator
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
def undisturbed() -> Generator[None]:
    """Delay signals that stop the command until the block has ended."""
    before = {number: signal.signal(number, _pass) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def name_of(interruption: BaseException) -> str:
    return interruption.signal.name if isinstance(interruption, TerminatedError) else "Ctrl-C"


def _terminate(number: int, _frame: FrameType | None) -> None:
    """A second signal would end the clean-up that the first one began."""
    for each in _TERMINATING:
        signal.signal(each, _pass)
    raise TerminatedError(number)


def _pass(_number: int, _frame: FrameType | None) -> None:
    """A handler instead of SIG_IGN, which child programs would inherit."""
