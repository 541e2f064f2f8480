"""Rollouts of node groups: servers start, their nodes join, are drained and leave.

Without an API server the instances have no nodes, and rollouts complete at once.
"""

import logging
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from math import ceil
from threading import Thread

from gpu_cluster_tools.rehearsal.aws import node_registration
from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.aws.eks import instances, references
from gpu_cluster_tools.rehearsal.aws.eks.endpoint import KUBECONFIG
from gpu_cluster_tools.rehearsal.aws.eks.node_group_record import Document, NodeGroupInstance, NodeGroupRecord
from gpu_cluster_tools.rehearsal.aws.eks.records import ClusterRecord
from gpu_cluster_tools.rehearsal.aws.faults import Fault, Faults
from gpu_cluster_tools.rehearsal.aws.iam.auto_scaling_launches import refused_launch
from gpu_cluster_tools.rehearsal.aws.kubelet import Kubelet, taints_of
from gpu_cluster_tools.rehearsal.aws.request_lock import REQUEST_LOCK
from gpu_cluster_tools.rehearsal.control_plane.kubernetes_client import KubernetesClient as Nodes
from gpu_cluster_tools.rehearsal.control_plane.kubernetes_client import name_of, taints_on
from gpu_cluster_tools.rehearsal.errors import RehearsalError
from gpu_cluster_tools.rehearsal.simulated_nodes.nodes import at_once

JOIN_SECONDS = 60
"""Timeout until a node is Ready, in seconds on this machine. EKS allows about 20 minutes."""

NETWORK_SECONDS = 20
"""Timeout until the network plugin exists: it is created in parallel with the group, or never."""

EVICT_SECONDS = 60
"""Timeout of pod eviction from a node, in seconds on this machine. EKS allows 15 minutes."""

_POLL_SECONDS = 0.2


class NodeGroupError(Exception):
    """Health issue of a node group: code and message."""

    def __init__(self, code: str, message: str, resources: list[str]) -> None:
        super().__init__(f"{code}: {message}")
        self.issue: Document = {"code": code, "message": message, "resourceIds": resources}


