"""Public class names are unique in all three packages."""

import ast
from collections import Counter
from pathlib import Path

PROJECT = Path(__file__).parents[2]
PROVIDED = PROJECT / "components/gpu_cluster/component_provider"
"""Its classes have the names of the components offered to other languages, which become tokens."""


def test_public_class_name_is_defined_once() -> None:
    files = [file for root in ("components", "policies", "tools") for file in (PROJECT / root).rglob("*.py")]
    names = Counter(
        node.name
        for file in files
        if PROVIDED not in file.parents
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )

    assert names["Platform"] == 1
    assert [name for name, count in names.items() if count > 1] == []
