"""The real AWS Load Balancer Controller creates the load balancer of a gateway's Service.

Only AWS is emulated, by moto. The Service is the output of `service_of`, as Envoy Gateway passes it on: see
tests/rehearsal/test_gateway.py. Each test has its own Service.
"""

import base64
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3  # pyright: ignore[reportMissingTypeStubs]
import pytest
from moto.server import ThreadedMotoServer

from gpu_cluster.config.gateway import GatewaySettings
from gpu_cluster.kubernetes.gateway.load_balancer import certificate_of, service_of
from gpu_cluster.stack import load
from gpu_cluster_tools.rehearsal import LocalControlPlane
from gpu_cluster_tools.rehearsal.control_plane.certificate import self_signed
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import DynamicClient, Object
from gpu_cluster_tools.toolchain import install
from gpu_cluster_tools.toolchain.image_programs import AWS_LOAD_BALANCER_CONTROLLER
from tests.rehearsal.checkout import PROJECT
from tests.rehearsal.envoy import running
from tests.rehearsal.within import within

pytestmark = [pytest.mark.engine, pytest.mark.slow]

ON_AWS = load(PROJECT / "tests/stacks/happy/eks-gateway.yaml").cluster
REGION = "us-east-2"
SYSTEM = "envoy-gateway-system"
KEYS = {"AWS_ACCESS_KEY_ID": "example", "AWS_SECRET_ACCESS_KEY": "example", "AWS_REGION": REGION}


@dataclass(frozen=True)
class Cloud:
    """An emulated account and a cluster with a running controller."""

    api: DynamicClient
    url: str
    private: frozenset[str]
    public: frozenset[str]

    def client(self, service: str) -> Any:
        return _client(service, self.url)


def _client(service: str, url: str) -> Any:
    keys = {"aws_access_key_id": "example", "aws_secret_access_key": "example"}
    return boto3.client(service, endpoint_url=url, region_name=REGION, **keys)  # pyright: ignore


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    folder = tmp_path_factory.mktemp("balancers")
    toolchain = install(also=[AWS_LOAD_BALANCER_CONTROLLER])
    with ExitStack() as stack:
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        stack.callback(server.stop)
        url = "http://{}:{}".format(*server.get_host_and_port())
        vpc = _client("ec2", url).create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
        control_plane = LocalControlPlane(folder, toolchain)
        control_plane.start()
        stack.callback(control_plane.remove)
        api = DynamicClient(control_plane.kubeconfig)
        for definition in DEFINITIONS:
            api.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition)
        _namespace(api)
        port = _free_port()
        command = _command(toolchain.path(AWS_LOAD_BALANCER_CONTROLLER.name), folder, vpc, port)
        _write_certificate(folder, api, port)
        stack.enter_context(running(command, {**KEYS, "AWS_ENDPOINT_URL": url}, folder / "controller.log"))
        assert within(60, lambda: _answers(port))
        private = _subnets(url, vpc, "kubernetes.io/role/internal-elb", 0)
        yield Cloud(api, url, private, _subnets(url, vpc, "kubernetes.io/role/elb", 2))


def _command(program: Path, folder: Path, vpc: str, port: int) -> list[str]:
    return [
        str(program),
        "--cluster-name=platform",
        f"--aws-region={REGION}",
        f"--aws-vpc-id={vpc}",
        f"--kubeconfig={folder / 'kubeconfig'}",
        "--enable-leader-election=false",
        "--enable-shield=false",
        "--enable-waf=false",
        "--enable-wafv2=false",
        f"--webhook-bind-port={port}",
        f"--webhook-cert-dir={folder}",
        "--metrics-bind-addr=0",
        "--health-probe-bind-addr=0",
    ]


def _write_certificate(folder: Path, api: DynamicClient, port: int) -> None:
    """The webhook sets the class of Services, as registered by its chart (enableServiceMutatorWebhook)."""
    issued = self_signed("localhost")
    (folder / "tls.crt").write_bytes(issued.certificate)
    (folder / "tls.key").write_bytes(issued.key)
    webhook = {
        "name": "mservice.elbv2.k8s.aws",
        "clientConfig": {
            "url": f"https://localhost:{port}/mutate-v1-service",
            "caBundle": base64.b64encode(issued.certificate).decode(),
        },
        "rules": [
            {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["services"]}
        ],
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
    }
    api.create(
        "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "MutatingWebhookConfiguration",
            "metadata": {"name": "aws-load-balancer-webhook"},
            "webhooks": [webhook],
        },
    )


