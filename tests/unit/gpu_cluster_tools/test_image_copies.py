"""Images and charts of plans, and their sources for a mirror."""

from typing import Any

from gpu_cluster.catalog import UPSTREAMS
from gpu_cluster.images import DEVICE_PLUGIN, ENDPOINT_PICKER, ENVOY, ENVOY_GATEWAY, PAUSE, VLLM
from gpu_cluster.plan import planned
from gpu_cluster.stack import load
from gpu_cluster_tools.image_copies import ImageCopies, image_copies
from tests.unit.gpu_cluster.stack.corpus import STACKS
from tests.unit.gpu_cluster.stacks import model_of, stack_of
from tests.unit.platforms import platform_of

MIRROR = "harbor.example.com:8443/mirror"


def copies_of(mirror: str | None = MIRROR, **sections: Any) -> ImageCopies:
    stack = stack_of(registry={"mirror": mirror} if mirror else {}, telemetry={"enabled": False}, **sections)
    return image_copies(platform_of(stack)[0], stack.mirror, cached=(), own=tuple(stack.extras.charts))


def test_copies_have_the_publishers_digest_and_a_mirror_tag() -> None:
    found = copies_of()

    assert [(it.source, it.destination) for it in found.copies] == [
        (image.source, f"{MIRROR}/{image.named}") for image in (VLLM, DEVICE_PLUGIN)
    ]
    assert (found.elsewhere, found.cached, found.unread) == ((), (), ())


def test_image_volumes_and_model_images_are_copied() -> None:
    weights = "quay.io/example/llama@sha256:" + "0123456789abcdef" * 4
    model = model_of(image="quay.io/example/tuned:1", cache=None, weightsImage={"image": weights})
    found = copies_of(serving={"models": {"chat": model}, "prefetch": True})

    copied = dict(found.copies)
    assert copied["quay.io/example/tuned:1"] == f"{MIRROR}/quay.io/example/tuned:1"
    assert copied[weights] == f"{MIRROR}/{weights}"  # an image without a tag is named by its digest
    assert PAUSE.source in copied


def test_gateway_images_and_charts_are_copied() -> None:
    found = copies_of(gateway={"host": "models.example.com", "tls": {"secret": "tls"}, "keys": {}})

    sources = {it.source for it in found.copies}
    assert {ENVOY.source, ENVOY_GATEWAY.source} <= sources
    assert f"docker.io/envoyproxy/gateway-helm:{ENVOY_GATEWAY.tag}" in sources
    assert f"docker.io/envoyproxy/gateway-crds-helm:{ENVOY_GATEWAY.tag}" in sources


def test_endpoint_picker_image_is_copied() -> None:
    gateway = {"host": "models.example.com", "tls": {"secret": "tls"}, "keys": {}}
    models = {"chat": model_of(replicas=2, routing="prefix-cache")}
    found = copies_of(serving={"models": models}, gateway=gateway)

    assert ENDPOINT_PICKER.source in {it.source for it in found.copies}


def test_charts_of_the_stack_file_are_reported_as_unread() -> None:
    chart = {
        "chart": f"oci://{MIRROR}/charts/redis",
        "version": "1.0.0+1",
        "values": {"image": "quay.io/a:1"},
    }
    found = copies_of(extras={"charts": {"redis": chart}})

    assert found.unread == ("redis",)
    assert found.elsewhere == ("quay.io/a:1",)
    assert found.unsourced == (f"{MIRROR}/charts/redis:1.0.0_1",)


def test_stack_without_a_mirror_copies_nothing() -> None:
    found = copies_of(mirror=None)

    assert found.copies == ()
    assert set(found.elsewhere) == {VLLM.at(None), DEVICE_PLUGIN.at(None)}


def test_images_from_ecr_pull_through_caches_are_not_copied() -> None:
    stack = load(STACKS / "happy/eks-karpenter.yaml")
    hosts = {UPSTREAMS[it].host for it in stack.registry.mirrors or ()}
    found = image_copies(planned(stack, "eks").graph, stack.mirror, cached=hosts, own=())

    assert hosts
    assert not any(it.source.partition("/")[0] in hosts for it in found.copies)
    assert DEVICE_PLUGIN.source in {it.source for it in found.copies}
    assert any("public.ecr.aws/karpenter/controller" in it for it in found.cached)
