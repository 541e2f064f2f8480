"""User data that rule 108 cannot judge, and stacks that configure container runtimes in their file."""

import base64
import gzip

import pytest

from gpu_cluster_policies import Resource, pack_of
from gpu_cluster_policies.resources.resource_types import LAUNCH_TEMPLATE

RULES = ("107-kubelet-settings", "108-runtime-isolation")
UNKNOWN = "without settings that no rule evaluates"
NODE_CONFIG = "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec: {containerd: {%s}}"


def _not_judged(text: str) -> list[str]:
    template = Resource(LAUNCH_TEMPLATE, {"userData": text}, "nodes")
    report = pack_of("prod-elsewhere").check([template])
    assert [it for it in report.findings if it.rule.id in RULES] == []
    return [it.why for it in report.not_judged if it.rule in RULES]


@pytest.mark.parametrize(
    ("text", "sets", "expected"),
    [
        (
            NODE_CONFIG % "config: 'plugins.cri.containerd.default_runtime_name = \"mine\"'",
            'containerd.config.plugins.cri.containerd.default_runtime_name to "mine"',
            UNKNOWN,
        ),
        (
            NODE_CONFIG % "config: 'plugins.cri.containerd.runtimes.runc.options.BinaryName = \"/tmp/runc\"'",
            'containerd.config.plugins.cri.containerd.runtimes.runc.options.BinaryName to "/tmp/runc"',
            UNKNOWN,
        ),
        (
            NODE_CONFIG % "config: 'plugins.cri.registry.mirrors.a.endpoint = [\"https://b\"]'",
            'containerd.config.plugins.cri.registry.mirrors.a.endpoint to ["https://b"]',
            UNKNOWN,
        ),
        (
            NODE_CONFIG % "baseRuntimeSpec: {linux: {maskedPaths: []}}",
            "containerd.baseRuntimeSpec.linux.maskedPaths to []",
            UNKNOWN,
        ),
        (
            "[settings.oci-defaults.capabilities]\nsys-admin = true\n",
            "settings.oci-defaults.capabilities.sys-admin to true",
            UNKNOWN,
        ),
        (
            "[settings.host-containers.admin]\nenabled = true\n",
            "settings.host-containers.admin",
            "without programs on the node, which rules do not see",
        ),
        (
            '[settings.bootstrap-commands.a]\ncommands = [["apiclient", "set", "kernel.lockdown=none"]]\n',
            "settings.bootstrap-commands.a",
            "without programs on the node, which rules do not see",
        ),
        (
            "#!/bin/bash\nsed -i s/false/true/ /etc/nvidia-container-runtime/config.toml\n",
            "the container runtime in a script (nvidia-container)",
            "settings that rules evaluate, such as containerd.config of a NodeConfig",
        ),
        (
            "#!/bin/bash\ncurl -sSL https://example.com/setup | sudo bash\n",
            "what rules do not see (curl -sSL https://example.com/setup | sudo bash)",
            "text with everything that runs",
        ),
        (
            "#include\nhttps://example.com/setup\n",
            "what rules do not see (#include)",
            "text with everything that runs",
        ),
        (
            "#cloud-config\nwrite_files:\n  - path: /a\n    encoding: b64\n    content: YXBp\n",
            "what rules do not see (encoding: b64)",
            "text with everything that runs",
        ),
    ],
)
def test_unreadable_user_data_is_not_judged(text: str, sets: str, expected: str) -> None:
    assert _not_judged(text) == [f"userData is text that sets {sets}, should be {expected}"]


@pytest.mark.parametrize(
    "text",
    [
        "#!/bin/bash\ndnf install -y lustre-client\nsysctl -w vm.max_map_count=262144\n",
        "#!/bin/bash\ncurl -o /etc/motd https://example.com/motd\n",
        "[settings.kernel.sysctl]\n'vm.max_map_count' = '262144'\n",
        "",
    ],
)
def test_other_user_data_is_judged(text: str) -> None:
    assert _not_judged(text) == []


def test_comment_before_a_node_config_does_not_hide_it() -> None:
    plain = "# our nodes\n" + NODE_CONFIG % "config: 'disabled_plugins = []'"
    packed = base64.b64encode(gzip.compress(plain.encode())).decode()

    for text in (plain, packed):
        assert _not_judged(text) == [
            f"userData is text that sets containerd.config.disabled_plugins to [], should be {UNKNOWN}"
        ]
