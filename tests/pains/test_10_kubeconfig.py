"""A changed kubeconfig replaces the provider, and with it everything in the cluster."""

import json
from typing import Any

import pytest

from gpu_cluster.cluster_choice import backend_for
from gpu_cluster.plan import Graph
from gpu_cluster.platform import Platform
from tests.pains.platforms import STACKS, platform, stack
from tests.unit.graph import graph_of
from tests.unit.platforms import AWS

KUBECONFIG = """\
{
  "apiVersion": "v1",
  "kind": "Config",
  "clusters": [
    {
      "name": "platform-cluster-test-1a2b3c4",
      "cluster": {
        "server": "https://eks.example.com",
        "certificate-authority-data": "Y2VydGlmaWNhdGU="
      }
    }
  ],
  "users": [
    {
      "name": "platform-cluster-test-1a2b3c4",
      "user": {
        "exec": {
          "apiVersion": "client.authentication.k8s.io/v1",
          "command": "aws",
          "args": [
            "eks",
            "get-token",
            "--cluster-name",
            "platform-cluster-test-1a2b3c4",
            "--region",
            "us-east-2",
            "--output",
            "json"
          ],
          "interactiveMode": "Never",
          "provideClusterInfo": false
        }
      }
    }
  ],
  "contexts": [
    {
      "name": "platform-cluster-test-1a2b3c4",
      "context": {
        "cluster": "platform-cluster-test-1a2b3c4",
        "user": "platform-cluster-test-1a2b3c4"
      }
    }
  ],
  "current-context": "platform-cluster-test-1a2b3c4"
}"""


def test_kubeconfig_is_identical_to_the_byte() -> None:
    assert platform("dev").only("providers:kubernetes")["kubeconfig"] == KUBECONFIG


@pytest.mark.parametrize(
    "changed",
    [
        {"endpoint": "https://moved.eks.example.com"},
        {"certificateAuthority": {"data": "cm90YXRlZA=="}},
    ],
)
def test_changed_endpoint_keeps_the_cluster_identifier(changed: dict[str, Any]) -> None:
    before, after = (provider(graph) for graph in (platform("dev"), reached(changed)))
    assert before["kubeconfig"] != after["kubeconfig"]
    assert before["clusterIdentifier"] == after["clusterIdentifier"]
    assert before["clusterIdentifier"]


def provider(graph: Graph) -> dict[str, Any]:
    return graph.only("providers:kubernetes").inputs


def reached(changed: dict[str, Any]) -> Graph:
    """The same stack with changed attributes of the cluster in AWS."""
    dev = stack("dev", {})
    answers = {**AWS, "Cluster": {**AWS["Cluster"], **changed}}
    return graph_of(lambda: Platform("platform", dev, backend=backend_for(dev, STACKS)), answers)


def test_kubeconfig_contains_no_credentials() -> None:
    [user] = json.loads(KUBECONFIG)["users"]
    assert user["user"].keys() == {"exec"}