@dataclass(frozen=True)
class Rollout:
    """Change of a node group's instances and nodes to the group's settings.

    Rollout(api, cluster, group).begin("CREATING", Rollout.create)
    """

    api: Api
    """The account, called in its own process."""

    cluster: ClusterRecord
    group: NodeGroupRecord

    def begin(
        self,
        status: str,
        work: Callable[["Rollout"], None],
        update: Document | None = None,
        before: Document | None = None,
    ) -> None:
        """Run the rollout in the background.

        `update` records the result; on failure, `before` is restored."""
        self.group.document["status"] = status
        if KUBECONFIG.exists():
            Thread(target=self._do, args=(status, work, update, before), daemon=True).start()
        else:
            self._do(status, work, update, before)

    def create(self) -> None:
        self._require_network()
        self._grow(self.group.document["scalingConfig"]["desiredSize"])
        self._settle()

    def reconfigure(self, gone: Collection[str]) -> None:
        """Apply labels and taints to existing nodes; terminate surplus nodes and launch missing ones.

        `gone` has the labels that were removed from the group.
        """
        labels = dict.fromkeys(gone) | self.group.document["labels"]
        mine = {each.name for each in self.group.instances}
        for cluster in self._nodes():
            for node in cluster.nodes():
                if name_of(node) in mine:
                    taints = [*taints_of(self.group), *taints_on(node)]
                    cluster.relabel(name_of(node), labels, taints=taints)
        missing = self.group.document["scalingConfig"]["desiredSize"] - len(self.group.instances)
        self._grow(max(missing, 0))
        self._shrink(instances.surplus(self.group, max(-missing, 0)), EVICT_SECONDS, force=True)
        self._settle()

    def replace(self, *, force: bool) -> None:
        """Replace every instance, a few at a time: new ones start first, or old ones end first (MINIMAL)."""
        old, step = list(self.group.instances), self._step()
        for start in range(0, len(old), step):
            batch = old[start : start + step]
            if self.group.document["updateConfig"].get("updateStrategy") == "MINIMAL":
                self._shrink(batch, EVICT_SECONDS, force=force)
                self._grow(len(batch))
            else:
                self._grow(len(batch), leaving=batch)
                self._shrink(batch, EVICT_SECONDS, force=force)
        self._settle()

    def delete(self) -> None:
        self._shrink(self.group.instances, EVICT_SECONDS, force=True)
        with REQUEST_LOCK:
            instances.remove_scaling_group(self.api, self.group)
            del self.cluster.node_groups[self.group.name]

    def _do(
        self, status: str, work: Callable[["Rollout"], None], update: Document | None, before: Document | None
    ) -> None:
        document = self.group.document
        try:
            work(self)
        except Exception as error:  # reported to the waiting caller
            if not isinstance(error, NodeGroupError | ApiError | RehearsalError):
                logging.exception("node group %s", self.group.name)
            issue = _issue(error, self.group)
            if update:
                document |= before or {}
                update |= {"status": "Failed", "errors": [_as_error(issue)]}
                document["status"] = "ACTIVE"
            else:
                document["health"] = {"issues": [issue]}
                document["status"] = f"{status.removesuffix('ING')}E_FAILED"
            return
        document |= {"status": "ACTIVE", "health": {"issues": []}}
        if update:
            update["status"] = "Successful"

    def _grow(self, count: int, *, leaving: Collection[NodeGroupInstance] = ()) -> None:
        if count and self._is_struck(Fault.INSUFFICIENT_CAPACITY):
            raise NodeGroupError("AsgInstanceLaunchFailures", self._no_capacity(), [self.group.scaling_group])
        with REQUEST_LOCK:
            spot = self.group.document["capacityType"] == "SPOT"
            if words := refused_launch(self.api.region, self.group.template, spot=spot):
                message = f"Client.InternalError: Client error on launch: {words}"
                raise NodeGroupError("AsgInstanceLaunchFailures", message, [self.group.scaling_group])
            fresh = instances.launch(self.api, self.cluster, self.group, count, leaving=leaving)
        lost = fresh[:1] if self._is_struck(Fault.NODE_NEVER_JOINS) else []
        joining = [each for each in fresh if each not in lost]
        late = {each.name for each in lost}
        for cluster in self._nodes():
            at_once(partial(self._join, cluster), joining)
            late.update(node_registration.unready(cluster, [each.name for each in joining], JOIN_SECONDS))
        if late:
            ids = [each.id for each in fresh if each.name in late]
            raise NodeGroupError(
                "NodeCreationFailure", "Instances failed to join the kubernetes cluster", ids
            )

    def _is_struck(self, fault: Fault) -> bool:
        """True if the fault occurs; determined by the group's name without its random suffix."""
        return Faults.of_this_account().strikes(fault, self.group.name.rpartition("-")[0])

    def _no_capacity(self) -> str:
        with REQUEST_LOCK:
            zones = references.subnets(self.api, self.group.document["subnets"])
        return (
            "Could not launch On-Demand Instances. InsufficientInstanceCapacity - We currently do not have "
            f"sufficient {self.group.instance_type} capacity in the Availability Zone you requested "
            f"({zones[0]['AvailabilityZone']}). Launching EC2 instance failed."
        )

    def _join(self, cluster: Nodes, instance: NodeGroupInstance) -> None:
        node_registration.join(cluster, Kubelet(self.group, instance).node())

    def _shrink(self, doomed: list[NodeGroupInstance], patience_seconds: float, *, force: bool) -> None:
        names = [each.name for each in doomed]
        for cluster in self._nodes():
            held = node_registration.drain(cluster, names, patience_seconds)
            if held and not force:
                words = "Reached max retries while trying to evict pods from nodes in node group"
                raise NodeGroupError(
                    "PodEvictionFailure", f"{words} {self.group.name}: {', '.join(held)}", names
                )
            node_registration.leave(cluster, names)
        with REQUEST_LOCK:
            instances.terminate(self.api, self.group, list(doomed))

    def _settle(self) -> None:
        with REQUEST_LOCK:
            instances.resize(self.api, self.group)

    def _require_network(self) -> None:
        """Require a network plugin: without one no node becomes Ready, and the group fails."""
        deadline = time.monotonic() + (NETWORK_SECONDS if KUBECONFIG.exists() else 0)
        while not self.cluster.has_network_plugin:
            if time.monotonic() > deadline:
                raise NodeGroupError(
                    "NodeCreationFailure",
                    "Unhealthy nodes in the kubernetes cluster: container runtime network not ready: "
                    "cni plugin not initialized; the cluster has no add-on vpc-cni",
                    [],
                )
            time.sleep(_POLL_SECONDS)

    def _step(self) -> int:
        """Maximum number of unavailable nodes."""
        config, present = self.group.document["updateConfig"], len(self.group.instances)
        if share := config.get("maxUnavailablePercentage"):
            return max(1, ceil(present * share / 100))
        return config.get("maxUnavailable", 1)

    def _nodes(self) -> Iterator[Nodes]:
        """The API server of this machine, if the cluster has one."""
        if KUBECONFIG.exists():
            yield Nodes(KUBECONFIG)


def _issue(error: Exception, group: NodeGroupRecord) -> Document:
    if isinstance(error, NodeGroupError):
        return error.issue
    code = "AccessDenied" if isinstance(error, ApiError) else "InternalFailure"
    return {"code": code, "message": str(error), "resourceIds": [group.name]}


def _as_error(issue: Document) -> Document:
    return {
        "errorCode": issue["code"],
        "errorMessage": issue["message"],
        "resourceIds": issue["resourceIds"],
    }
