"""Who may import whom: what is lower down knows nothing of what stands on it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
PACKAGES = (
    "bench",
    "cli",
    "components",
    "cost",
    "docs",
    "doctor",
    "markup",
    "plan",
    "policies",
    "rehearsal",
    "review",
    "stacks",
    "toolchain",
)
USES = {
    "toolchain": "",
    "components/catalog": "",
    "components/config": "",
    "components/pools": "components.catalog components.config",
    "components/addresses": "components.config components.pools",
    "components/stackfile": "components.addresses components.catalog components.config components.pools",
    "components": "components",
    "markup": "",
    "plan": "components toolchain",
    "cost": (
        "components.catalog components.config components.pools components.stackfile components.storage "
        "components.unknown markup plan"
    ),
    "policies": (
        "components.catalog components.config components.pools components.stackfile components.unknown "
        "cost markup plan"
    ),
    "rehearsal": "components.catalog components.config components.pools components.stackfile plan toolchain",
    "review": "components cost markup plan policies toolchain",
    "cli": "components cost doctor plan policies rehearsal review toolchain",
    "doctor": (
        "components.addresses components.catalog components.config components.guardrails components.pools "
        "components.stackfile components.storage toolchain"
    ),
    "stacks": "components",
}


def imports(folder: Path) -> Iterator[str]:
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module


@pytest.mark.parametrize("package", USES)
def test_a_package_uses_only_what_is_below_it(package: str) -> None:
    own = {name for name in imports(PROJECT / package) if name.split(".")[0] in PACKAGES}
    assert own
    allowed = (package.replace("/", "."), *USES[package].split())
    assert {name for name in own if not any(f"{name}.".startswith(f"{low}.") for low in allowed)} == set()


def test_components_import_each_other_without_circles() -> None:
    rooms = {
        folder.name for folder in (PROJECT / "components").iterdir() if (folder / "__init__.py").exists()
    }
    uses = {
        room: {name.split(".")[1] for name in imports(PROJECT / "components" / room) if "components." in name}
        & rooms - {room}
        for room in rooms
    }
    while free := {room for room, used in uses.items() if not used}:
        uses = {room: used - free for room, used in uses.items() if room not in free}
    assert uses == {}
