from gpu_cluster.aws.tags import STACK_TAG, tags_of


def test_all_resources_have_the_stack_tag_and_the_users_tags() -> None:
    assert tags_of("prod", {"team": "platform"}) == {STACK_TAG: "prod", "team": "platform"}
