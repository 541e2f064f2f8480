"""Adding a waiver to policies/waivers.yaml."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster_policies.add_waiver import FILE, add_waiver
from gpu_cluster_policies.policy_file import PolicyFileError

RULES = frozenset({"50-no-host-access"})
ENTRY: dict[str, Any] = {
    "rule": "50-no-host-access",
    "resource": "Pod team/work",
    "stacks": ["prod"],
    "owner": "platform",
    "reason": "It measures the network of its node.",
    "expires": date(2099, 1, 31),
}
BEFORE = """\
# Who may do what.
waivers:
  - rule: 50-no-host-access
    resource: Pod team/other  # the old one
    stacks: [prod, staging]
    owner: platform
    reason: It measures the network of its node.
    expires: 2099-01-31
"""


def file_of(project: Path, text: str) -> Path:
    file = project / FILE
    file.parent.mkdir()
    file.write_text(text)
    return file


def test_waiver_is_appended_and_leaves_the_others_unchanged(tmp_path: Path) -> None:
    file = file_of(tmp_path, BEFORE)

    line = add_waiver(tmp_path, ENTRY, RULES)

    assert file.read_text() == BEFORE + (
        "\n"
        "  - rule: 50-no-host-access\n"
        "    resource: Pod team/work\n"
        "    stacks: [prod]\n"
        "    owner: platform\n"
        "    reason: It measures the network of its node.\n"
        "    expires: 2099-01-31\n"
    )
    assert file.read_text().splitlines()[line - 1] == "  - rule: 50-no-host-access"


@pytest.mark.parametrize("text", [None, "# none yet\nwaivers: []\n"])
def test_first_waiver_creates_the_file_or_list(tmp_path: Path, text: str | None) -> None:
    if text:
        file_of(tmp_path, text)

    add_waiver(tmp_path, ENTRY, RULES)

    written = (tmp_path / FILE).read_text()
    assert "  - rule: 50-no-host-access\n" in written
    assert ("# none yet" in written) == bool(text)


def test_waiver_for_the_same_finding_and_stacks_is_replaced(tmp_path: Path) -> None:
    file = file_of(tmp_path, BEFORE.replace("2099-01-31", "2020-01-31"))
    entry = {**ENTRY, "resource": "Pod team/other", "stacks": ["staging", "prod"], "owner": "network"}

    line = add_waiver(tmp_path, entry, RULES)

    assert file.read_text() == BEFORE.replace("owner: platform", "owner: network")
    assert line == 3


def test_inline_list_of_waivers_becomes_a_block_list(tmp_path: Path) -> None:
    entry = "rule: 50-no-host-access, resource: Pod team/other, stacks: [prod], owner: platform"
    text = f"waivers: [{{{entry}, reason: It measures the network of its node., expires: 2099-01-31}}]\n"
    file = file_of(tmp_path, text)

    line = add_waiver(tmp_path, ENTRY, RULES)

    assert file.read_text().splitlines()[line - 1] == "  - rule: 50-no-host-access"
    assert f"  - {{{entry}" in file.read_text()


def test_file_with_only_comments_keeps_them(tmp_path: Path) -> None:
    file = file_of(tmp_path, "# Ask security first.\n")

    line = add_waiver(tmp_path, ENTRY, RULES)

    assert file.read_text().startswith("# Ask security first.\nwaivers:\n  - rule: 50-no-host-access\n")
    assert line == 3


def test_invalid_waiver_is_not_written(tmp_path: Path) -> None:
    file = file_of(tmp_path, BEFORE)

    with pytest.raises(PolicyFileError, match="a sentence with the reason"):
        add_waiver(tmp_path, ENTRY | {"reason": "no"}, RULES)

    assert file.read_text() == BEFORE
    assert [it.name for it in file.parent.iterdir()] == ["waivers.yaml"]
