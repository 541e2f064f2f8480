"""`python -m gpu_cluster_tools.rehearsal.aws.account_server <port>`: serve an AWS account in memory
until the process is terminated.
"""

import logging
import sys

from werkzeug.serving import make_server

from gpu_cluster_tools.rehearsal.aws import access_policies, inventory, token_review
from gpu_cluster_tools.rehearsal.aws.admin_endpoints import (
    CALLS,
    GIVEN,
    LEFTOVERS,
    MADE,
    REFUSED,
    AdminEndpoints,
    Page,
)
from gpu_cluster_tools.rehearsal.aws.api import Api
from gpu_cluster_tools.rehearsal.aws.cbor import CborTranslator
from gpu_cluster_tools.rehearsal.aws.eks.image_parameters import take_own
from gpu_cluster_tools.rehearsal.aws.fault_injection import FaultInjection
from gpu_cluster_tools.rehearsal.aws.handlers import OPERATIONS
from gpu_cluster_tools.rehearsal.aws.iam.access_control import AccessControl
from gpu_cluster_tools.rehearsal.aws.iam.call_log import CallLog
from gpu_cluster_tools.rehearsal.aws.in_process_client import in_process_sender
from gpu_cluster_tools.rehearsal.aws.long_polling import LongPolling
from gpu_cluster_tools.rehearsal.aws.moto_application import moto_application
from gpu_cluster_tools.rehearsal.aws.pod_identity_agent import PodIdentityAgent
from gpu_cluster_tools.rehearsal.aws.repeated_requests import RepeatedRequests
from gpu_cluster_tools.rehearsal.aws.request_lock import OneRequestAtATime
from gpu_cluster_tools.rehearsal.aws.router import Router
from gpu_cluster_tools.rehearsal.control_plane.webhook import AUTHENTICATE, AUTHORIZE


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    take_own()
    calls = CallLog()
    account = AccessControl(OneRequestAtATime(Router(moto_application(), OPERATIONS)), calls)
    api = Api("http://127.0.0.1", "", send=in_process_sender(account))
    pages: dict[str, Page] = {
        AUTHENTICATE: token_review.review,
        AUTHORIZE: access_policies.review,
        GIVEN: lambda _: inventory.ignore_existing(api),
        LEFTOVERS: lambda _: inventory.leftovers(api),
        MADE: lambda _: inventory.created_resources(api),
        CALLS: lambda _: [each.as_json() for each in calls.all()],
        REFUSED: lambda _: calls.refused(),
    }
    api_of_aws = RepeatedRequests(LongPolling(CborTranslator(FaultInjection(account))))
    application = AdminEndpoints(PodIdentityAgent(api_of_aws), pages)
    make_server("127.0.0.1", int(sys.argv[1]), application, threaded=True).serve_forever()


if __name__ == "__main__":
    main()
