"""An account that refuses some calls at first, and a provider that tries them again as the real one does.

Nobody waits between attempts: what counts is how many there are.
"""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false
# (arguments are any JSON)

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.aws.api import Api, ApiError
from rehearsal.aws.faults import Fault, Faults

_THROTTLED_ATTEMPTS = 25
"""Source: hashicorp/terraform-provider-aws, setting max_retries, read 2026-11-21."""

_UNFOUND_ATTEMPTS = 20
"""Source: hashicorp/terraform-provider-aws internal/retry, NotFoundChecks, read 2026-11-21."""

_READING = ("Describe", "Get", "List", "Head")
_ROLE = re.compile(r"arn:aws[-a-z]*:iam::\d{12}:role/")


@dataclass(frozen=True)
class UnsteadyApi(Api):
    """The calls of one operation on one resource."""

    faults: Faults = field(default_factory=Faults)
    urn: str = ""
    verb: str = ""
    """create, read, update or delete."""

    @classmethod
    def over(cls, api: Api, faults: Faults, urn: str, verb: str) -> "UnsteadyApi":
        return cls(**vars(api), faults=faults, urn=urn, verb=verb)

    def call(self, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
        if self._persists(Fault.THROTTLING, _THROTTLED_ATTEMPTS, service, operation):
            code = "RequestLimitExceeded" if service == "ec2" else "ThrottlingException"
            raise ApiError(code, f"Rate exceeded: exceeded maximum number of attempts, {_THROTTLED_ATTEMPTS}")
        if self._meets_the_new(operation, arguments) and self._persists(
            Fault.EVENTUAL_CONSISTENCY, _UNFOUND_ATTEMPTS, service, operation
        ):
            raise ApiError("NotFound", f"couldn't find resource ({_UNFOUND_ATTEMPTS} retries)")
        return super().call(service, operation, **arguments)

    def _persists(self, fault: Fault, attempts: int, service: str, operation: str) -> bool:
        """Whether it strikes at every attempt."""
        where = (self.urn, self.verb, service, operation)
        return all(self.faults.strikes(fault, *where, attempt) for attempt in range(attempts))

    def _meets_the_new(self, operation: str, arguments: Mapping[str, Any]) -> bool:
        """Whether it reads what was just created, or hands on a role that may have been."""
        if self.verb != "create":
            return False
        return operation.startswith(_READING) or _names_role(arguments)


def _names_role(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_names_role, value.values()))
    if isinstance(value, list):
        return any(map(_names_role, value))
    return isinstance(value, str) and _ROLE.match(value) is not None
