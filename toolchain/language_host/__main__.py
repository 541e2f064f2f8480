"""`python -m toolchain.language_host <runner> [<engine address>]`: serve one engine until it is done."""

import argparse
import signal
import threading

from toolchain.language_host.children import Children
from toolchain.language_host.host import LanguageHost
from toolchain.language_host.lifeline import end_with_parent
from toolchain.language_host.server import serve


def main() -> None:
    end_with_parent()
    done = threading.Event()

    def finish(_number: int, _frame: object) -> None:
        done.set()

    signal.signal(signal.SIGINT, finish)
    signal.signal(signal.SIGTERM, finish)

    parser = argparse.ArgumentParser(prog="pulumi-language-python")
    parser.add_argument("runner", help="the script that runs a program against the engine")
    parser.add_argument("engine", nargs="?", default="", help="the engine's address")
    arguments, _ = parser.parse_known_args()

    children = Children()
    server, port = serve(LanguageHost(arguments.runner, arguments.engine, children).register)
    print(port, flush=True)  # noqa: T201
    done.wait()
    server.stop(grace=None)
    children.end()


if __name__ == "__main__":
    main()
