"""Registry and stores of a platform with the settings in the configuration, in a VPC with two subnets."""

import json

import pulumi
import pulumi_aws as aws

from gpu_cluster.aws.ecr import EcrRegistry
from gpu_cluster.aws.keys import Keys, KeyUsage
from gpu_cluster.aws.stores import CopyDestination, Stores
from gpu_cluster.config.stack import Stack
from gpu_cluster.images import ON_EKS

config = pulumi.Config()
region = pulumi.Config("aws").require("region")
account = aws.get_caller_identity().account_id
protect = config.get_bool("protect", True)
settings = Stack.model_validate(
    {"cluster": {"provider": "local"}, "pools": {}, **json.loads(config.require("settings"))}
)

vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16")
subnets = {
    f"{region}{letter}": aws.ec2.Subnet(
        letter, vpc_id=vpc.id, cidr_block=f"10.0.{number}.0/24", availability_zone=f"{region}{letter}"
    ).id
    for number, letter in enumerate("ab")
}
nodes = aws.ec2.SecurityGroup("nodes", vpc_id=vpc.id)
copies = settings.backups.copy_to
keys = Keys("keys", account=account, region=region, copies=copies, protect=protect)

registry = EcrRegistry(
    "registry",
    settings.registry,
    account=account,
    region=region,
    key=keys.arns[KeyUsage.REGISTRY],
    images=ON_EKS,
    protect=protect,
)
stores = Stores(
    "stores",
    settings.storage,
    vpc_id=vpc.id,
    subnets=subnets,
    clients=nodes.id,
    volumes_key=keys.arns[KeyUsage.VOLUMES],
    region="eu-central-1",
    gbps=100,
    data_key=keys.arns[KeyUsage.DATA],
    copies=CopyDestination(copies, keys.arns[KeyUsage.COPIES], settings.backups.copy_days)
    if copies
    else None,
    protect=protect,
)
pulumi.export("copies", [copy._asdict() for copy in registry.copies])
pulumi.export("urls", registry.urls)
pulumi.export("parameters", stores.backing.parameters)
pulumi.export("sources", {key: source.attributes for key, source in stores.backing.sources.items()})
