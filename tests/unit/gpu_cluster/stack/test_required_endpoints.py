from typing import Any

from gpu_cluster.config.network import EVERY_NODE_CALLS, AwsService
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.defaults import with_defaults
from gpu_cluster.stack.required_endpoints import required_endpoints

EKS = {
    "provider": "eks",
    "account": "123456789012",
    "version": "1.35",
    "access": {
        "platform": {"principal": "arn:aws:iam::123456789012:role/platform", "policy": "cluster-admin"}
    },
}


def stack(**sections: Any) -> Stack:
    pools = {"system": {"instance": "m7i.xlarge", "nodes": 3}}
    network = {"zones": ["eu-central-1a", "eu-central-1b"]}
    return Stack.model_validate({"cluster": EKS, "network": network, "pools": pools} | sections)


def test_every_stack_calls_what_nodes_call() -> None:
    assert required_endpoints(stack()) == EVERY_NODE_CALLS


def test_storage_calls_where_its_file_systems_are() -> None:
    storage = {"home": {"kind": "efs", "default": True}, "data": {"kind": "fsx-lustre", "size": "1.2Ti"}}
    more = required_endpoints(stack(storage=storage)) - EVERY_NODE_CALLS
    assert more == {AwsService.ELASTICFILESYSTEM, AwsService.FSX}


def test_session_manager_has_no_endpoint() -> None:
    """Its agent may not register: an endpoint for it would cost money for nothing."""
    assert not required_endpoints(stack()) & {AwsService.SSM, AwsService.SSMMESSAGES}


def test_karpenter_needs_endpoints_for_interruptions_and_images() -> None:
    pools = {"l4": {"instance": "g6.xlarge", "nodes": 1, "provisioner": "karpenter"}}
    assert required_endpoints(stack(pools=pools)) - EVERY_NODE_CALLS == {AwsService.SQS, AwsService.SSM}


def test_those_get_endpoints_where_the_file_does_not_say_which() -> None:
    storage = {"home": {"kind": "efs", "default": True}}
    network = with_defaults(stack(storage=storage)).network
    assert network
    assert AwsService.ELASTICFILESYSTEM in network.endpoints


def test_where_it_does_its_word_counts() -> None:
    zones = ["eu-central-1a", "eu-central-1b"]
    network = with_defaults(stack(network={"zones": zones, "endpoints": ["kms"]})).network
    assert network
    assert network.endpoints == {AwsService.KMS}
