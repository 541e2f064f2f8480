"""The configuration from which kwokctl makes the five processes of a control plane."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gpu_cluster_tools.toolchain import Toolchain

CLUSTER = "gpu-cluster"

COMPONENTS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok-controller")
"""Names of the processes, each before those that need it."""

PORTS = (
    "etcdPort",
    "etcdPeerPort",
    "kubeApiserverPort",
    "kubeControllerManagerPort",
    "kubeSchedulerPort",
    "kwokControllerPort",
)
"""Options of kwokctl that are ports."""

_BINARIES = {
    "etcdBinary": "etcd",
    "kubeApiserverBinary": "kube-apiserver",
    "kubeControllerManagerBinary": "kube-controller-manager",
    "kubeSchedulerBinary": "kube-scheduler",
    "kwokControllerBinary": "kwok",
}

_API_VERSION = "config.kwok.x-k8s.io/v1alpha1"
_SEPARATOR = "\n---\n"  # JSON is YAML, and YAML has documents

# The API server wants an address beside loopback, even without a network: a reserved one (RFC 5737).
_ADVERTISED = "192.0.2.1"
_SERVICES = "10.100.0.0/16"  # as on EKS
_KUBERNETES_SERVICE = "10.100.0.1"  # at which pods find the API server
_COMPONENTS_USER = "kwok-admin"  # of the one certificate that all components have

_OVERRIDDEN = ("data-dir", "authorization-mode", "manage-all-nodes")  # what kwokctl says too

SIMULATED = {"kwok.x-k8s.io/node": "fake"}
"""Annotation of the nodes that kwok simulates. Other nodes have their own kubelet."""

_PARALLELISM = 16  # leases, nodes and pods that kwok works on at once, of each


def configuration(
    toolchain: Toolchain,
    ports: Mapping[str, int],
    data: Path,
    api_server: Mapping[str, str] | None = None,
    *,
    pki: Path,
) -> list[dict[str, Any]]:
    """Configuration of kwokctl and kwok. `data` is etcd's folder: kwokctl does not delete it when it fails.

    `api_server` has its additional arguments. `pki` is kwokctl's certificate folder.
    """
    extra = {
        "etcd": {"data-dir": str(data)},
        "kube-apiserver": {
            "advertise-address": _ADVERTISED,
            "service-cluster-ip-range": _SERVICES,
            "endpoint-reconciler-type": "none",  # where pods find it, real nodes say
            **_aggregation(pki),
            **_kubelets(pki),
            **(api_server or {}),
        },
        "kube-controller-manager": {
            "leader-elect": "false",  # a restart would wait until the former lease expires
            "enable-hostpath-provisioner": "true",
            "kube-api-qps": "500",  # one machine has no others to be fair to
            "kube-api-burst": "1000",
        },
        "kube-scheduler": {"leader-elect": "false"},
        "kwok-controller": {
            "manage-all-nodes": "false",
            "manage-nodes-with-annotation-selector": ",".join(
                f"{key}={value}" for key, value in SIMULATED.items()
            ),
        },
    }
    kwokctl = {
        "apiVersion": _API_VERSION,
        "kind": "KwokctlConfiguration",
        "options": {
            "runtime": "binary",
            "bindAddress": "127.0.0.1",
            "securePort": True,
            "kubeAuthorization": True,
            "kubeAdmission": True,
            "kubeApiserverCertSANs": [_KUBERNETES_SERVICE],
            **{option: str(toolchain.path(name)) for option, name in _BINARIES.items()},
            **ports,
        },
        "componentsPatches": [
            {"name": name, "extraArgs": [_argument(key, value) for key, value in arguments.items()]}
            for name, arguments in extra.items()
        ],
    }
    kwok = {
        "apiVersion": _API_VERSION,
        "kind": "KwokConfiguration",
        "options": {
            "nodeLeaseParallelism": _PARALLELISM,
            "nodePlayStageParallelism": _PARALLELISM,
            "podPlayStageParallelism": _PARALLELISM,
        },
    }
    return [kwokctl, kwok]


def _aggregation(pki: Path) -> dict[str, str]:
    """Arguments by which aggregated API servers trust the caller's identity from the API server."""
    return {
        "requestheader-client-ca-file": str(pki / "ca.crt"),
        "requestheader-allowed-names": _COMPONENTS_USER,
        "requestheader-username-headers": "X-Remote-User",
        "requestheader-group-headers": "X-Remote-Group",
        "requestheader-extra-headers-prefix": "X-Remote-Extra-",
    }


def _kubelets(pki: Path) -> dict[str, str]:
    """API server arguments for connections to kubelets, for logs and shells of pods."""
    return {
        "kubelet-client-certificate": str(pki / "admin.crt"),
        "kubelet-client-key": str(pki / "admin.key"),
        "kubelet-preferred-address-types": "InternalIP",
    }


def ports_of(documents: list[dict[str, Any]]) -> dict[str, int]:
    """The ports in a configuration; none in an empty one."""
    return {name: documents[0]["options"][name] for name in PORTS} if documents else {}


def write(path: Path, documents: list[dict[str, Any]]) -> None:
    texts = (
        json.dumps(document, indent=2, ensure_ascii=False) for document in documents
    )  # YAML has no pairs
    path.write_text(_SEPARATOR.join(texts), encoding="utf-8")


def read(path: Path) -> list[dict[str, Any]]:
    """The configuration as written; empty if it is missing, or lost in a crash of the machine."""
    try:
        return [json.loads(document) for document in path.read_text(encoding="utf-8").split(_SEPARATOR)]
    except (FileNotFoundError, json.JSONDecodeError):
        return []


def _argument(key: str, value: str) -> dict[str, Any]:
    return {"key": key, "value": value, "override": key in _OVERRIDDEN}
