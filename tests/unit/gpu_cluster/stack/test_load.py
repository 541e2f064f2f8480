"""Stack files that are missing, unreadable or large."""

from pathlib import Path

import pytest

from gpu_cluster.stack import StackFileError, load, load_any

SMALLEST = """\
config:
  gpu-cluster:cluster: {provider: local}
  gpu-cluster:pools:
    system: {instance: m7i.xlarge, nodes: 1}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stacks").mkdir()
    return tmp_path


def message(path: Path) -> str:
    with pytest.raises(StackFileError) as error:
        load(path)
    return str(error.value)


def test_missing_file_is_reported_with_the_nearest_name(project: Path) -> None:
    (project / "stacks/Pulumi.prod.yaml").write_text(SMALLEST)
    (project / "stacks/Pulumi.dev.yaml").write_text(SMALLEST)

    assert message(Path("stacks/Pulumi.prd.yaml")) == (
        "stacks/Pulumi.prd.yaml:1 no such file, did you mean 'Pulumi.prod.yaml'?"
    )


def test_missing_file_in_an_empty_folder_is_reported(project: Path) -> None:
    assert message(Path("stacks/Pulumi.dev.yaml")) == (
        "stacks/Pulumi.dev.yaml:1 no such file, and no stack file in stacks"
    )


def test_folder_instead_of_a_file_is_reported(project: Path) -> None:
    (project / "stacks/Pulumi.dev.yaml").mkdir()

    assert message(Path("stacks/Pulumi.dev.yaml")) == (
        "stacks/Pulumi.dev.yaml:1 the file cannot be read: Is a directory"
    )


def test_file_that_is_not_utf_8_is_reported_with_its_line(project: Path) -> None:
    (project / "stacks/Pulumi.dev.yaml").write_bytes(SMALLEST.encode() + b"# caf\xe9\n")

    assert message(Path("stacks/Pulumi.dev.yaml")) == "stacks/Pulumi.dev.yaml:5 not UTF-8: byte 0xe9"


def test_file_with_a_byte_order_mark_loads(project: Path) -> None:
    (project / "stacks/Pulumi.dev.yaml").write_bytes(b"\xef\xbb\xbf" + SMALLEST.encode())

    assert list(load(Path("stacks/Pulumi.dev.yaml")).pools) == ["system"]


def test_deep_nesting_is_reported(project: Path) -> None:
    (project / "stacks/Pulumi.dev.yaml").write_text("a: " + "[" * 5_000)

    assert message(Path("stacks/Pulumi.dev.yaml")) == "stacks/Pulumi.dev.yaml:1 nested too deeply"


def test_error_outside_the_working_directory_has_the_absolute_path(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("elsewhere") / "Pulumi.dev.yaml"
    path.write_text("config: []\n")

    assert message(path).startswith(f"{path}:1 config: ")


def test_diagnostic_has_file_line_key_and_message(project: Path) -> None:
    path = Path("stacks/Pulumi.dev.yaml")
    path.write_text(SMALLEST.replace("nodes: 1", "nodes: 0"))

    with pytest.raises(StackFileError) as error:
        load(path)

    [problem] = error.value.problems
    assert (problem.file, problem.line) == ("stacks/Pulumi.dev.yaml", 4)
    assert (problem.key, problem.message) == ("gpu-cluster:pools.system.nodes", "expected at least 1, got 0")


def test_file_with_a_thousand_pools_loads(project: Path) -> None:
    pools = "".join(f"    p{n}: {{instance: g6.4xlarge, nodes: 1}}\n" for n in range(1000))
    path = Path("stacks/Pulumi.dev.yaml")
    path.write_text(SMALLEST + pools)

    assert len(load(path).pools) == 1001


@pytest.mark.timeout(30)
def test_thousand_errors_are_reported_within_the_timeout(project: Path) -> None:
    pools = "".join(f"    p{n}: {{instance: g6.4xlarge, nodes: 0}}\n" for n in range(1000))
    path = Path("stacks/Pulumi.dev.yaml")
    path.write_text(SMALLEST + pools)

    assert len(message(path).splitlines()) == 1000


def test_dangling_symlink_is_reported(project: Path) -> None:
    (project / "stacks/Pulumi.dev.yaml").symlink_to("../none.yaml")

    assert message(Path("stacks/Pulumi.dev.yaml")) == (
        "stacks/Pulumi.dev.yaml:1 symbolic link to ../none.yaml, which does not exist"
    )


def test_symlink_loop_is_reported(project: Path) -> None:
    (project / "stacks/Pulumi.dev.yaml").symlink_to("Pulumi.dev.yaml")

    assert message(Path("stacks/Pulumi.dev.yaml")) == (
        "stacks/Pulumi.dev.yaml:1 the file cannot be read: Too many levels of symbolic links"
    )


@pytest.mark.parametrize("name", ["loop", "x" * 300, "none"])
def test_invalid_extras_paths_are_reported(project: Path, name: str) -> None:
    (project / "loop").symlink_to("loop")
    (project / "stacks/Pulumi.dev.yaml").write_text(
        SMALLEST + f"  gpu-cluster:extras: {{manifests: [{name}], charts: {{a: {{chart: ./{name}}}}}}}\n"
    )

    manifest, chart = message(Path("stacks/Pulumi.dev.yaml")).splitlines()
    assert manifest.startswith(f"stacks/Pulumi.dev.yaml:5 gpu-cluster:extras.manifests[0]: {name}:1 ")
    assert chart == f"stacks/Pulumi.dev.yaml:5 gpu-cluster:extras.charts.a.chart: no Chart.yaml in {name}"


@pytest.mark.parametrize("folder", ["../loop", "x" * 300, "~nobody-of-this-name/platform"])
def test_invalid_platform_folder_is_reported(project: Path, folder: str) -> None:
    (project / "loop").symlink_to("loop")
    path = project / "stacks/Pulumi.team.yaml"
    path.write_text(
        f"config: {{'gpu-cluster:team': {{environment: a, name: b, platform: {{folder: {folder}}}}}}}"
    )

    with pytest.raises(StackFileError, match=r"team\.platform\.folder: there is no folder"):
        load_any(path)
