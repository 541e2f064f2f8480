"""`python -m rehearsal.aws.account_server <port>`: an AWS account in memory, served until it is ended."""

import logging
import os
import sys

from werkzeug.serving import make_server

from rehearsal.aws import access_policies, tokens
from rehearsal.aws.answering import Answering
from rehearsal.aws.api import Api
from rehearsal.aws.iam.access_control import AccessControl
from rehearsal.aws.iam.call_log import CallLog
from rehearsal.aws.inside import sender
from rehearsal.aws.leftovers import leftovers, still_there
from rehearsal.aws.long_polling import LongPolling
from rehearsal.aws.moto_application import moto_application
from rehearsal.aws.operations import OPERATIONS
from rehearsal.aws.pages import CALLS, LEFTOVERS, MADE, Page, Pages
from rehearsal.aws.providers import Providers
from rehearsal.aws.turn import InTurn
from rehearsal.webhook import AUTHENTICATE, AUTHORIZE


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    calls = CallLog()
    account = AccessControl(InTurn(Answering(moto_application(), OPERATIONS)), calls)
    owner = Api("http://127.0.0.1", "", access_key=os.environ["AWS_ACCESS_KEY_ID"], send=sender(account))
    api = Api("http://127.0.0.1", "", send=sender(account))
    pages: dict[str, Page] = {
        AUTHENTICATE: tokens.review,
        AUTHORIZE: access_policies.review,
        LEFTOVERS: lambda _: leftovers(api),
        MADE: lambda _: still_there(api),
        CALLS: lambda _: [each.as_json() for each in calls.all()],
    }
    application = LongPolling(Pages(Providers(account, owner), pages))
    make_server("127.0.0.1", int(sys.argv[1]), application, threaded=True).serve_forever()


if __name__ == "__main__":
    main()
