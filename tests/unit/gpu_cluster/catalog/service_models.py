"""Limits in the AWS SDK and moto; neither has types."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportMissingTypeStubs=false
# pyright: reportUnknownArgumentType=false

import re
from functools import cache
from typing import Any

from moto.iam.models import iam_backends
from moto.servicequotas.resources.default_quotas.vpc import VPC_DEFAULT_QUOTAS

from tests.service_models import parameters_of


@cache
def longest(service: str, operation: str, path: str) -> int:
    """The `max` of a parameter, or of its pattern; `0` in a path is a list's element, `key` a map's key."""
    shape = parameters_of(service, operation)
    for step in path.split("."):
        shape = getattr(shape, step) if shape.type_name == "map" else _member(shape, step)
    bounded = re.search(r"\{\d+,(\d+)\}\$$", shape.metadata.get("pattern", ""))
    return shape.metadata.get("max") or int(bounded[1] if bounded else 0)


def _member(shape: Any, step: str) -> Any:
    return shape.member if step == "0" else shape.members[step]


def account_summary() -> dict[str, int]:
    """GetAccountSummary of IAM, with its quotas."""
    return iam_backends["123456789012"]["aws"].get_account_summary().summary_map


def vpc_quotas() -> dict[str, float]:
    """Default quotas of VPC, by their code."""
    return {str(it["QuotaCode"]): float(it["Value"]) for it in VPC_DEFAULT_QUOTAS}
