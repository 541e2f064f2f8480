"""The line of a stack file that a resource of a plan comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from gpu_cluster.catalog.kubernetes_kinds import object_type
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.plan import Plan, Registered
from gpu_cluster.stack.diagnostic import Keys, dotted
from gpu_cluster.stack.document import Document, read
from gpu_cluster.stack.manifests import Manifest, manifests_of
from gpu_cluster.stack.sections import TEAM, config_key, rooted
from gpu_cluster_policies.resources.origin import is_extra
from gpu_cluster_policies.resources.property import keys_of
from gpu_cluster_policies.source_location import Located, SourceLocation

_SECTIONS_OF: Mapping[str, tuple[Keys, ...]] = {
    "Addons": (("cluster",),),
    "Budget": (("budget",),),
    "Cluster": (("cluster",),),
    "ClusterAutoscaler": (("pools",),),
    "DevicePlugin": (("gpu",), ("pools",)),
    "EcrRegistry": (("registry",), ("cluster",)),
    "EksCluster": (("cluster",),),
    "Extras": (("extras",),),
    "GatewayRoutes": (("gateway",),),
    "GpuRepair": (("gpu",),),
    "Karpenter": (("pools",),),
    "Logs": (("logs",),),
    "MigManager": (("gpu",), ("pools",)),
    "Model": (("models",),),
    "Network": (("network",), ("cluster",)),
    "NodeGroups": (("pools",),),
    "OnCall": (("onCall",),),
    "PlatformGateway": (("gateway",),),
    "PlatformLogs": (("logs",),),
    "Registry": (("registry",),),
    "Repository": (("repositories",),),
    "Service": (("services",),),
    "Serving": (("serving",),),
    "StorageClasses": (("storage",),),
    "Stores": (("storage",),),
    "Team": (("teams",),),
    "Teams": (("teams",),),
    "Telemetry": (("telemetry",), ("pools",)),
}
"""Section of the stack file by component, or the closest one if that is not set."""

_ENTRIES: Mapping[str, Keys] = {
    "DevicePlugin": ("pools",),
    "EcrRegistry": ("registry", "repositories"),
    "EksCluster": ("cluster", "access"),
    "Karpenter": ("pools",),
    "MigManager": ("pools",),
    "Model": ("models",),
    "NodeGroups": ("pools",),
    "Repository": ("repositories",),
    "Service": ("services",),
    "Serving": ("serving", "models"),
    "StorageClasses": ("storage",),
    "Stores": ("storage",),
    "Team": ("teams",),
    "Teams": ("teams",),
}
"""The names in the file that the names of its resources begin with."""

_OF_TEAMS = frozenset(("Model", "Repository", "Service"))
"""Resources with the name of their entry in a team's stack."""

_ELSE: tuple[Keys, ...] = (("cluster",), ("team",))
"""Default section of a platform, and of a team's stack."""

_KEYS_OF: Mapping[str, tuple[Keys, ...]] = {
    "cluster": (("cluster",),),
    "data": (("storage",), ("cluster",)),
    "logs": (("cluster", "logs"),),
    "registry": (("registry",), ("cluster",)),
    "volumes": (("pools",),),
}
"""Usage of each KMS key."""

_WITHIN: Mapping[str, Mapping[str, str]] = {
    "cluster": {
        "enabledClusterLogTypes": "logs",
        "version": "version",
        "vpcConfig.endpoint": "endpoint",
        "vpcConfig.publicAccessCidrs": "endpoint",
    },
    "network": {
        "platform-network-endpoints": "endpoints",
        "platform-network-flow-logs": "flowLogs",
        "platform-network-routes": "nat",
        "platform-network-subnets": "zones",
    },
    "pools": {
        "amiType": "ami",
        "blockDeviceMappings": "disk",
        "capacity": "capacity",
        "instanceMarketOptions": "capacity",
        "instanceTypes": "instance",
        "labels": "labels",
        "releaseVersion": "ami",
        "scalingConfig": "nodes",
        "taints": "taints",
    },
    "serving": {
        "metadata.namespace": "namespace",
        "platform-serving-allow-clients": "clients",
        "platform-serving-namespace": "namespace",
    },
    "models": {
        "spec.minReplicas": "replicas",
        "spec.maxReplicas": "replicas",
        "spec.replicas": "replicas",
        "spec.template.spec.nodeSelector": "pool",
        "spec.template.spec.tolerations": "pool",
    },
}
"""Key of a property or of named resources, by section."""

_ANYWHERE: Mapping[str, Keys] = {
    "defaultTags": ("tags",),
    "deletionProtection": ("protect",),
    "existing VPC": ("network", "existing"),
    "deletionWindowInDays": ("protect",),
    "forceDelete": ("protect",),
    "forceDestroy": ("protect",),
    "protect": ("protect",),
    "region": ("aws:region",),
    "tags": ("tags",),
}
"""Properties that a section of their own decides about, whichever resource has them."""


class _Source:
    """A stack file, read only when something was found."""

    def __init__(self, project: Path, stack: str, root: str = "") -> None:
        file = f"stacks/Pulumi.{stack}.yaml"
        self.shown = f"{root}/{file}" if root else file
        self._path = project / file

    @cached_property
    def document(self) -> Document:
        return read(self._path)


