"""Files of a project that a stack file names: manifests, folders of charts and config.json of models."""

from collections.abc import Collection, Iterator, Mapping
from os.path import normpath
from pathlib import Path
from typing import Any, cast

from gpu_cluster.stack.document import UnreadableFileError, read
from gpu_cluster.stack.sections import config_key


def names_any(file: Path, changed: Collection[str]) -> bool:
    """Whether a stack file names one of these files, or a folder above it; paths are from the project.

    Read as it is: an invalid file is reviewed too.
    """
    named = set(named_files(file))
    return "." in named or any(
        it in named or any(it.startswith(f"{folder}/") for folder in named) for it in changed
    )


def named_files(file: Path) -> Iterator[str]:
    """Paths from the project, such as `manifests` and `charts/vllm`."""
    try:
        config = _map(_map(read(file).data).get("config"))
    except UnreadableFileError:
        return
    extras = _map(config.get(config_key("extras")))
    manifests = extras.get("manifests")
    yield from _paths("", cast("list[Any]", manifests) if isinstance(manifests, list) else [])
    charts = [_map(chart).get("chart") for chart in _map(extras.get("charts")).values()]
    yield from _paths("", [it for it in charts if isinstance(it, str) and it.startswith((".", "/"))])
    for models in (_map(config.get(config_key("serving"))).get("models"), config.get(config_key("models"))):
        yield from _paths(file.parent.name, [_map(model).get("config") for model in _map(models).values()])


def _paths(folder: str, given: list[Any]) -> Iterator[str]:
    for path in given:
        if isinstance(path, str) and path:
            yield normpath(f"{folder}/{path}" if folder else path)


def _map(value: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}
