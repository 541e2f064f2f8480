"""Admission policy for team pods: GPUs only on granted pools, counted per pool."""

from collections.abc import Mapping
from json import dumps

from pulumi_kubernetes.admissionregistration import v1 as admission

from gpu_cluster.capacity import GPU_TAINT, Pool
from gpu_cluster.catalog.device_variables import DEVICE_VARIABLES, VISIBLE_DEVICES
from gpu_cluster.kubernetes.serving.replicas import USER
from gpu_cluster.kubernetes.teams.identity import CLASS_PREFIX, POOLS_ANNOTATION
from gpu_cluster.kubernetes.teams.namespace_policy import namespace_policy

NAME = "gpu-cluster-teams"

_GPUS = "nvidia.com/"
_CDI_ANNOTATIONS = ("cdi.k8s.io/", "nvidia.cdi.k8s.io/")
"""Prefixes of annotations by which a runtime adds devices (internal/modifier/cdi.go
of NVIDIA/nvidia-container-toolkit v1.20.0, and its NRI plugin, 2026-08-21)."""

_VARIABLES = {
    "containers": "object.spec.containers + object.spec.?initContainers.orValue([])",
    "gpus": (
        "variables.containers.exists(c, "
        f"c.?resources.?limits.orValue({{}}).exists(name, name.startsWith({dumps(_GPUS)})))"
    ),
    "granted": f"namespaceObject.metadata.annotations[{dumps(POOLS_ANNOTATION)}].split(',')",
    "selector": "object.spec.?nodeSelector.orValue({})",
    "selected": (
        "variables.pools.filter(name, variables.pools[name].all(key, "
        "key in variables.selector && variables.selector[key] == variables.pools[name][key]))"
    ),
    "pool": "variables.selected.size() > 0 ? variables.selected[0] : ''",
    "choosing": dumps(DEVICE_VARIABLES),
    "user": "object.spec.?securityContext.?runAsUser.orValue(-1)",
}
_VALIDATIONS = {
    "!has(object.spec.nodeName)": "'nodeName is the scheduler\\'s to set'",
    "!variables.gpus || variables.pool in variables.granted": (
        "(variables.pool == '' ? 'a pod with GPUs names the nodes of its pool in nodeSelector'"
        " : 'pool ' + variables.pool + ' is not granted to this team')"
        " + '; granted: ' + variables.granted.join(', ')"
    ),
    f"!variables.gpus || object.spec.?priorityClassName.orValue('') == '{CLASS_PREFIX}' + variables.pool": (
        f"'priorityClassName is {CLASS_PREFIX}' + variables.pool"
        " + ' for a pod with GPUs of pool ' + variables.pool + ', by which its quota counts'"
    ),
    "object.spec.?priority.orValue(0) <= 0": "'pods of a team have no priority over others'",
    (
        "variables.gpus || !object.spec.?tolerations.orValue([]).exists(each, "
        f"each.?key.orValue('') in ['', '{GPU_TAINT}'])"
    ): f"'a pod without GPUs keeps off their nodes: it does not tolerate {GPU_TAINT}'",
    (
        "variables.containers.all(c, c.?env.orValue([]).all(each, !(each.name in variables.choosing) || "
        f"(each.name == '{VISIBLE_DEVICES}' && each.?value.orValue('') == 'void')))"
    ): (
        "'containers get the GPUs of their resources.limits: they do not set '"
        f" + variables.choosing.join(', ') + ' ({VISIBLE_DEVICES} may be void)'"
    ),
    (
        "!variables.gpus || variables.containers.all(c, c.?envFrom.orValue([]).all(each, "
        "each.?prefix.orValue('') != '' "
        "&& !variables.choosing.exists(name, name.startsWith(each.prefix))))"
    ): (
        f"'envFrom in a pod with GPUs has a prefix, such as APP_: without one it could set {VISIBLE_DEVICES}'"
    ),
    (
        "!variables.gpus || variables.containers.all(c, "
        f"c.?resources.?limits.orValue({{}}).exists(name, name.startsWith({dumps(_GPUS)})) || "
        f"c.?env.orValue([]).exists(each, each.name == '{VISIBLE_DEVICES}'))"
    ): (
        f"'a container without GPUs in a pod with GPUs sets {VISIBLE_DEVICES} to void: "
        "its image may ask for all GPUs of the node'"
    ),
    (
        "!variables.gpus || !(variables.pool in variables.mps) || variables.containers.all(c, "
        f"c.?securityContext.?runAsUser.orValue(variables.user) == {USER})"
    ): (
        f"'runAsUser is {USER} for a pod with GPUs of pool ' + variables.pool"
        " + ', which MPS shares among pods of one user'"
    ),
    (
        "object.metadata.?annotations.orValue({}).all(name, "
        f"!{dumps(_CDI_ANNOTATIONS)}.exists(prefix, name.startsWith(prefix)))"
    ): "'containers get the GPUs of their resources.limits: annotations of CDI are not for teams'",
}
"""A condition, and an expression for the message where it is false."""


def policy(pools: Mapping[str, Pool]) -> admission.ValidatingAdmissionPolicySpecArgs:
    """Policy for pods in team namespaces. `pools`: GPU pools."""
    selectors = {name: dict(pool.selector) for name, pool in pools.items()}
    by_mps = [name for name, pool in pools.items() if pool.sharing and pool.sharing.mps]
    pods = admission.NamedRuleWithOperationsArgs(
        # Nothing of what is looked at can be changed afterwards.
        operations=["CREATE"],
        api_groups=[""],
        api_versions=["v1"],
        resources=["pods"],
    )
    variables = {"pools": dumps(selectors), "mps": dumps(by_mps), **_VARIABLES}
    return namespace_policy(pods, variables, _VALIDATIONS)
