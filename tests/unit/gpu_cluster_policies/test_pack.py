from pathlib import Path

import pytest

from gpu_cluster_policies import Level, Resource, pack_of


def _pod(image: str) -> Resource:
    return Resource(
        "Pod",
        {
            "metadata": {"name": "work", "namespace": "team"},
            "spec": {"containers": [{"name": "a", "image": image}]},
        },
    )


@pytest.mark.parametrize(
    ("stack", "production"),
    [("prod", True), ("prod-vision", True), ("production", False), ("local", False), ("staging-prod", False)],
)
def test_production_rules_stop_only_production_stacks(stack: str, production: bool) -> None:
    pack = pack_of(stack)

    stopping = {rule.level for rule in pack.rules.values() if pack.stops(rule)}

    assert stopping == {Level.MANDATORY, *([Level.PRODUCTION] if production else [])}


def test_mirror_of_the_stack_file_is_an_allowed_registry(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: site\n")
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks/Pulumi.site.yaml").write_text(
        "config:\n"
        "  gpu-cluster:cluster: {provider: local}\n"
        "  gpu-cluster:pools: {system: {instance: m7i.xlarge, nodes: 1}}\n"
        "  gpu-cluster:registry: {mirror: harbor.example.com/mirror}\n"
        "  gpu-cluster:storage: {standard: {kind: host-path, default: true}}\n"
    )
    image = _pod("harbor.example.com/mirror/nvcr.io/nvidia/k8s-device-plugin:v0.20.0")

    def refused(stack: str) -> bool:
        return "61-allowed-registry" in {
            finding.rule.id for finding in pack_of(stack, tmp_path).check([image]).findings
        }

    assert not refused("site")
    assert refused("another-project")
