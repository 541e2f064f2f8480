"""Requests that a team is denied, and the response of the API server."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

Object = dict[str, Any]

FORBIDDEN = "is forbidden: User"
"""Denied by RBAC."""

OWN = "/api/v1/namespaces/vision"
ELSEWHERE = "/api/v1/namespaces/registry"
APPS = "/apis/apps/v1/namespaces"
RBAC = "/apis/rbac.authorization.k8s.io/v1"


@dataclass(frozen=True)
class Try:
    """A request that must be denied."""

    what: str
    method: str
    path: str
    body: Object = field(default_factory=dict[str, Any])
    says: str = FORBIDDEN
    """Part of the response."""

    status: int = HTTPStatus.FORBIDDEN
    headers: dict[str, str] = field(default_factory=dict[str, str])


def get(what: str, path: str) -> Try:
    return Try(what, "GET", path)


def post(what: str, path: str, kind: str, api: str = "v1", *, says: str = FORBIDDEN, **rest: Any) -> Try:
    body = {"apiVersion": api, "kind": kind, "metadata": {"name": "mine"}, **rest}
    return Try(what, "POST", path, body, says)


def patch(what: str, path: str, body: Object) -> Try:
    return Try(what, "PATCH", path, body, headers={"Content-Type": "application/merge-patch+json"})


def delete(what: str, path: str) -> Try:
    return Try(what, "DELETE", path)


def pod(
    *,
    gpus: int = 0,
    pool: str | None = None,
    counted: str | None = None,
    container: Object | None = None,
    resource: str = "nvidia.com/gpu",
    **spec: Any,
) -> Object:
    """Spec of an admitted pod, except for the given changes. `counted`: the pool of its priority class."""
    limits = {"memory": "64Mi", **({resource: str(gpus)} if gpus else {})}
    sound: Object = {
        "name": "main",
        "image": "registry.k8s.io/pause:3.10",
        "resources": {"requests": {"cpu": "10m"}, "limits": limits},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    return {
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 2000,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "automountServiceAccountToken": False,
        "containers": [sound | (container or {})],
        **({"nodeSelector": {"gpu-cluster/pool": pool}} if pool else {}),
        **({"priorityClassName": f"gpu-{counted}"} if counted else {}),
        **({"tolerations": [GPU_TOLERATION]} if gpus else {}),
        **spec,
    }


SHOWS_NO_GPU: Object = {"name": "NVIDIA_VISIBLE_DEVICES", "value": "void"}
GPU_TOLERATION: Object = {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}


def run(what: str, says: str, **spec: Any) -> Try:
    return post(what, f"{OWN}/pods", "Pod", says=says, spec=pod(**spec))


_RULES = [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "list"]}]
_ME = [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "gpu-cluster:team:vision"}]
_ADMIN = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}
_HOST = {"name": "host", "hostPath": {"path": "/"}}
_PORT = [{"port": 80}]

TRIES = (
    # other namespaces
    get("list pods elsewhere", f"{ELSEWHERE}/pods"),
    get("read a pod's log elsewhere", f"{ELSEWHERE}/pods/registry-0/log"),
    get("list secrets elsewhere", f"{ELSEWHERE}/secrets"),
    get("list every pod of the cluster", "/api/v1/pods"),
    post("run a pod elsewhere", f"{ELSEWHERE}/pods", "Pod", spec=pod()),
    patch(
        "scale what runs elsewhere", f"{APPS}/registry/statefulsets/registry/scale", {"spec": {"replicas": 0}}
    ),
    delete("delete what runs elsewhere", f"{APPS}/registry/statefulsets/registry"),
    post("run in kube-system", "/api/v1/namespaces/kube-system/pods", "Pod", spec=pod()),
    get("read the team next door", "/api/v1/namespaces/speech/configmaps"),
    # into pods, and to the tokens and secrets of others
    Try("exec into a pod elsewhere", "POST", f"{ELSEWHERE}/pods/registry-0/exec?command=sh"),
    Try("exec into a pod of its own", "POST", f"{OWN}/pods/detect/exec?command=sh"),
    Try("attach to a pod elsewhere", "POST", f"{ELSEWHERE}/pods/registry-0/attach"),
    Try("forward a port elsewhere", "POST", f"{ELSEWHERE}/pods/registry-0/portforward"),
    get("list the secrets of its own namespace", f"{OWN}/secrets"),
    get("read a secret that is not its own", f"{OWN}/secrets/somebody"),
    post(
        "take the token of another service account",
        "/api/v1/namespaces/kube-system/serviceaccounts/default/token",
        "TokenRequest",
        "authentication.k8s.io/v1",
    ),
    post(
        "take the token of a service account here",
        f"{OWN}/serviceaccounts/default/token",
        "TokenRequest",
        "authentication.k8s.io/v1",
    ),
    # the cluster
    get("list nodes", "/api/v1/nodes"),
    patch("cordon a node", "/api/v1/nodes/system-0", {"spec": {"unschedulable": True}}),
    get("reach a kubelet", "/api/v1/nodes/system-0/proxy/pods"),
    post("make a namespace", "/api/v1/namespaces", "Namespace"),
    patch(
        "lift Pod Security off its namespace",
        OWN,
        {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "privileged"}}},
    ),
    patch("grant itself a pool", OWN, {"metadata": {"annotations": {"gpu-cluster/pools": "t4"}}}),
    delete("delete its namespace", OWN),
    post(
        "make a volume of the host",
        "/api/v1/persistentvolumes",
        "PersistentVolume",
        spec={"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/"}},
    ),
    post(
        "make a storage class",
        "/apis/storage.k8s.io/v1/storageclasses",
        "StorageClass",
        "storage.k8s.io/v1",
        provisioner="example.com/any",
    ),
    post(
        "make a priority class",
        "/apis/scheduling.k8s.io/v1/priorityclasses",
        "PriorityClass",
        "scheduling.k8s.io/v1",
        value=1000,
    ),
    post(
        "define a resource",
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
        "CustomResourceDefinition",
        "apiextensions.k8s.io/v1",
    ),
    post(
        "make a webhook",
        "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
        "MutatingWebhookConfiguration",
        "admissionregistration.k8s.io/v1",
    ),
    delete(
        "remove what holds its pods to the grant",
        "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/gpu-cluster-teams",
    ),
    # its own bounds
    patch("raise its quota", f"{OWN}/resourcequotas/quota", {"spec": {"hard": {"pods": "1000"}}}),
    delete("delete the quota of a pool", f"{OWN}/resourcequotas/gpus-l4-shared"),
    patch("raise its defaults", f"{OWN}/limitranges/defaults", {"spec": {"limits": []}}),
    delete("open its network", "/apis/networking.k8s.io/v1/namespaces/vision/networkpolicies/default-deny"),
    post(
        "open its network with a policy more",
        "/apis/networking.k8s.io/v1/namespaces/vision/networkpolicies",
        "NetworkPolicy",
        "networking.k8s.io/v1",
        spec={"podSelector": {}, "ingress": [{}]},
    ),
    # its own rights
    patch("widen its role", f"{RBAC}/namespaces/vision/roles/team", {"rules": _RULES}),
    post(
        "make a role", f"{RBAC}/namespaces/vision/roles", "Role", "rbac.authorization.k8s.io/v1", rules=_RULES
    ),
    post(
        "bind itself to everything",
        f"{RBAC}/clusterrolebindings",
        "ClusterRoleBinding",
        "rbac.authorization.k8s.io/v1",
        roleRef=_ADMIN,
        subjects=_ME,
    ),
    post(
        "bind itself to everything in its namespace",
        f"{RBAC}/namespaces/vision/rolebindings",
        "RoleBinding",
        "rbac.authorization.k8s.io/v1",
        roleRef=_ADMIN,
        subjects=_ME,
    ),
    Try(
        "be somebody else",
        "GET",
        f"{OWN}/pods",
        says="cannot impersonate",
        headers={"Impersonate-User": "admin"},
    ),
    # Pod Security
    run("run a privileged pod", "violates PodSecurity", container={"securityContext": {"privileged": True}}),
    run("mount the host", "violates PodSecurity", volumes=[_HOST]),
    run("share the host's network", "violates PodSecurity", hostNetwork=True),
    run("run as root", "violates PodSecurity", securityContext={"runAsUser": 0}),
    # quota
    post(
        "ask for a load balancer",
        f"{OWN}/services",
        "Service",
        says="exceeded quota",
        spec={"type": "LoadBalancer", "ports": _PORT},
    ),
    post(
        "ask for a port of the nodes",
        f"{OWN}/services",
        "Service",
        says="exceeded quota",
        spec={"type": "NodePort", "ports": _PORT},
    ),
    run(
        "ask for more memory than is granted",
        "exceeded quota: quota",
        container={"resources": {"requests": {"cpu": "1"}, "limits": {"memory": "2Ti"}}},
    ),
    run(
        "ask for more GPUs of a pool than are granted",
        "exceeded quota: gpus-l4-shared",
        gpus=3,
        pool="l4-shared",
        counted="l4-shared",
    ),
    run(
        "ask for more GPUs of a pool than its models leave",
        "exceeded quota: gpus-l4",
        gpus=2,
        pool="l4",
        counted="l4",
    ),
    # admission of GPUs
    run(
        "use a pool that is not granted",
        "pool t4 is not granted to this team; granted: l4, l4-shared",
        gpus=1,
        pool="t4",
        counted="t4",
    ),
    run("use GPUs of whatever pool", "names the nodes of its pool in nodeSelector", gpus=1),
    run(
        "use GPUs that nobody counts",
        "priorityClassName is gpu-l4-shared for a pod with GPUs of pool l4-shared",
        gpus=1,
        pool="l4-shared",
    ),
    run(
        "have one pool's GPUs counted as another's",
        "priorityClassName is gpu-l4-shared",
        gpus=1,
        pool="l4-shared",
        counted="l4",
    ),
    run(
        "use GPUs before anything else runs",
        "pool t4 is not granted to this team",
        initContainers=[{**pod(gpus=1)["containers"][0], "name": "first"}],
        pool="t4",
    ),
    run(
        "see every GPU of the node by a variable",
        "they do not set NVIDIA_VISIBLE_DEVICES",
        gpus=1,
        pool="l4",
        counted="l4",
        container={"env": [{"name": "NVIDIA_VISIBLE_DEVICES", "value": "all"}]},
    ),
    run(
        "see them by a variable of a ConfigMap's key",
        "they do not set NVIDIA_VISIBLE_DEVICES",
        gpus=1,
        pool="l4",
        counted="l4",
        container={
            "env": [
                {
                    "name": "NVIDIA_VISIBLE_DEVICES",
                    "valueFrom": {"configMapKeyRef": {"name": "mine", "key": "gpus"}},
                }
            ]
        },
    ),
    run(
        "see them by all variables of a ConfigMap",
        "envFrom in a pod with GPUs has a prefix",
        gpus=1,
        pool="l4",
        counted="l4",
        container={"envFrom": [{"configMapRef": {"name": "mine"}}]},
    ),
    run(
        "see them by a ConfigMap whose prefix begins the variable",
        "envFrom in a pod with GPUs has a prefix",
        gpus=1,
        pool="l4",
        counted="l4",
        container={"envFrom": [{"prefix": "NVIDIA_", "configMapRef": {"name": "mine"}}]},
    ),
    run(
        "see them by an image beside a container with one",
        "a container without GPUs in a pod with GPUs sets NVIDIA_VISIBLE_DEVICES to void",
        gpus=1,
        pool="l4",
        counted="l4",
        initContainers=[{**pod()["containers"][0], "name": "first"}],
    ),
    run(
        "take another's memory domain",
        "they do not set NVIDIA_VISIBLE_DEVICES",
        gpus=1,
        pool="l4",
        counted="l4",
        container={"env": [{"name": "NVIDIA_IMEX_CHANNELS", "value": "0"}]},
    ),
    post(
        "see every GPU of the node by an annotation",
        f"{OWN}/pods",
        "Pod",
        says="annotations of CDI are not for teams",
        metadata={"name": "mine", "annotations": {"cdi.k8s.io/all": "nvidia.com/gpu=all"}},
        spec=pod(gpus=1, pool="l4", counted="l4"),
    ),
    run("go past the scheduler", "nodeName is the scheduler's to set", nodeName="l4-0"),
    run("end other pods", "have no priority over others", priorityClassName="system-cluster-critical"),
    run("take up room on GPU nodes", "does not tolerate nvidia.com/gpu", tolerations=[GPU_TOLERATION]),
    run("tolerate everything", "does not tolerate nvidia.com/gpu", tolerations=[{"operator": "Exists"}]),
)
