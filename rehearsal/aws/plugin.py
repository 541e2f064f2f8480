"""`plugin.py <account's port> <engine>`: lend an engine a provider of the account's, until either ends.

An engine starts it several times for each update, so it runs by its path on a bare Python (-I -S) and leaves
all that takes time to load to the account's process.
"""

import signal
import socket
import sys
from select import select

REQUEST = "/_provider"  # no name of a bucket


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # how an engine ends its plugins
    account = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    account.sendall(f"GET {REQUEST} HTTP/1.0\r\n\r\n".encode())
    answer = account.makefile("r")
    while answer.readline().strip():
        pass  # headers
    print(answer.readline().strip(), flush=True)  # noqa: T201  # the provider's port
    select([account, sys.stdin], [], [])  # the engine holds the other end of stdin


if __name__ == "__main__":
    main()
