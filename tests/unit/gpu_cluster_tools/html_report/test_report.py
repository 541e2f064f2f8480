"""A stack on one page of HTML."""

import re
import shutil
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

from gpu_cluster.catalog.today import today
from gpu_cluster.cost import cost_of
from gpu_cluster.cost.money import usd
from gpu_cluster.plan import Plan, plan_of
from gpu_cluster_tools.html_report import html_report

PROJECT = Path(__file__).parents[4]
STACKS = ("prod", "prod-vision", "onprem", "local")
VOID = {"meta", "br", "hr", "img", "input", "link"}

EXISTING = """
config:
  gpu-cluster:cluster: {provider: existing, kubeconfig: ~/.kube/config}
  gpu-cluster:pools:
    h100:
      machine: {cpus: 192, memory: 2Ti, gpu: H100, gpus: 2}
      nodes: 2
      sharing: {mig: {3g.40gb: 2}}
  gpu-cluster:storage:
    models: {kind: nfs, server: nas.example.com, share: /srv/models, default: true}
  gpu-cluster:serving:
    models:
      chat: {model: Qwen/Qwen3-8B, pool: h100, slice: 3g.40gb, replicas: 2, cache: {size: 40Gi}}
"""


class Nesting(HTMLParser):
    """Open elements and all text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes another element, at {self.getpos()}"

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@cache
def plan(name: str) -> Plan:
    return plan_of(PROJECT, name)


@cache
def page(name: str) -> str:
    return html_report(plan(name), PROJECT)


def read(text: str) -> Nesting:
    found = Nesting()
    found.feed(text)
    return found


@pytest.mark.parametrize("name", STACKS)
def test_page_is_well_formed_and_loads_no_resources(name: str) -> None:
    found = read(page(name))

    assert found.open == []
    assert not found.tags & {"script", "link", "img", "iframe"}
    assert not re.search(r"(src|href)=|url\(|@import", page(name))


def test_page_shows_every_pool_model_store_and_team() -> None:
    stack = plan("prod").stack
    text = " ".join(read(page("prod")).text)

    for name in (*stack.pools, *stack.serving.models, *stack.storage, *stack.teams):
        assert name in text


def test_page_has_the_amounts_of_the_cost_command() -> None:
    cost = cost_of(plan("prod"), day=today())
    text = page("prod")

    assert f"{usd(cost.monthly.least, digits=0)} to {usd(cost.monthly.most, digits=0)}" in text
    for monthly in cost.by_part().values():
        assert usd(monthly.most, digits=0) in text


@pytest.fixture
def site(tmp_path: Path) -> str:
    (tmp_path / "Pulumi.yaml").write_text("name: site\nruntime: python\n")
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "Pulumi.site.yaml").write_text(EXISTING)
    return html_report(plan_of(tmp_path, "site"), tmp_path)


def test_gpu_is_drawn_with_its_mig_slices(site: str) -> None:
    assert site.count('<div class="gpu">') == 2
    assert site.count("<span>3g.40gb</span>") == 4


def test_resources_declared_in_the_stack_file_are_marked(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: site\nruntime: python\n")
    (tmp_path / "stacks").mkdir()
    corpus = PROJECT / "tests" / "stacks"
    shutil.copytree(corpus / "manifests", tmp_path / "manifests")
    shutil.copy(corpus / "happy" / "eks-declared.yaml", tmp_path / "stacks" / "Pulumi.site.yaml")

    _, _, section = html_report(plan_of(tmp_path, "site"), tmp_path).partition(
        "<h2>Declared in the stack file</h2>"
    )

    assert "add-on cert-manager v1.18.2-eksbuild.2" in section
    assert "(gpu-cluster:cluster.addons.cert-manager)" in section


def test_no_section_if_the_stack_file_declares_no_resources(site: str) -> None:
    assert "Declared in the stack file" not in site


def test_text_is_escaped(site: str) -> None:
    assert "fix: set revision in gpu-cluster:serving.models.&lt;name&gt;" in site


def test_page_of_a_team_shows_only_its_own_part() -> None:
    text = " ".join(read(page("prod-vision")).text)

    assert "h100" not in text
    assert "4 x nvidia.com/gpu of l4" in text
