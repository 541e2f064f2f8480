import pytest

from gpu_cluster.catalog import REGIONS, eks_images


def test_eks_image_registry_depends_on_the_region() -> None:
    assert eks_images("us-east-2") == "602401143452.dkr.ecr.us-east-2.amazonaws.com/eks"
    assert eks_images("eu-central-2") == "900612956339.dkr.ecr.eu-central-2.amazonaws.com/eks"


@pytest.mark.parametrize("region", REGIONS)
def test_eks_image_registry_has_a_12_digit_account(region: str) -> None:
    account, _, rest = eks_images(region).partition(".")
    assert len(account) == 12
    assert account.isdigit()
    assert rest == f"dkr.ecr.{region}.amazonaws.com/eks"


def test_only_the_oldest_regions_share_an_eks_image_account() -> None:
    first = {region for region in REGIONS if eks_images(region).startswith("602401143452")}
    assert first == {
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ca-central-1",
        "eu-central-1",
        "eu-north-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
    }
