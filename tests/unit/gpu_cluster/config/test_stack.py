from typing import Any

import pytest

from gpu_cluster.config.stack import Stack

ON_AWS = {
    "provider": "eks",
    "account": "123456789012",
    "version": "1.35",
    "access": {"ops": {"principal": "arn:aws:iam::123456789012:role/ops", "policy": "cluster-admin"}},
}


@pytest.mark.parametrize(
    ("cluster", "registry", "mirror"),
    [
        ({"provider": "local"}, {}, None),
        ({"provider": "existing"}, {"mirror": "harbor.example.com/all"}, "harbor.example.com/all"),
        (ON_AWS, {}, "123456789012.dkr.ecr.eu-central-1.amazonaws.com"),
        (ON_AWS, {"prefix": "dev"}, "123456789012.dkr.ecr.eu-central-1.amazonaws.com/dev"),
        (ON_AWS, {"mirror": "harbor.example.com/all"}, "harbor.example.com/all"),
    ],
)
def test_image_mirror_is_the_configured_one_or_the_ecr_of_the_account(
    cluster: dict[str, Any], registry: dict[str, Any], mirror: str | None
) -> None:
    stack = Stack.model_validate(
        {"aws:region": "eu-central-1", "cluster": cluster, "pools": {}, "registry": registry}
    )
    assert stack.mirror == mirror
