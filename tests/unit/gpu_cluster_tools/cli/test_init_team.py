"""`gpu-cluster init NAME --environment ENVIRONMENT`: the file of a team's stack."""

from pathlib import Path
from shutil import copytree

import pytest

from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.stack import load_any
from tests.unit.gpu_cluster_tools.cli.test_init import init

STACKS = Path(__file__).parents[4] / "stacks"
MODEL = "Qwen/Qwen2.5-7B-Instruct"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose environments have no team stacks yet."""
    (tmp_path / "Pulumi.yaml").touch()
    copytree(STACKS, tmp_path / "stacks")
    for file in (tmp_path / "stacks").glob("Pulumi.*-vision.yaml"):
        file.unlink()
    return tmp_path


def test_stack_named_after_environment_and_team_belongs_to_that_team(project: Path) -> None:
    done = init(project, "prod-vision", "--environment", "prod", "--model", MODEL)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "wrote stacks/Pulumi.prod-vision.yaml",
        "fill in these placeholders:",
        "  8: revision: CHANGEME # commit on the hub; pins the weights",
        "next: gpu-cluster validate prod-vision",
    ]
    file = project / "stacks" / "Pulumi.prod-vision.yaml"
    file.write_text(file.read_text().replace("CHANGEME", "a" * 40))
    stack = load_any(file)
    assert isinstance(stack, TeamStack)
    assert stack.name == "vision"
    assert (stack.file.models["chat"].model, stack.file.models["chat"].pool) == (MODEL, "l4")


def test_stack_with_another_name_requires_team_option(project: Path) -> None:
    refused = init(project, "detection", "--environment", "prod")
    assert (
        refused.returncode,
        "no team of prod was given; set --team to vision" in words(refused.stderr),
    ) == (2, True)

    assert init(project, "detection", "--environment", "prod", "--team", "vision").returncode == 0
    stack = load_any(project / "stacks" / "Pulumi.detection.yaml")
    assert isinstance(stack, TeamStack)
    assert (stack.name, stack.file.models) == ("vision", {})


def test_placeholders_are_listed_by_line(project: Path) -> None:
    done = init(project, "local-vision", "--environment", "local", "--model", "someone/new-model")

    assert "\n  9: weights: CHANGEME" in done.stdout


def test_team_on_site_can_have_its_own_kubeconfig(project: Path) -> None:
    on_site = project / "stacks" / "Pulumi.site.yaml"
    on_site.write_text((STACKS.parent / "tests/stacks/teams/Pulumi.site.yaml").read_text())

    assert (
        init(project, "site-speech", "--environment", "site", "--kubeconfig", "~/.kube/speech").returncode
        == 0
    )
    stack = load_any(project / "stacks" / "Pulumi.site-speech.yaml")
    assert isinstance(stack, TeamStack)
    assert stack.file.team.kubeconfig == "~/.kube/speech"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["prod-vision", "--environment", "prd"],
            "no environment 'prd' (there are dev, edge, local, onprem, prod, staging), did you mean 'prod'?",
        ),
        (
            ["prod-x", "--environment", "prod", "--team", "visoin"],
            "prod has no team 'visoin' (there are vision), did you mean 'vision'?",
        ),
        (
            ["edge-vision", "--environment", "edge"],
            "edge has no teams; add one to gpu-cluster:teams of its stack file",
        ),
        (["edge-x", "--environment", "edge", "--team", "x"], "edge has no team 'x' (there are none)"),
        (["prod", "--environment", "prod", "--force"], "prod is the environment; choose another name"),
        (
            ["prod-vision", "--environment", "prod", "--region", "us-east-2", "--gpus", "8"],
            "not allowed with --environment, which defines them: --region, --gpus",
        ),
        (
            ["prod-vision", "--environment", "prod", "--kubeconfig", "mine"],
            "gpu-cluster:team.kubeconfig: only with provider existing, got eks",
        ),
        (
            ["prod-vision", "--environment", "prod", "--model", "meta-llama/Llama-3.1-70B-Instruct"],
            "it has 4 nvidia.com/gpu of pool l4, and a replica takes 4 nvidia.com/gpu of pool l40s or",
        ),
    ],
)
def test_invalid_option_is_an_error_and_no_file_is_written(
    project: Path, arguments: list[str], told: str
) -> None:
    before = {file: file.read_text() for file in (project / "stacks").iterdir() if file.is_file()}

    done = init(project, *arguments)

    assert done.returncode == 2
    assert told in words(done.stderr)
    assert "Traceback" not in done.stderr
    assert {file: file.read_text() for file in (project / "stacks").iterdir() if file.is_file()} == before


def test_team_stack_is_refused_as_environment(project: Path) -> None:
    assert init(project, "prod-vision", "--environment", "prod").returncode == 0

    done = init(project, "more", "--environment", "prod-vision")

    assert done.returncode == 2
    assert "no environment 'prod-vision' (there are dev" in words(done.stderr)


def test_errors_in_the_environment_file_name_that_file(project: Path) -> None:
    environment = project / "stacks" / "Pulumi.prod.yaml"
    environment.write_text(environment.read_text().replace("g6.4xlarge", "g6.5xlarge"))

    done = init(project, "prod-vision", "--environment", "prod")

    assert done.returncode == 2
    assert "the stack file of prod is invalid: stacks/Pulumi.prod.yaml:" in words(done.stderr)


def words(shown: str) -> str:
    """Text of an error without its frame."""
    return " ".join(shown.replace("│", "").split())


def test_files_referenced_by_the_environment_are_found(project: Path) -> None:
    """Manifests are in the project, a model's config.json is beside the stack files."""
    (project / "manifests").mkdir()
    (project / "manifests" / "settings.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: default}\n"
    )
    file = project / "stacks" / "Pulumi.prod.yaml"
    file.write_text(file.read_text() + "  gpu-cluster:extras: {manifests: [manifests]}\n")

    for name in ("prod-vision", "prod-vision"):  # the second one beside the file that is replaced
        done = init(project, name, "--environment", "prod", "--model", MODEL, "--force")
        assert (done.returncode, done.stderr) == (0, "")

    assert file.read_text().endswith("manifests: [manifests]}\n")
    assert not (project / "stacks" / "Pulumi.prod-vision.yaml").is_symlink()
