"""Permissions boundary and path of every IAM resource below a component."""

import pulumi

from gpu_cluster.config.iam import IamSettings

_ROLE = "aws:iam/role:Role"
_WITH_PATH = (_ROLE, "aws:iam/instanceProfile:InstanceProfile", "aws:iam/policy:Policy")


def iam_rules(settings: IamSettings) -> pulumi.ResourceTransformation:
    """A transformation for `opts` of a component: it reaches every child, whichever component creates it.

    IAM has a path for roles, instance profiles and managed policies, and a boundary for roles and users (IAM
    user guide, reference_identifiers and access_policies_boundaries, 2026-11-29).
    """

    def with_rules(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        given: dict[str, object] = {}
        if args.type_ in _WITH_PATH and settings.path != "/":
            given["path"] = settings.path
        if args.type_ == _ROLE and settings.permissions_boundary:
            given["permissions_boundary"] = settings.permissions_boundary
        return pulumi.ResourceTransformationResult({**args.props, **given}, args.opts) if given else None

    return with_rules
