import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[3]
GPU_CLUSTER = Path(sys.executable).parent / "gpu-cluster"


def git(folder: Path, *words: str) -> None:
    me = ("-c", "user.name=test", "-c", "user.email=test@example.com")
    subprocess.run(["git", *me, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the stack dev, in which a third L4 was added since the last commit."""
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


def cost(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [GPU_CLUSTER, "cost", *arguments],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PULUMI_"))},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_changed_since_a_revision_is_shown_beside_what_it_costs(project: Path) -> None:
    done = cost(project, "dev", "--against", "HEAD", "--json")
    document = json.loads(done.stdout)
    [servers, disk] = document["difference"]["changes"]

    assert done.returncode == 0
    assert servers["what"] == "g6.2xlarge spot, estimated"
    assert servers["difference"] == {"least": 0, "most": 713.65}  # 730 x 0.9776
    assert disk["difference"] == {"least": 0, "most": 8}  # 100 GiB x 0.08
    assert document["budgets"][0]["over"] > 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["dve"], "did you mean 'dev'?"),
        (["dev", "--assume", "nat-gbs=5"], "unknown assumption 'nat-gbs', did you mean 'nat-gb'?"),
        (["dev", "--assume", "nat-gb"], "expected nat-gb to be a number of GB, got ''"),
        (["dev", "--against", "mian"], "git knows no revision 'mian'"),
    ],
)
def test_a_wrong_word_is_a_message_and_exit_code_2(project: Path, arguments: list[str], message: str) -> None:
    done = cost(project, *arguments)

    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_what_has_no_price_is_named_and_exit_code_1(project: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(project, tmp_path / "project", ignore=shutil.ignore_patterns(".git"))
    file = folder / "stacks" / "Pulumi.dev.yaml"
    file.write_text(
        file.read_text().replace("us-east-2", "eu-central-1").replace("g6.2xlarge", "g6e.2xlarge")
    )
    done = cost(folder, "dev")

    assert done.returncode == 1
    assert "Cluster platform-cluster: no price of control-plane in eu-central-1 is known" in done.stderr
    assert "NatGateway platform-network-routes-nat-eu-central-1a: no price of nat-hour" in done.stderr
