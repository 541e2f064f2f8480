import contextlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gpu_cluster_tools.cli.app import ERRORS, app
from gpu_cluster_tools.cli.cost import INCOMPLETE
from tests.unit.gpu_cluster_tools.review.repository import committed, with_code

PROJECT = Path(__file__).parents[4]
UNPRICED = "mx-central-1"


def git(folder: Path, *words: str) -> None:
    me = ("-c", "user.name=test", "-c", "user.email=test@example.com")
    subprocess.run(["git", *me, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the stack dev, with a third L4 added since the last commit."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "Pulumi.yaml").write_text((PROJECT / "Pulumi.yaml").read_text())
    (folder / "stacks").mkdir()
    file = folder / "stacks" / "Pulumi.dev.yaml"
    shutil.copy(PROJECT / "stacks" / "Pulumi.dev.yaml", file)
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "as it was")
    file.write_text(file.read_text().replace("{min: 0, max: 2}", "{min: 0, max: 3}"))
    return folder


def cost(folder: Path, *arguments: str) -> Result:
    with contextlib.chdir(folder):
        return CliRunner().invoke(app, ["cost", *arguments])


def test_changes_since_a_revision_are_listed_with_their_cost(project: Path) -> None:
    document = json.loads(cost(project, "dev", "--against", "HEAD", "--json").stdout)
    [servers, disk] = document["difference"]["changes"]

    assert servers["what"] == "g6.2xlarge spot, estimated"
    assert servers["difference"] == {"least": 0, "most": 713.65}  # 730 x 0.9776
    assert disk["difference"] == {"least": 0, "most": 8}  # 100 GiB x 0.08
    assert document["budgets"][0]["over"] > 0


def test_revision_is_priced_with_its_own_code(project: Path, tmp_path: Path) -> None:
    names = ("Pulumi.yaml", "stacks/Pulumi.dev.yaml")
    folder = committed(tmp_path, {name: (project / name).read_text() for name in names})
    with_code(
        folder, "components/gpu_cluster/config/pools.py", 'size: Bytes = "100Gi"', 'size: Bytes = "50Gi"'
    )
    (folder / "components/gpu_cluster/config/pools.py").write_text("# as the code that runs")

    told = json.loads(cost(folder, "dev", "--against", "HEAD", "--json").stdout)
    [disks] = [it for it in told["difference"]["changes"] if it["part"] == "pool system"]

    assert disks["what"] == "disk /dev/xvda"
    assert disks["difference"] == {"least": 8, "most": 8}  # 2 x 50 GiB x 0.08


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["dve"], "did you mean 'dev'?"),
        (["dev", "--assume", "nat-gbs=5"], "unknown assumption 'nat-gbs', did you mean 'nat-gb'?"),
        (["dev", "--assume", "nat-gb"], "expected nat-gb to be a number of GB, got ''"),
        (["dev", "--assume", "=5"], "unknown assumption ''; expected nat-gb, endpoint-gb, "),
        (["dev", "--against", "mian"], "unknown git revision 'mian'"),
        (["dev", "--against", "x" * 300], "unknown git revision 'xxx"),
        (["dev", "--against", ""], "expected a git revision, or the folder of another checkout, got nothing"),
    ],
)
def test_misspelt_argument_gets_a_suggestion(project: Path, arguments: list[str], message: str) -> None:
    error = cost(project, *arguments).exception

    assert message in str(error)
    assert exit_code(error) == 2


@pytest.fixture
def elsewhere(project: Path, tmp_path: Path) -> Path:
    """The same stack in a region without prices of traffic and image scans."""
    folder = shutil.copytree(project, tmp_path / "project", ignore=shutil.ignore_patterns(".git"))
    file = folder / "stacks" / "Pulumi.dev.yaml"
    file.write_text(file.read_text().replace("us-east-2", UNPRICED))
    return folder


def test_incomplete_total_is_shown_as_at_least_with_missing_prices_and_exit_code_3(
    elsewhere: Path,
) -> None:
    found = cost(elsewhere, "dev")
    head, *missing = found.stdout.partition("\nincomplete: ")[2].partition("\n\n")[0].splitlines()

    assert found.exit_code == INCOMPLETE == 3
    assert "total, at least" in found.stdout
    assert head == "these resources have no price and are not in the total"
    assert missing == sorted(missing)
    assert len(missing) == len(set(missing)) < 35
    assert f"  no price for data between zones in {UNPRICED} (platform-cluster)" in missing
    assert f"  no price for data to the internet in {UNPRICED} (platform-cluster)" in missing
    assert "not judged: incomplete" in found.stdout


def test_json_lists_causes_of_an_incomplete_total(elsewhere: Path) -> None:
    found = cost(elsewhere, "dev", "--json")
    document = json.loads(found.stdout)

    assert found.exit_code == INCOMPLETE
    assert document["complete"] is False
    [traffic] = [
        it for it in document["missing"] if it["cause"] == f"no price for data between zones in {UNPRICED}"
    ]
    assert traffic["resources"] == ["platform-cluster"]
    assert document["budgets"][0]["complete"] is False


def test_json_of_a_complete_total_has_no_missing_prices(project: Path) -> None:
    found = cost(project, "dev", "--json")

    assert found.exit_code == 0
    assert json.loads(found.stdout)["complete"] is True
    assert json.loads(found.stdout)["missing"] == []


def test_markdown_table_lists_missing_prices(elsewhere: Path) -> None:
    table = cost(elsewhere, "dev", "--markdown").stdout

    assert "**total, at least**" in table
    assert f"- no price for data between zones in {UNPRICED} (platform-cluster)" in table


def test_project_price_file_fills_gaps_and_its_errors_are_reported(elsewhere: Path) -> None:
    before = cost(elsewhere, "dev").stdout
    file = elsewhere / "prices.yaml"
    block = f"prices:\n  - region: {UNPRICED}\n    source: contract\n    date: 2026-11-02\n    services: "
    file.write_text(block + "{other-zone-gb: 0.5, internet-gb: 0.9}\n")
    after = cost(elsewhere, "dev")

    assert "no price for data between zones" in before
    assert "no price for data between zones" not in after.stdout
    assert re.search(r"network +\$", after.stdout)

    file.write_text(block + "{nat-hours: 0.5}\n")
    error = cost(elsewhere, "dev").exception
    assert str(error) == (
        "prices.yaml:5 prices[0].services.nat-hours: unknown service 'nat-hours', did you mean 'nat-hour'?"
    )


def exit_code(error: BaseException | None) -> int:
    return ERRORS[f"{type(error).__module__}.{type(error).__qualname__}"]
