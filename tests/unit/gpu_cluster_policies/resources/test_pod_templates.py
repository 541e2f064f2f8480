"""Pod templates of every kind: from the table, by search, and those that neither finds."""

import base64
from dataclasses import replace
from time import process_time
from typing import Any

import pytest

from gpu_cluster.unknown import UNKNOWN
from gpu_cluster_policies import Resource, pack_of
from gpu_cluster_policies.not_judged import not_judged
from gpu_cluster_policies.resources.resource import object_of
from gpu_cluster_policies.resources.unseen_settings import holds_pod

TEMPLATE = {"spec": {"hostNetwork": True, "containers": [{"name": "a", "image": "b"}]}}
"""Pod template that violates rule 50."""


LOCAL = dict.fromkeys(
    ("networking.knative.dev/visibility", "networking.kserve.io/visibility"), "cluster-local"
)
"""Labels that keep Services of operators in the cluster."""


def _object(version: str, kind: str, **content: Any) -> Resource:
    about = {"name": "a", "labels": LOCAL}
    return object_of({"apiVersion": version, "kind": kind, "metadata": about, **content})


def _shared(resource: Resource) -> list[str]:
    """Paths at which rule 50 finds the host network."""
    found = pack_of("elsewhere").check([resource]).findings
    return [finding.path for finding in found if finding.rule.number == 50]


def _unseen(resource: Resource) -> str:
    unseen = not_judged(resource)
    return unseen.why if unseen else ""


RAY = {"headGroupSpec": {"template": TEMPLATE}, "workerGroupSpecs": [{"template": TEMPLATE}]}
REPLICAS = {"Worker": {"template": TEMPLATE}}
ROOT = {"privileged": True}
STARTS = {"initContainers": [{"name": "a", "image": "b"}]}
GRANT = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}
POD_TEXT = "kind: Pod\nspec:\n  containers:\n    - name: a\n      image: b\n"
JOBS = [{"template": {"spec": {"template": TEMPLATE}}}]


@pytest.mark.parametrize(
    ("version", "kind", "content", "paths"),
    [
        ("v1", "PodTemplate", {"template": TEMPLATE}, ["template"]),
        (
            "ray.io/v1",
            "RayCluster",
            {"spec": RAY},
            ["spec.headGroupSpec.template", "spec.workerGroupSpecs[0].template"],
        ),
        (
            "ray.io/v1",
            "RayJob",
            {"spec": {"rayClusterSpec": RAY, "submitterPodTemplate": TEMPLATE}},
            [
                "spec.rayClusterSpec.headGroupSpec.template",
                "spec.rayClusterSpec.workerGroupSpecs[0].template",
                "spec.submitterPodTemplate",
            ],
        ),
        (
            "ray.io/v1",
            "RayService",
            {"spec": {"rayClusterConfig": {"headGroupSpec": {"template": TEMPLATE}}}},
            ["spec.rayClusterConfig.headGroupSpec.template"],
        ),
        (
            "jobset.x-k8s.io/v1alpha2",
            "JobSet",
            {"spec": {"replicatedJobs": JOBS}},
            ["spec.replicatedJobs[0].template.spec.template"],
        ),
        (
            "trainer.kubeflow.org/v1alpha1",
            "ClusterTrainingRuntime",
            {"spec": {"template": {"spec": {"replicatedJobs": JOBS}}}},
            ["spec.template.spec.replicatedJobs[0].template.spec.template"],
        ),
        (
            "leaderworkerset.x-k8s.io/v1",
            "LeaderWorkerSet",
            {"spec": {"leaderWorkerTemplate": {"leaderTemplate": TEMPLATE, "workerTemplate": TEMPLATE}}},
            ["spec.leaderWorkerTemplate.leaderTemplate", "spec.leaderWorkerTemplate.workerTemplate"],
        ),
        (
            "kubeflow.org/v2beta1",
            "MPIJob",
            {"spec": {"mpiReplicaSpecs": REPLICAS}},
            ["spec.mpiReplicaSpecs.Worker.template"],
        ),
        (
            "kubeflow.org/v1",
            "PyTorchJob",
            {"spec": {"pytorchReplicaSpecs": REPLICAS}},
            ["spec.pytorchReplicaSpecs.Worker.template"],
        ),
        ("argoproj.io/v1alpha1", "Rollout", {"spec": {"template": TEMPLATE}}, ["spec.template"]),
        (
            "batch.volcano.sh/v1alpha1",
            "Job",
            {"spec": {"tasks": [{"template": TEMPLATE}]}},
            ["spec.tasks[0].template"],
        ),
        ("serving.knative.dev/v1", "Service", {"spec": {"template": TEMPLATE}}, ["spec.template"]),
        ("serving.kserve.io/v1alpha1", "ServingRuntime", TEMPLATE, [""]),
        (
            "serving.kserve.io/v1beta1",
            "InferenceService",
            {"spec": {"predictor": TEMPLATE["spec"]}},
            ["spec.predictor"],
        ),
        ("apps.example/v1", "Deploymnt", {"spec": {"template": TEMPLATE}}, ["spec.template"]),
        ("apps.example/v1", "Farm", {"spec": {"a": {"b": [{"c": TEMPLATE}]}}}, ["spec.a.b[0].c"]),
    ],
)
def test_every_pod_template_is_evaluated(
    version: str, kind: str, content: dict[str, Any], paths: list[str]
) -> None:
    resource = _object(version, kind, **content)

    inline = kind == "InferenceService"
    assert _shared(resource) == [
        f"{path}{'' if inline else '.spec'}.hostNetwork".removeprefix(".") for path in paths
    ]
    assert _unseen(resource) == ""


