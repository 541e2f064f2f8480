import json

from tests.unit.gpu_cluster.aws.network.networks import ACCOUNT, KEY, REGION, network


def test_nodes_find_the_services_by_name() -> None:
    vpc = network(cidr="10.40.0.0/16").only("ec2:vpc:Vpc")
    assert vpc["cidrBlock"] == "10.40.0.0/16"
    assert vpc["enableDnsSupport"] is vpc["enableDnsHostnames"] is True


def test_the_default_security_group_lets_nothing_through() -> None:
    group = network().only("DefaultSecurityGroup")
    assert not {"ingress", "egress"} & group.inputs.keys()
    assert group["vpcId"] == "n-vpc-id"


def test_all_traffic_is_on_record_encrypted_and_for_some_time() -> None:
    graph = network(flowLogs={"retentionDays": 30})
    group, log = graph.only("LogGroup"), graph.only("FlowLog")
    assert (group["retentionInDays"], group["kmsKeyId"]) == (30, KEY)
    assert log["trafficType"] == "ALL"
    assert log["logDestination"] == f"arn:aws:test:::{group.name}"
    assert graph.waits_for(log, graph.only("RolePolicy"))


def test_flow_logs_of_this_account_alone_write_to_this_group_alone() -> None:
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


def test_what_arrives_late_does_not_bring_a_destroyed_group_back() -> None:
    [write] = json.loads(network().only("RolePolicy")["policy"])["Statement"]
    assert "logs:CreateLogGroup" not in write["Action"]


def test_nothing_has_a_name_that_a_replacement_would_collide_with() -> None:
    physical = {"name", "namePrefix", "groupName"}
    assert all(not physical & it.inputs.keys() for it in network(podCidr="100.64.0.0/16").resources)
