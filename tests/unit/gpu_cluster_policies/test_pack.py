from pathlib import Path

import pytest

from gpu_cluster_policies import Level, Resource, pack_of
from gpu_cluster_policies.resources.inventory import Inventory


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


def test_waived_kind_without_rules_remains_listed(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: site\n")
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies/waivers.yaml").write_text(
        "waivers:\n"
        "  - rule: not-judged\n"
        "    resource: Queue *\n"
        "    stacks: [site]\n"
        "    owner: platform\n"
        "    reason: The operator of queues creates no pods.\n"
        "    expires: 2099-11-30\n"
    )
    queue, farm = (Resource(kind, {"metadata": {"name": "a"}}) for kind in ("Queue", "Farm"))
    pack = pack_of("site", tmp_path)

    report = pack.check([queue, farm])

    assert ([it.kind for it in report.not_judged], report.stale) == (["Farm"], ())
    [listed] = report.not_judged_waived
    assert listed.brief == (
        "Queue a: not judged: no pod template found (waived by platform until 2099-11-30: The operator of "
        "queues creates no pods.)"
    )
    assert [it.brief for it in pack.not_judged(queue, Inventory())] == [listed.brief]
    assert [it.message for it in pack.check([farm]).stale] == [
        "not-judged on Queue * has no finding in stack site; remove the waiver"
    ]
