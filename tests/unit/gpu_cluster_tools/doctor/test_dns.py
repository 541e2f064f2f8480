import pytest

from gpu_cluster_tools.doctor.api_server import Object
from gpu_cluster_tools.doctor.check import Check, CheckStatus
from gpu_cluster_tools.doctor.dns import dns
from tests.pains.platforms import stack
from tests.unit.gpu_cluster_tools.doctor.answers import Answers, listed, named

SERVICE = "10.96.0.10"


def cache(*args: str) -> Object:
    containers = [{"name": "node-cache", "args": list(args)}]
    return named("node-local-dns", spec={"template": {"spec": {"containers": containers}}})


def looked(name: str, *daemons: Object, **edits: object) -> Check:
    api = Answers()
    api.paths["/apis/apps/v1/daemonsets"] = listed(*daemons)
    [check] = dns(stack(name, {f"cluster.{key}": value for key, value in edits.items()}), api)
    return check


def test_cluster_without_node_local_dns_uses_dns_pods() -> None:
    assert looked("onprem").verdict is CheckStatus.OK
    assert looked("onprem", cache("-conf", "/etc/Corefile")).verdict is CheckStatus.OK


@pytest.mark.parametrize("args", [("-localip", "169.254.20.10"), ("--localip=169.254.20.10",)])
def test_default_address_of_node_local_dns_passes(args: tuple[str, ...]) -> None:
    check = looked("onprem", cache(*args))
    assert (check.verdict, check.found) == (
        CheckStatus.OK,
        "NodeLocal DNSCache node-local-dns listens on 169.254.20.10, all reachable for pods",
    )


def test_other_address_of_node_local_dns_fails_with_the_setting() -> None:
    both = cache("-localip", f"169.254.20.10,{SERVICE}", "-conf", "/etc/Corefile")
    check = looked("onprem", both)
    assert check.verdict is CheckStatus.FAIL
    assert check.advice == f"gpu-cluster:cluster.dns: [169.254.20.10, {SERVICE}]"
    assert looked("onprem", both, dns=["169.254.20.10", SERVICE]).verdict is CheckStatus.OK


def test_service_address_of_node_local_dns_on_eks_is_a_warning() -> None:
    assert looked("prod", cache("-localip", f"169.254.20.10,{SERVICE}")).verdict is CheckStatus.WARN


def test_missing_permission_to_list_daemon_sets_is_skipped() -> None:
    api = Answers()
    api.paths["/apis/apps/v1/daemonsets"] = None
    assert [check.verdict for check in dns(stack("onprem", {}), api)] == [CheckStatus.SKIP]
