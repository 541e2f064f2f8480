from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster.plan import Graph, Plan, plan_of, program
from gpu_cluster.plan.recorder import recorded
from gpu_cluster.stack import StackFileError, load
from gpu_cluster_tools.review.plans import Outdated, Planned, plans, plans_by_own_code, resources_of
from gpu_cluster_tools.review.revision import RevisionError
from tests.unit.gpu_cluster_tools.review.repository import (
    GRANTED,
    SITE,
    VISION,
    project_of,
    stack_file,
    with_code,
)


def test_stack_has_a_plan_or_errors_or_none(tmp_path: Path) -> None:
    project = project_of(tmp_path, site=SITE, wrong=SITE.replace("pool: box", "pool: bocks"))

    found = plans(project, ["site", "wrong", "gone"])

    assert isinstance(found["site"], Plan)
    assert isinstance(found["wrong"], StackFileError)
    assert found["gone"] is None


def test_environment_is_planned_once_for_itself_and_its_teams(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = project_of(tmp_path, **{"site": GRANTED, "site-vision": VISION})
    alone = _inputs({stack: plan_of(project, stack) for stack in ("site", "site-vision")})
    made: list[str] = []

    def counted(*arguments: Any, stack: str, **options: Any) -> Graph:
        made.append(stack)
        return recorded(*arguments, stack=stack, **options)

    monkeypatch.setattr(program, "recorded", counted)

    assert _inputs(plans(project, ["site", "site-vision"])) == alone
    assert made == ["site", "site-vision"]


def _inputs(found: Mapping[str, Planned]) -> dict[str, dict[str, dict[str, Any]]]:
    return {stack: {it.urn: it.inputs for it in resources_of(plan)} for stack, plan in found.items()}


@pytest.fixture
def other_code(tmp_path: Path) -> Path:
    """A project with its own code: another namespace for models and one more key."""
    project = project_of(tmp_path, site=SITE, wrong=SITE.replace("pool: box", "pool: bocks"))
    own = 'namespace: Name = "formerly"\n    retired: bool = False'
    return with_code(project, "components/gpu_cluster/config/serving.py", 'namespace: Name = "serving"', own)


def test_revision_is_planned_with_its_own_code(other_code: Path) -> None:
    """Its own code creates the resources; the settings have the form of the running code."""
    found = plans_by_own_code(other_code, ["site", "wrong", "gone"])

    assert isinstance(found["site"], Plan)
    assert found["site"].graph.get("v1:Namespace", "formerly")
    assert found["site"].stack == load(stack_file(other_code, "site"))
    assert isinstance(found["wrong"], StackFileError)
    assert found["wrong"].problems[0].key == "gpu-cluster:serving.models.search.pool"
    assert found["gone"] is None


def test_stack_file_unreadable_by_this_version_still_has_resources(other_code: Path) -> None:
    stack_file(other_code, "site").write_text(
        SITE.replace("gpu-cluster:serving:\n", "gpu-cluster:serving:\n    retired: true\n")
    )

    found = plans_by_own_code(other_code, ["site"])["site"]

    assert isinstance(found, Outdated)
    assert found.graph.get("v1:Namespace", "formerly")
    assert resources_of(found) == found.graph.resources


def test_incompatible_plan_class_is_an_error(other_code: Path) -> None:
    graph = other_code / "components/gpu_cluster/plan/graph.py"
    graph.write_text(graph.read_text() + "\n\nclass Formerly(Graph):\n    pass\n")
    recorder = other_code / "components/gpu_cluster/plan/recorder.py"
    recorder.write_text(
        recorder.read_text()
        .replace("import Graph, Registered", "import Formerly, Graph, Registered")
        .replace("self.graph = Graph()", "self.graph = Formerly()")
    )

    with pytest.raises(RevisionError, match=r"the plans of that revision are not compatible: .*Formerly"):
        plans_by_own_code(other_code, ["site"])


def test_revision_code_that_cannot_plan_is_an_error(tmp_path: Path) -> None:
    project = project_of(tmp_path, site=SITE)
    (project / "components/gpu_cluster/plan").mkdir(parents=True)
    (project / "components/gpu_cluster/__init__.py").touch()
    (project / "components/gpu_cluster/plan/__init__.py").touch()

    with pytest.raises(RevisionError, match=r"the code of that revision cannot plan: .*No module named"):
        plans_by_own_code(project, ["site"])


def test_revision_without_the_library_is_an_error(tmp_path: Path) -> None:
    project = project_of(tmp_path, site=SITE)
    (project / "components/catalog").mkdir(parents=True)

    with pytest.raises(RevisionError, match=r"cannot plan: folder components/gpu_cluster is missing$"):
        plans_by_own_code(project, ["site"])


def test_stack_name_that_looks_like_an_option_is_accepted(tmp_path: Path) -> None:
    project = project_of(tmp_path, **{"--help": SITE})

    assert stack_file(project, "--help").is_file()
    assert isinstance(plans(project, ["--help"])["--help"], Plan)
