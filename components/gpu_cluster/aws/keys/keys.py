"""The keys of the platform, one for each purpose."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from gpu_cluster.aws.keys.key_usage import KeyUsage
from gpu_cluster.aws.keys.policies import key_policy

_WAIT_DAYS = {True: 30, False: 7}
"""Deletion window in days, by whether the key is protected: maximum and minimum."""


class Keys(pulumi.ComponentResource):
    """Customer managed KMS keys, one per purpose, with yearly rotation.

    Keys("platform-keys", account="123456789012", region="eu-central-1", copies="eu-west-1", protect=True)
    .arns[Purpose.LOGS]
    """

    arns: Mapping[KeyUsage, pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        *,
        account: str,
        region: str,
        copies: str | None = None,
        protect: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`copies`: region that backups are copied to, which then has a key of its own; `protect`: refuse to
        destroy the keys, and with them whatever they encrypted."""
        super().__init__("gpu-cluster:index:Keys", name, None, opts)
        kept = pulumi.ResourceOptions(parent=self, protect=protect, retain_on_delete=protect)

        elsewhere = {KeyUsage.COPIES: copies}
        keys = {
            purpose: aws.kms.Key(
                f"{name}-{purpose}",
                description=f"gpu-cluster {pulumi.get_stack()}: {purpose}",
                policy=key_policy(purpose, account, region, copies),
                enable_key_rotation=True,
                deletion_window_in_days=_WAIT_DAYS[protect],
                region=elsewhere.get(purpose),
                opts=kept,
            )
            for purpose in KeyUsage
            if copies or purpose not in elsewhere
        }
        for purpose, key in keys.items():
            aws.kms.Alias(
                f"{name}-{purpose}-alias",
                target_key_id=key.id,
                region=elsewhere.get(purpose),
                opts=pulumi.ResourceOptions(parent=self),
            )

        self.arns = {purpose: key.arn for purpose, key in keys.items()}
        self.register_outputs({"arns": {purpose.value: arn for purpose, arn in self.arns.items()}})