def _environment_of(team: TeamStack, project: Path) -> _Source:
    name, platform = team.file.team.environment, team.platform
    return _Source(platform.folder, name, platform.root) if platform else _Source(project, name)


class SourceMap:
    """Locations in the stack files of the resources of a plan.

    origins = SourceMap(plan_of(project, "prod"), project)
    origins.of(finding)  # stacks/Pulumi.prod.yaml:62 gpu-cluster:serving.models.chat.replicas
    """

    def __init__(self, plan: Plan, project: Path) -> None:
        self._graph = plan.graph
        self._extras, self._project = plan.stack.extras, project.resolve()
        self._own = _Source(project, plan.name)
        self._environment = _environment_of(plan.team, project) if plan.team else None

    def of(self, finding: Located) -> SourceLocation:
        """Line of the key that decides, or of the nearest one above it where the file leaves that out.

        For an object of `gpu-cluster:extras.manifests` the line is in its own file.
        """
        registered = self._by_urn.get(finding.judged.urn)
        if registered and (manifest := self._manifest(registered)):
            line = manifest.document.line(keys_of(finding.path))
            return SourceLocation(self._in_project(manifest.file), line, finding.path)
        keys = self._keys(registered, finding.path) if registered else ()
        source = self._source(keys)
        line = source.document.line(rooted(keys))
        return SourceLocation(
            source.shown, line, dotted((config_key(str(keys[0])), *keys[1:])) if keys else "config"
        )

    def _in_project(self, file: str) -> str:
        path = Path(file).resolve()
        return str(path.relative_to(self._project)) if path.is_relative_to(self._project) else file

    def _manifest(self, registered: Registered) -> Manifest | None:
        parent = self._by_urn.get(registered.parent)
        if not parent or not is_extra(registered.urn):
            return None
        return self._manifests.get((registered.type, registered.name.removeprefix(f"{parent.name}-")))

    @cached_property
    def _manifests(self) -> Mapping[tuple[str, str], Manifest]:
        """Objects of manifests by type and logical name."""
        found = manifests_of(self._extras.manifests or ())
        return {(object_type(it.content["apiVersion"], it.kind), it.slug): it for it in found}

    def _source(self, keys: Keys) -> _Source:
        """A team's file lacks most sections: its environment has these settings."""
        if self._environment and keys and keys[0] not in TEAM.sections:
            return self._environment
        return self._own

    @cached_property
    def _by_urn(self) -> Mapping[str, Registered]:
        return {registered.urn: registered for registered in self._graph.resources}

    def _keys(self, registered: Registered, path: str) -> Keys:
        if registered.type.startswith(("aws:", "pulumi:providers:aws")):
            elsewhere = next((keys for name, keys in _ANYWHERE.items() if path.startswith(name)), None)
            if elsewhere:
                return elsewhere
        *_, room = [registered, *self._within_platform(registered)]
        kind = room.type.rpartition(":")[2]
        before = (
            self._by_urn[room.parent].name if kind in _OF_TEAMS and room.parent in self._by_urn else room.name
        )
        name = registered.name.removeprefix(before).removeprefix("-")
        if kind == "Keys":
            return self._first(_KEYS_OF.get(name.partition("-")[0], (("cluster",),)))
        entry = self._entry(_ENTRIES.get(kind, ()), name)
        keys = entry or self._first(_SECTIONS_OF.get(kind, _ELSE))
        return self._exact(keys, registered.name, path)

    def _within_platform(self, registered: Registered) -> Iterator[Registered]:
        """Its parents, innermost first, without the platform."""
        parent = self._by_urn.get(registered.parent)
        while parent and parent.parent in self._by_urn:
            yield parent
            parent = self._by_urn.get(parent.parent)

    def _first(self, sections: tuple[Keys, ...]) -> Keys:
        """The first of these that the file has."""
        return next((keys for keys in sections if self._own.document.node(rooted(keys))), sections[-1])

    def _entry(self, keys: Keys, name: str) -> Keys | None:
        """The entry whose name a resource's name begins with, or has inside: the longest of them."""
        names = [entry for entry in self._names(keys) if f"-{entry}-" in f"-{name}-"]
        return (*keys, max(names, key=len)) if names else None

    def _names(self, keys: Keys) -> list[str]:
        found: Any = self._own.document.data
        for key in rooted(keys) if keys else ("",):
            found = cast("dict[Any, Any]", found).get(key) if isinstance(found, dict) else None
        return list(cast("dict[str, Any]", found)) if isinstance(found, dict) else []

    def _exact(self, keys: Keys, name: str, path: str) -> Keys:
        """The key within a section that decides about this property of a resource of this name."""
        section = "models" if keys[:2] == ("serving", "models") else str(keys[0])  # a team's are called so
        if section == "pools" and len(keys) == 1:
            return keys
        for beginning, key in _WITHIN.get(section, {}).items():
            if path.startswith(beginning) or name.startswith(beginning):
                return (*keys, key)
        if "nvidia.com/" in path and section == "models":
            return (*keys, "gpus")
        return keys
