"""Rule for kubelets: what user data sets may not weaken the settings of the node's image."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.property import Property
from gpu_cluster_policies.resources.user_data import UserDataPart, user_data
from gpu_cluster_policies.rule import Level, Violation, stack_rule
from gpu_cluster_policies.user_data_problem import UserDataProblem, user_data_violations

_ZERO = re.compile(r"(0+(\.0*)?(ns|us|µs|ms|s|m|h)?)+")
_DURATION = re.compile(r"(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+")
_FLAG = re.compile(r"--([A-Za-z_-]+)(?:(?:=|[ \t]+)[\"']?((?!--)[^\s\"']*))?")
_IN_SCRIPT = re.compile(
    r"/etc/kubernetes/|kubelet\.service|kubelet-extra-args|KUBELET_\w*ARGS|nodeadm|systemctl\b.*kubelet"
)
_FETCHED = re.compile(
    r"^#include(?:-once)?\b|\b(?:curl|wget)\b[^\n]*\|[ \t]*(?:sudo[ \t]+)?(?:[a-z/]*/)?(?:ba|z|da)?sh\b|"
    r"\b(?:ba)?sh\b[^\n]*<\([ \t]*(?:curl|wget)\b|(?:source|eval|\.)[ \t]+[^\n]*\b(?:curl|wget)\b|"
    r"^\s*encoding:[ \t]*[\"']?(?:b64|base64|gz|gzip|gz\+b64|gzip\+base64|gz\+base64)\b",
    re.MULTILINE,
)
"""Programs and files that user data only names, or encodes again."""


@dataclass(frozen=True, slots=True)
class _Setting:
    """A setting of the kubelet, in its configuration file and as a flag."""

    path: tuple[str, ...]
    flag: str
    expected: str
    holds: Callable[[Any], bool]


def _is(wanted: object) -> Callable[[Any], bool]:
    return lambda given: given == wanted and isinstance(given, bool) == isinstance(wanted, bool)


def _lasts(given: Any) -> bool:
    return isinstance(given, str) and bool(_DURATION.fullmatch(given)) and not _ZERO.fullmatch(given)


def _counts(given: Any) -> bool:
    return isinstance(given, int) and not isinstance(given, bool) and given >= 0


_SETTINGS = (
    _Setting(("authentication", "anonymous", "enabled"), "anonymous-auth", "false", _is(False)),
    _Setting(("authentication", "webhook", "enabled"), "authentication-token-webhook", "true", _is(True)),
    _Setting(
        ("authentication", "x509", "clientCAFile"),
        "client-ca-file",
        "a file",
        lambda given: isinstance(given, str) and bool(given),
    ),
    _Setting(("authorization", "mode"), "authorization-mode", "Webhook", _is("Webhook")),
    _Setting(("readOnlyPort",), "read-only-port", "0", _is(0)),
    _Setting(
        ("streamingConnectionIdleTimeout",), "streaming-connection-idle-timeout", "longer than 0", _lasts
    ),
    _Setting(("makeIPTablesUtilChains",), "make-iptables-util-chains", "true", _is(True)),
    _Setting(("eventRecordQPS",), "event-qps", "0 or more", _counts),
    _Setting(("rotateCertificates",), "rotate-certificates", "true", _is(True)),
    _Setting(("serverTLSBootstrap",), "rotate-server-certificates", "true", _is(True)),
    _Setting(("featureGates", "RotateKubeletServerCertificate"), "", "true", _is(True)),
    _Setting(("protectKernelDefaults",), "protect-kernel-defaults", "true", _is(True)),
    _Setting(
        ("allowedUnsafeSysctls",), "allowed-unsafe-sysctls", "empty", lambda given: given in ([], (), "")
    ),
)
"""Fields of KubeletConfiguration v1beta1 and flags of the kubelet.

