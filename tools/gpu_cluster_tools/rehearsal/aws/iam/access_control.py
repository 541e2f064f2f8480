"""The account's front door: every call says who calls, and policies decide whether it goes on.

What policies allow is refused where it is beyond a limit of AWS, names what does not exist or takes away what
is in use. Calls of the account itself, and of the rehearsal beside it, carry no principal and pass.
"""

# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# (moto and botocore have hardly any types)

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.wrappers import Response

from gpu_cluster_tools.rehearsal.aws import dependencies, existence, identity, service_limits
from gpu_cluster_tools.rehearsal.aws.api import Api
from gpu_cluster_tools.rehearsal.aws.iam import authority, holdings, on_behalf
from gpu_cluster_tools.rehearsal.aws.iam.call_log import CallLog
from gpu_cluster_tools.rehearsal.aws.iam.documents import PolicyError
from gpu_cluster_tools.rehearsal.aws.iam.evaluation import Caller, wording
from gpu_cluster_tools.rehearsal.aws.iam.needs import Request, missing_linked_roles, needs_of
from gpu_cluster_tools.rehearsal.aws.iam.principals import caller_of
from gpu_cluster_tools.rehearsal.aws.iam.resources import Where
from gpu_cluster_tools.rehearsal.aws.inside import sender
from gpu_cluster_tools.rehearsal.aws.refusal import refusal
from gpu_cluster_tools.rehearsal.aws.request import Signed, signed
from gpu_cluster_tools.rehearsal.aws.turn import TURN

_BAD_REQUEST, _FORBIDDEN = 400, 403
_CODES = {"ec2": "UnauthorizedOperation", "sns": "AuthorizationError"}
_PREFACES = {"ec2": "You are not authorized to perform this operation. "}
"""Source: EC2 API reference, "Error codes", UnauthorizedOperation; SNS API reference, "Common errors"."""


class AccessControl:
    """An application that lets through what policies allow, and refuses the rest as AWS words it.

    AccessControl(InTurn(Answering(moto, OPERATIONS)), CallLog())
    """

    def __init__(self, application: WSGIApplication, log: CallLog) -> None:
        self._application = application
        self._log = log
        self._inside = Api("http://127.0.0.1", "us-east-1", send=sender(application))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = signed(environ)
        if request is None or request.key == identity.INTERNAL:
            return self._application(environ, start_response)
        with TURN:  # what is decided holds until it is answered
            refused = self._refused(request)
            answer = refused or self._application
            return answer(environ, start_response)

    def _refused(self, asked: Signed) -> Response | None:
        if asked.model is None:
            return _unknown(asked)
        where = Where(identity.account(), asked.region)
        request = Request(asked.signed_as, asked.operation, asked.parameters, where)
        try:
            words = self._words(caller_of(asked.key), request)
        except PolicyError as error:
            words = f"IAM of the emulated account cannot decide: {error}"
        if words is not None:
            return _denied(asked.protocol, asked.signed_as, words)
        api = self._inside.in_region(asked.region)
        for check in (service_limits.refused, existence.missing, dependencies.conflict):
            if found := check(api, asked.service, asked.operation, request.parameters):
                return refusal(asked.protocol, found.code, found.message, found.status)
        return None

    def _words(self, caller: Caller, request: Request) -> str | None:
        """Why a request is refused."""
        region = request.where.region
        own = [(caller, need) for need in needs_of(request)]
        for who, need in [*own, *on_behalf.on_behalf(caller, request)]:
            call = authority.call_of(who, need, region)
            decision = authority.decision_on(call)
            if not decision.allowed:
                return wording(call, decision)
            if who == caller:
                self._log.add(call)
        for service in missing_linked_roles(request):
            holdings.create_linked_role(service, request.where.account)
        return None


def _denied(protocol: str, signed_as: str, words: str) -> Response:
    code = _CODES.get(signed_as, "AccessDeniedException" if "json" in protocol else "AccessDenied")
    status = _BAD_REQUEST if protocol == "json" else _FORBIDDEN
    return refusal(protocol, code, f"{_PREFACES.get(signed_as, '')}{words}", status)


def _unknown(asked: Signed) -> Response:
    http = asked.http
    words = f"{http.method} {http.path} of {asked.signed_as} is no operation that rehearsal/aws/iam knows"
    return Response(words, 501, content_type="text/plain")
