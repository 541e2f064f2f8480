from typing import Any

import pytest

from gpu_cluster.plan import Graph
from tests.unit.gpu_cluster.aws.stores.made import DATA_KEY, NODES, SUBNETS, made

PORTS = {(988, 988), (1018, 1023)}


def lustre(**settings: Any) -> dict[str, Any]:
    return {"datasets": {"kind": "fsx-lustre", "size": "4.8Ti", **settings}}


def peers(graph: Graph, rule: str) -> set[tuple[str, str, int, int]]:
    return {
        (it["securityGroupId"], it["referencedSecurityGroupId"], it["fromPort"], it["toPort"])
        for it in graph.of(rule)
    }


def test_it_lasts_is_encrypted_and_as_large_and_fast_as_the_stack_says() -> None:
    files = made(lustre(throughput=250)).only("LustreFileSystem")

    assert (files["deploymentType"], files["storageType"]) == ("PERSISTENT_2", "SSD")
    assert (files["storageCapacity"], files["perUnitStorageThroughput"]) == (4800, 250)
    assert files["kmsKeyId"] == DATA_KEY


@pytest.mark.parametrize(("settings", "zone"), [({}, "a"), ({"zone": "eu-central-1c"}, "c")])
def test_it_is_in_one_zone_the_first_unless_the_stack_says_another(settings: Any, zone: str) -> None:
    assert made(lustre(**settings)).only("LustreFileSystem")["subnetIds"] == SUBNETS[f"eu-central-1{zone}"]


def test_only_its_servers_and_the_nodes_reach_each_other() -> None:
    graph = made(lustre())
    own = f"{graph.only('SecurityGroup').name}-id"

    assert peers(graph, "SecurityGroupIngressRule") == {
        (group, peer, *ports) for group, peer in ((own, own), (own, NODES), (NODES, own)) for ports in PORTS
    }
    assert peers(graph, "SecurityGroupEgressRule") == {
        (own, peer, *ports) for peer in (own, NODES) for ports in PORTS
    }


def test_it_is_created_after_the_rules_of_its_security_group() -> None:
    graph = made(lustre())
    files, own = graph.only("LustreFileSystem"), f"{graph.only('SecurityGroup').name}-id"
    rules = [*graph.of("SecurityGroupIngressRule"), *graph.of("SecurityGroupEgressRule")]

    assert [it.name for it in rules if it["securityGroupId"] == own and not graph.waits_for(files, it)] == []


def test_objects_of_a_bucket_of_the_stack_appear_as_files() -> None:
    graph = made({"models": {"kind": "s3"}} | lustre(s3="models"))
    link = graph.only("DataRepositoryAssociation")

    assert link["dataRepositoryPath"] == "s3://models-1a2b3c4"
    assert link["s3"] == {"autoImportPolicy": {"events": ["NEW", "CHANGED", "DELETED"]}}
    assert graph.waits_for(link, graph.only("s3:bucket:Bucket"))


def test_files_go_to_the_bucket_where_the_stack_says_so() -> None:
    link = made(lustre(s3="s3://example-datasets/imagenet", write_back=True)).only(
        "DataRepositoryAssociation"
    )

    assert link["dataRepositoryPath"] == "s3://example-datasets/imagenet"
    assert link["s3.autoExportPolicy.events"] == ["NEW", "CHANGED", "DELETED"]


def test_without_a_bucket_nothing_is_linked() -> None:
    assert not made(lustre()).of("DataRepositoryAssociation")


def test_a_last_backup_is_made_of_what_is_protected_and_nowhere_else() -> None:
    def skipped(*, protect: bool = True, **settings: Any) -> bool:
        return made(lustre(**settings), protect=protect).only("LustreFileSystem")["skipFinalBackup"]

    assert not skipped()
    assert skipped(protect=False)
    assert skipped(s3="s3://example-datasets")


@pytest.mark.parametrize("protect", [True, False])
def test_it_stays_as_long_as_the_stack_is_protected(protect: bool) -> None:
    files = made(lustre(), protect=protect).only("LustreFileSystem")

    assert (files.protected, files.retained) == (protect, protect)
