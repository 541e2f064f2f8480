"""A tool and its sources: a Go module, its files, patches and build options."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ModuleFiles:
    """Files and folders that a Go module carries beside its packages, by their path in the module."""

    module: str
    paths: tuple[str, ...]


@dataclass(frozen=True)
class SourcePatch:
    """A regular expression (multi-line, dot matches newlines) and its replacement in one file of a tree."""

    file: str
    pattern: str
    replacement: str
    times: int | None = 1
    """Number of matches that the build expects; None for one or more."""


@dataclass(frozen=True)
class ModuleTree:
    """A Go module whose sources are copied into `folder` and edited before the build."""

    module: str
    version: str
    folder: str
    paths: tuple[str, ...]
    edits: tuple[SourcePatch, ...]


@dataclass(frozen=True)
class Tool:
    """One executable and its sources.

    `module` is a folder of `modules/`; `package` the Go package compiled there, or None where the
    executable is itself one of `files`, which are copied beside the module's own sources.
    `variables` are Go string variables set by the linker. `trees` are modules that the build replaces by
    edited copies. `generates` are arguments with which the executable writes files into the module's
    sources, after which it is built once more. `tags` are Go build tags. `compiler` is the C compiler
    of a Go package that needs one, or of the C sources in `module` that become a shared library.
    """

    name: str
    version: str
    module: str
    package: str | None
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    files: ModuleFiles | None = None
    trees: tuple[ModuleTree, ...] = ()
    generates: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    compiler: tuple[str, ...] = ()
