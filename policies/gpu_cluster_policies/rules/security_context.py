"""Rules for the security context of containers."""

from collections.abc import Iterator

from gpu_cluster_policies.resources.resource import Container, Pod, containers, pods
from gpu_cluster_policies.rule import Level, Violation, rule, should_be

_WHERE = "in the manifest; objects of the stack file already have it"
_PROFILES = ("RuntimeDefault", "Localhost")


@rule(
    49,
    "not-privileged",
    "Containers are not privileged",
    of=containers,
    level=Level.MANDATORY,
    references="CKV_K8S_16; KSV-0017; CIS 4.2.1; C-0057; gatekeeper privileged-containers; "
    "Pod Security Baseline: Privileged Containers",
    fix=f"remove securityContext.privileged {_WHERE}",
)
def not_privileged(container: Container) -> Iterator[Violation]:
    """A privileged container is root on its node, with access to all GPUs, volumes and secrets there."""
    privileged = container.at("securityContext", "privileged")
    if privileged.value:
        yield Violation(privileged, "false")


@rule(
    51,
    "no-privilege-escalation",
    "Processes cannot gain privileges",
    of=containers,
    level=Level.MANDATORY,
    references="CKV_K8S_20; KSV-0001; CIS 4.2.5; Pod Security Restricted: Privilege Escalation",
    fix=f"set securityContext.allowPrivilegeEscalation to false {_WHERE}",
)
def no_privilege_escalation(container: Container) -> Iterator[Violation]:
    """Kubernetes allows setuid binaries to gain privileges unless this is disabled."""
    if container.pod.windows:
        return
    yield from should_be(container.at("securityContext", "allowPrivilegeEscalation"), False)


@rule(
    52,
    "drop-all-capabilities",
    "Containers drop all capabilities",
    of=containers,
    level=Level.MANDATORY,
    references="CKV_K8S_37; KSV-0003; kyverno require-drop-all; Pod Security Restricted: Capabilities",
    fix=f"set securityContext.capabilities to {{drop: [ALL]}} {_WHERE}",
)
def drop_all_capabilities(container: Container) -> Iterator[Violation]:
    """The default capabilities include raw sockets and file ownership changes, which model servers do not
    need."""
    if container.pod.windows:
        return
    capabilities = container.at("securityContext", "capabilities")
    drop = capabilities.at("drop")
    if "ALL" not in [item.value for item in drop.items()]:
        yield Violation(drop, '["ALL"]')
    for added in capabilities.at("add").items():
        if added.value != "NET_BIND_SERVICE":
            yield Violation(added, "removed; only NET_BIND_SERVICE may be added")


@rule(
    53,
    "non-root",
    "Containers do not run as root",
    of=pods,
    level=Level.MANDATORY,
    references="CKV_K8S_23; KSV-0012; C-0013; Pod Security Restricted: Running as Non-root",
    fix=f"set runAsNonRoot to true and runAsUser to a number above 0 {_WHERE}",
)
def non_root(pod: Pod) -> Iterator[Violation]:
    """Root in a container is root on the node after a container escape, unless the pod uses user namespaces
    (hostUsers: false)."""
    if pod.spec.at("hostUsers").value is False:
        return
    shared = pod.spec.at("securityContext", "runAsNonRoot")
    contexts = [container.at("securityContext") for container in pod.containers]
    claims = [context.at("runAsNonRoot") for context in contexts]
    inherits = any(claim.value is None for claim in claims)
    if shared.value is not True and (shared.value is not None or inherits):
        yield Violation(shared, "true, in the container or its pod")
    for claim in claims:
        if claim.value not in (None, True):
            yield Violation(claim, "true, in the container or its pod")
    for context in (pod.spec.at("securityContext"), *contexts):
        user = context.at("runAsUser")
        if user.value == 0:
            yield Violation(user, "a number above 0, or not set")


@rule(
    54,
    "seccomp-profile",
    "Containers have a seccomp profile",
    of=pods,
    level=Level.MANDATORY,
    references="CKV_K8S_31; KSV-0030; C-0210; Pod Security Restricted: Seccomp",
    fix=f"set seccompProfile to {{type: RuntimeDefault}} {_WHERE}",
)
def seccomp_profile(pod: Pod) -> Iterator[Violation]:
    """Without a profile, a process can use all system calls, which container escapes exploit."""
    if pod.windows:
        return
    shared = pod.spec.at("securityContext", "seccompProfile")
    own = [container.at("securityContext", "seccompProfile") for container in pod.containers]
    inherits = any(profile.value is None for profile in own)
    if (shared.value is not None or inherits) and shared.at("type").value not in _PROFILES:
        yield Violation(shared.at("type"), "RuntimeDefault or Localhost, in the container or its pod")
    for profile in own:
        if profile.value is not None and profile.at("type").value not in _PROFILES:
            yield Violation(profile.at("type"), "RuntimeDefault or Localhost, in the container or its pod")


@rule(
    55,
    "read-only-root",
    "Containers cannot write to their root file system",
    of=containers,
    level=Level.ADVISORY,
    references="CKV_K8S_22; KSV-0014; C-0017; pulumi compliance-policies",
    fix=f"set readOnlyRootFilesystem to true and mount an emptyDir at writable paths {_WHERE}",
)
def read_only_root(container: Container) -> Iterator[Violation]:
    """A read-only file system prevents an attacker from changing or adding programs."""
    if container.pod.windows:
        return
    yield from should_be(container.at("securityContext", "readOnlyRootFilesystem"), True)
