"""Where the registry of an AWS account is."""


def ecr_mirror(account: str, region: str, prefix: str | None = None) -> str:
    """The address below which an account's ECR has what other registries publish.

    ecr_mirror("123456789012", "eu-central-1", "dev")
    # 123456789012.dkr.ecr.eu-central-1.amazonaws.com/dev
    """
    return "/".join(filter(None, [f"{account}.dkr.ecr.{region}.amazonaws.com", prefix]))
