"""Kubernetes Pod Security Standards, both levels."""

from gpu_cluster_policies.frameworks.catalogue import Catalogue, Control

POD_SECURITY = Catalogue(
    title="Kubernetes Pod Security Standards",
    source="Kubernetes documentation 1.37, Pod Security Standards",
    date="2026-11",
    prefix="Pod Security",
    scope="Namespaces of device plugins are privileged with a waiver; see the evidence of each control.",
    controls=(
        Control("Baseline: HostProcess", "No Windows host processes"),
        Control("Baseline: Host Namespaces", "No host network, process or IPC namespace"),
        Control("Baseline: Privileged Containers", "No privileged containers"),
        Control("Baseline: Capabilities", "No capabilities beyond the defaults", (52,)),
        Control("Baseline: HostPath Volumes", "No hostPath volumes"),
        Control("Baseline: Host Ports", "No host ports"),
        Control("Baseline: Host Probes", "No probes or hooks with another host"),
        Control("Baseline: AppArmor", "AppArmor profiles are not disabled"),
        Control("Baseline: SELinux", "No custom SELinux type, user or role"),
        Control("Baseline: /proc Mount Type", "Default /proc mount type"),
        Control("Baseline: Seccomp", "Seccomp profiles are not disabled", (54,)),
        Control("Baseline: Sysctls", "Only safe sysctls"),
        Control("Restricted: Volume Types", "Only allowed volume types", (50,)),
        Control("Restricted: Privilege Escalation", "Privilege escalation is not allowed"),
        Control("Restricted: Running as Non-root", "No container runs as root"),
        Control("Restricted: Running as Non-root user", "No container has user ID 0", (53,)),
        Control("Restricted: Seccomp", "Every container has a seccomp profile"),
        Control("Restricted: Capabilities", "Every container drops all capabilities"),
    ),
)
