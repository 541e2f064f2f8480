"""Every image of a platform on AWS has a repository in the account, and is cached or listed as a copy."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gpu_cluster.catalog import UPSTREAMS
from gpu_cluster.images import EFA_PLUGIN
from gpu_cluster.plan import Graph
from gpu_cluster.stack import load
from tests.unit.platforms import platform_of

FILES = [
    file
    for folder in ("stacks/Pulumi.*.yaml", "tests/stacks/happy/eks-registry-*.yaml")
    for file in sorted(Path(__file__).parents[5].glob(folder))
    if "provider: eks" in file.read_text()
]


def images(graph: Graph) -> Iterator[str]:
    for resource in graph.resources:
        pod = resource.inputs.get("spec", {}).get("template", {}).get("spec", {})
        for container in [*pod.get("initContainers", []), *pod.get("containers", [])]:
            yield container["image"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_image_has_a_repository_and_is_cached_or_copied(file: Path) -> None:
    stack = load(file)
    graph, outputs = platform_of(stack)
    mirror = outputs["registry"]["url"]
    repositories = {f"{mirror}/{it['name'].removeprefix(f'{stack.registry.prefix}/')}" for it in repos(graph)}
    hosts = {f"{mirror}/{UPSTREAMS[upstream].host}/" for upstream in stack.registry.mirrors or ()}
    copied = {copy["destination"] for copy in outputs["registry"]["copies"]}

    assert len(FILES) >= 4
    rendered = {image.partition("@")[0] for image in images(graph)}
    assert rendered
    for image in rendered - {EFA_PLUGIN.at(stack.region or "")}:  # that one AWS has in each region itself
        assert image.rpartition(":")[0] in repositories
        assert (image in copied) != image.startswith(tuple(hosts))


def repos(graph: Graph) -> list[dict[str, str]]:
    return [it.inputs for it in graph.of("ecr:repository:Repository")]
