import pytest

from gpu_cluster.catalog import AL2023_RELEASES, INSTANCES, KUBERNETES_VERSIONS, ami_problem, ami_type


@pytest.mark.parametrize(
    ("family", "instance", "expected"),
    [
        ("al2023", "m7i.xlarge", "AL2023_x86_64_STANDARD"),
        ("al2023", "m7g.xlarge", "AL2023_ARM_64_STANDARD"),
        ("al2023", "g6.xlarge", "AL2023_x86_64_NVIDIA"),
        ("al2023", "p6e-gb200.36xlarge", "AL2023_ARM_64_NVIDIA"),
        ("al2023", "g6f.large", "AL2023_x86_64_NVIDIA"),
        ("bottlerocket", "m7g.xlarge", "BOTTLEROCKET_ARM_64"),
        ("bottlerocket", "g6.xlarge", "BOTTLEROCKET_x86_64_NVIDIA"),
    ],
)
def test_ami_type_follows_gpu_and_architecture(family: str, instance: str, expected: str) -> None:
    assert ami_type(family, INSTANCES[instance]) == expected


def test_every_kubernetes_version_has_an_al2023_release() -> None:
    assert list(AL2023_RELEASES) == list(KUBERNETES_VERSIONS)
    for version, release in AL2023_RELEASES.items():
        assert release.startswith(f"{version}.")
        assert ami_problem("al2023", release, INSTANCES["g6.xlarge"]) is None


@pytest.mark.parametrize(
    ("family", "release", "instance", "problem"),
    [
        ("al2023", "1.35.6-20260714", "g7.2xlarge", "has a driver from 20260917 on"),
        ("al2023", "1.63.0-0a1b2c3d", "m7i.xlarge", "expected a release of al2023"),
        ("bottlerocket", "1.63.0-0a1b2c3d", "g7.2xlarge", "expected family al2023"),
        ("bottlerocket", "1.53.0-0a1b2c3d", "g6.xlarge", "from 1.54 on, with driver 580 and MPS"),
    ],
)
def test_ami_release_without_driver_for_the_instance_is_rejected(
    family: str, release: str, instance: str, problem: str
) -> None:
    assert problem in (ami_problem(family, release, INSTANCES[instance]) or "")


@pytest.mark.parametrize(
    ("family", "release", "instance"),
    [
        ("al2023", "1.35.7-20260917", "g7.2xlarge"),
        ("bottlerocket", "1.53.0-0a1b2c3d", "m7i.xlarge"),
        ("bottlerocket", "1.54.0-0a1b2c3d", "g6.xlarge"),
    ],
)
def test_ami_release_with_driver_for_the_instance_is_accepted(
    family: str, release: str, instance: str
) -> None:
    assert ami_problem(family, release, INSTANCES[instance]) is None
