"""Storage classes: what the place can do, exactly one default, names that do not collide."""

from collections.abc import Iterator

from components.config.cluster import LocalCluster
from components.config.stack import Stack
from components.stackfile.nearest import did_you_mean
from components.stackfile.problem import Keys, Mistake

_SCRATCH = "-scratch"


def storage(stack: Stack, broken: frozenset[Keys]) -> Iterator[Mistake]:
    local = isinstance(stack.cluster, LocalCluster)
    for name, settings in stack.storage.items():
        keys: Keys = ("storage", name)
        if local and settings.kind != "host-path":
            yield Mistake((*keys, "kind"), f"with provider local only host-path, got '{settings.kind}'")
        elif not local and settings.kind == "host-path":
            yield Mistake((*keys, "kind"), "host-path is only for provider local")
        base = name.removesuffix(_SCRATCH)
        if base != name and base in stack.storage:
            yield Mistake(
                keys, f"the platform itself makes {name}, for volumes of {base} that go with their pod"
            )
    yield from _defaults(stack, complete=not any(key[0] == "storage" for key in broken))


def _defaults(stack: Stack, *, complete: bool) -> Iterator[Mistake]:
    defaults = [name for name, settings in stack.storage.items() if settings.default]
    for other in defaults[1:]:
        yield Mistake(
            ("storage", other, "default"), f"expected one default, and {defaults[0]} is one already"
        )
    if stack.storage and not defaults and complete:
        names = ", ".join(stack.storage)
        yield Mistake(("storage",), f"expected default: true in one storage class, got none in {names}")


def unknown_class(name: str | None, stack: Stack, broken: frozenset[Keys]) -> str | None:
    """What is wrong with a reference to a storage class, if anything."""
    if name is None or name in stack.storage or ("storage", name) in broken or ("storage",) in broken:
        return None
    known = did_you_mean(name, stack.storage) or f"; there are {', '.join(stack.storage) or 'none'}"
    return f"unknown storage class '{name}'{known}"
