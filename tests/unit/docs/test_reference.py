"""Pages that come from the code are what the code says today."""

from pathlib import Path

from docs import architecture, commands, components, dashboards, limits, runbooks
from gpu_cluster_tools.cli.app import COMMANDS

DOCS = Path(__file__).parents[3] / "docs"


def test_the_reference_of_commands_is_up_to_date() -> None:
    text = commands.text()

    assert (DOCS / "reference" / "commands.md").read_text() == text
    assert [line for line in text.splitlines() if line.startswith("## ")] == [f"## {it}" for it in COMMANDS]


def test_the_reference_of_components_is_up_to_date() -> None:
    assert (DOCS / "reference" / "components.md").read_text() == components.text()


def test_the_picture_of_the_architecture_is_that_of_prod() -> None:
    page = (DOCS / "architecture.md").read_text()

    assert architecture.with_picture(page) == page
    assert 'cluster(["EKS 1.35"])' in page


def test_the_tables_of_dashboards_are_those_of_the_package() -> None:
    page = (DOCS / "dashboards.md").read_text()

    assert dashboards.with_tables(page) == page
    assert page.count("| Waiting requests | ") == 1


def test_the_tables_of_limits_are_those_of_the_catalog() -> None:
    page = (DOCS / "limits.md").read_text()

    assert limits.with_tables(page) == page
    assert page.count("`aws:iam/role:Role` | 64 | 64 | 56 |") == 1
    assert page.count("| taints of a managed node group (EKS) | 50 | no |") == 1


def test_the_runbooks_of_alerts_are_those_of_the_page() -> None:
    package = DOCS.parent / "components/gpu_cluster/kubernetes/telemetry/rules"

    assert (package / "runbooks.json").read_text() == runbooks.text((DOCS / "alerts.md").read_text())
