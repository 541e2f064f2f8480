import re
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from gpu_cluster.config.names import Name
from gpu_cluster.stack import load
from gpu_cluster_tools.diagram import diagram
from tests.pains.platforms import STACKS, stack

GOLDEN = Path(__file__).parents[3] / "golden" / "prod.mmd"

LINE = re.compile(
    r"flowchart LR|  end|    end"
    r"|  +subgraph \w+\[\"[^\"\n]*\"\]"
    r"|  +\w+(\(\[|\[\(|\[/|\{\{|\[)\"[^\"\n]*\"(\]\)|\)\]|/\]|\}\}|\])"
    r"|  \w+ (---|-->|-\.->)(\|\"[^\"\n]*\"\|)? \w+"
)


def test_diagram_of_prod_matches_the_golden_file(request: pytest.FixtureRequest) -> None:
    drawn = diagram("prod", stack("prod", {}))
    if request.config.option.update_snapshots:
        GOLDEN.write_text(drawn)
    assert drawn == GOLDEN.read_text()


ENVIRONMENTS = [
    file for file in sorted(STACKS.glob("Pulumi.*.yaml")) if "cluster:team:" not in file.read_text()
]


@pytest.mark.parametrize("file", ENVIRONMENTS, ids=lambda it: it.name.split(".")[1])
def test_every_line_is_valid_mermaid_and_joins_existing_nodes(file: Path) -> None:
    drawn = diagram("x", load(file))

    assert [line for line in drawn.splitlines() if not LINE.fullmatch(line)] == []
    nodes = {found[1] for found in re.finditer(r"^ +(?:subgraph )?(\w+)[\[({]", drawn, re.MULTILINE)}
    ends = re.findall(r"^  (\w+) (?:---|-->|-\.->)(?:\|\".*\"\|)? (\w+)$", drawn, re.MULTILINE)
    assert ends
    assert {end for pair in ends for end in pair} <= nodes


@pytest.mark.parametrize("name", ["end", "a--b", "o", "x-y", "subgraph", "default"])
def test_name_of_a_mermaid_keyword_is_escaped(name: str) -> None:
    TypeAdapter[str](Name).validate_python(name)
    pools = {"system": {"instance": "m7i.xlarge", "nodes": 2}, name: {"instance": "g6.xlarge", "nodes": 1}}
    drawn = diagram(name, stack("local", {"pools": pools, "serving": None, "teams": None}))

    assert [line for line in drawn.splitlines() if not LINE.fullmatch(line)] == []


def test_similar_pool_names_are_distinct_nodes() -> None:
    pools = {name: {"instance": "g6.xlarge", "nodes": 1} for name in ("a-b", "a--b", "a2db")}
    pools["system"] = {"instance": "m7i.xlarge", "nodes": 2}
    drawn = diagram("x", stack("local", {"pools": pools, "serving": None, "teams": None}))

    assert len(set(re.findall(r"^    (pool_\w+)\[", drawn, re.MULTILINE))) == 4


def test_team_quota_is_on_the_edge_to_its_pool() -> None:
    teams = {"vision": {"gpus": {"l4-shared": 2, "a100": {"1g.10gb": 7}}}}
    drawn = diagram("local", stack("local", {"teams": teams}))

    assert 'team_vision -->|"2 GPUs"| pool_l4_2d_shared' in drawn
    assert 'team_vision -->|"7 x 1g.10gb"| pool_a100' in drawn


def test_special_characters_are_escaped() -> None:
    drawn = diagram('"]; click', stack("local", {}))

    assert 'subgraph stack__22__5d__3b__20_click["#34;#93;#59; click<br/>this machine"]' in drawn


def test_edge_names_routing_by_prefix_cache() -> None:
    drawn = diagram("x", load(STACKS.parent / "tests" / "stacks" / "happy" / "existing-prefix-cache.yaml"))

    assert re.search(r'gateway -->\|"/chat/v1.*by prefix cache"\| model_chat', drawn)
