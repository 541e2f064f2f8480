"""SDK packages of which a plan imports only the modules that it uses.

A package of a generated SDK imports all of its modules: `pulumi_aws.ec2` has 300, of which a stack needs 20.
"""

import importlib
import re
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType
from typing import Any

_SDKS = ("pulumi_aws.", "pulumi_kubernetes.")
_STAR = re.compile(r"^from \.(\w+) import \*$", re.MULTILINE)
_SHARED = ("_inputs", "_enums")
"""Modules with classes of all resources of a package."""


@contextmanager
def sdks_by_parts() -> Generator[None]:
    """SDK packages that are first imported within this context import their modules on first use.

    A package offers the same names as before: a name that is in none of the expected modules is found by
    importing all of them.
    """
    finder = _Finder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not fullname.startswith(_SDKS):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec and spec.submodule_search_locations and isinstance(spec.loader, SourceFileLoader):
            modules = _STAR.findall(spec.loader.get_source(fullname) or "")
            spec.loader = _Parts(spec.loader, modules) if modules else spec.loader
        return spec


class _Parts(Loader):
    """Loads a package without its modules."""

    def __init__(self, whole: SourceFileLoader, modules: Sequence[str]) -> None:
        self.whole = whole
        self.modules = frozenset(modules)
        self._by_folded_name = {_folded(name): name for name in (*modules, "outputs")}

    def exec_module(self, module: ModuleType) -> None:
        module.__class__ = _Package

    def modules_with(self, name: str) -> Iterator[str]:
        """Modules that a name could be in: `VpcArgs` in `vpc`, `NodeGroupScalingConfigArgs` in `_inputs`."""
        folded = _folded(name)
        for candidate in (folded, folded.removesuffix("dict").removesuffix("args")):
            if candidate in self._by_folded_name:
                yield self._by_folded_name[candidate]
        yield from (shared for shared in _SHARED if shared in self.modules)


class _Package(ModuleType):
    def __getattr__(self, name: str) -> Any:
        loader = self.__spec__ and self.__spec__.loader
        if name.startswith("__") or not isinstance(loader, _Parts):
            raise AttributeError(name)
        for part in loader.modules_with(name):
            importlib.import_module(f"{self.__name__}.{part}")
            if name in self.__dict__:
                return self.__dict__[name]
        if f"{self.__name__}.{name}" in sys.modules:  # the import of the module itself is running
            raise AttributeError(name)
        self.__class__ = ModuleType  # pyright: ignore[reportAttributeAccessIssue] -- a plain package again
        loader.whole.exec_module(self)
        return getattr(self, name)

    def __setattr__(self, name: str, value: object) -> None:
        """A module that was imported is set on its package: its classes follow; one may have its name."""
        super().__setattr__(name, value)
        loader = self.__spec__ and self.__spec__.loader
        if isinstance(loader, _Parts) and name in loader.modules:
            for each in getattr(value, "__all__", ()):
                super().__setattr__(each, getattr(value, each))


def _folded(name: str) -> str:
    return name.replace("_", "").lower()
