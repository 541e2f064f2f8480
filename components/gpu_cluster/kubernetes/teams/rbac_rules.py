"""RBAC of a team in its namespace."""

from collections.abc import Iterable, Iterator

from pulumi_kubernetes.rbac import v1 as rbac

from gpu_cluster.kubernetes.gateway import KEYS
from gpu_cluster.kubernetes.serving import hub_token

_READ = ["get", "list", "watch"]
_CHANGE = [*_READ, "create", "update", "patch", "delete"]

# Whatever is not here is not the team's: what bounds it, such as quotas and network policies, it may look at;
# other pods' insides, tokens and secrets it may not.
_ALLOWED = (
    ("", ["pods"], [*_READ, "create", "delete"], None),
    ("", ["pods/log"], ["get"], None),
    ("", ["configmaps", "persistentvolumeclaims", "serviceaccounts", "services"], _CHANGE, None),
    ("", ["endpoints", "events", "limitranges", "resourcequotas"], _READ, None),
    ("", ["secrets"], ["create"], None),
    ("", ["secrets"], ["get", "update", "patch", "delete"], [hub_token.SECRET]),
    ("apps", ["deployments", "statefulsets"], _CHANGE, None),
    ("apps", ["deployments/scale", "statefulsets/scale"], ["get", "update", "patch"], None),
    ("apps", ["controllerrevisions", "replicasets"], _READ, None),
    ("autoscaling", ["horizontalpodautoscalers"], _CHANGE, None),
    ("batch", ["cronjobs", "jobs"], _CHANGE, None),
    ("discovery.k8s.io", ["endpointslices"], _READ, None),
    ("networking.k8s.io", ["networkpolicies"], _READ, None),
    ("policy", ["poddisruptionbudgets"], _CHANGE, None),
)


_GROUPS = (
    ("leaderworkerset.x-k8s.io", ["leaderworkersets"], _CHANGE, None),
    ("leaderworkerset.x-k8s.io", ["leaderworkersets/scale"], ["get", "update", "patch"], None),
)


_ROUTES = (
    ("gateway.networking.k8s.io", ["httproutes"], _CHANGE, None),
    ("gateway.envoyproxy.io", ["backendtrafficpolicies", "securitypolicies"], _CHANGE, None),
    ("", ["secrets"], ["get", "update", "patch", "delete"], [KEYS]),
)


def rules(
    *, groups: bool = False, routes: bool = False, custom: Iterable[str] = ()
) -> list[rbac.PolicyRuleArgs]:
    """`groups`: the cluster has the LeaderWorkerSet controller, for models over several nodes; `routes`: the
    team may have routes of the gateway; `custom`: resources by plural and group."""
    return [
        rbac.PolicyRuleArgs(api_groups=[group], resources=resources, verbs=verbs, resource_names=names)
        for group, resources, verbs, names in (
            *_ALLOWED,
            *(_GROUPS if groups else ()),
            *(_ROUTES if routes else ()),
            *(rule for resource in sorted(custom) for rule in _custom(resource)),
        )
    ]


def _custom(resource: str) -> Iterator[tuple[str, list[str], list[str], None]]:
    plural, _, group = resource.partition(".")
    yield group, [plural], _CHANGE, None
    yield group, [f"{plural}/scale"], ["get", "update", "patch"], None
