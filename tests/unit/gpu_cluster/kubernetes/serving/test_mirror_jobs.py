"""Jobs that mirror models of the hub into stores."""

from typing import Any

import pytest

from gpu_cluster.plan import Graph
from tests.unit.gpu_cluster.stacks import model_of, stack_of
from tests.unit.platforms import shared_platform_of

COMMIT = "a09a35458c702b33eeacc393d103063234e8bc28"
NFS = {"kind": "nfs-folder", "server": "files.example.com", "share": "/srv/models", "writable": True}
HUB = {"url": "https://hub.example.com:8443", "networks": ["10.20.0.0/24"]}


def mirrored(**settings: Any) -> dict[str, Any]:
    model = model_of(model="Qwen/Qwen3-8B", store="models", mirror=True, revision=COMMIT, context=8192)
    model.pop("cache")
    return model | settings


def graph_of(
    *, hub_token: str | None = None, pools: dict[str, Any] | None = None, hub: Any = None, **models: Any
) -> Graph:
    storage = {"disk": {"kind": "local-path", "default": True}, "models": NFS}
    sections: dict[str, Any] = {"storage": storage, "serving": {"models": models or {"chat": mirrored()}}}
    if hub:
        sections["serving"]["hub"] = hub
    stack = stack_of(**sections, **({"pools": pools} if pools else {}))
    return shared_platform_of(stack, hub_token=hub_token)[0]


def job_of(graph: Graph) -> Any:
    [job] = graph.of("Job")
    return job


def container_of(graph: Graph) -> Any:
    [container] = job_of(graph)["spec"]["template"]["spec"]["containers"]
    return container


def server_arguments(graph: Graph, name: str = "chat") -> list[str]:
    [server] = [it for it in graph.of("Deployment") if it["metadata"]["name"] == name]
    return server["spec"]["template"]["spec"]["containers"][0]["args"]


def test_server_loads_the_folder_that_the_mirror_job_writes() -> None:
    graph = graph_of()

    folder = f"/weights/Qwen/Qwen3-8B/{COMMIT}"
    assert container_of(graph)["args"] == [
        "--model=Qwen/Qwen3-8B",
        f"--revision={COMMIT}",
        f"--folder={folder}",
        "--append",
    ]
    assert folder in server_arguments(graph)
    assert not [it for it in server_arguments(graph) if it.startswith("--revision")]


def test_server_is_created_after_the_mirror_job() -> None:
    graph = graph_of()

    server = graph.get("Deployment", "chat")
    assert graph.waits_for(server, graph.only("Job"))


def test_changed_revision_creates_a_new_mirror_job() -> None:
    before, after = job_of(graph_of()), job_of(graph_of(chat=mirrored(revision="b" * 40)))

    assert before["metadata"]["name"].startswith("mirror-qwen3-8b-")
    assert before["metadata"]["name"] != after["metadata"]["name"]


def test_mirror_job_without_revision_uses_the_main_branch() -> None:
    assert container_of(graph_of(chat=mirrored(revision=None)))["args"][1:3] == [
        "--revision=main",
        "--folder=/weights/Qwen/Qwen3-8B",
    ]


def test_models_with_the_same_weights_share_a_mirror_job() -> None:
    graph = graph_of(chat=mirrored(), long=mirrored(context=16384))

    assert len(graph.of("Job")) == 1


def test_draft_model_and_adapters_have_mirror_jobs() -> None:
    more = {
        "speculative": {"method": "eagle3", "model": "org/draft", "revision": "c" * 40, "tokens": 3},
        "lora": {"modules": {"sql": "org/sql-adapter", "own": "/weights/own"}},
    }
    graph = graph_of(chat=mirrored(**more))

    assert len(graph.of("Job")) == 3
    arguments = " ".join(server_arguments(graph))
    assert f'"model":"/weights/org/draft/{"c" * 40}"' in arguments
    assert '"revision"' not in arguments
    assert "sql=/weights/org/sql-adapter own=/weights/own" in arguments


