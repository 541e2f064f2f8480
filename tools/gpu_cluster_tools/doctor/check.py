"""Results of checks."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum


class CheckStatus(StrEnum):
    OK = "OK"
    WARN = "WARN"
    """Works, or may cause problems."""

    FAIL = "FAIL"
    """Blocks the deployment of the stack."""

    SKIP = "SKIP"
    """Not checked; the check says why."""


@dataclass(frozen=True, slots=True)
class Check:
    """Check with its result."""

    group: str
    """Subject: machine, checkout, stack file, models, account, quotas, offerings, …"""

    name: str
    verdict: CheckStatus
    found: str
    advice: str = ""
    """Advice; empty if nothing must be done."""

    def as_json(self) -> dict[str, str]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Group:
    """Creates the checks of one group: `Group("machine").ok("Python", "3.11.7")`."""

    name: str

    def ok(self, name: str, found: str) -> Check:
        return Check(self.name, name, CheckStatus.OK, found)

    def warn(self, name: str, found: str, advice: str = "") -> Check:
        return Check(self.name, name, CheckStatus.WARN, found, advice)

    def fail(self, name: str, found: str, advice: str = "") -> Check:
        return Check(self.name, name, CheckStatus.FAIL, found, advice)

    def skip(self, name: str, found: str, advice: str = "") -> Check:
        return Check(self.name, name, CheckStatus.SKIP, found, advice)


def counts(checks: Iterable[Check]) -> dict[CheckStatus, int]:
    """Number of checks by verdict: {"OK": 12, "WARN": 1, "FAIL": 0, "SKIP": 3}"""
    found = [check.verdict for check in checks]
    return {verdict: found.count(verdict) for verdict in CheckStatus}
