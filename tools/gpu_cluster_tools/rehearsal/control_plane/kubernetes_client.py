"""The nodes and pods of a cluster, as typed objects."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (lightkube's signatures and models have bare dicts in them)

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx2
from lightkube import ALL_NS, ApiError, Client, KubeConfig
from lightkube.core.decoders import decode_list, decode_object
from lightkube.core.exceptions import ConfigError
from lightkube.models.core_v1 import Taint
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.operators import exists
from lightkube.resources.core_v1 import ConfigMap, Node, NodeStatus, Pod, PodEviction
from lightkube.types import PatchType

from gpu_cluster_tools.rehearsal.errors import ForbiddenRequestError, RehearsalError

for _type in (Node, Pod, ConfigMap):  # two threads that are the first to decode a type crash the process
    decode_object(b"{}", _type)
    decode_list(b'{"items": []}', _type)


class KubernetesClient:
    """Client of the cluster of a kubeconfig's context, by default the current one.

    KubernetesClient(control_plane.kubeconfig).pods()

    `RehearsalError` if the kubeconfig is invalid, and from every method if the cluster does not respond or
    rejects the request.
    """

    def __init__(self, kubeconfig: Path, context: str | None = None) -> None:
        self._kubeconfig = kubeconfig
        try:
            config = KubeConfig.from_file(kubeconfig).get(context)
            local = config is not None and "//127.0.0.1:" in config.cluster.server  # which no proxy leads to
            self._client = Client(config=config, field_manager="gpu-cluster-rehearsal", trust_env=not local)
        except Exception as error:  # in as many ways as a file can be wrong
            raise RehearsalError(f"invalid kubeconfig {kubeconfig}: {_reason(error)}") from error

    def nodes(self, *, label: str | None = None) -> list[Node]:
        """Every node, or every node that has the label."""
        with self._asked():
            return list(self._client.list(Node, labels={label: exists()} if label else None))

    def pods(self, namespace: str = ALL_NS) -> list[Pod]:
        """The pods of a namespace, or of every one."""
        with self._asked():
            return list(self._client.list(Pod, namespace=namespace))

    def apply(self, node: Node) -> None:
        """Create or update a node; the status is used only on creation."""
        with self._asked():
            self._client.apply(node, force=True)

    def resize(self, node: Node) -> None:
        """Give a node the `capacity` and `allocatable` of this one."""
        status = node.to_dict()["status"]
        patch = [
            {"op": "replace", "path": f"/status/{field}", "value": status[field]}
            for field in ("capacity", "allocatable")
        ]
        with self._asked():
            self._client.patch(NodeStatus, name_of(node), patch, patch_type=PatchType.JSON)

    def offer(self, name: str, resources: Mapping[str, int]) -> None:
        """Set extended resources of a node, all of them allocatable."""
        amounts = {resource: str(count) for resource, count in resources.items()}
        patch = {"status": {"capacity": amounts, "allocatable": amounts}}
        with self._asked(), _unless_gone():
            self._client.patch(NodeStatus, name, patch, patch_type=PatchType.MERGE)

    def config_map(self, namespace: str, name: str) -> dict[str, str]:
        """Data of a ConfigMap; empty where there is none."""
        with self._asked(), _unless_gone():
            return self._client.get(ConfigMap, name, namespace=namespace).data or {}
        return {}

    def delete_node(self, name: str) -> None:
        with self._asked(), _unless_gone():
            self._client.delete(Node, name)

    def relabel(
        self, name: str, labels: Mapping[str, str | None], *, taints: list[Taint] | None = None
    ) -> None:
        """Set labels of a node, remove those of None, and give it exactly these taints, if any are given."""
        patch: dict[str, Any] = {"metadata": {"labels": dict(labels)}}
        if taints is not None:
            patch["spec"] = {"taints": [each.to_dict() for each in taints]}
        with self._asked():
            self._client.patch(Node, name, patch, patch_type=PatchType.MERGE)

    def annotate(self, name: str, annotations: Mapping[str, str]) -> None:
        with self._asked(), _unless_gone():
            patch = {"metadata": {"annotations": dict(annotations)}}
            self._client.patch(Node, name, patch, patch_type=PatchType.MERGE)

    def cordon(self, name: str) -> None:
        """Let no more pods onto a node."""
        with self._asked(), _unless_gone():
            self._client.patch(Node, name, {"spec": {"unschedulable": True}}, patch_type=PatchType.MERGE)

    def evict(self, namespace: str, name: str) -> bool:
        """Evict a pod. False if a disruption budget currently prevents it."""
        with self._asked():
            try:
                self._client.create(PodEviction(metadata=ObjectMeta(name=name)), name, namespace=namespace)
            except ApiError as error:
                if error.status.code == HTTPStatus.TOO_MANY_REQUESTS:
                    return False
                if error.status.code != HTTPStatus.NOT_FOUND:
                    raise
            return True

    def delete_pod(self, namespace: str, name: str) -> None:
        """Delete a pod without a grace period, which no kubelet would observe."""
        with self._asked(), _unless_gone():
            self._client.delete(Pod, name, namespace=namespace, grace_period=0)

    @contextmanager
    def _asked(self) -> Generator[None]:
        try:
            yield
        except httpx2.HTTPStatusError as error:
            forbidden = error.response.status_code == HTTPStatus.FORBIDDEN
            kind = ForbiddenRequestError if forbidden else RehearsalError
            raise kind(f"the cluster of {self._kubeconfig} refuses: {_reason(error)}") from error
        except (httpx2.HTTPError, ConfigError, OSError) as error:  # the last two: credentials by a command
            raise RehearsalError(
                f"the cluster of {self._kubeconfig} does not answer: {_reason(error)}\n"
                "`make up` starts the local one; for another, check network access and credentials."
            ) from error


def name_of(node: Node) -> str:
    return (node.metadata and node.metadata.name) or ""


def annotation_of(node: Node, key: str) -> str | None:
    return ((node.metadata and node.metadata.annotations) or {}).get(key)


def labels_of(thing: Node | Pod) -> dict[str, str]:
    return (thing.metadata and thing.metadata.labels) or {}


def taints_on(node: Node) -> list[Taint]:
    """The taints that the control plane puts on a node: not ready, unschedulable, under pressure."""
    taints = (node.spec and node.spec.taints) or []
    return [taint for taint in taints if taint.key.startswith("node.kubernetes.io/")]


def is_ready(thing: Node | Pod) -> bool:
    conditions = (thing.status and thing.status.conditions) or []
    return any(condition.type == "Ready" and condition.status == "True" for condition in conditions)


@contextmanager
def _unless_gone() -> Generator[None]:
    try:
        yield
    except ApiError as error:
        if error.status.code != HTTPStatus.NOT_FOUND:
            raise


def _reason(error: Exception) -> str:
    """Reason of an error in one line."""
    return " ".join(str(error).split()) or type(error).__name__
