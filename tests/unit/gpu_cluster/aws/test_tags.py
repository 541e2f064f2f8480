from gpu_cluster.aws.tags import STACK_TAG, tags_of


def test_everything_bears_its_stack_beside_the_users_own() -> None:
    assert tags_of("prod", {"team": "platform"}) == {STACK_TAG: "prod", "team": "platform"}
