"""Rules from which device plugins and the MIG manager are exempt."""

from gpu_cluster.exemption import Exemption, exemptions

_PRIVILEGED = (
    "49-not-privileged",
    "50-no-host-access",
    "51-no-privilege-escalation",
    "52-drop-all-capabilities",
    "53-non-root",
    "54-seccomp-profile",
    "55-read-only-root",
    "58-probes",
)


def registers_with_kubelet(names: str = "*") -> tuple[Exemption, ...]:
    """Exemptions of a plugin that registers through the kubelet's socket.

    The folder is `/var/lib/kubelet/device-plugins`, which requires privileged access, and a DaemonSet mounts
    it as a volume. Read 2026-11-29:
    https://kubernetes.io/docs/concepts/extend-kubernetes/compute-storage-net/device-plugins/
    """
    reasons = {
        "50-no-host-access": "A device plugin registers through a socket in /var/lib/kubelet/device-plugins.",
        "53-non-root": "The kubelet's plugin folder belongs to root.",
        "58-probes": "A device plugin has no health endpoint: the kubelet watches it over its socket.",
    }
    return exemptions("DaemonSet", names, reasons)


def privileged(names: str = "*", reason: str = "") -> tuple[Exemption, ...]:
    """Exemptions of a container that has to be privileged.

    It can always gain more privileges, whatever `allowPrivilegeEscalation` says
    (https://kubernetes.io/docs/tasks/configure-pod-container/security-context/, read 2026-11-29).
    """
    return exemptions("DaemonSet", names, dict.fromkeys(_PRIVILEGED, reason))
