"""Admission policy for team routes: path below the team's name, or host name with the team's prefix."""

from json import dumps

from pulumi_kubernetes.admissionregistration import v1 as admission

from gpu_cluster.config.gateway import GatewaySettings
from gpu_cluster.kubernetes.teams.identity import TEAM_LABEL
from gpu_cluster.kubernetes.teams.namespace_policy import namespace_policy

NAME = "gpu-cluster-team-routes"

_VARIABLES = {
    "team": f"namespaceObject.metadata.labels[{dumps(TEAM_LABEL)}]",
    "hosts": "object.spec.?hostnames.orValue([])",
    "paths": (
        "object.spec.?rules.orValue([]).map(r, r.?matches.orValue([]).size() == 0 ? ['/'] : "
        "r.matches.map(m, m.?path.?type.orValue('PathPrefix') in ['PathPrefix', 'Exact'] ? "
        "m.?path.?value.orValue('/') : '/'))"
    ),
}


def policy(gateway: GatewaySettings) -> admission.ValidatingAdmissionPolicySpecArgs:
    """A policy for HTTPRoutes in the namespaces of teams, at their creation and at every change."""
    routes = admission.NamedRuleWithOperationsArgs(
        operations=["CREATE", "UPDATE"],
        api_groups=["gateway.networking.k8s.io"],
        api_versions=["*"],
        resources=["httproutes"],
    )
    return namespace_policy(routes, _VARIABLES, _validations(gateway))


def _validations(gateway: GatewaySettings) -> dict[str, str]:
    """A condition, and an expression for the message where it is false."""
    if gateway.is_wildcard:
        suffix = gateway.host.removeprefix("*")
        mine = f"h.startsWith(variables.team + '-') && h.endsWith({dumps(suffix)})"
        condition = f"variables.hosts.size() > 0 && variables.hosts.all(h, {mine})"
        return {condition: f"'hostnames begin with ' + variables.team + '- and end with {suffix}'"}
    hosts = f"variables.hosts.size() > 0 && variables.hosts.all(h, h == {dumps(gateway.host)})"
    below = "p == '/' + variables.team || p.startsWith('/' + variables.team + '/')"
    paths = f"variables.paths.size() > 0 && variables.paths.all(r, r.all(p, {below}))"
    return {
        hosts: f"'hostnames is [{gateway.host}]'",
        paths: "'every match is a path below /' + variables.team",
    }
