"""`python -m gpu_cluster_tools.toolchain.language_host <runner> [<engine address>]`: serve one engine until
it is done.
"""

import argparse
import os
import signal

from gpu_cluster_tools.toolchain.language_host.children import Children
from gpu_cluster_tools.toolchain.language_host.host import LanguageHost
from gpu_cluster_tools.toolchain.language_host.parent_watch import end_with_parent
from gpu_cluster_tools.toolchain.language_host.server import serve


def main() -> None:
    end_with_parent()
    finish = _asked_to_finish()

    parser = argparse.ArgumentParser(prog="pulumi-language-python")
    parser.add_argument("runner", help="the script that runs a program against the engine")
    parser.add_argument("engine", nargs="?", default="", help="the engine's address")
    arguments, _ = parser.parse_known_args()

    host = LanguageHost(arguments.runner, arguments.engine, Children())
    server, port = serve(host.register)
    print(port, flush=True)  # noqa: T201
    os.read(finish, 1)
    server.stop(grace=None)  # ends every call, and each call's process with it


def _asked_to_finish() -> int:
    """A file descriptor that can be read once the engine has sent SIGINT or SIGTERM.

    Unlike a wait of the main thread, this also notices a signal that the kernel gave to another thread.
    """
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _do_nothing)
    return reader


def _do_nothing(_number: int, _frame: object) -> None:
    pass


if __name__ == "__main__":
    main()
