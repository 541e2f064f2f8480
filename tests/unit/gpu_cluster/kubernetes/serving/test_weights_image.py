"""Models whose weights are in an OCI image."""

from typing import Any

import pytest
from pydantic import ValidationError

from gpu_cluster.capacity import load_time, pools_of, weights_pull_minutes
from gpu_cluster.catalog import MODELS, WEIGHTS_BYTES_PER_MINUTE, engine_start_minutes
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.plan import Graph
from tests.unit.gpu_cluster.stacks import model_of, stack_of
from tests.unit.platforms import shared_platform_of

IMAGE = "quay.io/example/qwen3-8b:1@sha256:" + "0123456789abcdef" * 4


def in_an_image(source: Any = IMAGE, **settings: Any) -> dict[str, Any]:
    model = model_of(model="Qwen/Qwen3-8B", context=8192, weightsImage=source)
    model.pop("cache")
    return model | settings


def graph_of(model: dict[str, Any], *, hub_token: str | None = None, **sections: Any) -> Graph:
    stack = stack_of(serving={"models": {"chat": model}}, **sections)
    return shared_platform_of(stack, hub_token=hub_token)[0]


def pod(graph: Graph) -> dict[str, Any]:
    return graph.get("Deployment", "chat")["spec.template.spec"]


def container(graph: Graph) -> dict[str, Any]:
    [only] = pod(graph)["containers"]
    return only


def test_replicas_mount_the_weights_image_and_load_its_folder() -> None:
    graph = graph_of(in_an_image({"image": IMAGE, "folder": "/models/qwen3"}))

    assert pod(graph)["volumes"][0] == {"name": "weights", "image": {"reference": IMAGE}}
    mounts = {it["name"]: it for it in container(graph)["volumeMounts"]}
    assert mounts["weights"] == {"name": "weights", "mountPath": "/weights", "readOnly": True}
    assert container(graph)["args"][0] == "/weights/models/qwen3"


def test_weights_image_without_folder_is_loaded_from_its_root() -> None:
    assert container(graph_of(in_an_image()))["args"][0] == "/weights"


def test_draft_model_and_adapters_are_folders_of_the_weights_image() -> None:
    more = {
        "speculative": {"method": "eagle3", "model": "org/draft", "tokens": 3},
        "lora": {"modules": {"sql": "sql"}},
    }
    arguments = " ".join(container(graph_of(in_an_image(**more)))["args"])

    assert '"model":"/weights/org/draft"' in arguments
    assert "sql=/weights/sql" in arguments


def test_weights_image_disables_downloads() -> None:
    graph = graph_of(in_an_image(), hub_token="hf_secret")

    variables = {it["name"]: it.get("value") for it in container(graph)["env"]}
    assert variables["HF_HUB_OFFLINE"] == "1"
    assert "HF_TOKEN" not in variables
    assert not [it for it in graph.of("PersistentVolumeClaim") if "chat" in it["metadata"]["name"]]
    assert "allow-hub" not in {it["metadata"]["name"] for it in graph.of("NetworkPolicy")}


def test_weights_image_comes_from_the_mirror() -> None:
    graph = graph_of(in_an_image(), registry={"mirror": "harbor.example.com/mirror"})

    assert pod(graph)["volumes"][0]["image"]["reference"] == f"harbor.example.com/mirror/{IMAGE}"


def test_progress_deadline_includes_the_pull_of_the_weights_image() -> None:
    model = ModelSettings.model_validate(in_an_image())
    stack = stack_of(serving={"models": {"chat": in_an_image()}})
    pool = pools_of(stack)["l4"]
    known = MODELS["Qwen/Qwen3-8B"]

    read = known.download / WEIGHTS_BYTES_PER_MINUTE
    assert load_time(model, stack.storage, pool) == pytest.approx(read + engine_start_minutes(known.weights))
    pull = weights_pull_minutes(model, pool)
    assert pull == -(-3 * known.download // int(WEIGHTS_BYTES_PER_MINUTE))
    server = graph_of(in_an_image()).get("Deployment", "chat")
    assert server["spec.progressDeadlineSeconds"] == (30 + 15 + pull) * 60


def test_weights_image_excludes_cache_store_and_revision() -> None:
    for more, message in (
        ({"cache": {"size": "40Gi"}}, "so cache is not needed"),
        ({"store": "models"}, "so store is not needed"),
        ({"revision": "main"}, "pin the image by its digest"),
    ):
        with pytest.raises(ValidationError, match=message):
            ModelSettings.model_validate(in_an_image(**more))