def test_table_finds_a_template_whose_containers_have_no_image() -> None:
    template = {"spec": {"hostNetwork": True, "containers": [{"name": "a"}]}}
    ray = _object("ray.io/v1", "RayCluster", spec={"headGroupSpec": {"template": template}})

    assert _shared(ray) == ["spec.headGroupSpec.template.spec.hostNetwork"]
    assert _shared(_object("example.com/v1", "Farm", spec={"template": template})) == []


@pytest.mark.parametrize(
    ("kind", "spec", "why"),
    [
        ("Queue", {"weight": 1}, "no pod template found"),
        ("RayJob", {"clusterSelector": {"a": "b"}}, "no pod template found"),
        ("TrainJob", {"trainer": {"image": "a"}}, "no pod template found"),
        ("Farm", {"containers": {"a": {"image": "b"}}}, "no pod template found"),
        (
            "Farm",
            {"template": TEMPLATE, "driver": {"image": "a"}},
            "spec.driver has a container image outside of a pod template",
        ),
        ("Farm", {"template": TEMPLATE, "more": UNKNOWN}, "spec.more is unknown at preview"),
        (
            "Farm",
            {"good": TEMPLATE["spec"], "bad": {"containers": [{"name": "a", "securityContext": ROOT}]}},
            "spec.bad.containers is outside of a pod template",
        ),
        (
            "InferenceService",
            {"transformer": TEMPLATE["spec"], "predictor": {"model": {"securityContext": ROOT}}},
            "spec.predictor.model.securityContext is outside of a pod template",
        ),
        (
            "InferenceService",
            {"transformer": TEMPLATE["spec"], "predictor": {"model": {"modelFormat": {"name": "a"}}}},
            "spec.predictor.model.modelFormat is outside of a pod template",
        ),
        (
            "Workflow",
            {"templates": [{**STARTS, "containers": [], "container": {"image": "b"}}]},
            "spec.templates[0].container has a container image outside of a pod template",
        ),
        (
            "Workflow",
            {"templates": [{**STARTS, "sidecars": [{"name": "b", "securityContext": ROOT}]}]},
            "spec.templates[0].sidecars is outside of a pod template",
        ),
        (
            "Workflow",
            {"templates": [STARTS], "podSpecPatch": "hostPID: true"},
            "spec.podSpecPatch is outside of a pod template",
        ),
        *(
            ("Workflow", {"templates": [STARTS], key: value}, f"spec.{key} is outside of a pod template")
            for key, value in (
                ("serviceAccountName", "admin"),
                ("serviceAccount", "admin"),
                ("automountServiceAccountToken", True),
            )
        ),
        (
            "Prometheus",
            {**TEMPLATE["spec"], "image": "b"},
            "spec has a container image outside of a pod template",
        ),
        (
            "Farm",
            {"template": TEMPLATE, "side": {"image": {"repository": "a", "tag": "b"}}},
            "spec.side has a container image outside of a pod template",
        ),
        *(
            (
                "Farm",
                {"template": TEMPLATE, "side": {key: "a"}},
                f"spec.side.{key} has a container image outside of a pod template",
            )
            for key in ("imageName", "containerImage", "sidecarImage")
        ),
        (
            "AppWrapper",
            {
                "components": [
                    {"template": {"apiVersion": "v1", "kind": "Service", "spec": {"a": 1}}},
                    TEMPLATE,
                ]
            },
            "spec.components[0].template is an object of kind Service, of which rules only see pods",
        ),
        (
            "ClusterServiceVersion",
            {"deployments": [TEMPLATE], "clusterPermissions": [{"rules": [GRANT]}]},
            "spec.clusterPermissions[0].rules[0] has permissions of a role",
        ),
        ("Farm", {"template": TEMPLATE, "patch": POD_TEXT}, "spec.patch holds a pod as text"),
        (
            "Farm",
            {"template": TEMPLATE, "raw": '{"apiVersion": "v1", "kind": "Secret"}'},
            "spec.raw holds an object as text",
        ),
        (
            "RayCluster",
            {"headGroupSpec": {"template": TEMPLATE, "enableIngress": True}},
            "spec.headGroupSpec.enableIngress creates an Ingress",
        ),
        (
            "Prometheus",
            {**TEMPLATE["spec"], "version": "v3"},
            "spec has version beside its containers, which may add others",
        ),
        (
            "Farm",
            {"containers": [{"name": "a", "image": "b", "more": {"securityContext": ROOT}}]},
            "spec.containers[0].more.securityContext is outside of a pod template",
        ),
    ],
)
def test_object_that_may_contain_other_pods_is_not_evaluated(
    kind: str, spec: dict[str, Any], why: str
) -> None:
    assert _unseen(_object("example.com/v1", kind, spec=spec)) == why


