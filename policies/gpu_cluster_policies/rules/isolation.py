"""Rules for container isolation: AppArmor, SELinux, /proc, sysctls, Windows.

Source: Kubernetes Pod Security admission v0.37.2 (Kubernetes 1.37), policy/check_*.go,
https://github.com/kubernetes/pod-security-admission, read 2026-11-29.
"""

from collections.abc import Iterator

from gpu_cluster_policies.resources.property import Property
from gpu_cluster_policies.resources.resource import Container, Pod, containers, pods
from gpu_cluster_policies.rule import Level, Violation, rule

_LEAVE = "in the manifest; objects of the stack file do not set it"
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
"""Safe, namespaced sysctls, which affect neither the node nor other pods."""


def _contexts(pod: Pod) -> Iterator[Property]:
    """Security contexts of a pod and its containers."""
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
    fix=f"remove securityContext.appArmorProfile, or set RuntimeDefault or Localhost, {_LEAVE}",
)
def apparmor_profile(pod: Pod) -> Iterator[Violation]:
    """The default profile blocks mounts and access to kernel files."""
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
    fix=f"remove user, role and type of securityContext.seLinuxOptions {_LEAVE}",
)
def selinux_options(pod: Pod) -> Iterator[Violation]:
    """A process with a host type, such as spc_t, is not confined."""
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
    fix=f"remove securityContext.procMount {_LEAVE}",
)
def default_proc_mount(container: Container) -> Iterator[Violation]:
    """Without masks, /proc gives access to kernel settings shared by all pods of the node."""
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
    fix=f"remove the sysctl from securityContext.sysctls {_LEAVE}; set node sysctls in the node image",
)
def safe_sysctls(pod: Pod) -> Iterator[Violation]:
    """Other sysctls apply to the node and affect all of its pods."""
    for sysctl in pod.spec.at("securityContext", "sysctls").items():
        name = sysctl.at("name")
        if not isinstance(name.value, str) or name.value not in _SAFE_SYSCTLS:
            yield Violation(name, "a safe sysctl")


@rule(
    102,
    "no-host-process",
    "Containers are no Windows host processes",
    of=pods,
    level=Level.MANDATORY,
    references="Pod Security Baseline: HostProcess",
    fix=f"remove securityContext.windowsOptions.hostProcess {_LEAVE}",
)
def no_host_process(pod: Pod) -> Iterator[Violation]:
    """A HostProcess container has the permissions of its Windows node."""
    for context in _contexts(pod):
        host_process = context.at("windowsOptions", "hostProcess")
        if host_process.value not in (None, False):
            yield Violation(host_process, "false")
