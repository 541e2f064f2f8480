from rehearsal.aws.api import Api
from tests.unit.rehearsal.aws.services.life import Resource, make


def test_a_way_out_for_ipv6_belongs_to_its_vpc(api: Api, vpc: Resource) -> None:
    gateway = make(api, "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway", vpcId=vpc.id)

    assert gateway.change(tags={"use": "pods"}) == "updated"
    assert gateway["tagsAll"] == {"team": "platform", "use": "pods"}
    assert gateway.change(vpcId="vpc-0") == "replaced"
    gateway.goes()
