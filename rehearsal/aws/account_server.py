"""`python -m rehearsal.aws.account_server <port>`: an AWS account in memory, served until it is ended."""

import logging
import os
import sys
from collections.abc import Iterable
from threading import Lock
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from moto.moto_server.werkzeug_app import (  # pyright: ignore[reportMissingTypeStubs]
    DomainDispatcherApplication,
    create_backend_app,  # pyright: ignore[reportUnknownVariableType]
)
from werkzeug.serving import make_server

from rehearsal.aws.api import Api
from rehearsal.aws.providers import Providers


class _InTurn:
    """One request at a time: moto keeps its resources in plain dictionaries."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._turn = Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with self._turn:
            return self._application(environ, start_response)


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"  # AWS's own, which roles attach by ARN
    port = int(sys.argv[1])
    moto = DomainDispatcherApplication(create_backend_app)  # pyright: ignore[reportUnknownArgumentType]
    application = Providers(_InTurn(moto), Api(f"http://127.0.0.1:{port}", region=""))
    make_server("127.0.0.1", port, application, threaded=True).serve_forever()


if __name__ == "__main__":
    main()
