"""Loading of stack files: settings, or all errors."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml.nodes import ScalarNode

from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_stack import TeamFile, TeamStack
from gpu_cluster.file_path import is_file, real_path
from gpu_cluster.stack.checks import check_sections
from gpu_cluster.stack.checks.team_stack import check_team_stack
from gpu_cluster.stack.defaults import with_defaults, with_team_defaults
from gpu_cluster.stack.diagnostic import Diagnostic, Keys, LocatedDiagnostic, StackFileError, dotted
from gpu_cluster.stack.document import Document, UnreadableFileError, read, read_text
from gpu_cluster.stack.git_checkout import FetchError
from gpu_cluster.stack.platform_checkout import lack_of_project, platform_of
from gpu_cluster.stack.resolved_paths import located, located_team
from gpu_cluster.stack.sections import (
    ENVIRONMENT,
    TEAM,
    StackKind,
    config_key,
    kind_of_file,
    rooted,
    sections_of,
    unrooted,
)
from gpu_cluster.stack.suggestions import did_you_mean
from gpu_cluster.stack.type_introspection import inside
from gpu_cluster.stack.validation import ValidSubset, is_below, validated
from gpu_cluster.stack.yaml_nodes import text_of
from gpu_cluster.stack.yaml_pitfalls import yaml_pitfalls


def load(path: Path) -> Stack:
    """The settings of an environment's stack file, with every default filled in.

    `StackFileError` with all errors at once, in the order of the file.
    """
    file = _File.at(path)
    if file.kind is TEAM:
        keys: Keys = ("config", config_key("team"))
        raise file.error([Diagnostic(keys, "a team's stack; expected that of an environment")])
    return _environment(file)


def stack_of(sections: Mapping[str, Any]) -> Stack:
    """Settings from sections as data, for example of another program.

    `StackFileError` with all errors at once; paths have to be absolute.
    """
    text = json.dumps({"config": {config_key(name): value for name, value in sections.items()}}, indent=2)
    return _environment(_File("stack", Path("/"), read_text(text), ENVIRONMENT))


def check_section(name: str, settings: Mapping[str, Any]) -> None:
    """`StackFileError` with every error of one section by itself, given as data."""
    text = json.dumps({"config": {config_key(name): settings}}, indent=2)
    file = _File("settings", Path("/"), read_text(text), ENVIRONMENT)
    _, diagnostics = file.sound()
    own = [it for it in diagnostics if is_below(it.keys, {rooted((name,))})]
    if own:
        raise file.error(own)


def loads_with(path: Path, values: Mapping[str, Any]) -> bool:
    """Whether a stack file is valid with these values over its own.

    Maps are merged key by key, everything else is replaced as a whole.

    loads_with(Path("stacks/Pulumi.lab.yaml"), {"config": {"gpu-cluster:protect": True}})
    """
    try:
        file = _File.at(path)
        text = json.dumps(_over(file.document.data, values), default=str)
        changed = _File(file.name, file.folder, read_text(text), file.kind)
        _ = _team(changed, path) if changed.kind is TEAM else _environment(changed)
    except StackFileError:
        return False
    return True


def load_any(path: Path) -> Stack | TeamStack:
    """Settings of the stack file of an environment or a team; those of a team include its environment.

    The environment's stack file is in the same folder, or in the platform repository that the team's file
    names.
    """
    file = _File.at(path)
    return _team(file, path) if file.kind is TEAM else _environment(file)


def is_team_file(path: Path) -> bool:
    """Whether the file is that of a team. `StackFileError` if it cannot be read."""
    return _File.at(path).kind is TEAM


def environment_of(path: Path) -> str | None:
    """The environment that a team's stack file names, valid or not; None if it names none.

    `StackFileError` if it cannot be read.
    """
    file = _File.at(path)
    if file.kind is not TEAM:
        return None
    node = file.document.node(("config", config_key("team"), "environment"))
    return text_of(node) if isinstance(node, ScalarNode) else None


@dataclass(frozen=True)
class _File:
    """A stack file that could be read."""

    name: str
    folder: Path
    document: Document
    kind: StackKind

    @classmethod
    def at(cls, path: Path, name: str = "") -> "_File":
        """`name`: the path as messages have it."""
        name = name or _shown(path)
        try:
            document = read(path)
        except UnreadableFileError as error:
            raise StackFileError((LocatedDiagnostic(name, error.line, "", error.message),)) from None
        return cls(name, path.parent, document, kind_of_file(document))

    def error(self, diagnostics: Iterable[Diagnostic]) -> StackFileError:
        return StackFileError(self.document.located(self.name, diagnostics, shown=_shown_key))

    def sound(self) -> tuple[ValidSubset[Any], list[Diagnostic]]:
        """The valid subset, and the diagnostics of each key by itself."""
        sections, around = sections_of(self.document, self.kind)
        if sections is None:
            raise self.error([*self.document.diagnostics, *around])
        trapped = list(self._trapped(sections))
        unreadable = [found for found in self.document.diagnostics if found.line is None]
        sound, faults = validated(self.kind, sections, self.document, [*trapped, *unreadable])
        return sound, [*self.document.diagnostics, *around, *trapped, *faults]

    def _trapped(self, sections: Iterable[str]) -> Iterable[Diagnostic]:
        for section in sections:
            keys = rooted((section,))
            node = self.document.node(keys)
            if node:
                yield from yaml_pitfalls(node, keys, inside(self.kind.model, section))


def _environment(file: _File) -> Stack:
    sound, diagnostics = file.sound()
    finished = [with_defaults(located(stack, file.folder)) for stack in sound.readings]
    diagnostics += _beside(_in_common(finished, sound.broken), sound.broken)
    if diagnostics:
        raise file.error(diagnostics)
    [stack] = finished
    return stack


def _team(file: _File, path: Path) -> TeamStack:
    sound, diagnostics = file.sound()
    found = [_on_environment(located_team(team, file.folder), path) for team in sound.readings]
    stacks = [with_team_defaults(it) for it in found if isinstance(it, TeamStack)]
    diagnostics += [it for it in found if isinstance(it, Diagnostic)]
    diagnostics += [
        it for stack in stacks for it in _beside(check_team_stack(stack, sound.broken), sound.broken)
    ]
    if diagnostics:
        raise file.error(diagnostics)
    [stack] = stacks
    return stack


def _on_environment(team: TeamFile, path: Path) -> TeamStack | Diagnostic:
    """The team's file with its environment's, where that can be used and knows the team."""
    name, source = team.team.environment, team.team.platform
    keys = rooted(("team", "environment"))
    try:
        platform = platform_of(source, real_path(path).parents[1])
    except FetchError as error:
        return Diagnostic(rooted(("team", "platform", "git")), str(error))
    if platform and not is_file(platform.folder / "Pulumi.yaml"):
        at = rooted(("team", "platform", "folder" if platform.commit is None else "git"))
        return Diagnostic(at, lack_of_project(platform))
    file = (platform.folder / "stacks" if platform else path.parent) / f"Pulumi.{name}.yaml"
    if not is_file(file):
        others = (it for it in sorted(file.parent.glob("Pulumi.*.yaml")) if real_path(it) != real_path(path))
        near = did_you_mean(name, [it.stem.removeprefix("Pulumi.") for it in others])
        missing = f"stacks/{file.name} in {platform}" if platform else f"{file.name} beside this file"
        return Diagnostic(keys, f"there is no {missing}{near}")
    shown = f"{name} of {platform}" if platform else name
    try:
        environment = _File.at(file, f"{platform.root}/stacks/{file.name}" if platform else "")
        if environment.kind is not ENVIRONMENT:
            return Diagnostic(keys, f"{shown} is a team's stack too; expected that of an environment")
        stack = _environment(environment)
    except StackFileError as error:
        first, count = error.problems[0], len(error.problems)
        more = f", and {count - 1} more" if count > 1 else ""
        return Diagnostic(keys, f"the stack file of {shown} is invalid: {first}{more}")
    if team.team.name not in stack.teams:
        known = did_you_mean(team.team.name, stack.teams) or f"; there are {', '.join(stack.teams) or 'none'}"
        return Diagnostic(rooted(("team", "name")), f"{shown} has no team '{team.team.name}'{known}")
    return TeamStack(team, stack, platform)


def _over(value: Any, given: Any) -> Any:
    if not (isinstance(value, dict) and isinstance(given, dict)):
        return given
    known: dict[str, Any] = value  # pyright: ignore[reportUnknownVariableType]
    new: dict[str, Any] = given  # pyright: ignore[reportUnknownVariableType]
    return {**known, **{key: _over(known.get(key), it) for key, it in new.items()}}


def _beside(crossings: Iterable[Diagnostic], broken: frozenset[Keys]) -> list[Diagnostic]:
    """Diagnostics that repeat no other one of the same key."""
    return [it for it in crossings if not is_below(unrooted(it.keys), broken)]


def _in_common(readings: list[Stack], broken: frozenset[Keys]) -> list[Diagnostic]:
    """Diagnostics across sections, whichever reading is meant."""
    first, *others = [check_sections(stack, broken) for stack in readings] or [[]]
    return [found for found in first if all(found in other for other in others)]


def _shown_key(keys: Keys) -> str:
    """`gpu-cluster:pools.l4`, or `confg` for a key outside of config:."""
    return dotted(keys[1:] if keys[:1] == ("config",) and len(keys) > 1 else keys)


def _shown(path: Path) -> str:
    """Path relative to the project, for any working directory: `stacks/Pulumi.prod.yaml`."""
    file = real_path(path.parent) / path.name  # a link keeps its name
    project = next((folder for folder in file.parents if (folder / "Pulumi.yaml").is_file()), Path.cwd())
    return str(file.relative_to(project)) if file.is_relative_to(project) else str(path)
