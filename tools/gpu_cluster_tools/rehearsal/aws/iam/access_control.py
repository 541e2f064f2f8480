"""Access control of the account: IAM policies allow or deny each call of a principal.

Allowed calls are still rejected if they exceed a limit of AWS, reference missing resources or delete
resources in use. Calls of the account itself and of the rehearsal have no principal and are not checked.
"""

# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# (moto and botocore have hardly any types)

from collections.abc import Iterable
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.wrappers import Response

from gpu_cluster_tools.rehearsal.aws import (
    dependency_violations,
    identity,
    missing_references,
    protected_roles,
    service_limits,
)
from gpu_cluster_tools.rehearsal.aws.api import Api
from gpu_cluster_tools.rehearsal.aws.error_response import error_response
from gpu_cluster_tools.rehearsal.aws.iam import account_state, authorization, forward_access
from gpu_cluster_tools.rehearsal.aws.iam.call_log import CallLog
from gpu_cluster_tools.rehearsal.aws.iam.documents import PolicyError
from gpu_cluster_tools.rehearsal.aws.iam.evaluation import Caller, wording
from gpu_cluster_tools.rehearsal.aws.iam.principals import caller_of
from gpu_cluster_tools.rehearsal.aws.iam.required_permissions import (
    OperationRequest,
    linked_roles_to_create,
    required_permissions,
)
from gpu_cluster_tools.rehearsal.aws.iam.resources import ResourceScope
from gpu_cluster_tools.rehearsal.aws.in_process_client import in_process_sender
from gpu_cluster_tools.rehearsal.aws.request import SignedRequest, signed_request
from gpu_cluster_tools.rehearsal.aws.request_lock import REQUEST_LOCK

_BAD_REQUEST, _FORBIDDEN = 400, 403
_CODES = {"ec2": "UnauthorizedOperation", "sns": "AuthorizationError"}
_PREFACES = {"ec2": "You are not authorized to perform this operation. "}
"""Source: EC2 API reference, "Error codes", UnauthorizedOperation; SNS API reference, "Common errors"."""


class AccessControl:
    """Application that passes calls allowed by policies, and denies others with AWS's messages.

    AccessControl(InTurn(Answering(moto, OPERATIONS)), CallLog())
    """

    def __init__(self, application: WSGIApplication, log: CallLog) -> None:
        self._application = application
        self._log = log
        self._inside = Api("http://127.0.0.1", "us-east-1", send=in_process_sender(application))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = signed_request(environ)
        if request is None or request.key == identity.INTERNAL:
            return self._application(environ, start_response)
        with REQUEST_LOCK:  # what is decided holds until it is answered
            answer = self._refused(request) or Response.from_app(self._application, environ)
            if answer.status_code == HTTPStatus.NOT_IMPLEMENTED:
                self._log.refuse(identity.principal_of(request.key), answer.get_data(as_text=True))
            return answer(environ, start_response)

    def _refused(self, asked: SignedRequest) -> Response | None:
        if asked.model is None:
            return _unknown(asked)
        where = ResourceScope(identity.account(), asked.region)
        request = OperationRequest(asked.signed_as, asked.operation, asked.parameters, where)
        try:
            words = self._words(caller_of(asked.key), request)
        except PolicyError as error:
            words = f"IAM of the emulated account cannot decide: {error}"
        if words is not None:
            self._log.refuse(identity.principal_of(asked.key), words)
            return _denied(asked.protocol, asked.signed_as, words)
        api = self._inside.in_region(asked.region)
        for check in (
            service_limits.refused,
            missing_references.missing_reference,
            dependency_violations.dependency_violation,
            protected_roles.protected_role,
        ):
            if found := check(api, asked.service, asked.operation, request.parameters):
                return error_response(asked.protocol, found.code, found.message, found.status)
        return None

    def _words(self, caller: Caller, request: OperationRequest) -> str | None:
        """Message of a denied request; None if it is allowed."""
        region = request.where.region
        own = [(caller, need) for need in required_permissions(request)]
        for who, need in [*own, *forward_access.forward_access_requests(caller, request)]:
            call = authorization.call_of(who, need, region)
            decision = authorization.decision_on(call)
            if not decision.allowed:
                return wording(call, decision)
            if who == caller:
                self._log.add(call)
        for service in linked_roles_to_create(request):
            account_state.create_linked_role(service, request.where.account)
        return None


def _denied(protocol: str, signed_as: str, words: str) -> Response:
    code = _CODES.get(signed_as, "AccessDeniedException" if "json" in protocol else "AccessDenied")
    status = _BAD_REQUEST if protocol == "json" else _FORBIDDEN
    return error_response(protocol, code, f"{_PREFACES.get(signed_as, '')}{words}", status)


def _unknown(asked: SignedRequest) -> Response:
    http = asked.http
    words = f"{http.method} {http.path} of {asked.signed_as} is no operation that rehearsal/aws/iam knows"
    return Response(words, HTTPStatus.NOT_IMPLEMENTED, content_type="text/plain")
