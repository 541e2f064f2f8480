"""ECR registries in which AWS publishes its images for EKS, by region."""

from datetime import date

from gpu_cluster.catalog.source import Source

EKS_IMAGE_SOURCES = {
    "accounts": Source("Amazon EKS user guide, add-ons-images", date(2026, 11, 21)),
}

_OF_MOST_REGIONS = "602401143452"
_OF_OTHERS = {
    "af-south-1": "877085696533",
    "ap-east-1": "800184023465",
    "ap-east-2": "533267051163",
    "ap-south-2": "900889452093",
    "ap-southeast-3": "296578399912",
    "ap-southeast-4": "491585149902",
    "ap-southeast-5": "151610086707",
    "ap-southeast-6": "333609536671",
    "ap-southeast-7": "121268973566",
    "ca-west-1": "761377655185",
    "eu-central-2": "900612956339",
    "eu-south-1": "590381155156",
    "eu-south-2": "455263428931",
    "il-central-1": "066635153087",
    "me-central-1": "759879836304",
    "me-south-1": "558608220178",
    "mx-central-1": "730335286997",
    "us-gov-east-1": "151742754352",
    "us-gov-west-1": "013241004608",
}


def eks_images(region: str) -> str:
    """The registry of a region: no cache can copy from it, and nodes there need none.

    eks_images("eu-central-1")  # 602401143452.dkr.ecr.eu-central-1.amazonaws.com/eks
    """
    account = _OF_OTHERS.get(region, _OF_MOST_REGIONS)
    return f"{account}.dkr.ecr.{region}.amazonaws.com/eks"