@pytest.mark.parametrize(
    "spec",
    [
        {"trialSpec": {"apiVersion": "batch/v1", "kind": "Job", "spec": {"template": TEMPLATE}}},
        {"template": TEMPLATE, "owner": {"apiVersion": "v1", "kind": "Service", "name": "a"}},
        {
            "template": TEMPLATE,
            "claims": [{"apiVersion": "v1", "kind": "PersistentVolumeClaim", "spec": {"a": 1}}],
        },
        {"template": TEMPLATE, "image": "", "diskImage": "a", "verbs": ["get"], "words": "containers: 3"},
        {"role": {**TEMPLATE["spec"], "replicas": 2, "name": "a"}},
    ],
)
def test_object_without_other_pods_is_evaluated(spec: dict[str, Any]) -> None:
    assert _unseen(_object("example.com/v1", "Farm", spec=spec)) == ""


@pytest.mark.parametrize(
    ("spec", "paths"),
    [
        (
            {"headGroupSpec": {"template": TEMPLATE, "serviceType": "LoadBalancer"}},
            ["headGroupSpec.serviceType"],
        ),
        ({"headService": {"spec": {"type": "NodePort"}}}, ["headService.spec.type"]),
        ({"headGroupSpec": {"template": TEMPLATE, "serviceType": "ClusterIP"}}, []),
    ],
)
def test_services_exposed_by_an_operator_are_findings(spec: dict[str, Any], paths: list[str]) -> None:
    found = pack_of("prod-elsewhere").check([_object("ray.io/v1", "RayCluster", spec=spec)]).findings

    exposed = [finding.path for finding in found if finding.rule.number == 69]
    assert exposed == [f"spec.{path}" for path in paths]


@pytest.mark.parametrize(
    ("version", "kind", "content", "why"),
    [
        ("v1", "ConfigMap", {"data": {"pod.yaml": POD_TEXT}}, 'data["pod.yaml"] holds a pod as text'),
        (
            "v1",
            "ConfigMap",
            {"binaryData": {"a": base64.b64encode(POD_TEXT.encode()).decode()}},
            "binaryData.a holds a pod as text",
        ),
        ("v1", "Secret", {"stringData": {"a": POD_TEXT}}, "stringData.a holds a pod as text"),
        ("v1", "ConfigMap", {"data": {"a": "containers are not images"}, "binaryData": {"b": "?"}}, ""),
        (
            "admissionregistration.k8s.io/v1",
            "MutatingWebhookConfiguration",
            {"webhooks": []},
            "it can change pods after rules have seen them",
        ),
        ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", {"webhooks": []}, ""),
        ("apps/v1", "ControllerRevision", {"data": {}}, "its pod template is an earlier one of a workload"),
    ],
)
def test_known_kinds_that_contain_or_change_pods_are_not_evaluated(
    version: str, kind: str, content: dict[str, Any], why: str
) -> None:
    resource = _object(version, kind, **content)

    assert _unseen(resource) == why
    of_the_platform = replace(
        resource, urn=f"urn:pulumi:x::y::gpu-cluster:index:Platform$kubernetes:{kind}::a"
    )
    assert _unseen(of_the_platform) == ""


