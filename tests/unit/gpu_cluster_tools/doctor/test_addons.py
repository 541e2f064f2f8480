from typing import Any

import pytest

from gpu_cluster.config.eks import EksSettings
from gpu_cluster.plan import Registered
from gpu_cluster_tools.doctor.addons import addons, installed
from gpu_cluster_tools.doctor.aws import Aws, AwsCallError
from gpu_cluster_tools.doctor.check import Check, CheckStatus
from tests.pains.platforms import ON_AWS, platform, stack

S3 = "aws-mountpoint-s3-csi-driver"


class Offering(Aws):
    """An account whose EKS offers two builds of each add-on, and only the given build of one."""

    def __init__(self, builds: dict[str, list[str]]) -> None:  # pyright: ignore[reportMissingSuperCall]
        self._builds = builds

    def all_of(self, service: str, operation: str, key: str, **arguments: Any) -> list[Any]:
        assert (service, operation, key) == ("eks", "describe_addon_versions", "addons")
        assert arguments["kubernetesVersion"] == "1.35"
        builds = self._builds[arguments["addonName"]]
        return [{"addonVersions": [{"addonVersion": build} for build in builds]}]


def looked(aws: Aws | None, **edits: Any) -> list[Check]:
    return list(addons(stack("prod", edits), aws))


def offered(**without: str) -> Offering:
    prod = stack("prod", {})
    assert isinstance(prod.cluster, EksSettings)
    builds = {name: ["v9.9.9-eksbuild.1", build] for name, build in installed(prod.cluster, prod).items()}
    return Offering(builds | {S3: ["v2.4.0-eksbuild.1", *without.values()]} if without else builds)


def test_available_addon_builds_pass() -> None:
    [check] = looked(offered())
    assert (check.verdict, check.name) == (CheckStatus.OK, "builds")


def test_unavailable_addon_build_fails_with_an_available_one() -> None:
    [check] = looked(offered(s3="v2.3.0-eksbuild.1"))
    assert (check.verdict, check.name) == (CheckStatus.FAIL, S3)
    assert check.found.startswith("EKS offers no v2.5.0-eksbuild.1 for Kubernetes 1.35")
    assert check.advice == f"gpu-cluster:cluster.addons.{S3}: v2.4.0-eksbuild.1"


def test_addon_build_pinned_in_the_stack_file_is_checked() -> None:
    [check] = looked(offered(), **{"cluster.addons": {S3: "v2.6.0-eksbuild.1"}})
    assert check.found.startswith("EKS offers no v2.6.0-eksbuild.1")


def test_addons_are_skipped_without_an_account() -> None:
    assert [check.verdict for check in looked(None)] == [CheckStatus.SKIP]


def test_addons_are_skipped_if_the_account_refuses(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: str, **__: Any) -> list[Any]:
        raise AwsCallError("no")

    monkeypatch.setattr(aws, "all_of", refuse)
    assert [check.verdict for check in looked(aws)] == [CheckStatus.SKIP]


@pytest.mark.parametrize("name", ON_AWS)
def test_checked_addons_equal_the_installed_addons(name: str) -> None:
    read = stack(name, {})
    assert isinstance(read.cluster, EksSettings)
    made: list[Registered] = platform(name).of("eks:addon:Addon")
    assert {it.inputs["addonName"]: it.inputs["addonVersion"] for it in made} == installed(read.cluster, read)
