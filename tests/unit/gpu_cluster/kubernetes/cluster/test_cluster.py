import pytest

from gpu_cluster.config.cluster import ExistingCluster, LocalCluster
from gpu_cluster.kubernetes.cluster import Cluster
from gpu_cluster.plan import Registered
from tests.unit.graph import graph_of


def provider(settings: LocalCluster | ExistingCluster, kubeconfig: str) -> Registered:
    graph = graph_of(lambda: Cluster("platform-cluster", settings, kubeconfig=kubeconfig))
    return graph.only("kubernetes")


def test_cluster_identifier_is_independent_of_the_kubeconfig() -> None:
    first, second = (provider(LocalCluster(provider="local"), path) for path in ("/one/kubeconfig", "/two"))
    assert first["kubeconfig"] != second["kubeconfig"]
    assert first["clusterIdentifier"] == second["clusterIdentifier"] != ""


@pytest.mark.parametrize("context", ["berlin", None])
def test_kubeconfig_context_is_that_of_the_stack_file(context: str | None) -> None:
    settings = ExistingCluster(provider="existing", context=context)
    assert provider(settings, "/kubeconfig").inputs.get("context") == context


def test_config_maps_and_secrets_are_mutable() -> None:
    made = provider(LocalCluster(provider="local"), "/kubeconfig")
    assert made["enableConfigMapMutable"] == made["enableSecretMutable"] == "true"