def test_mirror_job_runs_unprivileged_as_the_server_user_without_fs_group() -> None:
    pod = job_of(graph_of())["spec"]["template"]["spec"]

    assert pod["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": 2000,
        "runAsGroup": 2000,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert pod["containers"][0]["securityContext"]["readOnlyRootFilesystem"]
    assert pod["automountServiceAccountToken"] is False


def test_mirror_job_fails_on_refusal_and_ignores_disruptions() -> None:
    spec = job_of(graph_of())["spec"]

    actions = {rule["action"]: rule for rule in spec["podFailurePolicy"]["rules"]}
    assert actions["FailJob"]["onExitCodes"]["values"] == [2]
    assert actions["Ignore"]["onPodConditions"][0]["type"] == "DisruptionTarget"
    assert spec["template"]["spec"]["restartPolicy"] == "Never"
    assert spec["activeDeadlineSeconds"] >= 3600


def test_failed_mirror_job_is_replaced_by_the_next_update() -> None:
    annotations = job_of(graph_of())["metadata"]["annotations"]

    assert annotations["pulumi.com/replaceUnready"] == "true"


def test_mirror_job_has_the_token_and_address_of_the_hub() -> None:
    graph = graph_of(hub=HUB, hub_token="hf_secret")

    environment = {it["name"]: it for it in container_of(graph)["env"]}
    assert environment["HF_ENDPOINT"]["value"] == HUB["url"]
    assert environment["HF_TOKEN"]["valueFrom"]["secretKeyRef"] == {"name": "hub-token", "key": "token"}


def test_model_env_overrides_token_and_address_of_the_mirror_job() -> None:
    own = {"HF_TOKEN": {"secret": "own", "key": "token"}, "HF_ENDPOINT": "https://other.example.com"}
    graph = graph_of(hub=HUB, hub_token="hf_secret", chat=mirrored(env=own))

    environment = {it["name"]: it for it in container_of(graph)["env"]}
    assert environment["HF_ENDPOINT"]["value"] == own["HF_ENDPOINT"]
    assert environment["HF_TOKEN"]["valueFrom"]["secretKeyRef"] == {"name": "own", "key": "token"}


def policies(graph: Graph) -> dict[str, Any]:
    found = [it for it in graph.of("NetworkPolicy") if it["metadata"].get("namespace") == "serving"]
    return {it["metadata"]["name"]: it["spec"] for it in found}


def test_only_the_mirror_job_reaches_the_hub() -> None:
    found = policies(graph_of())

    assert "allow-hub" not in found
    assert found["allow-mirror"]["podSelector"] == {
        "matchLabels": {"app.kubernetes.io/name": "weights-mirror"}
    }
    labels = job_of(graph_of())["spec"]["template"]["metadata"]["labels"]
    assert labels["app.kubernetes.io/name"] == "weights-mirror"


def test_only_replicas_that_download_reach_the_hub() -> None:
    found = policies(graph_of(chat=mirrored(), other=model_of()))

    [named] = found["allow-hub"]["podSelector"]["matchExpressions"]
    assert named == {"key": "app.kubernetes.io/instance", "operator": "In", "values": ["other"]}


def test_every_pod_reaches_the_hub_if_all_models_download() -> None:
    assert policies(graph_of(chat=model_of()))["allow-hub"]["podSelector"] == {}


@pytest.mark.parametrize("system", [True, False])
def test_mirror_job_tolerates_gpu_nodes_only_without_other_nodes(system: bool) -> None:
    pools = {"l4": {"instance": "g6.4xlarge", "nodes": 2}}
    graph = graph_of(pools=pools | ({"system": {"instance": "m7i.xlarge", "nodes": 2}} if system else {}))

    tolerated = job_of(graph)["spec"]["template"]["spec"].get("tolerations", [])
    assert [it["key"] for it in tolerated] == ([] if system else ["nvidia.com/gpu"])


def test_quota_includes_the_pod_of_the_mirror_job() -> None:
    with_job = graph_of(chat=mirrored())
    without = graph_of(chat=mirrored(mirror=False, revision=None))

    def pods(graph: Graph) -> int:
        [quota] = [it for it in graph.of("ResourceQuota") if it["metadata"]["namespace"] == "serving"]
        return int(quota["spec"]["hard"]["pods"])

    assert pods(with_job) == pods(without) + 1
