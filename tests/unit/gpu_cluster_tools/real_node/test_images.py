import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster.images import ENDPOINT_PICKER, PAUSE, RATE_LIMIT, VALKEY, VLLM
from gpu_cluster.stack import load
from gpu_cluster_tools.real_node.images import LocalImage, RateLimiter, container_images, gateway_images
from gpu_cluster_tools.toolchain import Toolchain
from tests.unit.gpu_cluster.kubernetes.serving.test_weights_image import IMAGE as WEIGHTS_IMAGE
from tests.unit.gpu_cluster.kubernetes.serving.test_weights_image import in_an_image
from tests.unit.gpu_cluster.stacks import stack_of
from tests.unit.platforms import platform_of

STACKS = Path(__file__).parents[3] / "stacks"


class _Tools(Toolchain):
    """Programs that are all the same file."""

    def path(self, name: str) -> Path:
        return Path(__file__)


@pytest.fixture
def archive(tmp_path: Path) -> dict[str, bytes]:
    image = LocalImage(
        "docker.io/vllm/vllm-openai:v1@sha256:abc", {"usr/local/bin/vllm": b"program", "flags": b"{}"}
    )
    image.write(tmp_path / "image.tar", "x86_64")
    with tarfile.open(tmp_path / "image.tar") as file:
        return {each.name: _content(file, each) for each in file}


def _content(file: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    content = file.extractfile(member)
    assert content
    return content.read()


def _blob(archive: dict[str, bytes], described: dict[str, Any]) -> bytes:
    content = archive[f"blobs/sha256/{described['digest'].removeprefix('sha256:')}"]
    assert described["size"] == len(content)
    assert described["digest"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    return content


def test_image_is_named_by_the_digest_in_the_pod(archive: dict[str, bytes]) -> None:
    """The runtime drops the tag of a name with tag and digest (distribution/reference, ParseDockerRef)."""
    [named] = json.loads(archive["index.json"])["manifests"]
    assert named["annotations"] == {"io.containerd.image.name": "docker.io/vllm/vllm-openai@sha256:abc"}


def test_image_has_its_files_with_their_digests(archive: dict[str, bytes]) -> None:
    [named] = json.loads(archive["index.json"])["manifests"]
    manifest = json.loads(_blob(archive, named))
    config = json.loads(_blob(archive, manifest["config"]))
    layer = _blob(archive, manifest["layers"][0])
    assert config["rootfs"]["diff_ids"] == [manifest["layers"][0]["digest"]]
    assert config["architecture"] == "amd64"
    with tarfile.open(fileobj=io.BytesIO(layer)) as files:
        assert {each.name: each.mode for each in files} == {"usr/local/bin/vllm": 0o755, "flags": 0o644}


def test_images_with_equal_files_have_equal_digests() -> None:
    assert LocalImage("a", {"file": b"1"}).digest == LocalImage("b", {"file": b"1"}).digest
    assert LocalImage("a", {"file": b"1"}).digest != LocalImage("a", {"file": b"2"}).digest


def test_weights_image_has_config_json_where_vllm_reads_it(tmp_path: Path) -> None:
    models = {"chat": in_an_image({"image": WEIGHTS_IMAGE, "folder": "/models/qwen3"})}
    graph = platform_of(stack_of(serving={"prefetch": True, "models": models}))[0]
    flags = tmp_path / "flags.json"
    flags.write_text("[]")
    made = {it.name: it for it in container_images(_Tools({}), graph, flags)}

    assert made[WEIGHTS_IMAGE].files == {"models/qwen3/config.json": b"{}"}
    assert made[PAUSE.at(None)].command == ["/usr/local/bin/pause"]
    assert VLLM.at(None) in made


def test_path_with_trailing_slash_is_a_world_writable_folder(tmp_path: Path) -> None:
    LocalImage("a", {"tmp/": b"", "lib64/ld-linux-x86-64.so.2": b"loader"}).write(
        tmp_path / "image.tar", "x86_64"
    )
    with tarfile.open(tmp_path / "image.tar") as file:
        blobs = [_content(file, each) for each in file]
    [layer] = [blob for blob in blobs if blob.startswith(b"tmp/")]
    with tarfile.open(fileobj=io.BytesIO(layer)) as files:
        assert {(each.name, each.mode, each.isdir()) for each in files} == {
            ("tmp", 0o1777, True),
            ("lib64/ld-linux-x86-64.so.2", 0o755, False),
        }


def test_endpoint_picker_binary_is_at_its_command_path(tmp_path: Path) -> None:
    picker, envoy = tmp_path / "picker", Path("/bin/ls")
    picker.write_bytes(b"picker")
    stack = load(STACKS / "happy/existing-prefix-cache.yaml")
    graph, _ = platform_of(stack, gateway_keys={"search": "key"})
    found = {image.name: image for image in gateway_images(graph, picker, envoy, picker)}
    image = found[ENDPOINT_PICKER.at(None)]
    assert (dict(image.files), image.command) == ({"epp": b"picker"}, ["/epp"])


def test_rate_limit_binary_is_at_the_path_that_envoy_gateway_starts(tmp_path: Path) -> None:
    service, program = tmp_path / "ratelimit", Path("/bin/ls")
    service.write_bytes(b"ratelimit")
    stack = load(STACKS / "happy/gateway-on-this-machine.yaml")
    assert stack.gateway
    limited = stack.gateway.model_copy(update={"tokens_per_minute": 100})
    graph, _ = platform_of(stack.model_copy(update={"gateway": limited}), gateway_keys={"search": "key"})
    limiter = RateLimiter(RATE_LIMIT.at(None), service, counters=program)
    found = {image.name: image for image in gateway_images(graph, service, program, None, limiter)}
    image = found[RATE_LIMIT.at(None)]
    assert (dict(image.files), image.command) == ({"bin/ratelimit": b"ratelimit"}, ["/bin/ratelimit"])
    assert "usr/local/bin/valkey-server" in found[VALKEY.at(None)].files


def test_gateway_images_have_the_names_in_pod_specs(tmp_path: Path) -> None:
    """The plan contains the Job and the proxies; the controller's chart names the image of the Job."""
    controller, envoy = tmp_path / "envoy-gateway", Path("/bin/ls")
    controller.write_bytes(b"controller")
    graph, _ = platform_of(
        load(STACKS / "happy/gateway-on-this-machine.yaml"), gateway_keys={"search": "key"}
    )
    images = {image.name: image.files for image in gateway_images(graph, controller, envoy)}
    assert images.keys() == {
        "docker.io/envoyproxy/gateway:v1.6.0",
        "docker.io/envoyproxy/envoy:distroless-v1.36.2",
    }
    assert images["docker.io/envoyproxy/gateway:v1.6.0"]["usr/local/bin/envoy-gateway"] == b"controller"
    proxy = images["docker.io/envoyproxy/envoy:distroless-v1.36.2"]
    assert proxy["usr/local/bin/envoy"] == envoy.read_bytes()
    assert any("ld-linux" in path for path in proxy)
