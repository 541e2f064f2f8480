import json

from tests.unit.gpu_cluster.aws.network.networks import ACCOUNT, KEY, REGION, network


def test_vpc_enables_dns_support_and_hostnames() -> None:
    vpc = network(cidr="10.40.0.0/16").only("ec2:vpc:Vpc")
    assert vpc["cidrBlock"] == "10.40.0.0/16"
    assert vpc["enableDnsSupport"] is vpc["enableDnsHostnames"] is True


def test_default_security_group_has_no_rules() -> None:
    group = network().only("DefaultSecurityGroup")
    assert not {"ingress", "egress"} & group.inputs.keys()
    assert group["vpcId"] == "n-vpc-id"


def test_flow_logs_record_all_traffic_with_key_and_retention() -> None:
    graph = network(flowLogs={"retentionDays": 30})
    group, log = graph.only("LogGroup"), graph.only("FlowLog")
    assert (group["retentionInDays"], group["kmsKeyId"]) == (30, KEY)
    assert log["trafficType"] == "ALL"
    assert log["logDestination"] == f"arn:aws:test:::{group.name}"
    assert graph.waits_for(log, graph.only("RolePolicy"))


def test_flow_log_role_is_limited_to_the_account_and_the_log_group() -> None:
    graph = network()
    [trust] = json.loads(graph.only("Role")["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": "vpc-flow-logs.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc-flow-log/*"},
    }
    [write] = json.loads(graph.only("RolePolicy")["policy"])["Statement"]
    assert write["Resource"] == f"arn:aws:test:::{graph.only('LogGroup').name}:*"
    assert "logs:PutLogEvents" in write["Action"]


def test_flow_log_role_cannot_recreate_a_deleted_log_group() -> None:
    [write] = json.loads(network().only("RolePolicy")["policy"])["Statement"]
    assert "logs:CreateLogGroup" not in write["Action"]


def test_network_resources_have_generated_names() -> None:
    physical = {"name", "namePrefix", "groupName"}
    assert all(not physical & it.inputs.keys() for it in network(podCidr="100.64.0.0/16").resources)
