"""Labels that a managed node group of EKS can have."""

from gpu_cluster.catalog.limits.service_limits import LIMITS

_KUBERNETES = ("kubernetes.io", "k8s.io")
_RESERVED = ("eks.amazonaws.com",)


def label_problem(key: str, value: str) -> str | None:
    """Reason why a managed node group cannot have this label; None if it can.

    EKS passes labels to the kubelet, which exits on Kubernetes labels that it does not own, so no node joins:
    only administrators can set node-role.kubernetes.io/… and node-restriction.kubernetes.io/….
    EKS itself refuses what contains kubernetes.io/, k8s.io/ or eks.amazonaws.com/.

    Source: kubernetes/kubernetes, cmd/kubelet/app/options/options.go, ValidateKubeletFlags;
    github.com/kubernetes/cloud-provider-aws/issues/242; terraform-aws-modules/terraform-aws-eks/issues/3346;
    empty values: aws-controllers-k8s/community/issues/2208; read 2026-11-28.

    label_problem("node-role.kubernetes.io/gpu", "true")
    # labels of node-role.kubernetes.io/ keep nodes of a managed node group from joining
    """
    domain = key.rpartition("/")[0]
    if is_within(domain, _RESERVED):
        return f"labels of {domain}/ are set by EKS"
    if is_within(domain, _KUBERNETES):
        return f"labels of {domain}/ keep nodes of a managed node group from joining"
    if not value:
        return "EKS takes no empty value of a label"
    return LIMITS["node-group-label-key"].problem(len(key)) or LIMITS["node-group-label-value"].problem(
        len(value)
    )


def is_within(domain: str, domains: tuple[str, ...]) -> bool:
    """is_within("node-role.kubernetes.io", ("kubernetes.io",))  # True"""
    return any(domain == each or domain.endswith(f".{each}") for each in domains)
