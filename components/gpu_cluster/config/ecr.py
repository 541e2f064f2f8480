"""Address of the ECR registry of an AWS account."""


def ecr_mirror(account: str, region: str, prefix: str | None = None) -> str:
    """Address prefix of mirrored images in the ECR registry of an account.

    ecr_mirror("123456789012", "eu-central-1", "dev")
    # 123456789012.dkr.ecr.eu-central-1.amazonaws.com/dev
    """
    return "/".join(filter(None, [f"{account}.dkr.ecr.{region}.amazonaws.com", prefix]))
