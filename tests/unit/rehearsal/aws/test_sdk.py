import pytest

from rehearsal.aws import sdk


def test_inputs_outputs_and_what_is_required_come_from_the_sdk() -> None:
    properties = sdk.properties_of("aws:ec2/subnet:Subnet")

    assert properties.inputs["cidrBlock"] is str
    assert properties.inputs["mapPublicIpOnLaunch"] is bool
    assert "arn" in properties.outputs
    assert "arn" not in properties.inputs
    assert properties.required == {"vpcId"}


def test_a_resource_is_not_mistaken_for_a_nested_type_of_its_name() -> None:
    assert "versioningConfiguration" in sdk.properties_of("aws:s3/bucketVersioning:BucketVersioning").inputs


def test_nested_types_have_properties_of_their_own() -> None:
    options = sdk.properties_of("aws:ec2/vpcEndpoint:VpcEndpoint").inputs["dnsOptions"]

    assert sdk.is_object(options)
    assert sdk.fields_of(options)["dnsRecordIpType"] is str


@pytest.mark.parametrize(
    "token", ["aws:ec2/vpc:Vpcs", "aws:nowhere/thing:Thing", "kubernetes:core/v1:Pod", "aws"]
)
def test_an_unknown_type_is_an_error(token: str) -> None:
    with pytest.raises(KeyError):
        sdk.properties_of(token)