def test_long_text_is_searched_in_linear_time() -> None:
    began = process_time()

    assert not holds_pod("containers: image " * 100_000)
    assert process_time() - began < 5


@pytest.mark.parametrize(
    ("kind", "spec", "inside"),
    [
        (
            "InferenceService",
            {"predictor": {**TEMPLATE["spec"], "workerSpec": TEMPLATE["spec"]}},
            "predictor.",
        ),
        ("ServingRuntime", {**TEMPLATE["spec"], "workerSpec": TEMPLATE["spec"]}, ""),
        ("Farm", {"template": {"spec": {**TEMPLATE["spec"], "after": [TEMPLATE]}}}, "template.spec."),
    ],
)
def test_nested_pod_spec_is_evaluated(kind: str, spec: dict[str, Any], inside: str) -> None:
    resource = _object("example.com/v1", kind, spec=spec)
    below = "after[0].spec" if kind == "Farm" else "workerSpec"

    assert _shared(resource) == [f"spec.{inside}hostNetwork", f"spec.{inside}{below}.hostNetwork"]
    assert _unseen(resource) == ""


@pytest.mark.parametrize(
    ("kind", "spec", "path"),
    [
        ("RayCluster", {**RAY, "workerGroupSpecs": {"template": TEMPLATE}}, "spec.workerGroupSpecs"),
        ("JobSet", {"replicatedJobs": {"a": JOBS[0]}}, "spec.replicatedJobs"),
        ("MPIJob", {"mpiReplicaSpecs": [{"template": TEMPLATE}]}, "spec.mpiReplicaSpecs"),
    ],
)
def test_pod_groups_of_wrong_type_are_findings(kind: str, spec: dict[str, Any], path: str) -> None:
    resource = _object("example.com/v1", kind, spec=spec)

    assert _shared(resource) == [path]


def _envoy(**spec: Any) -> Resource:
    return _object("gateway.envoyproxy.io/v1alpha1", "EnvoyProxy", spec={"provider": {"kubernetes": spec}})


PINNED = f"docker.io/library/envoy@sha256:{'a' * 64}"


@pytest.mark.parametrize(
    ("workload", "path"),
    [
        ({"initContainers": [{"name": "a", "image": "b"}]}, "initContainers"),
        ({"container": {"image": PINNED, "securityContext": ROOT}}, "container.securityContext"),
        ({"pod": {"volumes": [{"name": "a", "hostPath": {"path": "/"}}]}}, "pod.volumes"),
        ({"patch": {"value": TEMPLATE}}, "patch"),
    ],
)
@pytest.mark.parametrize("key", ["envoyDeployment", "envoyDaemonSet"])
def test_envoy_proxy_pod_settings_are_not_evaluated(key: str, workload: dict[str, Any], path: str) -> None:
    assert _unseen(_envoy(**{key: workload})) == f"no rule evaluates spec.provider.kubernetes.{key}.{path}"


def test_envoy_proxy_service_patch_is_not_evaluated() -> None:
    patch = {"type": "ClusterIP", "patch": {"value": {"spec": {"type": "NodePort"}}}}

    assert _unseen(_envoy(envoyService=patch)).endswith(".envoyService.patch")


def test_envoy_proxy_image_is_evaluated() -> None:
    def paths(image: str) -> set[str]:
        proxy = _envoy(envoyDeployment={"replicas": 2, "container": {"image": image, "resources": {}}})
        assert _unseen(proxy) == ""
        found = pack_of("elsewhere").check([proxy]).findings
        return {finding.path for finding in found if finding.path.endswith(".image")}

    assert paths(PINNED) == set()
    assert paths("envoy:latest") == {"spec.provider.kubernetes.envoyDeployment.container.image"}


def test_envoy_proxy_workload_of_wrong_type_is_a_finding() -> None:
    found = pack_of("elsewhere").check([_envoy(envoyDeployment=["a"])]).findings

    assert "spec.provider.kubernetes.envoyDeployment" in {finding.path for finding in found}