def _namespace(api: DynamicClient) -> None:
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SYSTEM}}
    api.create("/api/v1/namespaces", body)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _answers(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


def _subnets(url: str, vpc: str, tag: str, first: int) -> frozenset[str]:
    """One subnet in each of two zones, with only the tag that the platform gives it."""
    ec2, made = _client("ec2", url), set[str]()
    for number, zone in enumerate("ab", first):
        subnet = ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.20.{16 * number}.0/20", AvailabilityZone=f"{REGION}{zone}"
        )
        made.add(subnet["Subnet"]["SubnetId"])
    ec2.create_tags(Resources=[*made], Tags=[{"Key": tag, "Value": "1"}])
    return frozenset(made)


def _custom(plural: str, kind: str, scope: str) -> Object:
    """CRDs in which the controller stores its own data; any content."""
    content = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": "v1beta1", "served": True, "storage": True, "schema": {"openAPIV3Schema": content}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.elbv2.k8s.aws"},
        "spec": {
            "group": "elbv2.k8s.aws",
            "scope": scope,
            "names": {"plural": plural, "kind": kind, "listKind": f"{kind}List", "singular": kind.lower()},
            "versions": [version | {"subresources": {"status": {}}}],
        },
    }


DEFINITIONS = (
    _custom("targetgroupbindings", "TargetGroupBinding", "Namespaced"),
    _custom("ingressclassparams", "IngressClassParams", "Cluster"),
)


def _balancer(cloud: Cloud, name: str, gateway: Mapping[str, Any]) -> Object:
    """Load balancer of a Service that is rendered for these gateway settings."""
    settings = GatewaySettings.model_validate({"host": "models.example.com", **gateway})
    rendered = service_of(settings, ON_AWS)
    annotations = rendered.pop("annotations") | certificate_of(settings)
    ports = [{"name": "https", "port": 443, "targetPort": 10443}]
    spec = {**rendered, "externalTrafficPolicy": "Local", "selector": {"app": name}, "ports": ports}
    service = {"apiVersion": "v1", "kind": "Service", "spec": spec}
    path = f"/api/v1/namespaces/{SYSTEM}/services"
    cloud.api.create(path, {**service, "metadata": {"name": name, "annotations": annotations}})

    def is_made() -> bool:
        return bool(cloud.api.get(f"{path}/{name}")["status"]["loadBalancer"].get("ingress"))

    assert within(90, is_made), cloud.api.get(f"{path}/{name}")
    [ingress] = cloud.api.get(f"{path}/{name}")["status"]["loadBalancer"]["ingress"]
    found = cloud.client("elbv2").describe_load_balancers()["LoadBalancers"]
    [balancer] = [it for it in found if it["DNSName"] == ingress["hostname"]]
    return balancer


def _allowed(cloud: Cloud, balancer: Object) -> set[str]:
    groups = cloud.client("ec2").describe_security_groups(GroupIds=balancer["SecurityGroups"])
    rules = [rule for group in groups["SecurityGroups"] for rule in group["IpPermissions"]]
    assert all((rule["FromPort"], rule["ToPort"]) == (443, 443) for rule in rules)
    return {each["CidrIp"] for rule in rules for each in rule["IpRanges"]}


def test_load_balancer_is_internal_by_default(cloud: Cloud) -> None:
    balancer = _balancer(cloud, "inside", {"tls": {"secret": "models-tls"}})
    assert (balancer["Type"], balancer["Scheme"]) == ("network", "internal")
    assert {it["SubnetId"] for it in balancer["AvailabilityZones"]} == cloud.private
    private = {"10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"}
    assert _allowed(cloud, balancer) == private


def test_only_source_ranges_reach_an_internet_facing_load_balancer(cloud: Cloud) -> None:
    gateway = {"tls": {"secret": "models-tls"}, "internet": True, "sourceRanges": ["203.0.113.0/24"]}
    balancer = _balancer(cloud, "outside", gateway)
    assert (balancer["Type"], balancer["Scheme"]) == ("network", "internet-facing")
    assert {it["SubnetId"] for it in balancer["AvailabilityZones"]} == cloud.public
    assert _allowed(cloud, balancer) == {"203.0.113.0/24"}


def test_load_balancer_terminates_tls_with_an_acm_certificate(cloud: Cloud) -> None:
    issued = self_signed("models.example.com")
    imported = cloud.client("acm").import_certificate(Certificate=issued.certificate, PrivateKey=issued.key)
    certificate = imported["CertificateArn"]
    balancer = _balancer(cloud, "ends-tls", {"tls": {"certificate": certificate}})
    found = cloud.client("elbv2").describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])
    [listener] = found["Listeners"]
    assert (listener["Port"], listener["Protocol"]) == (443, "TLS")
    assert [it["CertificateArn"] for it in listener["Certificates"]] == [certificate]
    groups = cloud.client("elbv2").describe_target_groups(LoadBalancerArn=balancer["LoadBalancerArn"])
    assert [it["Protocol"] for it in groups["TargetGroups"]] == ["TCP"]
