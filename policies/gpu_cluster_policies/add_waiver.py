"""A new entry of `policies/waivers.yaml`: everything that is there stays as it is, comments included."""

# ruamel.yaml's data is untyped.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Collection
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from gpu_cluster.catalog.today import today
from gpu_cluster_policies.policy_file import FOLDER
from gpu_cluster_policies.waivers import load_waivers, project_waivers

FILE = f"{FOLDER}/waivers.yaml"


def add_waiver(project: Path, entry: dict[str, Any], rules: Collection[str]) -> int:
    """Write an entry after the others, or renew one for the same finding and stacks; its line. The file is
    replaced only where the result is valid.

    `PolicyFileError` with everything that is wrong with the entry, or with the file.
    """
    file = project / FILE
    given = file.read_text("utf-8") if file.is_file() else ""
    data = _yaml().load(given)
    comments = given if data is None else ""  # which belong to no key
    data = data if isinstance(data, CommentedMap) else CommentedMap()
    if not isinstance(data.get("waivers"), CommentedSeq):
        data["waivers"] = CommentedSeq()
    waivers = data["waivers"]
    waivers.fa.set_block_style()
    index = next((index for index, given in enumerate(waivers) if _is_same(given, entry)), len(waivers))
    if index < len(waivers):
        waivers[index].update({key: entry[key] for key in ("owner", "reason", "expires")})
    else:
        waivers.append(CommentedMap(entry))
        waivers[index]["stacks"] = _flow(entry["stacks"])
        if index:
            waivers.yaml_set_comment_before_after_key(index, before="\n")
    text = f"{comments.rstrip()}\n{_written(data)}".lstrip("\n")
    _replace(file, text, rules)
    project_waivers.cache_clear()
    return _yaml().load(text)["waivers"][index].lc.line + 1


def _replace(file: Path, text: str, rules: Collection[str]) -> None:
    """Replace the file by one beside it, once the pack can read that."""
    file.parent.mkdir(exist_ok=True)
    trial = file.with_name(f".{file.name}.new")
    trial.write_text(text)
    try:
        load_waivers(trial, rules, today())
    except BaseException:
        trial.unlink()
        raise
    trial.replace(file)


def _is_same(given: Any, entry: dict[str, Any]) -> bool:
    """Whether they are for the same finding in the same stacks."""
    if not isinstance(given, CommentedMap) or set(given.get("stacks") or ()) != set(entry["stacks"]):
        return False
    return all(given.get(key) == entry[key] for key in ("rule", "resource"))


def _flow(items: list[str]) -> CommentedSeq:
    sequence = CommentedSeq(items)
    sequence.fa.set_flow_style()
    return sequence


def _written(data: CommentedMap) -> str:
    stream = StringIO()
    _yaml().dump(data, stream)
    return stream.getvalue()


def _yaml() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml
