import shutil
from pathlib import Path

import pytest

from components.stackfile import StackFileError
from plan import Plan
from review.plans import plans, plans_by_own_code
from review.revision import RevisionError
from tests.unit.review.repository import SITE, project_of, stack_file

CODE = Path(__file__).parents[3]
PACKAGES = ("components", "cost", "plan", "policies", "rehearsal", "review", "toolchain")


def test_a_stack_is_a_plan_or_its_mistakes_or_nothing(tmp_path: Path) -> None:
    project = project_of(tmp_path, site=SITE, wrong=SITE.replace("pool: box", "pool: bocks"))

    found = plans(project, ["site", "wrong", "gone"])

    assert isinstance(found["site"], Plan)
    assert isinstance(found["wrong"], StackFileError)
    assert found["gone"] is None


def test_another_program_plans_as_it_would(tmp_path: Path) -> None:
    """Its own code counts, not that which is running."""
    project = project_of(tmp_path, site=SITE, wrong=SITE.replace("pool: box", "pool: bocks"))
    for package in PACKAGES:
        shutil.copytree(CODE / package, project / package, ignore=shutil.ignore_patterns("__pycache__"))
    serving = project / "components/config/serving.py"
    serving.write_text(
        serving.read_text().replace('namespace: Name = "serving"', 'namespace: Name = "formerly"')
    )

    found = plans_by_own_code(project, ["site", "wrong", "gone"])

    assert isinstance(found["site"], Plan)
    assert found["site"].stack.serving.namespace == "formerly"
    assert found["site"].graph.get("v1:Namespace", "formerly")
    assert isinstance(found["wrong"], StackFileError)
    assert found["wrong"].problems[0].key == "gpu-cluster:serving.models.search.pool"
    assert found["gone"] is None


def test_code_that_cannot_plan_says_why(tmp_path: Path) -> None:
    project = project_of(tmp_path, site=SITE)
    (project / "plan").mkdir()
    (project / "plan/__init__.py").write_text("")

    with pytest.raises(RevisionError, match=r"the code of that revision cannot plan: .*cannot import name"):
        plans_by_own_code(project, ["site"])


def test_the_file_of_a_stack_may_have_any_name(tmp_path: Path) -> None:
    project = project_of(tmp_path, **{"--help": SITE})

    assert stack_file(project, "--help").is_file()
    assert isinstance(plans(project, ["--help"])["--help"], Plan)
