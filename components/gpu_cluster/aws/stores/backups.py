"""Daily backups of disks and file systems, in a vault of their own, and copies of them in another region."""

from collections.abc import Mapping
from typing import NamedTuple

import pulumi
import pulumi_aws as aws

from gpu_cluster.aws.identity import managed_policy, policy_document
from gpu_cluster.aws.logical_name import logical_name

_AT_NIGHT = "cron(0 3 * * ? *)"
_START_MINUTES, _END_MINUTES = 60, 720


class BackupSelection(NamedTuple):
    """Resources to back up, and the days that each backup is kept."""

    arn: pulumi.Input[str]
    """Or a pattern of ARNs, where `tags` say which of them."""

    days: int
    tags: Mapping[str, str] = {}


class CopyDestination(NamedTuple):
    """Destination of backup copies."""

    region: str
    key: pulumi.Input[str]
    """ARN of the key of that region."""

    days: int | None
    """Days that a copy is kept; None for the retention of the original."""


class Backups(pulumi.ComponentResource):
    """AWS Backup plans per storage class and file system.

    Backups are encrypted with the key of the source, copies with a key of their region.

    Backups("platform-stores-backups", {"home": BackupSelection(home.arn, 35)}, data_key=key, protect=True)
    """

    def __init__(
        self,
        name: str,
        stores: Mapping[str, BackupSelection],
        *,
        data_key: pulumi.Input[str],
        copies: CopyDestination | None = None,
        region: str | None = None,
        protect: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`region` of the vault. Default: any of the commercial partition."""
        super().__init__("gpu-cluster:index:Backups", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            f"{name}-role",
            description="AWS Backup of the platform's disks and file systems",
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
                policy_arn=managed_policy(f"service-role/AWSBackupServiceRolePolicyFor{purpose}", region),
                opts=child,
            )
            for purpose in ("Backup", "Restores")
        ]
        # AWS Backup deletes a recovery point with the role that made it: without the role it stays, EXPIRED,
        # and its vault with it (AWS Backup API reference, DeleteRecoveryPoint, 2026-11-30).
        stays = pulumi.ResourceOptions(
            parent=self, protect=protect, retain_on_delete=protect, depends_on=allowed
        )
        vault = aws.backup.Vault(f"{name}-vault", kms_key_arn=data_key, force_destroy=not protect, opts=stays)
        elsewhere = copies and aws.backup.Vault(
            f"{name}-copies",
            kms_key_arn=copies.key,
            force_destroy=not protect,
            region=copies.region,
            opts=stays,
        )
        for key, store in stores.items():
            rule: aws.backup.PlanRuleArgsDict = {
                "rule_name": "daily",
                "target_vault_name": vault.name,
                "schedule": _AT_NIGHT,
                "start_window": _START_MINUTES,
                "completion_window": _END_MINUTES,
                "lifecycle": {"delete_after": store.days},
            }
            if copies and elsewhere:
                rule["copy_actions"] = [
                    {
                        "destination_vault_arn": elsewhere.arn,
                        "lifecycle": {"delete_after": copies.days or store.days},
                    }
                ]
            named = logical_name("aws:backup/plan:Plan", f"{name}-{key}")
            plan = aws.backup.Plan(
                named.name,
                rules=[rule],
                opts=pulumi.ResourceOptions(parent=self, aliases=named.aliases),
            )
            tagged: list[aws.backup.SelectionConditionStringEqualArgsDict] = [
                {"key": f"aws:ResourceTag/{tag}", "value": value} for tag, value in sorted(store.tags.items())
            ]
            aws.backup.Selection(
                f"{name}-{key}-files",
                name=key,
                plan_id=plan.id,
                iam_role_arn=role.arn,
                resources=[store.arn],
                conditions=[{"string_equals": tagged}] if tagged else None,
                opts=pulumi.ResourceOptions(parent=self, depends_on=allowed),
            )
        self.register_outputs({})
