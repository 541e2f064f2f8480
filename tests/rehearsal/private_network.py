"""A separate network without external access, for programs that listen on every address."""

import ctypes
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

_CLONE_NEWNET = 0x40000000
_CHUNK = 65536

T = TypeVar("T")


@dataclass(frozen=True)
class PrivateNetwork:
    """The network has only the added addresses, and its own 127.0.0.1."""

    pid: int
    _inside: ThreadPoolExecutor

    def command(self, *command: str) -> list[str]:
        """The command line that runs a program in the network."""
        return ["nsenter", f"--net=/proc/{self.pid}/ns/net", *command]

    def address(self, address: str) -> None:
        """Add an address to the network."""
        add = self.command("ip", "address", "replace", f"{address}/32", "dev", "lo")
        subprocess.run(add, check=True)

    def call(self, function: Callable[[], T]) -> T:
        """Call a function in a thread inside the network, and return its result."""
        return self._inside.submit(function).result()

    def reach(self, port: int, other: "PrivateNetwork | None" = None) -> None:
        """Forward this port of the network to the same port of the machine, or of the other network."""
        server = self.call(lambda: socket.create_server(("127.0.0.1", port)))

        def connect() -> socket.socket:
            def made() -> socket.socket:
                return socket.create_connection(("127.0.0.1", port))

            return other.call(made) if other else made()

        def accept() -> None:
            while True:
                client, _ = server.accept()
                threading.Thread(target=_join, args=(client, connect), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()


@contextmanager
def private_network() -> Generator[PrivateNetwork]:
    holder = subprocess.Popen(  # it reports when it is in its network
        ["unshare", "--net", "sh", "-c", "ip link set lo up && echo ready && exec sleep 86400"],
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"ready\n"
        with ThreadPoolExecutor(1, initializer=_enter, initargs=(holder.pid,)) as inside:
            yield PrivateNetwork(holder.pid, inside)
    finally:
        holder.kill()
        holder.wait()


def _enter(pid: int) -> None:
    """Move only the calling thread into the network."""
    libc = ctypes.CDLL(None, use_errno=True)
    namespace = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
    try:
        if libc.setns(namespace, _CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
    finally:
        os.close(namespace)


def _join(client: socket.socket, connect: Callable[[], socket.socket]) -> None:
    try:
        server = connect()
    except OSError:
        client.close()
        return
    back = threading.Thread(target=_copy, args=(server, client), daemon=True)
    back.start()
    _copy(client, server)


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(_CHUNK):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        source.close()
        target.close()
