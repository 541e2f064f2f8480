import subprocess
import sys
from pathlib import Path

import pytest

from gpu_cluster.stack import load

GPU_CLUSTER = Path(sys.executable).parent / "gpu-cluster"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").touch()
    return tmp_path


def init(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [GPU_CLUSTER, "init", *arguments]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False, input="")


def test_init_without_a_terminal_writes_a_valid_file(project: Path) -> None:
    done = init(project, "lab", "--provider", "local", "--gpu", "L4", "--nodes", "1-2")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "wrote stacks/Pulumi.lab.yaml\nnext: gpu-cluster validate lab\n"
    assert load(project / "stacks" / "Pulumi.lab.yaml").pools["l4"].nodes.max == 2


def test_init_lists_lines_with_placeholders(project: Path) -> None:
    done = init(project, "aws", "--provider", "eks", "--region", "eu-central-1", "--account", "123456789012")

    assert (
        "fill in these placeholders:\n  12: platform: {principal: CHANGEME, policy: cluster-admin}"
        in done.stdout
    )


def test_existing_file_is_kept_without_force(project: Path) -> None:
    file = project / "stacks" / "Pulumi.lab.yaml"
    file.parent.mkdir()
    file.write_text("mine\n")
    refused = init(project, "lab", "--provider", "local", "--yes")
    assert (refused.returncode, file.read_text()) == (2, "mine\n")
    assert "use --force to overwrite it" in refused.stderr
    assert init(project, "lab", "--provider", "local", "--yes", "--force").returncode == 0
    assert file.read_text() != "mine\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["Lab", "--yes"], "lower-case letters"),
        (["lab", "--provider", "eks", "--region", "us-east-22"], "did you mean 'us-east-2'?"),
        (["lab", "--provider", "local", "--nodes", "4-1"], "the larger number last"),
        (["lab", "--provider", "local", "--nodes", "none"], "such as 2 or 1-4"),
        (["lab", "--provider", "local", "--gpu", "H10"], "did you mean 'H100'?"),
        (["lab", "--provider", "eks", "--instance", "g6e.xlarge", "--region", "eu-west-1"], "not offered in"),
    ],
)
def test_invalid_option_is_an_error_and_no_file_is_written(
    project: Path, arguments: list[str], words: str
) -> None:
    done = init(project, *arguments)

    assert done.returncode == 2
    assert words in " ".join(done.stderr.replace("│", "").split())
    assert "Traceback" not in done.stderr
    assert not (project / "stacks").exists()
