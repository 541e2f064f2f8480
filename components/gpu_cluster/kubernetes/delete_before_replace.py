"""Replacement order of Kubernetes objects that cannot be updated in place."""

import pulumi


def delete_before_replace(
    args: pulumi.ResourceTransformationArgs,
) -> pulumi.ResourceTransformationResult | None:
    """Delete an object before its replacement is made.

    A replica that stands elsewhere would wait for the GPUs that the old one holds. And an update that failed
    between the two would leave an old one to delete, under a name that may by then be in use again.
    """
    if not args.type_.startswith("kubernetes:"):
        return None
    opts = pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(delete_before_replace=True))
    return pulumi.ResourceTransformationResult(args.props, opts)
