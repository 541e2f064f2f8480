import pytest

from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import Object
from gpu_cluster_tools.rehearsal.controllers.pod_environment import environment_of
from gpu_cluster_tools.rehearsal.errors import RehearsalError

POD: Object = {"metadata": {"name": "karpenter-0", "namespace": "kube-system"}}


def container(*variables: Object, **more: object) -> Object:
    return {"name": "controller", "env": list(variables), **more}


def test_environment_values_match_the_kubelet() -> None:
    resources = {"requests": {"cpu": "1500m"}, "limits": {"memory": "1Gi"}}
    cpu = {"resource": "requests.cpu", "divisor": "1m"}
    memory = {"resource": "limits.memory", "divisor": "0"}
    variables = (
        {"name": "CLUSTER_NAME", "value": "ml"},
        {"name": "EMPTY"},
        {"name": "SYSTEM_NAMESPACE", "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}}},
        {"name": "CPU_REQUESTS", "valueFrom": {"resourceFieldRef": cpu}},
        {"name": "MEMORY_LIMIT", "valueFrom": {"resourceFieldRef": memory}},
        {"name": "WHOLE_CPUS", "valueFrom": {"resourceFieldRef": {"resource": "requests.cpu"}}},
    )

    assert environment_of(POD, container(*variables, resources=resources)) == {
        "CLUSTER_NAME": "ml",
        "EMPTY": "",
        "SYSTEM_NAMESPACE": "kube-system",
        "CPU_REQUESTS": "1500",
        "MEMORY_LIMIT": str(2**30),
        "WHOLE_CPUS": "2",
    }


@pytest.mark.parametrize(
    "source",
    [{"secretKeyRef": {"name": "s", "key": "k"}}, {"fieldRef": {"fieldPath": "status.hostIP"}}],
    ids=["secret", "field that is not set"],
)
def test_unsupported_source_of_a_variable_is_an_error(source: Object) -> None:
    with pytest.raises(RehearsalError, match="pod kube-system/karpenter-0: variable TOKEN from"):
        environment_of(POD, container({"name": "TOKEN", "valueFrom": source}))


def test_env_from_is_an_error() -> None:
    with pytest.raises(RehearsalError, match="envFrom is not rehearsed"):
        environment_of(POD, container(envFrom=[{"configMapRef": {"name": "more"}}]))
