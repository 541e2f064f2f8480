"""`python -m rehearsal.aws.account_server <port>`: an AWS account in memory, served until it is ended."""

import logging
import os
import sys

from moto.moto_server.werkzeug_app import (  # pyright: ignore[reportMissingTypeStubs]
    DomainDispatcherApplication,
    create_backend_app,  # pyright: ignore[reportUnknownVariableType]
)
from werkzeug.serving import make_server

from rehearsal.aws import access_policies, tokens
from rehearsal.aws.answering import Answering
from rehearsal.aws.api import Api
from rehearsal.aws.leftovers import leftovers
from rehearsal.aws.operations import OPERATIONS
from rehearsal.aws.pages import LEFTOVERS, Page, Pages
from rehearsal.aws.providers import Providers
from rehearsal.aws.turn import InTurn
from rehearsal.webhook import AUTHENTICATE, AUTHORIZE


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"  # AWS's own, which roles attach by ARN
    port = int(sys.argv[1])
    moto = DomainDispatcherApplication(create_backend_app)  # pyright: ignore[reportUnknownArgumentType]
    account = Answering(moto, OPERATIONS)
    api = Api(f"http://127.0.0.1:{port}", region="", access_key=os.environ["AWS_ACCESS_KEY_ID"])
    pages: dict[str, Page] = {
        AUTHENTICATE: tokens.review,
        AUTHORIZE: access_policies.review,
        LEFTOVERS: lambda _: leftovers(api),
    }
    application = Pages(Providers(InTurn(account), api), pages)
    make_server("127.0.0.1", port, application, threaded=True).serve_forever()


if __name__ == "__main__":
    main()
