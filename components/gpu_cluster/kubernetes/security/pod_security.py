"""Pod Security `restricted`, and a read-only root filesystem."""

from pulumi_kubernetes.core import v1 as core


def restricted_pod(user: int, *, owns_volumes: bool = True) -> core.PodSecurityContextArgs:
    """Everything in the pod runs as this user.

    `owns_volumes`: the kubelet changes the owner of volumes to this user. A file server that squashes root
    refuses that, and the pod does not start.
    """
    return core.PodSecurityContextArgs(
        run_as_non_root=True,
        run_as_user=user,
        run_as_group=user,
        fs_group=user if owns_volumes else None,
        fs_group_change_policy="OnRootMismatch" if owns_volumes else None,
        seccomp_profile=core.SeccompProfileArgs(type="RuntimeDefault"),
    )


def restricted_container() -> core.SecurityContextArgs:
    return core.SecurityContextArgs(
        allow_privilege_escalation=False,
        capabilities=core.CapabilitiesArgs(drop=["ALL"]),
        read_only_root_filesystem=True,
    )
