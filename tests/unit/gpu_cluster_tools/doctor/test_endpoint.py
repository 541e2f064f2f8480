import socket
from collections.abc import Iterator

import pytest

from gpu_cluster.config.eks import EksSettings
from gpu_cluster_tools.doctor.check import CheckStatus
from gpu_cluster_tools.doctor.endpoint import endpoint
from tests.pains.platforms import stack


def settings(**given: object) -> EksSettings:
    found = stack("dev", {"cluster.endpoint": given or "private"}).cluster
    assert isinstance(found, EksSettings)
    return found


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_private_endpoint_before_deployment_is_a_warning() -> None:
    check = endpoint(settings(), None)
    assert check.verdict is CheckStatus.WARN
    assert "run in the VPC" in check.advice
    assert endpoint(settings(public=["203.0.113.0/24"]), None).verdict is CheckStatus.OK


def test_reachable_endpoint_passes(port: int) -> None:
    check = endpoint(settings(), f"https://127.0.0.1:{port}")
    assert (check.verdict, check.found) == (CheckStatus.OK, "127.0.0.1 answers at 127.0.0.1")


def test_unreachable_private_endpoint_fails_with_advice(port: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nobody = closed.getsockname()[1]
    assert nobody != port
    check = endpoint(settings(), f"https://127.0.0.1:{nobody}")
    assert check.verdict is CheckStatus.FAIL
    assert "private addresses, not reachable from this machine: 127.0.0.1" in check.found
    assert "endpoint.public" in check.advice


def test_unresolvable_endpoint_name_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    check = endpoint(settings(), "https://abc.gr7.us-east-2.eks.amazonaws.com")
    assert (check.verdict, check.name) == (CheckStatus.FAIL, "endpoint")


def test_endpoint_behind_a_proxy_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example.com:3128")
    assert endpoint(settings(), "https://abc.gr7.us-east-2.eks.amazonaws.com").verdict is CheckStatus.SKIP
