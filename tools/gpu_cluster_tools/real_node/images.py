"""Container images made on this machine: archives that a container runtime imports."""

import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gpu_cluster.images import PAUSE as PAUSE_OF_PODS
from gpu_cluster.kubernetes.serving.server import WEIGHTS
from gpu_cluster.plan import Graph
from gpu_cluster_tools.real_node.node_files import PAUSE_IMAGE
from gpu_cluster_tools.toolchain import Toolchain
from gpu_cluster_tools.toolchain.real_node import COREDNS, GPU_DEVICE_PLUGIN, MODEL_SERVER, PAUSE

DNS_IMAGE = "gpu-cluster.local/coredns:1"
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True, slots=True)
class LocalImage:
    """An image of one layer. Files below usr/ are executable."""

    name: str
    """Whole name, as containers have it."""

    files: Mapping[str, bytes]
    command: list[str] = field(default_factory=list[str])

    @property
    def digest(self) -> str:
        """Digest of its files."""
        return _digest(_layer(self.files))

    def write(self, path: Path, machine: str) -> None:
        """An archive in the layout of OCI."""
        layer = _layer(self.files)
        config = {
            "architecture": _ARCHITECTURES[machine],
            "os": "linux",
            "config": {"Env": ["PATH=/usr/local/bin"], "Entrypoint": self.command},
            "rootfs": {"type": "layers", "diff_ids": [_digest(layer)]},
        }
        blobs = [layer, _json(config)]
        manifest = {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": _described("config.v1+json", blobs[1]),
            "layers": [_described("layer.v1.tar", layer)],
        }
        blobs.append(_json(manifest))
        named = {"annotations": {"io.containerd.image.name": _reference(self.name)}}
        index = {"schemaVersion": 2, "manifests": [_described("manifest.v1+json", blobs[2]) | named]}
        with tarfile.open(path, "w") as archive:
            _add(archive, "oci-layout", _json({"imageLayoutVersion": "1.0.0"}))
            _add(archive, "index.json", _json(index))
            for blob in blobs:
                _add(archive, f"blobs/sha256/{_digest(blob).removeprefix('sha256:')}", blob)


def container_images(toolchain: Toolchain, graph: Graph, flags: Path) -> list[LocalImage]:
    """Images of this project under the names by which the containers of a plan ask for them.

    `flags`: the arguments of vLLM's parser.
    """

    def executable(tool: str) -> dict[str, bytes]:
        return {f"usr/local/bin/{tool}": toolchain.path(tool).read_bytes()}

    by_command = {
        MODEL_SERVER.name: executable(MODEL_SERVER.name) | {"vllm-flags.json": flags.read_bytes()},
        GPU_DEVICE_PLUGIN.name: executable(GPU_DEVICE_PLUGIN.name),
    }
    wanted = {
        (container["image"], container["command"][0])
        for container in _containers(graph)
        if (container.get("command") or [""])[0] in by_command
    }
    own = [
        *(
            LocalImage(name, executable(PAUSE.name), ["/usr/local/bin/pause"])
            for name in sorted({PAUSE_IMAGE, *_pauses(graph)})
        ),
        LocalImage(DNS_IMAGE, executable(COREDNS.name), ["/usr/local/bin/coredns"]),
    ]
    engines = [LocalImage(name, by_command[command]) for name, command in sorted(wanted)]
    return [*own, *engines, *_weights(graph)]


def _containers(graph: Graph) -> Iterable[dict[str, Any]]:
    for pod in _pods(graph):
        yield from pod["containers"]


def _pods(graph: Graph) -> Iterable[dict[str, Any]]:
    for resource in graph.resources:
        template = (
            resource.inputs.get("spec", {}).get("template")
            if resource.type.startswith("kubernetes:apps")
            else None
        )
        if template:
            yield template["spec"]


def _pauses(graph: Graph) -> Iterable[str]:
    """Names of the image of pods that wait, as a plan has it."""
    for container in _containers(graph):
        if f"{PAUSE_OF_PODS.repository}:" in container["image"]:
            yield container["image"]


def _weights(graph: Graph) -> Iterable[LocalImage]:
    """Images with the weights of models: a configuration that says nothing, where the server looks for it."""
    found: dict[str, dict[str, bytes]] = {}
    for pod in _pods(graph):
        mounted = {it["name"]: it["image"]["reference"] for it in pod.get("volumes", []) if "image" in it}
        for container in pod["containers"] if "weights" in mounted else ():
            if (container.get("command") or [""])[0] == MODEL_SERVER.name:
                folder = container["args"][0].removeprefix(WEIGHTS).strip("/")
                path = f"{folder}/config.json".removeprefix("/")
                found.setdefault(mounted["weights"], {})[path] = b"{}"
    return [LocalImage(name, files) for name, files in sorted(found.items())]


def _reference(name: str) -> str:
    """Name by which the runtime looks an image up: of tag and digest it takes the digest."""
    repository, at, digest = name.partition("@")
    if not at:
        return name
    head, slash, last = repository.rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}@{digest}"


def _layer(files: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for path, data in files.items():
            _add(archive, path, data, mode=0o755 if path.startswith("usr/") else 0o644)
    return content.getvalue()


def _add(archive: tarfile.TarFile, path: str, content: bytes, mode: int = 0o644) -> None:
    member = tarfile.TarInfo(path)
    member.size, member.mode = len(content), mode
    archive.addfile(member, io.BytesIO(content))


def _described(kind: str, blob: bytes) -> dict[str, Any]:
    return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": _digest(blob), "size": len(blob)}


def _digest(blob: bytes) -> str:
    return f"sha256:{hashlib.sha256(blob).hexdigest()}"


def _json(content: Any) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()
