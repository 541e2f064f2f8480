"""`python -m rehearsal.aws.account_server <port>`: an AWS account in memory, served until it is ended."""

import logging
import sys

from werkzeug.serving import make_server

from rehearsal.aws import access_policies, inventory, tokens
from rehearsal.aws.answering import Answering
from rehearsal.aws.api import Api
from rehearsal.aws.cbor import Cbor
from rehearsal.aws.fault_injection import FaultInjection
from rehearsal.aws.iam.access_control import AccessControl
from rehearsal.aws.iam.call_log import CallLog
from rehearsal.aws.inside import sender
from rehearsal.aws.long_polling import LongPolling
from rehearsal.aws.moto_application import moto_application
from rehearsal.aws.operations import OPERATIONS
from rehearsal.aws.pages import CALLS, GIVEN, LEFTOVERS, MADE, Page, Pages
from rehearsal.aws.turn import InTurn
from rehearsal.webhook import AUTHENTICATE, AUTHORIZE


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    calls = CallLog()
    account = AccessControl(InTurn(Answering(moto_application(), OPERATIONS)), calls)
    api = Api("http://127.0.0.1", "", send=sender(account))
    pages: dict[str, Page] = {
        AUTHENTICATE: tokens.review,
        AUTHORIZE: access_policies.review,
        GIVEN: lambda _: inventory.take_as_given(api),
        LEFTOVERS: lambda _: inventory.leftovers(api),
        MADE: lambda _: inventory.made(api),
        CALLS: lambda _: [each.as_json() for each in calls.all()],
    }
    application = Pages(LongPolling(Cbor(FaultInjection(account))), pages)
    make_server("127.0.0.1", int(sys.argv[1]), application, threaded=True).serve_forever()


if __name__ == "__main__":
    main()
