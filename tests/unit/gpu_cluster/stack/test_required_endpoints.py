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


def test_every_stack_requires_the_endpoints_of_nodes() -> None:
    assert required_endpoints(stack()) == EVERY_NODE_CALLS


def test_efs_and_lustre_require_their_endpoints() -> None:
    storage = {"home": {"kind": "efs", "default": True}, "data": {"kind": "fsx-lustre", "size": "1.2Ti"}}
    more = required_endpoints(stack(storage=storage)) - EVERY_NODE_CALLS
    assert more == {AwsService.ELASTICFILESYSTEM, AwsService.FSX}


def test_session_manager_requires_no_endpoint() -> None:
    """Its agent may not register, so an endpoint would only cost money."""
    assert not required_endpoints(stack()) & {AwsService.SSM, AwsService.SSMMESSAGES}


def test_karpenter_requires_sqs_and_ssm_endpoints() -> None:
    pools = {"l4": {"instance": "g6.xlarge", "nodes": 1, "provisioner": "karpenter"}}
    assert required_endpoints(stack(pools=pools)) - EVERY_NODE_CALLS == {AwsService.SQS, AwsService.SSM}


def test_required_endpoints_are_the_default_of_the_network() -> None:
    storage = {"home": {"kind": "efs", "default": True}}
    network = with_defaults(stack(storage=storage)).network
    assert network
    assert AwsService.ELASTICFILESYSTEM in network.endpoints


def test_configured_endpoints_override_the_required_ones() -> None:
    zones = ["eu-central-1a", "eu-central-1b"]
    network = with_defaults(stack(network={"zones": zones, "endpoints": ["kms"]})).network
    assert network
    assert network.endpoints == {AwsService.KMS}
