"""Generated pages are up to date."""

from pathlib import Path

from docs import architecture, commands, components, dashboards, limits, runbooks
from gpu_cluster_tools.cli.app import COMMANDS

DOCS = Path(__file__).parents[3] / "docs"


def test_command_reference_is_up_to_date() -> None:
    text = commands.text()

    assert (DOCS / "reference" / "commands.md").read_text() == text
    assert [line for line in text.splitlines() if line.startswith("## ")] == [f"## {it}" for it in COMMANDS]


def test_component_reference_is_up_to_date() -> None:
    assert (DOCS / "reference" / "components.md").read_text() == components.text()


def test_architecture_diagram_is_up_to_date() -> None:
    page = (DOCS / "architecture.md").read_text()

    assert architecture.with_picture(page) == page
    assert 'cluster(["EKS 1.35"])' in page


def test_dashboard_tables_are_up_to_date() -> None:
    page = (DOCS / "dashboards.md").read_text()

    assert dashboards.with_tables(page) == page
    assert page.count("| Waiting requests | ") == 1


def test_limit_tables_are_up_to_date() -> None:
    page = (DOCS / "limits.md").read_text()

    assert limits.with_tables(page) == page
    assert page.count("`aws:iam/role:Role` | 64 | 64 | 56 |") == 1
    assert page.count("| taints of a managed node group (EKS) | 50 | no |") == 1


def test_packaged_runbooks_match_the_alerts_page() -> None:
    package = DOCS.parent / "components/gpu_cluster/kubernetes/telemetry/rules"

    assert (package / "runbooks.json").read_text() == runbooks.text((DOCS / "alerts.md").read_text())
