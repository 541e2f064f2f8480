"""From a stack file to settings, or to everything that is wrong with it."""

from collections.abc import Iterable
from pathlib import Path

from components.config.stack import Stack
from components.stackfile.checks import crossed
from components.stackfile.defaults import with_defaults
from components.stackfile.document import Document, UnreadableError, read
from components.stackfile.problem import Keys, Mistake, Problem, StackFileError, dotted
from components.stackfile.sections import rooted, sections_of, unrooted
from components.stackfile.shape import inside
from components.stackfile.traps import traps
from components.stackfile.validation import is_below, validated


def load(path: Path) -> Stack:
    """The settings of a stack file, with every default filled in.

    `StackFileError` with every mistake at once, in the order of the file.
    """
    file = _shown(path)
    try:
        document = read(path)
    except UnreadableError as error:
        raise StackFileError((Problem(file, error.line, "", error.message),)) from None
    sections, around = sections_of(document)
    if sections is None:
        raise StackFileError(_problems([*document.mistakes, *around], document, file))
    trapped = list(_trapped(document, sections))
    unreadable = [found for found in document.mistakes if found.line is None]
    sound, faults = validated(sections, document, [*trapped, *unreadable])
    finished = [with_defaults(stack) for stack in sound.readings]
    crossings = [
        it for it in _in_common(finished, sound.broken) if not is_below(unrooted(it.keys), sound.broken)
    ]
    mistakes = [*document.mistakes, *around, *trapped, *faults, *crossings]
    if mistakes:
        raise StackFileError(_problems(mistakes, document, file))
    [stack] = finished
    return stack


def _in_common(readings: list[Stack], broken: frozenset[Keys]) -> list[Mistake]:
    """What is wrong across sections, whichever reading is meant."""
    first, *others = [crossed(stack, broken) for stack in readings] or [[]]
    return [found for found in first if all(found in other for other in others)]


def _trapped(document: Document, sections: Iterable[str]) -> Iterable[Mistake]:
    for section in sections:
        keys = rooted((section,))
        node = document.node(keys)
        if node:
            yield from traps(node, keys, inside(Stack, section))


def _problems(mistakes: Iterable[Mistake], document: Document, file: str) -> tuple[Problem, ...]:
    problems = (
        Problem(file, line or document.line(keys), _shown_key(keys), message)
        for keys, message, line in mistakes
    )
    return tuple(sorted(problems, key=lambda problem: problem.line))


def _shown_key(keys: Keys) -> str:
    """`gpu-cluster:pools.l4`, or `confg` for a key outside of config:."""
    return dotted(keys[1:] if keys[:1] == ("config",) and len(keys) > 1 else keys)


def _shown(path: Path) -> str:
    """As the project has it, wherever the program runs: `stacks/Pulumi.prod.yaml`."""
    file = path.resolve()
    project = next((folder for folder in file.parents if (folder / "Pulumi.yaml").is_file()), Path.cwd())
    return str(file.relative_to(project)) if file.is_relative_to(project) else str(path)
