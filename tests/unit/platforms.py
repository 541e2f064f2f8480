"""A whole platform planned with mocks, on any provider."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gpu_cluster.capacity import pools_of
from gpu_cluster.cluster_choice import backend_for
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.environment_outputs import EnvironmentOutputs
from gpu_cluster.kubernetes.teams import summary_of
from gpu_cluster.plan import Graph
from gpu_cluster.platform import Platform
from gpu_cluster.team import Team
from gpu_cluster.team_cluster import team_backend_for
from tests.unit.graph import graph_of

AWS: Mapping[str, Mapping[str, Any]] = {
    "Cluster": {
        "endpoint": "https://eks.example.com",
        "certificateAuthority": {"data": "Y2VydGlmaWNhdGU="},
        "vpcConfig": {"clusterSecurityGroupId": "sg-0123456789abcdef0"},
    },
    "Bucket": {"bucket": "models-1a2b3c4"},
    "LaunchTemplate": {"latestVersion": 1},
    "LustreFileSystem": {"dnsName": "fs-1.fsx.example.com", "mountName": "abcdefgh"},
    "NodeGroup": {"resources": [{"autoscalingGroups": [{"name": "eks-nodes-1a2b3c4"}]}]},
}
"""Outputs of AWS."""

_SHARED: dict[tuple[str, str], tuple[Graph, dict[str, Any]]] = {}


def platform_of(stack: Stack, **live: Any) -> tuple[Graph, dict[str, Any]]:
    """Registered resources and the platform's outputs; an existing cluster exists."""
    backend = backend_for(stack, Path(), lambda _settings, _project: "/kubeconfig")
    made: list[Platform] = []
    graph = graph_of(lambda: made.append(Platform("platform", stack, backend=backend, **live)), AWS)
    return graph, made[0].outputs


def shared_platform_of(stack: Stack, **live: Any) -> tuple[Graph, dict[str, Any]]:
    """`platform_of`, run once for equal stacks and values. Tests must not change what they get."""
    key = stack.model_dump_json(warnings=False), repr(live)
    if key not in _SHARED:
        _SHARED[key] = platform_of(stack, **live)
    return _SHARED[key]


def team_of(team: TeamStack, **live: Any) -> tuple[Graph, dict[str, Any]]:
    """Registered resources and outputs of a team, on an environment that grants everything in its file."""
    granted = summary_of(team.name, team.grant, pools_of(team.environment))
    account = {"registry": {"prefix": f"{team.name}/", "key": "arn:aws:kms:::key/registry"}}
    teams = {team.name: {**granted, **account}}
    environment = EnvironmentOutputs(team.file.team.environment, teams=teams, kubeconfig="{}")
    backend = team_backend_for(team, Path(), lambda _team, _project: "/kubeconfig")
    made: list[Team] = []
    graph = graph_of(
        lambda: made.append(Team("team", team, backend=backend, environment=environment, **live)), AWS
    )
    return graph, made[0].outputs
