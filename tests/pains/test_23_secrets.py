"""Plaintext secrets in the state."""

import json

import pulumi

from gpu_cluster.cluster_choice import backend_for
from gpu_cluster.plan import Graph
from gpu_cluster.platform import Platform
from tests.pains.platforms import STACKS, refusal, stack
from tests.unit.graph import graph_of
from tests.unit.platforms import AWS

TOKEN = "hf_of_the_model_hub"


def with_token() -> Graph:
    dev = stack("dev", {})
    backend = backend_for(dev, STACKS)
    return graph_of(
        lambda: Platform("platform", dev, backend=backend, hub_token=pulumi.Output.secret(TOKEN)), AWS
    )


def test_token_is_stored_once_and_encrypted() -> None:
    graph = with_token()
    holders = [
        (it.name, key) for it in graph.resources for key in it.inputs if TOKEN in json.dumps(it.inputs[key])
    ]
    assert holders == [("platform-serving-hub-token", "stringData")]
    [secret] = graph.of("Secret")
    assert "stringData" in secret.secrets
    assert TOKEN not in json.dumps(graph.outputs, default=str)


def test_plaintext_token_in_the_stack_file_is_refused() -> None:
    assert "hubToken" in refusal("dev", {"serving.hubToken": TOKEN})


def test_cluster_access_uses_short_lived_tokens(graph: Graph) -> None:
    [user] = json.loads(graph.only("providers:kubernetes")["kubeconfig"])["users"]
    assert user["user"].keys() == {"exec"}
    for kind in ("AccessKey", "User", "LoginProfile"):
        assert graph.of(f"iam:{kind[0].lower()}{kind[1:]}:{kind}") == []