@pytest.mark.parametrize(
    ("version", "kind"),
    [
        ("v1", "ConfigMap"),
        ("storage.k8s.io/v1", "StorageClass"),
        ("karpenter.sh/v1", "NodePool"),
        ("snapshot.storage.k8s.io/v1", "VolumeSnapshotClass"),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
    ],
)
def test_kinds_without_pods_are_not_reported(version: str, kind: str) -> None:
    assert _unseen(_object(version, kind, spec={"a": {"image": "b"}})) == ""


def test_cloud_resources_are_not_searched_for_pods() -> None:
    assert not_judged(Resource("aws:ecs/service:Service", {"image": "a"}, "a")) is None


@pytest.mark.parametrize(
    "spec",
    [
        {"containers": {"a": {"image": "b"}}},
        {"containers": "a"},
        {"containers": ["a"]},
        {"containers": [], "initContainers": {"name": "a"}},
        [],
        "a",
    ],
)
@pytest.mark.parametrize("kind", ["Pod", "Revision"])
def test_containers_of_wrong_type_are_findings_of_every_container_rule(kind: str, spec: Any) -> None:
    resource = _object("v1" if kind == "Pod" else "serving.knative.dev/v1", kind, spec=spec)

    found = {finding.rule.number for finding in pack_of("elsewhere").check([resource]).findings}

    assert {49, 50, 51, 52, 53, 54, 57} <= found


def test_custom_object_with_pods_requires_a_namespace() -> None:
    found = pack_of("elsewhere").check([_object("ray.io/v1", "RayCluster", spec=RAY)]).findings

    assert [finding.path for finding in found if finding.rule.number == 63] == ["metadata.namespace"]


def test_job_of_another_group_is_not_a_batch_job() -> None:
    found = pack_of("elsewhere").check([_object("batch.volcano.sh/v1alpha1", "Job", spec={})]).findings

    assert [finding.resource for finding in found] == []


def test_deeply_nested_object_is_searched_completely() -> None:
    spec: dict[str, Any] = {"template": TEMPLATE}
    for _ in range(5_000):
        spec = {"a": spec}

    assert len(_shared(_object("example.com/v1", "Farm", spec=spec))) == 1


@pytest.mark.parametrize(
    ("version", "kind", "content", "why"),
    [
        (
            "sparkoperator.k8s.io/v1beta2",
            "SparkApplication",
            {"sparkConf": {"spark.kubernetes.container.image": "a"}, "driver": {"template": TEMPLATE}},
            'spec.sparkConf["spark.kubernetes.container.image"] has a container image outside of a pod '
            "template",
        ),
        (
            "sparkoperator.k8s.io/v1beta2",
            "SparkApplication",
            {"sparkConf": {"spark.kubernetes.driver.volumes.hostPath.a.mount.path": "/"}, "driver": TEMPLATE},
            'spec.sparkConf["spark.kubernetes.driver.volumes.hostPath.a.mount.path"] mounts a volume outside '
            "of a pod template",
        ),
        (
            "ray.io/v1",
            "RayJob",
            {"rayClusterSpec": RAY, "runtimeEnvYAML": "working_dir: https://example.com/a.zip"},
            "spec.runtimeEnvYAML has code that pods download",
        ),
    ],
)
def test_operator_settings_outside_pod_templates_are_not_evaluated(
    version: str, kind: str, content: Any, why: str
) -> None:
    assert _unseen(_object(version, kind, spec=content)) == why


def test_knative_service_without_cluster_local_label_is_not_evaluated() -> None:
    inside = _object("serving.knative.dev/v1", "Service", spec={"template": TEMPLATE})
    outside = replace(inside, properties={**inside.properties, "metadata": {"name": "a"}})

    assert _unseen(inside) == ""
    assert _unseen(outside) == (
        "its operator may expose it, because it has no label networking.knative.dev/visibility: cluster-local"
    )


def test_model_uris_are_found() -> None:
    content = {"model": {"uri": "hf://a/b"}, "predictor": {"storageUri": "s3://a", "uri": "x"}}

    found = _object("serving.kserve.io/v1alpha1", "LLMInferenceService", spec=content).templates.models

    assert {it.path: it.value for it in found} == {
        "spec.model.uri": "hf://a/b",
        "spec.predictor.storageUri": "s3://a",
    }
