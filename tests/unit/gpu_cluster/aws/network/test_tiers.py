from ipaddress import IPv6Network

from tests.unit.gpu_cluster.aws.network.networks import A, B, C, network, subnets

LAID_OUT = {
    "private": {A: "10.0.0.0/19", B: "10.0.32.0/19"},
    "public": {A: "10.0.192.0/22", B: "10.0.196.0/22"},
    "intra": {A: "10.0.224.0/22", B: "10.0.228.0/22"},
}


def test_each_tier_has_a_subnet_in_each_zone() -> None:
    graph = network()
    for tier, blocks in LAID_OUT.items():
        assert {zone: it["cidrBlock"] for zone, it in subnets(graph, tier).items()} == blocks
    assert len(graph.of("subnet:Subnet")) == 6


def test_added_zone_and_pod_tier_keep_the_existing_subnets() -> None:
    before = {it.name: it.inputs for it in network().resources}
    after = {it.name: it.inputs for it in network(zones=[C, A, B], podCidr="100.64.0.0/16").resources}
    kept = {name for name in before if name.startswith("n-subnets")}
    assert kept
    assert {name: before[name] for name in kept} == {name: after[name] for name in kept}


def test_pod_subnets_wait_for_the_pod_cidr_association() -> None:
    graph = network(podCidr="100.64.0.0/16")
    block = graph.only("VpcIpv4CidrBlockAssociation")
    assert block["cidrBlock"] == "100.64.0.0/16"
    pods = subnets(graph, "pods")
    assert {zone: it["cidrBlock"] for zone, it in pods.items()} == {A: "100.64.0.0/19", B: "100.64.32.0/19"}
    assert all(graph.waits_for(it, block) for it in pods.values())


def test_pod_cidr_larger_than_16_is_associated_per_zone() -> None:
    graph = network(podCidr="100.64.0.0/14")
    blocks = {it["cidrBlock"] for it in graph.of("VpcIpv4CidrBlockAssociation")}
    assert blocks == {it["cidrBlock"] for it in subnets(graph, "pods").values()}
    assert blocks == {"100.64.0.0/17", "100.64.128.0/17"}


def test_subnets_have_the_discovery_tags_of_controllers() -> None:
    graph = network(podCidr="100.64.0.0/16")
    found = {
        tier: [set(it["tags"]) - {"Name"} for it in subnets(graph, tier).values()]
        for tier in ("private", "public", "intra", "pods")
    }
    assert found == {
        "private": [{"kubernetes.io/role/internal-elb", "karpenter.sh/discovery"}] * 2,
        "public": [{"kubernetes.io/role/elb"}] * 2,
        "intra": [set()] * 2,
        "pods": [set()] * 2,
    }
    assert subnets(graph, "private")[A]["tags"]["karpenter.sh/discovery"] == "gpu-cluster-test"


def test_subnets_assign_no_public_addresses() -> None:
    assert not [it for it in network().of("subnet:Subnet") if it.inputs.get("mapPublicIpOnLaunch")]


def test_no_public_subnets_without_nat() -> None:
    assert not subnets(network(nat="none"), "public")


def test_ipv6_subnets_have_distinct_64_blocks_of_the_vpc() -> None:
    graph = network(ipv6=True)
    assert graph.only("ec2:vpc:Vpc")["assignGeneratedIpv6CidrBlock"] is True
    blocks = [IPv6Network(it["ipv6CidrBlock"]) for it in graph.of("subnet:Subnet")]
    assert len(set(blocks)) == 6
    assert all(block.prefixlen == 64 for block in blocks)
    assert all(it["assignIpv6AddressOnCreation"] for it in graph.of("subnet:Subnet"))


def test_network_without_ipv6_has_no_ipv6_inputs() -> None:
    graph = network()
    assert not [it for it in graph.resources if any("pv6" in key for key in it.inputs)]
