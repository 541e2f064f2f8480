"""Admission policies that the API server itself evaluates."""

import pulumi
from pulumi_kubernetes.admissionregistration import v1 as admission

from gpu_cluster.kubernetes.object_metadata import metadata


def admission_policy(
    name: str,
    object_name: str,
    spec: admission.ValidatingAdmissionPolicySpecArgs,
    opts: pulumi.ResourceOptions,
) -> admission.ValidatingAdmissionPolicyBinding:
    """A ValidatingAdmissionPolicy with its binding; the policy is in force once the binding exists."""
    policy = admission.ValidatingAdmissionPolicy(name, metadata=metadata(object_name), spec=spec, opts=opts)
    return admission.ValidatingAdmissionPolicyBinding(
        f"{name}-binding",
        metadata=metadata(object_name),
        spec=admission.ValidatingAdmissionPolicyBindingSpecArgs(
            policy_name=object_name, validation_actions=["Deny"]
        ),
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[policy])),
    )
