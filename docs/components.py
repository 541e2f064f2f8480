"""The reference of components: from their source, and from the plans of the example stacks."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gpu_cluster.plan import plan_of

_PROJECT = Path(__file__).parent.parent
_TOKEN = "gpu-cluster:index:"  # noqa: S105
_STACKS = ("prod", "dev", "onprem", "local")
"""Example stacks that together have nearly all components."""

_HEAD = """\
# Components

All components of the platform, generated from the code by `python -m docs`. The token is the Pulumi type of
the component. Settings and inputs are the arguments of its constructor in addition to name and options.
Outputs are its attributes. Children are the resource types that it creates in the example stacks.
[Order of the components](../platform.md)
"""


@dataclass(frozen=True)
class _Component:
    name: str
    module: str
    token: str
    meaning: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def text() -> str:
    """The whole page."""
    children = _children()
    found = sorted(_components(), key=lambda it: (it.module, it.name))
    return "\n\n".join([_HEAD.strip(), *(_section(it, children.get(it.token, [])) for it in found)]) + "\n"


def _section(component: _Component, children: list[str]) -> str:
    def listed(words: tuple[str, ...] | list[str], nothing: str) -> str:
        return ", ".join(f"`{word}`" for word in words) or nothing

    rows = {
        "token": f"`{component.token}`",
        "source": f"[{component.module}](../../{component.module})",
        "settings and inputs": listed(component.inputs, "none"),
        "outputs": listed(component.outputs, "none"),
        "children": listed(children, "not in an example stack"),
    }
    bar = "\\|"
    table = "\n".join(f"| {key} | {value.replace('|', bar)} |" for key, value in rows.items())
    return f"## {component.name}\n\n{component.meaning}\n\n| | |\n|---|---|\n{table}"


def _components() -> Iterator[_Component]:
    for file in sorted((_PROJECT / "components").rglob("*.py")):
        for node in ast.parse(file.read_text()).body:
            token = _token(node) if isinstance(node, ast.ClassDef) else None
            if isinstance(node, ast.ClassDef) and token:
                yield _Component(
                    name=node.name,
                    module=str(file.relative_to(_PROJECT)),
                    token=token,
                    meaning=" ".join((ast.get_docstring(node) or "").partition("\n\n")[0].split()),
                    inputs=tuple(_inputs(node)),
                    outputs=tuple(_outputs(node)),
                )


def _token(node: ast.ClassDef) -> str | None:
    constants = (it.value for it in ast.walk(node) if isinstance(it, ast.Constant))
    return next((it for it in constants if isinstance(it, str) and it.startswith(_TOKEN)), None)


def _inputs(node: ast.ClassDef) -> Iterator[str]:
    [made] = [it for it in node.body if isinstance(it, ast.FunctionDef) and it.name == "__init__"]
    for argument in [*made.args.args[2:], *made.args.kwonlyargs]:
        if argument.arg != "opts":
            kind = f": {ast.unparse(argument.annotation)}" if argument.annotation else ""
            yield f"{argument.arg}{kind}"


def _outputs(node: ast.ClassDef) -> Iterator[str]:
    for it in node.body:
        if isinstance(it, ast.AnnAssign) and isinstance(it.target, ast.Name):
            yield f"{it.target.id}: {ast.unparse(it.annotation)}"


def _children() -> Mapping[str, list[str]]:
    """Types by the token of their parent."""
    found: dict[str, set[str]] = defaultdict(set)
    for stack in _STACKS:
        for resource in plan_of(_PROJECT, stack).graph.resources:
            parent = resource.parent.split("::")[-2].rpartition("$")[2] if "::" in resource.parent else ""
            found[parent].add(resource.type)
    return {token: sorted(types) for token, types in found.items()}
