"""AWS Backup: whether the region backs up the services that the stack selects."""

from collections.abc import Iterator, Mapping

from gpu_cluster.config.section import Settings
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.storage import Ebs, Efs, backup_days
from gpu_cluster.config.stores import FsxLustre
from gpu_cluster_tools.doctor.aws import Aws, AwsCallError
from gpu_cluster_tools.doctor.check import Check, Group

_BACKUPS = Group("backups")
_NAME = "opt-in"

_SERVICES: Mapping[type[Settings], str] = {Ebs: "EBS", Efs: "EFS", FsxLustre: "FSx"}
"""Names of AWS Backup."""


def backups(stack: Stack, aws: Aws | None) -> Iterator[Check]:
    """Fails where a service is not opted in, as a missed backup gives no alert.

    AWS says of such a service that nothing of it is protected (DescribeRegionSettings), and that what a plan
    names by its kind is taken all the same (UpdateRegionSettings; botocore 1.44.5).
    `UnreachableError` where the account does not answer.
    """
    wanted = _wanted(stack)
    if not wanted:
        yield _BACKUPS.skip(_NAME, "the stack has no AWS Backup resources")
    elif aws is None:
        yield _BACKUPS.skip(
            _NAME, f"the AWS Backup opt-in for {_listed(wanted)} can only be checked with AWS credentials"
        )
    else:
        yield from _opted_in(wanted, aws)


def _wanted(stack: Stack) -> dict[str, list[str]]:
    """Names of the stores by the service whose backups they need."""
    found: dict[str, list[str]] = {}
    for name, settings in stack.storage.items():
        if backup_days(settings):
            found.setdefault(_SERVICES[type(settings)], []).append(name)
    return found


def _opted_in(wanted: Mapping[str, list[str]], aws: Aws) -> Iterator[Check]:
    try:
        services = aws.call("backup", "describe_region_settings")["ResourceTypeOptInPreference"]
    except AwsCallError as error:
        yield _BACKUPS.skip(_NAME, str(error))
        return
    out = {service: names for service, names in wanted.items() if not services.get(service)}
    if not out:
        yield _BACKUPS.ok(_NAME, f"{aws.region} is opted in to backups of {_listed(wanted)}")
        return
    preference = ",".join(f"{service}=true" for service in out)
    yield _BACKUPS.fail(
        _NAME,
        f"{aws.region} is not opted in to backups of {_listed(out)}",
        f"aws backup update-region-settings --region {aws.region}"
        f" --resource-type-opt-in-preference {preference}",
    )


def _listed(wanted: Mapping[str, list[str]]) -> str:
    return ", ".join(f"{service} ({', '.join(names)})" for service, names in wanted.items())
