"""`python -m rehearsal.aws.plugin <account> <engine>`: be the AWS provider of one engine until it is done."""

import os
import signal
import sys

from rehearsal.aws.servicer import Servicer
from toolchain.language_host.lifeline import end_with_parent
from toolchain.language_host.server import serve


def main() -> None:
    end_with_parent()
    account = sys.argv[1]
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)
    server, port = serve(Servicer(account).register)
    print(port, flush=True)  # noqa: T201
    server.wait_for_termination()


def _end(_number: int, _frame: object) -> None:
    os._exit(0)


if __name__ == "__main__":
    main()
