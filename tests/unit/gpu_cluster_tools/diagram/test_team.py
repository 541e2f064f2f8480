import re
from pathlib import Path

import pytest

from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.stack import load_any
from gpu_cluster_tools.diagram import team_diagram
from tests.pains.platforms import STACKS

GOLDEN = Path(__file__).parents[3] / "golden" / "prod-vision.mmd"
SHARED = """\
config:
  gpu-cluster:cluster: {provider: local}
  gpu-cluster:pools:
    system: {instance: m7i.xlarge, nodes: 1}
    l4: {instance: g6.4xlarge, nodes: 2}
    t4: {instance: g4dn.xlarge, nodes: 1}
  gpu-cluster:teams:
    vision: {gpus: {l4: 2}}
"""


def team(file: Path) -> TeamStack:
    loaded = load_any(file)
    assert isinstance(loaded, TeamStack)
    return loaded


def test_diagram_of_the_team_in_prod_matches_the_golden_file(request: pytest.FixtureRequest) -> None:
    drawn = team_diagram(team(STACKS / "Pulumi.prod-vision.yaml"))
    if request.config.option.update_snapshots:
        GOLDEN.write_text(drawn)
    assert drawn == GOLDEN.read_text()


@pytest.mark.parametrize("name", ["local-vision", "prod-vision"])
def test_edges_join_existing_nodes(name: str) -> None:
    drawn = team_diagram(team(STACKS / f"Pulumi.{name}.yaml"))

    nodes = {found[1] for found in re.finditer(r"^ +(?:subgraph )?(\w+)[\[({]", drawn, re.MULTILINE)}
    ends = re.findall(r"^  (\w+) (?:-->|-\.->) (\w+)$", drawn, re.MULTILINE)
    assert ends
    assert {end for pair in ends for end in pair} <= nodes


def test_team_diagram_shows_only_the_pools_that_the_team_uses(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.shared.yaml").write_text(SHARED)
    file = tmp_path / "Pulumi.shared-vision.yaml"
    file.write_text(
        "config:\n"
        "  gpu-cluster:team: {environment: shared, name: vision}\n"
        "  gpu-cluster:services:\n"
        "    index: {image: 'quay.io/org/index:1.4.2', port: 8080, replicas: 1, pool: l4, gpus: 1}\n"
    )

    drawn = team_diagram(team(file))

    assert 'service_index["index<br/>quay.io/org/index<br/>1 replica"]' in drawn
    assert "service_index --> pool_l4" in drawn
    assert "t4" not in drawn
    assert "nodes without GPUs" not in drawn
