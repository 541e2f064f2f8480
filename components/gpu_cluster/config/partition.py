"""AWS partitions: groups of regions whose accounts and ARNs are separate."""

ARN = r"arn:aws(-[a-z]+)*"
"""Pattern of the beginning of an ARN of any partition."""

_PREFIXES = {"us-gov-": "aws-us-gov"}


def partition_of(region: str | None) -> str:
    """Partition of a region or zone, as ARNs name it; the commercial one unless it is AWS GovCloud (US).

    partition_of("us-gov-west-1")  # "aws-us-gov"
    """
    found = (name for prefix, name in _PREFIXES.items() if (region or "").startswith(prefix))
    return next(found, "aws")
