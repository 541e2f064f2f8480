"""Daily backups of file systems, in a vault of their own."""

from collections.abc import Mapping
from typing import NamedTuple

import pulumi
import pulumi_aws as aws

from components.identity import managed_policy, policy_document

_AT_NIGHT = "cron(0 3 * * ? *)"
_START_MINUTES, _END_MINUTES = 60, 720


class Kept(NamedTuple):
    """A file system that is backed up, and for how many days each backup is kept."""

    arn: pulumi.Input[str]
    days: int


class Backups(pulumi.ComponentResource):
    """A plan for each file system; all backups are encrypted with the key that encrypts what they are of.

    Backups("platform-stores-backups", {"home": Kept(home.arn, 35)}, data_key=key, protect=True)
    """

    def __init__(
        self,
        name: str,
        stores: Mapping[str, Kept],
        *,
        data_key: pulumi.Input[str],
        protect: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("gpu-cluster:index:Backups", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        vault = aws.backup.Vault(
            f"{name}-vault",
            kms_key_arn=data_key,
            force_destroy=not protect,
            opts=pulumi.ResourceOptions(parent=self, protect=protect, retain_on_delete=protect),
        )
        role = aws.iam.Role(
            f"{name}-role",
            description="AWS Backup of the platform's file systems",
            assume_role_policy=policy_document(
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "backup.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ),
            opts=child,
        )
        allowed = [
            aws.iam.RolePolicyAttachment(
                f"{name}-{purpose.lower()}",
                role=role.name,
                policy_arn=managed_policy(f"service-role/AWSBackupServiceRolePolicyFor{purpose}"),
                opts=child,
            )
            for purpose in ("Backup", "Restores")
        ]
        for key, store in stores.items():
            plan = aws.backup.Plan(
                f"{name}-{key}",
                rules=[
                    {
                        "rule_name": "daily",
                        "target_vault_name": vault.name,
                        "schedule": _AT_NIGHT,
                        "start_window": _START_MINUTES,
                        "completion_window": _END_MINUTES,
                        "lifecycle": {"delete_after": store.days},
                    }
                ],
                opts=child,
            )
            aws.backup.Selection(
                f"{name}-{key}-files",
                name=key,
                plan_id=plan.id,
                iam_role_arn=role.arn,
                resources=[store.arn],
                opts=pulumi.ResourceOptions(parent=self, depends_on=allowed),
            )
        self.register_outputs({})