Source: CIS Amazon EKS Benchmark 1.8.0, section 3.2, as kube-bench checks it (cfg/eks-1.8.0/node.yaml,
2026-11-30), and the Kubernetes reference of KubeletConfiguration, 2026-11-30.
"""

_BY_FLAG: Mapping[str, _Setting] = {it.flag: it for it in _SETTINGS if it.flag}
_STATIC_PODS = ("staticPodPath", "staticPodURL")
_WITHOUT_STATIC_PODS = "without static pods, which rules do not see"
_NOT_SEEN: Mapping[str, str] = {
    "config": "without another configuration file of the kubelet",
    "config-dir": "without other configuration files of the kubelet",
    "manifest-url": _WITHOUT_STATIC_PODS,
    "pod-manifest-path": _WITHOUT_STATIC_PODS,
}
"""Flags that add what rules do not see, with the expected text."""

_BOTTLEROCKET: Mapping[str, _Setting] = {
    "standalone-mode": _Setting((), "", "false", _is(False)),
    "server-tls-bootstrap": _Setting((), "", "true", _is(True)),
    "event-qps": _Setting((), "", "0 or more", _counts),
    "allowed-unsafe-sysctls": _Setting((), "", "empty", lambda given: given in ([], ())),
}
"""Keys of `settings.kubernetes`; Bottlerocket sets the other fields itself, and in standalone mode none.

Source: packages/kubernetes-1.33/kubelet-config of bottlerocket-core-kit (097546f), 2026-11-30.
"""


@stack_rule(
    107,
    "kubelet-settings",
    "User data keeps the secure settings of the kubelet",
    of=user_data,
    level=Level.MANDATORY,
    references="CIS 3.2.1; CIS 3.2.2; CIS 3.2.3; CIS 3.2.4; CIS 3.2.5; CIS 3.2.6; CIS 3.2.7; CIS 3.2.8; "
    "CIS 3.2.9",
    fix="remove the setting from gpu-cluster:pools.<name>.kubelet or userData; the image's own then applies",
    can_abstain=True,
)
def kubelet_settings(given: Property, _inventory: Inventory) -> Iterator[Violation]:
    """An open kubelet lets any client that reaches the node run commands in its pods and read their
    secrets."""
    return user_data_violations(given, _of_part)


def _of_part(part: UserDataPart) -> Iterator[UserDataProblem]:
    if part.node_config:
        kubelet = part.node_config.at("kubelet")
        yield from _of_config(kubelet.at("config"))
        yield from _of_flags(" ".join(flag.text for flag in kubelet.at("flags").one_or_more()))
    elif part.bottlerocket:
        yield from _of_bottlerocket(part.bottlerocket.at("kubernetes"))
    else:
        yield from _of_flags(part.text)
        if unseen := _FETCHED.search(part.text):
            yield UserDataProblem(
                f"what rules do not see ({unseen[0].strip()})", "text with everything that runs", False
            )
        if changed := _IN_SCRIPT.search(part.text):
            yield UserDataProblem(
                f"the kubelet in a script ({changed[0]})", "fields of gpu-cluster:pools.<name>.kubelet", False
            )


def _of_config(config: Property) -> Iterator[UserDataProblem]:
    for setting in _SETTINGS:
        field = config
        for key in setting.path:
            if not isinstance(field.value, Mapping | None):
                yield UserDataProblem(f"{field.path} to {field.shown}", "a map")
                break
            field = field.at(key)
        else:
            yield from _unless_it_holds(field, setting)
    for key in _STATIC_PODS:
        yield from _static_pods(config.at(key))


def _of_flags(text: str) -> Iterator[UserDataProblem]:
    for flag in _FLAG.finditer(text):
        name, value = flag[1].replace("_", "-"), flag[2] or ""
        if name in _NOT_SEEN:
            yield UserDataProblem(flag[0], _NOT_SEEN[name], False)
        elif name in _BY_FLAG and not _BY_FLAG[name].holds(_parsed(value)):
            yield UserDataProblem(flag[0], f"--{name}={_BY_FLAG[name].expected}")


def _of_bottlerocket(settings: Property) -> Iterator[UserDataProblem]:
    for key, setting in _BOTTLEROCKET.items():
        yield from _unless_it_holds(settings.at(key), setting)
    yield from _static_pods(settings.at("static-pods"))


def _unless_it_holds(field: Property, setting: _Setting) -> Iterator[UserDataProblem]:
    if field.value is not None and not setting.holds(field.value):
        yield UserDataProblem(f"{field.path} to {field.shown}", setting.expected)


def _static_pods(field: Property) -> Iterator[UserDataProblem]:
    if field.value:
        yield UserDataProblem(field.path, _WITHOUT_STATIC_PODS, False)


def _parsed(value: str) -> Any:
    """A flag as the value of the field of the configuration file."""
    if value in ("true", "false", ""):
        return value != "false"
    return int(value) if re.fullmatch(r"-?\d{1,18}", value) else value
