"""`python -m gpu_cluster_tools.rehearsal.aws.account_server <port>`: an AWS account in memory, served until
it is ended.
"""

import logging
import sys

from werkzeug.serving import make_server

from gpu_cluster_tools.rehearsal.aws import access_policies, inventory, tokens
from gpu_cluster_tools.rehearsal.aws.answering import Answering
from gpu_cluster_tools.rehearsal.aws.api import Api
from gpu_cluster_tools.rehearsal.aws.cbor import Cbor
from gpu_cluster_tools.rehearsal.aws.fault_injection import FaultInjection
from gpu_cluster_tools.rehearsal.aws.iam.access_control import AccessControl
from gpu_cluster_tools.rehearsal.aws.iam.call_log import CallLog
from gpu_cluster_tools.rehearsal.aws.inside import sender
from gpu_cluster_tools.rehearsal.aws.long_polling import LongPolling
from gpu_cluster_tools.rehearsal.aws.moto_application import moto_application
from gpu_cluster_tools.rehearsal.aws.operations import OPERATIONS
from gpu_cluster_tools.rehearsal.aws.pages import CALLS, GIVEN, LEFTOVERS, MADE, Page, Pages
from gpu_cluster_tools.rehearsal.aws.turn import InTurn
from gpu_cluster_tools.rehearsal.webhook import AUTHENTICATE, AUTHORIZE


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
