"""On-call: valid members without another EKS access entry."""

from collections.abc import Iterator

from gpu_cluster.config.cluster import LocalCluster
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.checks.team_grants import member_problem
from gpu_cluster.stack.diagnostic import Diagnostic, Keys


def on_call(stack: Stack, broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    if stack.on_call is None:
        return
    if isinstance(stack.cluster, LocalCluster):
        yield Diagnostic(("onCall",), "not with provider local, where the user is the administrator")
        return
    complete = ("cluster", "account") not in broken
    given: set[str] = set()
    owners = _owners(stack)
    for position, member in enumerate(stack.on_call.members):
        keys: Keys = ("onCall", "members", position)
        if problem := member_problem(member, stack, complete=complete):
            yield Diagnostic(keys, problem)
        elif member in given:
            yield Diagnostic(keys, f"{member} is listed twice")
        elif owner := owners.get(member):
            message = (
                f"{owner} already has this principal; EKS allows one access entry per principal; use "
                "another role"
            )
            yield Diagnostic(keys, message)
        given.add(member)


def _owners(stack: Stack) -> dict[str, str]:
    """Principals with an access entry, with the key that creates it."""
    if not isinstance(stack.cluster, EksSettings):
        return {}
    access = {each.principal: f"cluster.access.{name}" for name, each in stack.cluster.access.items()}
    teams = {member: f"team {name}" for name, team in stack.teams.items() for member in team.members}
    return {**teams, **access}
