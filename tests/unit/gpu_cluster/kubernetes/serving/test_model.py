import pytest

from tests.unit.gpu_cluster.kubernetes.serving.served import NFS, ON_AWS, pod, serve, serve_all
from tests.unit.gpu_cluster.stacks import model_of


def test_model_url_resolves_to_its_replicas() -> None:
    graph = serve()
    service, deployment = graph.only("Service"), graph.only("Deployment")
    assert graph.outputs[graph.only("Model").urn] == {"url": "http://chat.serving.svc.cluster.local:8000/v1"}
    assert (service["metadata.name"], service["metadata.namespace"]) == ("chat", "serving")
    assert service["spec.selector"] == deployment["spec.template.metadata.labels"]
    assert service["spec.ports"] == [{"name": "http", "port": 8000, "targetPort": "http"}]


def test_fixed_replica_count_has_no_autoscaler() -> None:
    graph = serve(replicas=2)
    assert not graph.of("HorizontalPodAutoscaler")
    assert graph.only("Deployment")["spec.replicas"] == 2
    assert graph.only("Deployment").ignored_changes == ()


def test_replica_range_has_an_autoscaler_that_owns_the_count() -> None:
    graph = serve(replicas={"min": 1, "max": 6}, waiting=9)
    scaler = graph.only("HorizontalPodAutoscaler")
    assert (scaler["spec.minReplicas"], scaler["spec.maxReplicas"]) == (1, 6)
    assert scaler["spec.scaleTargetRef"]["name"] == graph.only("Deployment")["metadata.name"]
    assert graph.only("Deployment").ignored_changes == ("spec.replicas",)

    [metric] = scaler["spec.metrics"]
    assert metric["pods"]["metric"]["name"] == "vllm:num_requests_waiting"
    assert metric["pods"]["target"] == {"type": "AverageValue", "averageValue": "9"}


def test_change_between_fixed_and_scaled_replicas_changes_metadata() -> None:
    fixed, scaled = serve(replicas=2), serve(replicas={"min": 2, "max": 3})
    assert fixed.only("Deployment")["metadata"] != scaled.only("Deployment")["metadata"]


def test_scale_down_is_slower_than_scale_up() -> None:
    behavior = serve(replicas={"min": 1, "max": 6}).only("HorizontalPodAutoscaler")["spec.behavior"]
    up, down = behavior["scaleUp"], behavior["scaleDown"]
    assert down["stabilizationWindowSeconds"] > up["stabilizationWindowSeconds"]
    assert down["policies"][0]["value"] == 1


@pytest.mark.parametrize("replicas", [1, 2])
def test_disruption_budget_never_blocks_a_drain(replicas: int) -> None:
    budget = serve(replicas=replicas).only("PodDisruptionBudget")["spec"]
    assert budget["maxUnavailable"] == 1
    assert "minAvailable" not in budget
    assert budget["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


def test_model_has_its_own_service_account_without_a_token() -> None:
    graph = serve()
    account = graph.only("ServiceAccount")
    assert account["automountServiceAccountToken"] is pod(graph)["automountServiceAccountToken"] is False
    assert pod(graph)["serviceAccountName"] == account["metadata.name"]


def test_replicas_share_a_weights_claim_on_shared_storage() -> None:
    graph = serve(storage={"models": NFS})
    claim = graph.only("PersistentVolumeClaim")
    assert claim["spec"] == {
        "accessModes": ["ReadWriteMany"],
        "storageClassName": "models",
        "resources": {"requests": {"storage": "40Gi"}},
    }
    [cache] = [v for v in pod(graph)["volumes"] if v["name"] == "cache"]
    assert cache["persistentVolumeClaim"] == {"claimName": claim["metadata.name"]}
    assert graph.waits_for(graph.only("Deployment"), claim)


def test_replicas_have_ephemeral_volumes_without_shared_storage() -> None:
    graph = serve(storage={"disk": {"kind": "local-path", "default": True}})
    assert not graph.of("PersistentVolumeClaim")
    [cache] = [v for v in pod(graph)["volumes"] if v["name"] == "cache"]
    spec = cache["ephemeral"]["volumeClaimTemplate"]["spec"]
    assert (spec["accessModes"], spec["storageClassName"]) == (["ReadWriteOnce"], "disk-scratch")


def test_cache_uses_the_configured_storage_class() -> None:
    storage = {"disk": {"kind": "local-path", "default": True}, "models": NFS | {"default": False}}
    graph = serve(storage=storage, cache={"size": "1Gi", "storageClass": "models"})
    assert graph.only("PersistentVolumeClaim")["spec.storageClassName"] == "models"


def test_weights_of_a_store_are_mounted_read_only() -> None:
    graph = serve(storage=ON_AWS, store="models", cache=None)
    claim, deployment = graph.only("PersistentVolumeClaim"), graph.only("Deployment")
    assert claim["metadata.name"] == "models"
    assert claim["spec"] == {
        "accessModes": ["ReadOnlyMany"],
        "storageClassName": "",
        "resources": {"requests": {"storage": "1Gi"}},
    }
    assert graph.waits_for(deployment, claim)
    [weights] = [v for v in pod(graph)["volumes"] if v["name"] == "weights"]
    assert weights["persistentVolumeClaim"] == {"claimName": "models", "readOnly": True}
    assert "cache" not in {volume["name"] for volume in pod(graph)["volumes"]}


def test_models_of_one_store_share_a_claim() -> None:
    models = {name: model_of(store="models", cache=None) for name in ("chat", "code")}
    assert len(serve_all(models, storage=ON_AWS).of("PersistentVolumeClaim")) == 1


def test_deployment_is_deleted_with_background_propagation() -> None:
    annotations = serve().only("Deployment")["metadata.annotations"]
    assert annotations["pulumi.com/deletionPropagationPolicy"] == "background"
