"""Settings of an account's registry: once in each region, for all environments in it."""

from collections.abc import Iterable

import pulumi
import pulumi_aws as aws


def enhanced_scanning(name: str, *, opts: pulumi.ResourceOptions) -> None:
    """Amazon Inspector scans every image of the account on push, and again when it learns of new
    vulnerabilities.

    All environments request the same setting, and deleting one environment does not remove it.
    """
    aws.ecr.RegistryScanningConfiguration(
        name,
        scan_type="ENHANCED",
        rules=[
            {
                "scan_frequency": "CONTINUOUS_SCAN",
                "repository_filters": [{"filter": "*", "filter_type": "WILDCARD"}],
            }
        ],
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(retain_on_delete=True)),
    )


def replication(
    name: str,
    repositories: Iterable[str],
    regions: Iterable[str],
    *,
    account: str,
    opts: pulumi.ResourceOptions,
) -> None:
    """Images that are pushed to the repositories from now on go to the other regions as well."""
    aws.ecr.ReplicationConfiguration(
        name,
        replication_configuration={
            "rules": [
                {
                    "destinations": [
                        {"region": region, "registry_id": account} for region in sorted(regions)
                    ],
                    "repository_filters": [
                        {"filter": path, "filter_type": "PREFIX_MATCH"} for path in sorted(repositories)
                    ],
                }
            ]
        },
        opts=opts,
    )
