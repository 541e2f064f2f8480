"""Kubernetes Pod Security Standards, both levels."""

from gpu_cluster_policies.frameworks.catalogue import Catalogue, Control

POD_SECURITY = Catalogue(
    title="Kubernetes Pod Security Standards",
    source="Kubernetes documentation 1.37, Pod Security Standards",
    date="2026-11",
    prefix="Pod Security",
    scope="Namespaces of device plugins are privileged by a waiver; see the evidence of each control.",
    controls=(
        Control("Baseline: HostProcess", "No Windows host processes"),
        Control("Baseline: Host Namespaces", "No network, process or IPC namespace of the node"),
        Control("Baseline: Privileged Containers", "No privileged containers"),
        Control("Baseline: Capabilities", "No capabilities beyond the default ones", (52,)),
        Control("Baseline: HostPath Volumes", "No folders of the node"),
        Control("Baseline: Host Ports", "No ports of the node"),
        Control("Baseline: Host Probes", "No probes or hooks of another host"),
        Control("Baseline: AppArmor", "No AppArmor profile is switched off"),
        Control("Baseline: SELinux", "No SELinux type, user or role of its own"),
        Control("Baseline: /proc Mount Type", "The default masks of /proc"),
        Control("Baseline: Seccomp", "No seccomp profile is switched off", (54,)),
        Control("Baseline: Sysctls", "Only safe sysctls"),
        Control("Restricted: Volume Types", "Only volumes that are not of the node", (50,)),
        Control("Restricted: Privilege Escalation", "No container gains privileges"),
        Control("Restricted: Running as Non-root", "No container runs as root"),
        Control("Restricted: Running as Non-root user", "No container has user 0", (53,)),
        Control("Restricted: Seccomp", "Every container has a seccomp profile"),
        Control("Restricted: Capabilities", "Every container drops all capabilities"),
    ),
)
