"""Objects that real nodes need in the cluster: DNS, the API server's address, rights of their programs."""

import json
from pathlib import Path
from typing import Any

from gpu_cluster_tools.real_node.images import DNS_IMAGE
from gpu_cluster_tools.real_node.network import API_SERVER, API_SERVER_PORT, DNS_SERVICE
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import DynamicClient
from gpu_cluster_tools.rehearsal.simulated_nodes.nodes import REAL_NODE_LABEL

POLICIES_USER = "gpu-cluster:network-policies"
_NAME = "coredns"
_LABELS = {"k8s-app": "kube-dns"}  # by which network policies know a cluster's DNS
_ACCOUNT_FILES = "/var/run/secrets/kubernetes.io/serviceaccount"
_COREFILE = """.:53 {
    errors
    health :8080
    ready :8181
    kubernetes cluster.local in-addr.arpa {
        kubeconfig /etc/coredns/kubeconfig
        pods insecure
        ttl 5
    }
    cache 5
}
"""


def cluster_dns(kubeconfig: Path) -> None:
    """Create the objects that are missing, and change those that differ."""
    client = DynamicClient(kubeconfig)
    for collection, body in _objects():
        client.apply(f"{collection}/{body['metadata']['name']}", body)


def _objects() -> list[tuple[str, dict[str, Any]]]:
    system = {"namespace": "kube-system"}
    rbac, rbac_version = "/apis/rbac.authorization.k8s.io/v1", "rbac.authorization.k8s.io/v1"
    core = "/api/v1/namespaces/kube-system"
    files = {"Corefile": _COREFILE, "kubeconfig": json.dumps(_kubeconfig())}
    read = {"apiGroups": [""], "resources": ["services", "pods", "namespaces"], "verbs": ["list", "watch"]}
    slices = {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": ["list", "watch"]}
    account = {"kind": "ServiceAccount", "name": _NAME, **system}
    return [
        (f"{core}/serviceaccounts", _object("v1", "ServiceAccount", _NAME, system)),
        (f"{core}/configmaps", _object("v1", "ConfigMap", _NAME, system, data=files)),
        (
            f"{rbac}/clusterroles",
            _object(rbac_version, "ClusterRole", f"gpu-cluster:{_NAME}", rules=[read, slices]),
        ),
        (f"{rbac}/clusterrolebindings", _binding(f"gpu-cluster:{_NAME}", f"gpu-cluster:{_NAME}", account)),
        (
            f"{rbac}/clusterrolebindings",
            _binding(
                POLICIES_USER,
                "view",
                {"kind": "User", "name": POLICIES_USER, "apiGroup": "rbac.authorization.k8s.io"},
            ),
        ),
        (f"{core}/services", _object("v1", "Service", "kube-dns", system, spec=_service())),
        ("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", _api_server()),
        (
            "/apis/apps/v1/namespaces/kube-system/daemonsets",
            _object("apps/v1", "DaemonSet", _NAME, system, spec=_daemon_set()),
        ),
    ]


def _object(
    version: str, kind: str, name: str, where: dict[str, Any] | None = None, **rest: Any
) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, **(where or {})}, **rest}


def _binding(name: str, role: str, subject: dict[str, str]) -> dict[str, Any]:
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role}
    return _object(
        "rbac.authorization.k8s.io/v1", "ClusterRoleBinding", name, roleRef=reference, subjects=[subject]
    )


def _api_server() -> dict[str, Any]:
    """Addresses of the Service `kubernetes`, by which pods call the API server."""
    where = {"namespace": "default", "labels": {"kubernetes.io/service-name": "kubernetes"}}
    return _object(
        "discovery.k8s.io/v1",
        "EndpointSlice",
        "kubernetes",
        where,
        addressType="IPv4",
        endpoints=[{"addresses": [API_SERVER], "conditions": {"ready": True}}],
        ports=[{"name": "https", "port": API_SERVER_PORT, "protocol": "TCP"}],
    )


def _kubeconfig() -> dict[str, Any]:
    """The certificate is not valid for the address that the API server advertises."""
    cluster = {
        "server": f"https://{API_SERVER}:{API_SERVER_PORT}",
        "tls-server-name": "localhost",
        "certificate-authority": f"{_ACCOUNT_FILES}/ca.crt",
    }
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "cluster", "cluster": cluster}],
        "users": [{"name": "account", "user": {"tokenFile": f"{_ACCOUNT_FILES}/token"}}],
        "contexts": [{"name": "context", "context": {"cluster": "cluster", "user": "account"}}],
        "current-context": "context",
    }


def _service() -> dict[str, Any]:
    ports = [
        {"name": "dns", "port": 53, "protocol": "UDP", "targetPort": 53},
        {"name": "dns-tcp", "port": 53, "protocol": "TCP", "targetPort": 53},
    ]
    return {"clusterIP": DNS_SERVICE, "selector": _LABELS, "ports": ports}


def _daemon_set() -> dict[str, Any]:
    """A drain leaves it where it is."""
    container = {
        "name": _NAME,
        "image": DNS_IMAGE,
        "args": ["-conf", "/etc/coredns/Corefile"],
        "ports": [
            {"name": "dns", "containerPort": 53, "protocol": "UDP"},
            {"name": "dns-tcp", "containerPort": 53, "protocol": "TCP"},
        ],
        "readinessProbe": {"httpGet": {"path": "/ready", "port": 8181}, "periodSeconds": 2},
        "livenessProbe": {"httpGet": {"path": "/health", "port": 8080}, "initialDelaySeconds": 30},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
        "volumeMounts": [{"name": "configuration", "mountPath": "/etc/coredns", "readOnly": True}],
    }
    return {
        "selector": {"matchLabels": _LABELS},
        "template": {
            "metadata": {"labels": _LABELS},
            "spec": {
                "serviceAccountName": _NAME,
                "priorityClassName": "system-node-critical",
                "dnsPolicy": "Default",
                "nodeSelector": {REAL_NODE_LABEL: "true"},
                "tolerations": [{"operator": "Exists"}],
                "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
                "containers": [container],
                "volumes": [{"name": "configuration", "configMap": {"name": _NAME}}],
            },
        },
    }
