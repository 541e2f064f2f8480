"""The stack file of a rehearsal: the user's, without what only the user's machine can read."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (YAML is any data)

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from gpu_cluster.stack import StackFileError, load_any

Keys = tuple[str, ...]

_OF_THE_USER = ("encryptionsalt", "encryptedkey", "secretsprovider", "environment")
_PLACEHOLDER = "v1:AAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAA=="
"""A ciphertext that no key decrypts, until an invented value takes its place."""

_CLUSTER, _TEAM = "gpu-cluster:cluster", "gpu-cluster:team"


@dataclass(frozen=True)
class StackCopy:
    """Stack file that a rehearsal can change.

    copy = StackCopy(sandbox / "stacks/Pulumi.prod.yaml")
    copy.put(("config", "gpu-cluster:protect"), False)
    """

    path: Path

    def take(self, original: Path, *, kubeconfig: str | None = None) -> list[Keys]:
        """Become a copy of a valid stack file, on the cluster of that kubeconfig where one is given.

        Returns the keys of secrets. Only the user can decrypt them: a placeholder keeps the file valid.
        """
        data = _yaml().load(original)
        for key in _OF_THE_USER:
            data.pop(key, None)
        if kubeconfig:
            way = data["config"].get(_CLUSTER) or data["config"][_TEAM]
            way["kubeconfig"] = kubeconfig
            way.pop("context", None)
        if team := data["config"].get(_TEAM):
            team.pop("platform", None)  # its environment lies beside the copy
        _place_extras(data["config"].get("gpu-cluster:extras"), original.resolve().parents[1])
        secrets = list(_secrets(data["config"], ("config",)))
        for keys in secrets:
            _inside(data, keys)["secure"] = _PLACEHOLDER
        self._write(data)
        return secrets

    def put(self, keys: Keys, value: Any) -> bool:
        """Set a value if the file stays valid. Returns True if it was set."""
        before, data = self.path.read_bytes(), _yaml().load(self.path)
        inside = data
        for key in keys[:-1]:
            inside = inside.setdefault(key, {})
        inside[keys[-1]] = copy.deepcopy(value)
        self._write(data)
        try:
            load_any(self.path)
        except StackFileError:
            self.path.write_bytes(before)
            return False
        return True

    def get(self, keys: Keys) -> Any:
        """The value; None if it is not set."""
        inside = _yaml().load(self.path)
        for key in keys:
            if not isinstance(inside, Mapping) or key not in inside:
                return None
            inside = inside[key]
        return inside

    def _write(self, data: Any) -> None:
        with self.path.open("w") as file:
            _yaml().dump(data, file)


def _place_extras(extras: Any, project: Path) -> None:
    """Use manifests and charts of the user's project, which the copy lacks."""
    if not isinstance(extras, Mapping):
        return
    for position, path in enumerate(extras.get("manifests") or ()):
        extras["manifests"][position] = str(project / path)
    for chart in (extras.get("charts") or {}).values():
        if str(chart["chart"]).startswith("."):
            chart["chart"] = str(project / chart["chart"])


def config_path(keys: Keys) -> str:
    """Key path in the format of `pulumi config set --path`: gpu-cluster:serving["hubToken"]."""
    _, section, *rest = keys
    return section + "".join(f"[{json.dumps(key)}]" for key in rest)


def _secrets(value: Any, keys: Keys) -> Iterator[Keys]:
    if not isinstance(value, Mapping):
        return
    if list(value) == ["secure"]:
        yield keys
        return
    for key, part in value.items():
        yield from _secrets(part, (*keys, key))


def _inside(data: Any, keys: Keys) -> Any:
    for key in keys:
        data = data[key]
    return data


def _yaml() -> YAML:
    yaml = YAML()  # keeps what is quoted, and dates, as they are
    yaml.width = 10_000
    return yaml
