from gpu_cluster.aws.tags import STACK_TAG, tags_of


def test_tags_are_the_stack_tag_and_the_tags_of_the_stack_file() -> None:
    assert tags_of("prod", {"team": "platform"}) == {STACK_TAG: "prod", "team": "platform"}
