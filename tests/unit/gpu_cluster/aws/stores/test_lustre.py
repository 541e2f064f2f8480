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


def test_lustre_is_persistent_and_encrypted_with_size_and_throughput_of_the_stack() -> None:
    files = made(lustre(throughput=250)).only("LustreFileSystem")

    assert (files["deploymentType"], files["storageType"]) == ("PERSISTENT_2", "SSD")
    assert (files["storageCapacity"], files["perUnitStorageThroughput"]) == (4800, 250)
    assert files["kmsKeyId"] == DATA_KEY


@pytest.mark.parametrize(("settings", "zone"), [({}, "a"), ({"zone": "eu-central-1c"}, "c")])
def test_lustre_is_in_the_first_zone_by_default(settings: Any, zone: str) -> None:
    assert made(lustre(**settings)).only("LustreFileSystem")["subnetIds"] == SUBNETS[f"eu-central-1{zone}"]


def test_lustre_traffic_is_limited_to_servers_and_nodes() -> None:
    graph = made(lustre())
    own = f"{graph.only('SecurityGroup').name}-id"

    assert peers(graph, "SecurityGroupIngressRule") == {
        (group, peer, *ports) for group, peer in ((own, own), (own, NODES), (NODES, own)) for ports in PORTS
    }
    assert peers(graph, "SecurityGroupEgressRule") == {
        (own, peer, *ports) for peer in (own, NODES) for ports in PORTS
    }


def test_lustre_waits_for_the_rules_of_its_security_group() -> None:
    graph = made(lustre())
    files, own = graph.only("LustreFileSystem"), f"{graph.only('SecurityGroup').name}-id"
    rules = [*graph.of("SecurityGroupIngressRule"), *graph.of("SecurityGroupEgressRule")]

    assert [it.name for it in rules if it["securityGroupId"] == own and not graph.waits_for(files, it)] == []


def test_lustre_imports_objects_of_a_bucket_of_the_stack() -> None:
    graph = made({"models": {"kind": "s3"}} | lustre(s3="models"))
    link = graph.only("DataRepositoryAssociation")

    assert link["dataRepositoryPath"] == "s3://models-1a2b3c4"
    assert link["s3"] == {"autoImportPolicy": {"events": ["NEW", "CHANGED", "DELETED"]}}
    assert graph.waits_for(link, graph.only("s3:bucket:Bucket"))


def test_lustre_exports_files_to_the_bucket_with_write_back() -> None:
    link = made(lustre(s3="s3://example-datasets/imagenet", write_back=True)).only(
        "DataRepositoryAssociation"
    )

    assert link["dataRepositoryPath"] == "s3://example-datasets/imagenet"
    assert link["s3.autoExportPolicy.events"] == ["NEW", "CHANGED", "DELETED"]


def test_lustre_without_a_bucket_has_no_data_repository() -> None:
    assert not made(lustre()).of("DataRepositoryAssociation")


def test_final_backup_is_made_only_of_protected_unlinked_lustre() -> None:
    def skipped(*, protect: bool = True, **settings: Any) -> bool:
        return made(lustre(**settings), protect=protect).only("LustreFileSystem")["skipFinalBackup"]

    assert not skipped()
    assert skipped(protect=False)
    assert skipped(s3="s3://example-datasets")


@pytest.mark.parametrize("protect", [True, False])
def test_lustre_protection_follows_the_stack(protect: bool) -> None:
    files = made(lustre(), protect=protect).only("LustreFileSystem")

    assert (files.protected, files.retained) == (protect, protect)
