"""The network of a platform, as the configuration describes it."""

import pulumi
import pulumi_aws as aws

from components.config.network import NetworkSettings
from components.network import Network

key = aws.kms.Key("logs", deletion_window_in_days=7)
network = Network(
    "net",
    NetworkSettings.model_validate_json(pulumi.Config().require("settings")),
    region=pulumi.Config("aws").require("region"),
    account="123456789012",
    logs_key=key.arn,
    protect=False,
)

pulumi.export("vpc", network.vpc_id)
for tier in ("private", "public", "intra", "pods"):
    pulumi.export(tier, getattr(network, tier))
