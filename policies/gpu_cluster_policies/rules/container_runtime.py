"""Rule for container runtimes: what user data sets may not weaken the isolation of containers."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, cast

from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.property import Property, UnreadableError, is_list
from gpu_cluster_policies.resources.user_data import UserDataPart, user_data
from gpu_cluster_policies.rule import Level, Violation, stack_rule
from gpu_cluster_policies.user_data_problem import UserDataProblem, user_data_violations

_IN_SCRIPT = re.compile(
    r"/etc/containerd|containerd\.(?:service|toml)|containerd[ \t]+config|nvidia-ctk|nvidia-container|"
    r"/etc/cdi\b|/etc/docker|certs\.d|systemctl\b.*\b(?:containerd|docker)"
)
_UNKNOWN = "without settings that no rule evaluates"
_FREE = frozenset(
    {
        "SystemdCgroup",
        "concurrent_layer_fetch_buffer",
        "disable_hugetlb_controller",
        "disable_snapshot_annotations",
        "discard_unpacked_layers",
        "drain_exec_sync_io_timeout",
        "enable_unprivileged_icmp",
        "enable_unprivileged_ports",
        "ignore_deprecation_warnings",
        "ignore_image_defined_volumes",
        "image_pull_progress_timeout",
        "image_pull_with_sync_fs",
        "level",
        "max_concurrent_downloads",
        "max_concurrent_unpacks",
        "max_container_log_line_size",
        "snapshotter",
        "stats_collect_period",
        "stream_idle_timeout",
        "tolerate_missing_hugetlb_controller",
        "version",
    }
)
"""Settings of containerd with which containers are isolated as before, whatever their values.

Source: docs/cri/config.md of containerd/containerd (00142976), 2026-11-30.
"""


@dataclass(frozen=True, slots=True)
class _Setting:
    expected: str
    holds: Callable[[Any], bool]


def _is(wanted: object) -> Callable[[Any], bool]:
    return lambda given: given == wanted and isinstance(given, bool) == isinstance(wanted, bool)


def _is_loopback(given: Any) -> bool:
    try:
        return given in ("", "localhost") or ip_address(given).is_loopback
    except ValueError:
        return False


_SETTINGS: Mapping[str, _Setting] = {
    "NoNewKeyring": _Setting("false", _is(False)),
    "disable_apparmor": _Setting("false", _is(False)),
    "disable_cgroup": _Setting("false", _is(False)),
    "disable_proc_mount": _Setting("false", _is(False)),
    "disable_tcp_service": _Setting("true", _is(True)),
    "imports": _Setting("empty", lambda given: given == []),
    "insecure_skip_verify": _Setting("false", _is(False)),
    "privileged_without_host_devices_all_devices_allowed": _Setting("false", _is(False)),
    "stream_server_address": _Setting("an address of the node itself", _is_loopback),
    "tcp_address": _Setting("empty", _is("")),
    "unset_seccomp_profile": _Setting(
        "a profile", lambda given: isinstance(given, str) and given != "unconfined"
    ),
}
"""Settings of containerd that isolate containers and its own API, from the same source and the manual of
containerd-config.toml."""

_BOTTLEROCKET_FREE = frozenset({"container-runtime", "container-runtime-plugins", "oci-hooks"})
_BOTTLEROCKET: Mapping[tuple[str, str], _Setting] = {
    ("kernel", "lockdown"): _Setting(
        "integrity or confidentiality", lambda it: it in ("integrity", "confidentiality")
    ),
    ("nvidia-container-runtime", "visible-devices-as-volume-mounts"): _Setting("true", _is(True)),
    ("nvidia-container-runtime", "visible-devices-envvar-when-unprivileged"): _Setting("false", _is(False)),
}
"""Settings of Bottlerocket. With the variable, a pod takes every GPU of its node without asking for one.

