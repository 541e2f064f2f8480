"""A replacement that meets the name of what it replaces."""

from gpu_cluster.catalog.limits import NAME_LIMITS, automatic_name_problem
from gpu_cluster.plan import Graph
from tests.pains.platforms import of_package

NAMES = {"name", "namePrefix", "bucket", "bucketPrefix", "clusterName", "nodeGroupName", "roleName", "alias"}

THE_NAME_IS_THE_INTERFACE = {
    "aws:ecr/repository:Repository",  # what images are pulled by
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",  # below which prefix
    "aws:backup/selection:Selection",  # unique within its plan alone
}


def is_of_another(resource_type: str, key: str) -> bool:
    """Whether the key says to what something belongs, not what it is called."""
    kind = resource_type.rpartition(":")[2]
    return (key == "bucket" and kind != "Bucket") or (key == "clusterName" and kind != "Cluster")


def test_aws_names_are_the_engines_to_choose(graph: Graph) -> None:
    named = {
        f"{it.type} {it.name}: {key}={it[key]}"
        for it in of_package(graph, "aws")
        for key in NAMES & it.inputs.keys()
        if it.type not in THE_NAME_IS_THE_INTERFACE
        and not is_of_another(it.type, key)
        # What is called after something that the engine named.
        and "-1a2b3c4" not in it[key]
    }
    assert named == set()


def test_aws_takes_the_names_that_the_engine_chooses(graph: Graph) -> None:
    problems = {
        automatic_name_problem(it.type, it.name)
        for it in of_package(graph, "aws")
        if it.type in NAME_LIMITS and it.inputs.get(NAME_LIMITS[it.type].argument) is None
    }
    assert problems == {None}


def test_a_cluster_is_called_what_the_engine_called_its_role(graph: Graph) -> None:
    cluster = graph.only("cluster:Cluster")
    assert cluster["name"] == "platform-cluster-test-1a2b3c4"


def test_an_object_of_the_cluster_is_gone_before_its_replacement_comes(graph: Graph) -> None:
    objects = of_package(graph, "kubernetes")
    assert objects
    assert [it.urn for it in objects if not it.deleted_before_replaced] == []
