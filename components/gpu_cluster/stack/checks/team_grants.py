"""Teams: unique namespaces and members, available GPUs, and budgets within the environment's."""

import re
from collections.abc import Iterator, Mapping

from gpu_cluster.capacity import Pool, quota_by_resource, request_of
from gpu_cluster.config.cluster import LocalCluster
from gpu_cluster.config.eks import PRINCIPAL, EksSettings
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_grants import ONLY, GpuQuota, TeamSettings
from gpu_cluster.stack.checks.models import obstacles, unknown_pool
from gpu_cluster.stack.checks.namespaces import taken
from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.suggestions import did_you_mean

_USER = re.compile(r"(group:)?(?!system:)[A-Za-z0-9][-A-Za-z0-9_.:@]{0,252}")


def team_grants(stack: Stack, offered: Mapping[str, Pool], broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    yield from _namespaces(stack)
    yield from _members(stack, complete=("cluster", "account") not in broken)
    yield from _budgets(stack, broken)
    for name, team in stack.teams.items():
        keys: Keys = ("teams", name)
        if team.namespace in team.clients:
            message = f"{team.namespace} is the team's own namespace, which may call anyway"
            yield Diagnostic((*keys, "clients"), message)
        for pool, quota in team.gpus.items():
            if problem := _quota_problem(pool, quota, stack, offered, broken):
                yield Diagnostic((*keys, "gpus", pool), problem)
        for pool, quota in team.borrow.items():
            problem = _quota_problem(pool, quota, stack, offered, broken)
            if problem := problem or _too_many_borrowed(team, offered.get(pool)):
                yield Diagnostic((*keys, "borrow", pool), problem)
    for path in stack.registry.repositories:
        owner = path.partition("/")[0]
        if owner in stack.teams and path != owner:
            message = f"{owner}/ is reserved for team {owner}; define it in the team's stack file"
            yield Diagnostic(("registry", "repositories", path), message)
    yield from _sums(stack, offered, broken)


def _namespaces(stack: Stack) -> Iterator[Diagnostic]:
    owners = {stack.serving.namespace: "the platform serves its models in"}
    for name, team in stack.teams.items():
        keys: Keys = ("teams", name, *(["namespace"] if team.namespace != name else []))
        namespace = team.namespace or name
        if problem := taken(namespace):
            yield Diagnostic(keys, problem)
        elif namespace in owners:
            yield Diagnostic(keys, f"{owners[namespace]} namespace {namespace}; choose another")
        owners.setdefault(namespace, f"team {name} has")


def _members(stack: Stack, *, complete: bool) -> Iterator[Diagnostic]:
    if isinstance(stack.cluster, LocalCluster):
        for name, team in stack.teams.items():
            if team.members:
                message = "not with provider local, where the user of this machine acts as every team"
                yield Diagnostic(("teams", name, "members"), message)
        return
    on_aws = isinstance(stack.cluster, EksSettings)
    access = stack.cluster.access.items() if isinstance(stack.cluster, EksSettings) else ()
    owners = {each.principal: f"cluster.access.{name}" for name, each in access}
    for name, team in stack.teams.items():
        if not team.members:
            who = "ARNs of IAM roles or users" if on_aws else "names of users, or group:name of groups"
            yield Diagnostic(
                ("teams", name, "members"), f"required key is missing; members of the team, {who}"
            )
        for position, member in enumerate(team.members):
            keys: Keys = ("teams", name, "members", position)
            if problem := member_problem(member, stack, complete=complete):
                yield Diagnostic(keys, problem)
            elif member in owners:
                yield Diagnostic(keys, f"{owners[member]} already has this member; use one role per team")
            owners.setdefault(member, f"team {name}")


def member_problem(member: str, stack: Stack, *, complete: bool) -> str | None:
    """Diagnostic of an invalid user, group or principal, if any."""
    if not isinstance(stack.cluster, EksSettings):
        if _USER.fullmatch(member):
            return None
        return f"expected a user name such as jo@example.com, or group:name, got '{member}'"
    if not re.fullmatch(PRINCIPAL.pattern, member):
        return f"expected {PRINCIPAL.expected}, got '{member}'"
    account = member.split(":")[4]
    if complete and account != stack.cluster.account:
        return f"expected one of account {stack.cluster.account}, got {account}"
    return None


def _budgets(stack: Stack, broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    budgets = {name: team.budget for name, team in stack.teams.items() if team.budget}
    for name, budget in budgets.items():
        keys: Keys = ("teams", name, "budget")
        if not isinstance(stack.cluster, EksSettings):
            yield Diagnostic(keys, f"only with provider eks, got {stack.cluster.provider}")
        elif not budget.notify and not stack.budget and ("budget",) not in broken:
            yield Diagnostic(
                (*keys, "notify"), "required key is missing, because gpu-cluster:budget has no recipients"
            )
    together = sum(budget.monthly_usd for budget in budgets.values())
    if stack.budget and together > stack.budget.monthly_usd:
        parts = " and ".join(f"{budget.monthly_usd} of {name}" for name, budget in budgets.items())
        message = f"{parts} exceed budget.monthlyUsd, {stack.budget.monthly_usd}"
        yield Diagnostic(("teams", list(budgets)[-1], "budget", "monthlyUsd"), message)


def _quota_problem(
    name: str, quota: GpuQuota, stack: Stack, offered: Mapping[str, Pool], broken: frozenset[Keys]
) -> str | None:
    """Diagnostic of a GPU grant that the pool cannot provide, if any."""
    if name not in offered:
        unsaid = ("pools", name) in broken or ("pools",) in broken
        return None if unsaid else unknown_pool(name, stack, broken)
    pool = offered[name]
    if not pool.gpu_resources:
        return f"pool {name} has no GPU that pods can request"
    layout = (pool.sharing and pool.sharing.mig) or {}
    for profile in quota:
        if profile == ONLY and len(pool.gpu_resources) > 1:
            return f"pool {name} has several profiles; expected a number for each, such as {_example(layout)}"
        if profile != ONLY and not layout:
            return f"pool {name} has no MIG layout; expected a whole number"
        if profile != ONLY and profile not in layout:
            near = did_you_mean(profile, layout) or f"; there are {', '.join(layout)}"
            return f"pool {name} has no profile '{profile}'{near}"
    return None


def _too_many_borrowed(team: TeamSettings, pool: Pool | None) -> str | None:
    if pool is None:
        return None
    try:
        together = quota_by_resource(team.with_borrowed.gpus[pool.name], pool)
    except ValueError:
        return None
    for resource, count in together.items():
        there = pool.gpu_resources[resource] * pool.nodes.max
        if count > there:
            most = f"pool {pool.name} at nodes.max {pool.nodes.max} has {there}"
            return f"{count} {resource} together with gpus, and {most}"
    return None


def _example(layout: Mapping[str, int]) -> str:
    return "{" + ", ".join(f"{profile}: 1" for profile in layout) + "}"


def _sums(stack: Stack, offered: Mapping[str, Pool], broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    """Check that grants and the platform's models fit the pool at nodes.max."""
    for pool in offered.values():
        granted = {
            name: quota_by_resource(team.gpus[pool.name], pool)
            for name, team in stack.teams.items()
            if pool.name in team.gpus
            and not _quota_problem(pool.name, team.gpus[pool.name], stack, offered, broken)
        }
        own = [it for it in stack.serving.models.values() if it.pool == pool.name] if granted else []
        for resource, count in pool.gpu_resources.items():
            parts = {f"team {name}": it[resource] for name, it in granted.items() if resource in it}
            there = count * pool.nodes.max
            taken_by_models = sum(_most(model, pool, resource) for model in own)
            together = sum(parts.values()) + taken_by_models
            if not parts or together <= there:
                continue
            if taken_by_models:
                parts["the platform's own models at replicas.max"] = taken_by_models
            who = " and ".join(f"{many} of {name}" for name, many in parts.items())
            most = f"pool {pool.name} at nodes.max {pool.nodes.max} has {there} {resource}"
            last = [name for name, it in granted.items() if resource in it][-1]
            yield Diagnostic(("teams", last, "gpus", pool.name), f"{together} are granted, {who}, and {most}")


def _most(model: ModelSettings, pool: Pool, resource: str) -> int:
    if any(obstacles((), model, pool)):
        return 0
    request = request_of(model, pool)
    return model.replicas.max * model.nodes * request.count if request.resource == resource else 0
