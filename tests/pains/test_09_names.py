"""A replacement whose name is still in use by the resource that it replaces."""

from gpu_cluster.catalog.limits import NAME_LIMITS, automatic_name_problem
from gpu_cluster.plan import Graph
from tests.pains.platforms import of_package

NAMES = {"name", "namePrefix", "bucket", "bucketPrefix", "clusterName", "nodeGroupName", "roleName", "alias"}

THE_NAME_IS_THE_INTERFACE = {
    "aws:ecr/repository:Repository",  # images are pulled by this name
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",  # prefix of the repositories
    "aws:backup/selection:Selection",  # unique only within its plan
}


def is_of_another(resource_type: str, key: str) -> bool:
    """Whether the key names the parent of the resource, and not the resource itself."""
    kind = resource_type.rpartition(":")[2]
    return (key == "bucket" and kind != "Bucket") or (key == "clusterName" and kind != "Cluster")


def test_aws_resources_have_generated_names(graph: Graph) -> None:
    named = {
        f"{it.type} {it.name}: {key}={it[key]}"
        for it in of_package(graph, "aws")
        for key in NAMES & it.inputs.keys()
        if it.type not in THE_NAME_IS_THE_INTERFACE
        and not is_of_another(it.type, key)
        # Names derived from a generated name.
        and "-1a2b3c4" not in it[key]
    }
    assert named == set()


def test_generated_names_are_valid_in_aws(graph: Graph) -> None:
    problems = {
        automatic_name_problem(it.type, it.name)
        for it in of_package(graph, "aws")
        if it.type in NAME_LIMITS and it.inputs.get(NAME_LIMITS[it.type].argument) is None
    }
    assert problems == {None}


def test_cluster_has_the_generated_name_of_its_role(graph: Graph) -> None:
    cluster = graph.only("cluster:Cluster")
    assert cluster["name"] == "platform-cluster-test-1a2b3c4"


def test_kubernetes_object_is_deleted_before_its_replacement_is_created(graph: Graph) -> None:
    objects = of_package(graph, "kubernetes")
    assert objects
    assert [it.urn for it in objects if not it.deleted_before_replaced] == []