Source: https://bottlerocket.dev/en/os/1.57.x/api/settings/, nvidia-container-runtime and kernel, 2026-11-30.
"""

_BOTTLEROCKET_PROGRAMS = ("bootstrap-commands", "bootstrap-containers", "host-containers")
_BOTTLEROCKET_OTHERS = ("container-registry", "oci-defaults")
_DISKS = ["apiclient", "ephemeral-storage"]


@stack_rule(
    108,
    "runtime-isolation",
    "User data keeps the isolation of the container runtime",
    of=user_data,
    level=Level.MANDATORY,
    references="containerd: CRI plugin config guide; Bottlerocket: settings.nvidia-container-runtime",
    fix="remove the setting from gpu-cluster:pools.<name>.userData; the image's own then applies",
    can_abstain=True,
)
def runtime_isolation(given: Property, _inventory: Inventory) -> Iterator[Violation]:
    """The runtime decides which GPUs, files and system calls of a node a container reaches, whatever its pod
    asks for."""
    return user_data_violations(given, _of_part)


def _of_part(part: UserDataPart) -> Iterator[UserDataProblem]:
    if part.node_config:
        yield from _of_containerd(part.node_config.at("containerd"))
    elif part.bottlerocket:
        yield from _of_bottlerocket(part.bottlerocket)
    elif changed := _IN_SCRIPT.search(part.text):
        actual = f"the container runtime in a script ({changed[0]})"
        yield UserDataProblem(
            actual, "settings that rules evaluate, such as containerd.config of a NodeConfig", False
        )


def _of_containerd(options: Property) -> Iterator[UserDataProblem]:
    config = options.at("config")
    if config.value is not None:
        yield from _of_toml(config)
    for path, value in _leaves(options.at("baseRuntimeSpec")):
        if "rlimits" not in path.split("."):
            yield UserDataProblem(f"{path} to {_shown(value)}", _UNKNOWN, False)


def _of_toml(config: Property) -> Iterator[UserDataProblem]:
    try:
        tables = tomllib.loads(config.text)
    except tomllib.TOMLDecodeError as error:
        yield UserDataProblem(f"{config.path} to invalid TOML ({error})", "TOML")
        return
    except (ValueError, RecursionError):  # a number of thousands of digits, nested without end
        raise UnreadableError(config, "TOML that cannot be read", "TOML") from None
    for path, value in _leaves(Property(config.owner, config.path, tables)):
        name = path.rpartition(".")[2]
        if setting := _SETTINGS.get(name):
            if not setting.holds(value):
                yield UserDataProblem(f"{path} to {_shown(value)}", setting.expected)
        elif _is_plain_http(path, value):
            yield UserDataProblem(f"{path} to {_shown(value)}", "https")
        elif name not in _FREE:
            yield UserDataProblem(f"{path} to {_shown(value)}", _UNKNOWN, False)


def _of_bottlerocket(settings: Property) -> Iterator[UserDataProblem]:
    for (section, key), setting in _BOTTLEROCKET.items():
        field = settings.at(section, key)
        if field.value is not None and not setting.holds(field.value):
            yield UserDataProblem(f"{field.path} to {field.shown}", setting.expected)
    for section in _BOTTLEROCKET_PROGRAMS:
        for _, program in settings.at(section).entries():
            if not _only_sets_up_disks(program):
                yield UserDataProblem(
                    program.path, "without programs on the node, which rules do not see", False
                )
    for section in _BOTTLEROCKET_OTHERS:
        for path, value in _leaves(settings.at(section)):
            if "resource-limits" not in path.split("."):
                yield UserDataProblem(f"{path} to {_shown(value)}", _UNKNOWN, False)


def _only_sets_up_disks(program: Property) -> bool:
    commands = list(program.at("commands").items())
    return bool(commands) and all(
        [word.value for word in command.items()][:2] == _DISKS for command in commands
    )


def _leaves(field: Property) -> Iterator[tuple[str, Any]]:
    """Settings of nested tables with their paths; a list of tables is several."""
    value: Any = field.value
    if value is None:
        return
    tables = is_list(value) and any(isinstance(it, Mapping) for it in cast(list[Any], value))
    if isinstance(value, Mapping) or tables:
        for child in field.children():
            yield from _leaves(child)
    else:
        yield field.path, value


def _is_plain_http(path: str, value: Any) -> bool:
    if not path.endswith(".endpoint") or not is_list(value):
        return False
    return any(str(it).startswith("http://") for it in cast(list[Any], value))


def _shown(value: Any) -> str:
    return Property("", "", value).shown
