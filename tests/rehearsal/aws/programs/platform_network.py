"""The network of a platform with the settings in the configuration."""

import pulumi
import pulumi_aws as aws

from gpu_cluster.aws.keys import KeyUsage
from gpu_cluster.aws.keys.policies import key_policy
from gpu_cluster.aws.network import Network
from gpu_cluster.config.network import NetworkSettings

region, account = pulumi.Config("aws").require("region"), "123456789012"
key = aws.kms.Key("logs", deletion_window_in_days=7, policy=key_policy(KeyUsage.LOGS, account, region, None))
network = Network(
    "net",
    NetworkSettings.model_validate_json(pulumi.Config().require("settings")),
    region=region,
    account=account,
    logs_key=key.arn,
    protect=False,
)

pulumi.export("vpc", network.vpc_id)
for tier in ("private", "public", "intra", "pods"):
    pulumi.export(tier, getattr(network, tier))
