"""Rules for what separates a container from its node: AppArmor, SELinux, /proc, sysctls, Windows.

Source: Kubernetes Pod Security admission v0.37.2 (Kubernetes 1.37), policy/check_*.go,
https://github.com/kubernetes/pod-security-admission, read 2026-11-29.
"""

from collections.abc import Iterator

from gpu_cluster_policies.property import Property
from gpu_cluster_policies.resource import Container, Pod, containers, pods
from gpu_cluster_policies.rule import Level, Violation, rule

_LEAVE = "in the manifest; nothing that the stack file makes sets it"
_APPARMOR = "container.apparmor.security.beta.kubernetes.io/"
_PROFILES = ("RuntimeDefault", "Localhost")
_SELINUX_TYPES = ("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t")
_SAFE_SYSCTLS = frozenset(
    (
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ping_group_range",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_notsent_lowat",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_slow_start_after_idle",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.tcp_wmem",
    )
)
"""Namespaced sysctls: each pod has its own, and they reach neither the node nor other pods."""


def _contexts(pod: Pod) -> Iterator[Property]:
    """The security contexts of the pod and of its containers."""
    yield pod.spec.at("securityContext")
    for container in pod.containers:
        yield container.at("securityContext")


@rule(
    98,
    "apparmor-profile",
    "AppArmor profiles are not disabled",
    of=pods,
    level=Level.MANDATORY,
    references="Pod Security Baseline: AppArmor",
    fix=f"leave securityContext.appArmorProfile out, or set RuntimeDefault or Localhost, {_LEAVE}",
)
def apparmor_profile(pod: Pod) -> Iterator[Violation]:
    """The runtime's profile keeps a process from mounts and from files of the kernel."""
    for context in _contexts(pod):
        profile = context.at("appArmorProfile")
        if profile.value is not None and profile.at("type").value not in _PROFILES:
            yield Violation(profile.at("type"), "RuntimeDefault or Localhost")
    for key, profile in pod.template.at("metadata", "annotations").entries():
        if key.startswith(_APPARMOR) and not _is_profile(profile.text):
            yield Violation(profile, "runtime/default or localhost/…")


def _is_profile(annotation: str) -> bool:
    return annotation in ("", "runtime/default") or annotation.startswith("localhost/")


@rule(
    99,
    "selinux-options",
    "SELinux options name a type of containers, and neither user nor role",
    of=pods,
    level=Level.MANDATORY,
    references="Pod Security Baseline: SELinux",
    fix=f"leave user and role of securityContext.seLinuxOptions out, and type, too, {_LEAVE}",
)
def selinux_options(pod: Pod) -> Iterator[Violation]:
    """A process with a type of the host, such as spc_t, is not confined on it."""
    for context in _contexts(pod):
        options = context.at("seLinuxOptions")
        if options.at("type").text not in _SELINUX_TYPES:
            yield Violation(options.at("type"), f"one of {', '.join(filter(None, _SELINUX_TYPES))}")
        for key in ("user", "role"):
            if options.at(key).text:
                yield Violation(options.at(key), "not set")


@rule(
    100,
    "default-proc-mount",
    "Containers have the default masks of /proc",
    of=containers,
    level=Level.MANDATORY,
    references="Pod Security Baseline: /proc Mount Type",
    fix=f"leave securityContext.procMount out {_LEAVE}",
)
def default_proc_mount(container: Container) -> Iterator[Violation]:
    """Unmasked, /proc shows and changes settings of the kernel that all pods of a node share."""
    mount = container.at("securityContext", "procMount")
    if mount.value not in (None, "Default"):
        yield Violation(mount, "Default, or not set")


@rule(
    101,
    "safe-sysctls",
    "Pods only set safe sysctls",
    of=pods,
    level=Level.MANDATORY,
    references="Pod Security Baseline: Sysctls",
    fix=f"leave the sysctl out of securityContext.sysctls {_LEAVE}; set what nodes need in their image",
)
def safe_sysctls(pod: Pod) -> Iterator[Violation]:
    """Other sysctls belong to the node: one pod changes them for all."""
    for sysctl in pod.spec.at("securityContext", "sysctls").items():
        name = sysctl.at("name")
        if not isinstance(name.value, str) or name.value not in _SAFE_SYSCTLS:
            yield Violation(name, "a sysctl of the pod's own namespaces")


@rule(
    102,
    "no-host-process",
    "Containers are no Windows host processes",
    of=pods,
    level=Level.MANDATORY,
    references="Pod Security Baseline: HostProcess",
    fix=f"leave securityContext.windowsOptions.hostProcess out {_LEAVE}",
)
def no_host_process(pod: Pod) -> Iterator[Violation]:
    """A HostProcess container is a process of its Windows node, with all that the node may do."""
    for context in _contexts(pod):
        host_process = context.at("windowsOptions", "hostProcess")
        if host_process.value not in (None, False):
            yield Violation(host_process, "false")
