"""The processes that serve the engine's calls: each ends with its call, all end with the host.

They stay in the host's process group, which the engine interrupts and kills as a whole.
"""

import os
import queue
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Literal

import grpc

_GRACE_SECONDS = 3  # the engine kills the whole group after 5
_CHUNK_BYTES = 65536

Stream = Literal["stdout", "stderr"]
Chunk = tuple[Stream, bytes]


class Children:
    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()

    def start(
        self,
        command: Sequence[str],
        call: grpc.ServicerContext,
        *,
        environment: Mapping[str, str],
        directory: str | Path,
        capture: bool,
    ) -> subprocess.Popen[bytes]:
        """Start a process that is terminated when the call ends before it.

        `capture` connects its output to pipes; the default is the host's output, which the engine shows.
        """
        output = subprocess.PIPE if capture else None
        child = subprocess.Popen(  # noqa: S603
            command, env=environment, cwd=directory, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        self._running.add(child)

        def ended() -> None:
            self._running.discard(child)
            _terminate(child)

        if not call.add_callback(ended):
            ended()
        return child

    def terminate(self) -> None:
        """Terminate every child; those that do not obey are killed after a grace period."""
        for child in list(self._running):
            _terminate(child)


def output_of(child: subprocess.Popen[bytes]) -> Iterator[Chunk]:
    """Output of a process as it writes it, until both streams end."""
    chunks: queue.SimpleQueue[Chunk | None] = queue.SimpleQueue()

    def read(name: Stream, stream: IO[bytes]) -> None:
        while chunk := os.read(stream.fileno(), _CHUNK_BYTES):
            chunks.put((name, chunk))
        chunks.put(None)

    open_streams = 0
    for name, stream in (("stdout", child.stdout), ("stderr", child.stderr)):
        if stream:
            threading.Thread(target=read, args=(name, stream), daemon=True).start()
            open_streams += 1
    while open_streams:
        chunk = chunks.get()
        if chunk is None:
            open_streams -= 1
        else:
            yield chunk


def _terminate(child: subprocess.Popen[bytes]) -> None:
    """Use SIGTERM: at an interrupt Python would show a traceback, which the engine would show to the user."""
    if child.poll() is not None:
        return
    child.terminate()
    killer = threading.Timer(_GRACE_SECONDS, child.kill)
    killer.daemon = True
    killer.start()
