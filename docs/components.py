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
Import components and the types of their arguments from `gpu_cluster`, and settings from `gpu_cluster.config`.
[Order of the components](../platform.md)
"""


@dataclass(frozen=True)
class _Component:
    name: str
    module: str
    token: str
    meaning: str
    inputs: tuple[str, ...]
    notes: str
    """Docstring of the constructor, on its arguments."""

    outputs: tuple[tuple[str, str], ...]
    """Each output with its docstring."""


def text() -> str:
    """The whole page."""
    children = _children()
    found = sorted(_components(), key=lambda it: (it.module, it.name))
    return "\n\n".join([_HEAD.strip(), *(_section(it, children.get(it.token, [])) for it in found)]) + "\n"


def _section(component: _Component, children: list[str]) -> str:
    def listed(words: tuple[str, ...] | list[str], nothing: str) -> str:
        return ", ".join(f"`{word}`" for word in words) or nothing

    outputs = (f"`{name}`{f': {meaning}' if meaning else ''}" for name, meaning in component.outputs)
    notes = {"notes": component.notes} if component.notes else {}
    rows = {
        "token": f"`{component.token}`",
        "source": f"[{component.module}](../../{component.module})",
        "settings and inputs": listed(component.inputs, "none"),
        **notes,
        "outputs": "<br>".join(outputs) or "none",
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
                    notes=" ".join((ast.get_docstring(_constructor(node)) or "").split()),
                    outputs=tuple(_outputs(node)),
                )


def _token(node: ast.ClassDef) -> str | None:
    constants = (it.value for it in ast.walk(node) if isinstance(it, ast.Constant))
    return next((it for it in constants if isinstance(it, str) and it.startswith(_TOKEN)), None)


def _constructor(node: ast.ClassDef) -> ast.FunctionDef:
    [made] = [it for it in node.body if isinstance(it, ast.FunctionDef) and it.name == "__init__"]
    return made


def _inputs(node: ast.ClassDef) -> Iterator[str]:
    given = _constructor(node).args
    positional = given.args[2:]
    defaults = [None] * (len(positional) - len(given.defaults)) + given.defaults + given.kw_defaults
    for argument, default in zip([*positional, *given.kwonlyargs], defaults, strict=True):
        if argument.arg != "opts":
            kind = f": {ast.unparse(argument.annotation)}" if argument.annotation else ""
            yield f"{argument.arg}{kind}{f' = {ast.unparse(default)}' if default else ''}"


def _outputs(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for it, below in zip(node.body, [*node.body[1:], None], strict=True):
        if isinstance(it, ast.AnnAssign) and isinstance(it.target, ast.Name):
            kind = ast.unparse(it.annotation)
            if kind != "ClassVar":
                yield f"{it.target.id}: {kind}", _docstring(below)


def _docstring(node: ast.stmt | None) -> str:
    match node:
        case ast.Expr(value=ast.Constant(value=str(text))):
            return " ".join(text.split())
        case _:
            return ""


def _children() -> Mapping[str, list[str]]:
    """Types by the token of their parent."""
    found: dict[str, set[str]] = defaultdict(set)
    for stack in _STACKS:
        for resource in plan_of(_PROJECT, stack).graph.resources:
            parent = resource.parent.split("::")[-2].rpartition("$")[2] if "::" in resource.parent else ""
            found[parent].add(resource.type)
    return {token: sorted(types) for token, types in found.items()}
